// Once for each request: who asks, and the cookie of a session whose tokens were renewed meanwhile.

import { auth } from "$lib/server/auth";
import type { Handle } from "@sveltejs/kit";

export const handle: Handle = async ({ event, resolve }) => {
  const session = await auth.getSession(event.request);
  event.locals.session = session;
  const response = await resolve(event);
  if (session?.setCookie) response.headers.append("Set-Cookie", session.setCookie);
  return response;
};
