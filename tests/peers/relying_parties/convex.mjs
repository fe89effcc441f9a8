// Convex's clients, with tokens of ours, and a deployment that judges them.

import { ConvexClient, ConvexHttpClient } from 'convex/browser';
import { makeFunctionReference } from 'convex/server';
import { deploy } from './convex_deployment.mjs';
import { freshness } from './convex_rules.mjs';
import { example } from './example.mjs';
import { answer, told } from './script.mjs';

const me = makeFunctionReference('users:me');
let deployment, client, refreshToken;
// What happened, for a test to wait for.
let seen;

// The function that Convex calls for a token: at our token endpoint, each time. Null once we say that it is over.
async function fetchToken({ forceRefreshToken }) {
  seen.asked.push(forceRefreshToken);
  const response = await fetch(`${told.issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken, client_id: told.client }),
  });
  if (response.status === 400) return null;
  const tokens = await response.json();
  refreshToken = tokens.refresh_token ?? refreshToken;
  seen.tokens.push(tokens.id_token);
  return tokens.id_token;
}

answer({
  deploy: async (...providers) => {
    deployment = await deploy(providers);
  },

  // What is in examples/react-convex/convex, with this environment; or with these providers instead. Tells where it is.
  async deployExample(environment, providers) {
    Object.assign(process.env, environment);
    const { default: config } = await example('react-convex/convex/auth.config.ts');
    const { me } = await example('react-convex/convex/users.ts');
    deployment = await deploy(providers ?? config.providers);
    // As Convex runs it, but for the arguments, which it has none of.
    deployment.run = (identity) => me._handler({ auth: { getUserIdentity: async () => identity } }, {});
    return deployment.url;
  },

  heard: () => deployment.heard,

  // Whoever is signed in has a token that has just expired; the next one is good.
  expire() {
    deployment.ahead += 86_400;
    deployment.look();
    deployment.ahead -= 86_400;
  },

  // Who the deployment takes the bearer of this token for, by HTTP.
  async query(token) {
    const http = new ConvexHttpClient(deployment.url, { logger: false });
    if (token) http.setAuth(token);
    return http.query(me, {});
  },

  // A page of the app is loaded, with this refresh token.
  connect(token, options) {
    refreshToken = token;
    seen = { asked: [], tokens: [], changes: [], me: [] };
    client = new ConvexClient(deployment.url, { logger: false, ...options });
    client.onUpdate(me, {}, (who) => seen.me.push(who));
    client.setAuth(fetchToken, (signedIn) => seen.changes.push(signedIn));
  },

  seen: () => ({ ...seen, heard: deployment.heard, fetched: deployment.fetched }),

  // Time passes at the deployment, and it looks whom it knows no longer.
  later(seconds) {
    deployment.ahead += seconds;
    deployment.look();
  },

  close: () => client.close(),

  // For how long a cache that many share may keep what we answer at this path.
  freshness: async (path) => freshness((await fetch(told.issuer + path)).headers),
});
