// For Convex, which wants three things: a function that never rejects (its socket would stay paused),
// null only when the session is over, and another function exactly when the session is another one.

import { isRetryable } from "./error.js";
import type { Auth, AuthState } from "./types.js";

export type FetchToken = Auth["fetchToken"];

export interface ConvexClientLike {
  setAuth(fetchToken: FetchToken): unknown;
}

/** What the session is; "" for none. */
export const sessionKey = (state: AuthState): string => (state.status === "signed-in" ? `${state.user.id} ${state.sessionId}` : "");

/** fetchToken that goes on asking for as long as it takes. */
export function patientFetchToken(auth: Pick<Auth, "fetchToken">): FetchToken {
  return async (args) => {
    for (;;) {
      try {
        return await auth.fetchToken(args);
      } catch (error) {
        if (isRetryable(error)) continue; // it took a minute to give up
        console.error(error); // a mistake in the setup, which waiting does not mend
        return null;
      }
    }
  };
}

/** Tells a Convex client who is signed in, now and from now on. Returns what stops it. */
export function setupConvex(client: ConvexClientLike, auth: Auth): () => void {
  let key = "";
  return auth.subscribe((state) => {
    const next = sessionKey(state);
    if (state.status === "loading" || next === key) return;
    key = next;
    // Not clearAuth: on the base client it leaves the refresh timer of the last session running.
    client.setAuth(next ? patientFetchToken(auth) : async () => null);
  });
}
