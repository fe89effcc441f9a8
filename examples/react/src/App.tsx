// Two pages: one for everybody, and one behind a guard.

import { SignedIn, SignedOut, useAuth } from "@housekey/react";
import { useSyncExternalStore, type MouseEvent } from "react";
import { problem } from "./auth";
import { Guard } from "./Guard";
import { Profile } from "./Profile";
import { navigate, usePath } from "./route";

export function App() {
  const path = usePath();
  const sentence = useSyncExternalStore(problem.subscribe, problem.getSnapshot);
  return (
    <>
      <header>
        <strong>React</strong>
        <Link to="/">Home</Link>
        <Link to="/profile">Profile</Link>
      </header>
      {sentence && <p className="problem" role="alert">{sentence}</p>}
      <main>
        {path === "/profile" ? <Guard><Profile /></Guard> : <Home />}
      </main>
    </>
  );
}

function Home() {
  const auth = useAuth();
  return (
    <>
      {auth.status === "loading" && <p>One moment…</p>}
      <SignedIn><Greeting /></SignedIn>
      <SignedOut>
        <h1>Nobody is signed in</h1>
        <p>This page is for everybody. The profile is not.</p>
        <div className="actions">
          <button className="primary" onClick={() => auth.signIn().catch(problem.say)}>Sign in</button>
          <button onClick={() => auth.signIn({ screen: "sign-up" }).catch(problem.say)}>Create an account</button>
        </div>
      </SignedOut>
    </>
  );
}

function Greeting() {
  const auth = useAuth();
  if (auth.status !== "signed-in") return null;
  const { name, email, id } = auth.user;
  const called = name ?? email ?? id;
  return (
    <>
      <span className="avatar">{called[0]}</span>
      <h1>Hello, {called}</h1>
      <p>You are signed in{email && called !== email && <> as {email}</>}.</p>
      <div className="actions"><button onClick={() => auth.signOut().catch(problem.say)}>Sign out</button></div>
    </>
  );
}

function Link({ to, children }: { to: string; children: string }) {
  const open = usePath() === to;
  function go(event: MouseEvent) {
    if (event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    navigate(to);
  }
  return <a href={to} onClick={go} aria-current={open ? "page" : undefined}>{children}</a>;
}
