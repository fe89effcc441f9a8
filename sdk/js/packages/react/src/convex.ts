// The hook that Convex's ConvexProviderWithAuth wants. Convex signs in again whenever the function
// is another one, and stays signed out if it never is: so there is one function for each session.

import type { Auth } from "@housekey/client";
import { patientFetchToken, sessionKey, type FetchToken } from "@housekey/client/convex";
import { useAuthState } from "./index.js";

export interface ConvexAuth {
  isLoading: boolean;
  isAuthenticated: boolean;
  fetchAccessToken: FetchToken;
}

export function createConvexHook(auth: Auth): () => ConvexAuth {
  // Outside of React, so that all components share it and no render loses it.
  let key = "";
  let fetchAccessToken = patientFetchToken(auth);

  return function useAuthForConvex() {
    const state = useAuthState(auth);
    const now = sessionKey(state);
    if (now !== key) {
      key = now;
      fetchAccessToken = patientFetchToken(auth);
    }
    return { isLoading: state.status === "loading", isAuthenticated: state.status === "signed-in", fetchAccessToken };
  };
}
