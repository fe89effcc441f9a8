// The Expo recipe's session, on a phone that is made up: its keychain is a variable, and its browser is the test.

import { createHash, randomBytes } from 'node:crypto';
import { example } from './example.mjs';
import { answer, told } from './script.mjs';

const { createSession } = await example('expo/session.ts');
const settings = { issuer: told.issuer, clientId: told.client, redirectUri: told['redirect-uri'], signedOutUri: told['redirect-uri'].replace('callback', 'signed-out') };

let keychain = null;
let session, opened, comeBack, waiting;
// Requests to the token endpoint, and what the network does with them.
let asked = 0;
let network = (...request) => real(...request);
const real = globalThis.fetch;
globalThis.fetch = (url, init) => {
  asked += String(url).endsWith('/token') ? 1 : 0;
  return network(url, init);
};

const device = {
  open: (url) => new Promise((resolve) => {
    opened(url);
    comeBack = resolve;
  }),
  read: async () => keychain,
  write: async (refreshToken) => void (keychain = refreshToken),
  random: () => randomBytes(32).toString('base64url'),
  s256: async (text) => createHash('sha256').update(text).digest('base64url'),
};

// Presses a button that opens the browser: tells with which address.
async function press(button) {
  const leaving = new Promise((resolve) => (opened = resolve));
  waiting = button();
  waiting.catch(() => {}); // it is for `back` to tell
  return Promise.race([leaving, waiting]);
}

answer({
  // The app is started anew. What was in memory is gone.
  async start() {
    session = createSession(settings, device);
    await session.wake();
    return session.getState();
  },
  leave: () => press(session.signIn),
  leaveToSignOut: () => press(session.signOut),
  // The browser comes back with this address, or the person closed it.
  async back(url) {
    comeBack(url);
    return (await waiting) ?? null;
  },
  wake: () => session.wake(),
  state: () => session.getState(),
  keychain: () => keychain,
  keep: (refreshToken) => void (keychain = refreshToken),
  asked: () => asked,
  accessToken: (force) => session.accessToken(force),
  // Several parts of the app want a fresh token at once.
  together: (count) => Promise.all(Array.from({ length: count }, () => session.idToken(true))),
  offline: () => void (network = async () => Promise.reject(new TypeError('Network request failed'))),
  unavailable: () => void (network = async () => new Response('{"error":"temporarily_unavailable"}', { status: 503 })),
  online: () => void (network = real),
});
