// Out, here and at Housekey. A form posts to it, because a link could be followed by anything.

import { auth } from "$lib/server/auth";

export const POST = ({ request }) => auth.handlers.logout(request);
