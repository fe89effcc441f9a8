// Just enough of an Auth to see what the components make of it.

import type { Auth, AuthState } from "@housekey/client";

export function pretendAuth(state: AuthState): Auth & { become(state: AuthState): void } {
  const runs = new Set<(state: AuthState) => void>();
  const auth = {
    getSnapshot: () => state,
    subscribe(run: (state: AuthState) => void) {
      runs.add(run);
      run(state);
      return () => void runs.delete(run);
    },
    become(next: AuthState) {
      state = next;
      for (const run of runs) run(next);
    },
    fetchToken: async () => "a token",
    signIn: async () => {},
    signOut: async () => {},
    getIdToken: async () => null,
    getAccessToken: async () => null,
  };
  return auth as unknown as Auth & typeof auth;
}

export const signedIn = (id: string, sessionId: string, tokenExpiresAt = 0): AuthState => ({
  status: "signed-in",
  user: { id, name: id, email: undefined, emailVerified: undefined, picture: undefined, claims: {} },
  sessionId,
  tokenExpiresAt,
});
