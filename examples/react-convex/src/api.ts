// The functions in convex/, with their types. `npx convex dev` writes the same into convex/_generated/api; here it is by
// hand, so that the example is whole without a deployment.

import { anyApi, type ApiFromModules } from "convex/server";
import type * as users from "../convex/users";

export const api = anyApi as unknown as ApiFromModules<{ users: typeof users }>;
