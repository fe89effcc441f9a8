// oidc-client-ts in a page of its own, for a real browser: its origin is the redirect URI's. Ends when stdin closes.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { answer, told } from './script.mjs';

const bundle = new URL('../node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js', import.meta.url);
const settings = {
  authority: told.issuer,
  client_id: told.client,
  redirect_uri: told['redirect-uri'],
  post_logout_redirect_uri: told['redirect-uri'],
  scope: 'openid profile email offline_access',
  loadUserInfo: true,
};

const page = `<!doctype html>
<html lang="en">
<link rel="icon" href="data:,">
<title>Fieldnotes</title>
<main>…</main>
<button id="in">Sign in</button> <button id="renew">Renew</button> <button id="out">Sign out</button>
<script src="/oidc-client-ts.js"></script>
<script type="module">
  const manager = new oidc.UserManager(${JSON.stringify(settings)});
  const show = (text) => (document.querySelector('main').textContent = text);
  const who = (user) => show(user ? 'You are ' + user.profile.name + ', ' + user.profile.email : 'You are nobody');
  const on = (id, does) => (document.getElementById(id).onclick = () => does().catch((error) => show(String(error))));
  on('in', () => manager.signinRedirect());
  on('out', () => manager.signoutRedirect({ state: 'bye' }));
  on('renew', async () => {
    const before = await manager.getUser();
    const after = await manager.signinSilent();
    show(before.access_token !== after.access_token && after.profile.sub === before.profile.sub ? 'Renewed' : 'The same');
  });
  try {
    const query = new URLSearchParams(location.search);
    if (query.has('code') || query.has('error')) await manager.signinCallback();
    else if (query.has('state')) await manager.signoutCallback();
    if (location.search) history.replaceState(null, '', '/');
    who(await manager.getUser());
  } catch (error) {
    show(String(error));
  }
</script>`;

const server = createServer((request, response) => {
  const script = request.url === '/oidc-client-ts.js';
  response.setHeader('content-type', script ? 'text/javascript' : 'text/html; charset=utf-8');
  response.end(script ? readFileSync(fileURLToPath(bundle)) : page);
});
await new Promise((listening) => server.listen(new URL(told['redirect-uri']).port, '127.0.0.1', listening));

answer({ listens: () => true });
