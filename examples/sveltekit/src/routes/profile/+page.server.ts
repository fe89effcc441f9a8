// The guard is on the server: without a session this page does not exist for anybody.

import { redirect } from "@sveltejs/kit";

export function load({ locals: { session }, url }) {
  if (!session) redirect(303, `/login?returnTo=${encodeURIComponent(url.pathname)}`);
  // `await session.idToken()` is what to call another API with, Convex for example. It stays here.
  const { sub, iss, aud, exp } = session.user.claims;
  return { claims: { sub, iss, aud, exp } };
}
