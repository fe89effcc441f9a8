// Where people sign in. In lib/server, which SvelteKit keeps out of the browser.

import { building, dev } from "$app/environment";
import { env } from "$env/dynamic/private";
import { createServerAuth } from "@housekey/server";

const origin = env.ORIGIN ?? "http://localhost:5180";

export const auth = createServerAuth({
  issuer: env.HOUSEKEY_ISSUER ?? "http://localhost:8085",
  clientId: env.HOUSEKEY_CLIENT ?? "dev",
  // The client `dev` has none. An app on a server of yours is of kind web, and has one.
  clientSecret: env.HOUSEKEY_CLIENT_SECRET,
  redirectUri: `${origin}/callback`,
  // Whoever knows it can read everybody's cookie: where it is deployed there is no default. (A build only looks at this file.)
  cookieSecret: env.COOKIE_SECRET ?? (dev || building ? "a development secret that is no secret" : undefined),
});
