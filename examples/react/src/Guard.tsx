// A page only for people who are signed in. Whoever is not is asked, and comes back to this very page.
//
// It decides what is drawn. What must stay secret is guarded where it is kept: by an API that checks the token.

import { useAuth } from "@housekey/react";
import type { ReactNode } from "react";
import { problem } from "./auth";

export function Guard({ children }: { children: ReactNode }) {
  const auth = useAuth();
  if (auth.status === "signed-in") return children;
  if (auth.status === "loading") return <p>One moment…</p>;
  return (
    <>
      <h1>Sign in to see your profile</h1>
      {auth.reason === "expired" && <p>Your session has ended.</p>}
      <div className="actions">
        <button className="primary" onClick={() => auth.signIn({ returnTo: location.pathname }).catch(problem.say)}>Sign in</button>
      </div>
    </>
  );
}
