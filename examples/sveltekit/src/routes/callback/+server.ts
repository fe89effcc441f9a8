// Back from Housekey: the answer becomes a session, or the front page says why not.

import { auth } from "$lib/server/auth";

export async function GET({ request, url }) {
  const response = await auth.handlers.callback(request);
  if (response.status !== 400) return response;
  console.warn(await response.text());
  // Its code and nothing else, because anybody can write into an address.
  const code = url.searchParams.get("error") ?? "";
  const headers = new Headers(response.headers); // which forget this sign-in
  headers.set("Location", `/?problem=${/^[a-z_]{1,40}$/.test(code) ? code : "state_unknown"}`);
  return new Response(null, { status: 303, headers });
}
