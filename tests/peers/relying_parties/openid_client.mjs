// openid-client, as a web app with a server uses it, or one without a secret.

import * as oidc from 'openid-client';
import { answer, told } from './script.mjs';

const proof = { basic: oidc.ClientSecretBasic, post: oidc.ClientSecretPost, none: oidc.None };
let config, checks, tokens;

// What a test looks at.
function shown() {
  return { ...tokens, claims: tokens.claims() };
}

answer({
  async discover(by) {
    config = await oidc.discovery(new URL(told.issuer), told.client, {}, proof[by](told.secret), {
      execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks],
    });
    return config.serverMetadata();
  },

  async begin() {
    checks = {
      pkceCodeVerifier: oidc.randomPKCECodeVerifier(),
      expectedState: oidc.randomState(),
      expectedNonce: oidc.randomNonce(),
      idTokenExpected: true,
    };
    return oidc.buildAuthorizationUrl(config, {
      redirect_uri: told['redirect-uri'],
      scope: 'openid profile email offline_access',
      code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: checks.expectedState,
      nonce: checks.expectedNonce,
    });
  },

  // `other` takes the place of a check, as if it were another person's or another journey's.
  async finish(callback, other = {}) {
    tokens = await oidc.authorizationCodeGrant(config, new URL(callback), { ...checks, ...other });
    return shown();
  },

  async refresh() {
    const before = tokens.refresh_token;
    tokens = await oidc.refreshTokenGrant(config, before);
    tokens.refresh_token ??= before;
    return shown();
  },

  userinfo: (subject) => oidc.fetchUserInfo(config, tokens.access_token, subject ?? tokens.claims().sub),

  leave: (to) => oidc.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: to, state: 's2' }),
});
