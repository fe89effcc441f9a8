// Auth.js, called as its framework packages call it: a Request in, a Response out. We are one of its providers.

import { Auth } from '@auth/core';
import { answer, told } from './script.mjs';

const origin = new URL(told['redirect-uri']).origin;
const jar = new Map();
let config;

// What a browser does with the app's own pages.
async function visit(path, form) {
  const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  const headers = { cookie, ...(form && { 'content-type': 'application/x-www-form-urlencoded' }) };
  const request = new Request(new URL(path, origin), {
    headers,
    ...(form && { method: 'POST', body: new URLSearchParams(form).toString() }),
  });
  const response = await Auth(request, config);
  for (const line of response.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
    if (value && !/max-age=0/i.test(line)) jar.set(name, value);
    else jar.delete(name);
  }
  return response;
}

answer({
  // With Auth.js's own choice of checks, or these.
  configure(checks) {
    let reason;
    config = {
      secret: 'a secret of the app itself, not ours',
      trustHost: true,
      basePath: '/auth',
      providers: [
        {
          id: 'housekey',
          name: 'Housekey',
          type: 'oidc',
          issuer: told.issuer,
          clientId: told.client,
          clientSecret: told.secret,
          ...(checks && { checks }),
        },
      ],
      logger: { error: (error) => (reason = error), warn() {}, debug() {} },
    };
    config.reason = () => reason;
  },

  async begin() {
    const page = await visit('/auth/signin');
    if (!(await page.text()).includes('Sign in with Housekey')) throw new Error('no button of ours');
    const { csrfToken } = await (await visit('/auth/csrf')).json();
    const sent = await visit('/auth/signin/housekey', { csrfToken, callbackUrl: `${origin}/notes/7` });
    return sent.headers.get('location');
  },

  async finish(callback) {
    const back = await visit(callback);
    const to = back.headers.get('location');
    if (to !== `${origin}/notes/7`) throw config.reason() ?? new Error(`sent to ${to}`);
    return to;
  },

  session: async () => (await visit('/auth/session')).json(),

  cookies: () => [...jar.keys()],
});
