// Sign people in with Housekey. Start at types.ts: it says what everything promises.

import { createAuthOn } from "./auth.js";
import { browser } from "./platform.js";
import type { Auth, AuthOptions } from "./types.js";

export function createAuth(options: AuthOptions): Auth {
  return createAuthOn(browser(), options);
}

export { AuthError, type AuthErrorCode } from "./error.js";
export type * from "./types.js";
