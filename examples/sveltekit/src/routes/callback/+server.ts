// Back from Housekey: the answer becomes a session, or a page that says why not.

import { auth } from "$lib/server/auth";
import { error } from "@sveltejs/kit";

export async function GET({ request }) {
  const response = await auth.handlers.callback(request);
  if (response.status === 400) error(400, await response.text());
  return response;
}
