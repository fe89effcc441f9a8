// Off to Housekey. `/login?returnTo=/profile` comes back there.

import { auth } from "$lib/server/auth";

export const GET = ({ request }) => auth.handlers.login(request);
