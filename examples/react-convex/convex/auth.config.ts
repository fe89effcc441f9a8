// Whose tokens this deployment takes: those of this issuer, for this client.
//
//   npx convex env set HOUSEKEY_ISSUER http://localhost:8085
//   npx convex env set HOUSEKEY_CLIENT dev

import type { AuthConfig } from "convex/server";

export default {
  providers: [{ domain: process.env.HOUSEKEY_ISSUER!, applicationID: process.env.HOUSEKEY_CLIENT! }],
} satisfies AuthConfig;
