// A real OpenID provider for the integration tests, written by people who do not know us.
//
//   node idp.mjs --port N --client ID --secret SECRET --redirect-uri URI
//
// It has one client, which proves itself with client_secret_basic and PKCE. Whoever signs in, on the package's own
// pages, is who they say they are: ada's address is ada@example.com. It is confirmed, unless the name is ben.
// It prints one line when it listens, and ends when stdin closes, so it never outlives the test that started it.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';

// The package says at length that its pages are for development. They are.
console.info = console.warn = () => {};
const { Provider } = await import('oidc-provider');

const { values: args } = parseArgs({
  options: {
    port: { type: 'string' },
    client: { type: 'string' },
    secret: { type: 'string' },
    'redirect-uri': { type: 'string' },
  },
});

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'one' };

const provider = new Provider(`http://localhost:${args.port}`, {
  clients: [
    {
      client_id: args.client,
      client_secret: args.secret,
      token_endpoint_auth_method: 'client_secret_basic',
      redirect_uris: [args['redirect-uri']],
      response_types: ['code'],
      grant_types: ['authorization_code'],
    },
  ],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  cookies: { keys: [randomBytes(16).toString('hex')] },
  jwks: { keys: [key] },
  pkce: { required: () => true },
  findAccount: (_, sub) => ({
    accountId: sub,
    claims: () => ({
      sub,
      email: `${sub}@example.com`,
      email_verified: sub !== 'ben',
      name: sub[0].toUpperCase() + sub.slice(1),
    }),
  }),
});

provider.listen(Number(args.port), '127.0.0.1', () => process.stdout.write('listening\n'));
process.stdin.on('close', () => process.exit(0)).resume();
