// Who asks. `subject` is the person's id at Housekey: what to keep beside the rows that are theirs.

import { queryGeneric } from "convex/server";

export const me = queryGeneric({
  args: {},
  handler: async (ctx) => {
    const identity = await ctx.auth.getUserIdentity();
    if (!identity) return null;
    const { subject, name, email, issuer } = identity;
    return { subject, name, email, issuer };
  },
});
