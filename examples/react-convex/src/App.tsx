// Who is signed in, as Convex sees it: `Authenticated` waits until the deployment has taken the token, so no query in it runs
// as nobody.

import { useAuth } from "@housekey/react";
import { Authenticated, AuthLoading, Unauthenticated, useQuery } from "convex/react";
import { useSyncExternalStore } from "react";
import { api } from "./api";
import { problem } from "./auth";

export function App() {
  const sentence = useSyncExternalStore(problem.subscribe, problem.getSnapshot);
  return (
    <>
      <header><strong>React and Convex</strong></header>
      {sentence && <p className="problem" role="alert">{sentence}</p>}
      <main>
        <AuthLoading><p>One moment…</p></AuthLoading>
        <Unauthenticated><Nobody /></Unauthenticated>
        <Authenticated><Somebody /></Authenticated>
      </main>
    </>
  );
}

function Nobody() {
  const { status, signIn } = useAuth();
  if (status === "signed-in") {
    return <p className="problem" role="alert">You are signed in, but Convex doesn’t take the token. <code>housekey doctor token - --for convex-oidc</code> says why.</p>;
  }
  return (
    <>
      <h1>Nobody is signed in</h1>
      <p>Convex runs its functions for nobody in particular.</p>
      <div className="actions">
        <button className="primary" onClick={() => signIn().catch(problem.say)}>Sign in</button>
        <button onClick={() => signIn({ screen: "sign-up" }).catch(problem.say)}>Create an account</button>
      </div>
    </>
  );
}

function Somebody() {
  const { signOut } = useAuth();
  const me = useQuery(api.users.me);
  if (!me) return <p>One moment…</p>;
  const called = me.name ?? me.email ?? me.subject;
  return (
    <>
      <span className="avatar">{called[0]}</span>
      <h1>Hello, {called}</h1>
      <p>This is what your functions know:</p>
      <pre>{JSON.stringify(me, null, 2)}</pre>
      <div className="actions"><button onClick={() => signOut().catch(problem.say)}>Sign out</button></div>
    </>
  );
}
