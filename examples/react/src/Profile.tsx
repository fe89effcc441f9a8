// What Housekey says about the person, asked with the access token, as you would ask your own API.

import { useEffect, useState } from "react";
import { auth, issuer } from "./auth";

export function Profile() {
  const [answer, setAnswer] = useState<object | "asking" | "failed">("asking");

  useEffect(() => {
    const leaving = new AbortController();
    auth
      .fetch(`${issuer}/userinfo`, { signal: leaving.signal })
      .then(async (response) => setAnswer(response.ok ? await response.json() : "failed"))
      .catch(() => leaving.signal.aborted || setAnswer("failed"));
    return () => leaving.abort();
  }, []);

  return (
    <>
      <h1>Your profile</h1>
      <p>What your access token opens:</p>
      {answer === "asking" && <p>One moment…</p>}
      {answer === "failed" && <p className="problem" role="alert">Your profile can’t be read just now.</p>}
      {typeof answer === "object" && <pre>{JSON.stringify(answer, null, 2)}</pre>}
      <p><a href={auth.accountUrl()}>Change it in your account</a></p>
    </>
  );
}
