// Where people sign in. In lib/server, which SvelteKit keeps out of the browser.

import { dev } from "$app/environment";
import { env } from "$env/dynamic/private";
import { createServerAuth } from "@housekey/server";

const origin = env.ORIGIN ?? "http://localhost:5180";

export const auth = createServerAuth({
  issuer: env.HOUSEKEY_ISSUER ?? "http://localhost:8085",
  clientId: env.HOUSEKEY_CLIENT ?? "dev",
  // The client `dev` has none. An app on a server of yours is of kind web, and has one.
  clientSecret: env.HOUSEKEY_CLIENT_SECRET,
  redirectUri: `${origin}/callback`,
  // Whoever knows it can read everybody's cookie: outside of development there is no default.
  cookieSecret: env.COOKIE_SECRET ?? (dev ? "a development secret that is no secret" : undefined),
});
