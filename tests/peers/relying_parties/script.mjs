// What the relying parties here have in common: what they are told when they start, and how a test talks with them.
//
//   node X.mjs --issuer URL --client ID [--secret SECRET] --redirect-uri URI
//
// A test writes ["what", …] as a line of JSON, and reads {"is": …}, or {"refused": …} with the error that was thrown.
// They end when stdin closes, so they never outlive the test that started them.

import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

const options = Object.fromEntries(['issuer', 'client', 'secret', 'redirect-uri'].map((name) => [name, { type: 'string' }]));
export const { values: told } = parseArgs({ options });

// stdout is the conversation; what a package has to say besides is nobody's business.
console.log = console.info = console.debug = console.warn = console.error = () => {};

function say(answer) {
  process.stdout.write(JSON.stringify(answer) + '\n');
}

// Packages wrap what happened: the reason is at the bottom. `error` is what an endpoint of ours called it.
function refusal(error) {
  const refused = { name: error.name, code: error.code, error: error.error, message: error.message };
  if (error.cause instanceof Error) refused.cause = refusal(error.cause);
  if (error.cause?.err instanceof Error) refused.cause = refusal(error.cause.err);
  return refused;
}

// Answers every line by one of these functions, one after the other.
export function answer(functions) {
  let before = Promise.resolve();
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    const [what, ...args] = JSON.parse(line);
    before = before
      .then(() => functions[what](...args))
      .then((is = null) => say({ is }))
      .catch((error) => say({ refused: refusal(error) }));
  });
  lines.on('close', () => process.exit(0));
}

process.on('unhandledRejection', (error) => say({ refused: refusal(error) }));
process.stdout.on('error', () => process.exit(0)); // nobody listens any more
