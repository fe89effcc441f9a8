// The hook for Convex: <ConvexProviderWithAuth client={convex} useAuth={useConvexAuth}>.

import { session, useSession } from "./auth";
import { Later } from "./session";

/** Never rejects for want of a network: Convex would take that for signed out. */
async function fetchAccessToken({ forceRefreshToken }: { forceRefreshToken: boolean }): Promise<string | null> {
  for (;;) {
    try {
      return await session.idToken(forceRefreshToken);
    } catch (error) {
      if (!(error instanceof Later)) throw error;
      await new Promise((later) => setTimeout(later, 3000));
    }
  }
}

export function useConvexAuth() {
  const { status } = useSession();
  return { isLoading: status === "loading", isAuthenticated: status === "signed-in", fetchAccessToken };
}
