// oidc-client-ts, as a single-page app uses it. Of a browser's window it needs only where it is and where it goes.

import { InMemoryWebStorage, UserManager, WebStorageStateStore } from 'oidc-client-ts';
import { answer, told } from './script.mjs';

let went;
const location = { href: told['redirect-uri'], origin: new URL(told['redirect-uri']).origin, assign: goes, replace: goes };
globalThis.window = { location, crypto, addEventListener() {}, removeEventListener() {} };
window.self = window.top = window.parent = window;

function goes(url) {
  went(url);
}

const store = () => new WebStorageStateStore({ store: new InMemoryWebStorage() });
const manager = new UserManager({
  authority: told.issuer,
  client_id: told.client,
  redirect_uri: told['redirect-uri'],
  post_logout_redirect_uri: 'https://app.test/goodbye',
  scope: 'openid profile email offline_access',
  loadUserInfo: true,
  automaticSilentRenew: false,
  monitorSession: false,
  userStore: store(),
  stateStore: store(),
});

// What a test looks at.
function shown(user) {
  const { profile, access_token, refresh_token, id_token, scope, token_type, expired, state } = user;
  return { profile, access_token, refresh_token, id_token, scope, token_type, expired, state };
}

// The page is gone when it has sent the browser elsewhere: the promise of a redirect never ends.
function elsewhere(redirect) {
  return new Promise((resolve, reject) => {
    went = resolve;
    redirect.catch(reject);
  });
}

answer({
  begin: () => elsewhere(manager.signinRedirect({ state: { page: '/notes/7' }, nonce: crypto.randomUUID() })),
  finish: async (callback) => shown(await manager.signinCallback(callback)),
  refresh: async () => shown(await manager.signinSilent()),
  kept: async () => shown(await manager.getUser()),
  leave: () => elsewhere(manager.signoutRedirect({ state: 'bye' })),
  left: async (callback) => {
    const { userState } = await manager.signoutCallback(callback);
    return { state: userState, user: await manager.getUser() };
  },
});
