import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReactElement } from "react";
import { act, create, type ReactTestRenderer } from "react-test-renderer";
import { createConvexHook } from "../src/convex.js";
import { AuthProvider, SignedIn, SignedOut, useAuth } from "../src/index.js";
import { pretendAuth, signedIn } from "./pretend_auth.js";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

function Name() {
  const auth = useAuth();
  return <>{auth.status === "signed-in" ? auth.user.name : auth.status}</>;
}

function render(node: ReactElement): ReactTestRenderer {
  let root!: ReactTestRenderer;
  act(() => void (root = create(node)));
  return root;
}

test("components show who is signed in, and follow", () => {
  const auth = pretendAuth({ status: "signed-out", reason: "never" });
  const root = render(
    <AuthProvider auth={auth}>
      <SignedIn>in </SignedIn>
      <SignedOut>out </SignedOut>
      <Name />
    </AuthProvider>,
  );
  assert.deepEqual(root.toJSON(), ["out ", "signed-out"]);
  act(() => auth.become(signedIn("ada", "1")));
  assert.deepEqual(root.toJSON(), ["in ", "ada"]);
  act(() => auth.become({ status: "loading" }));
  assert.equal(root.toJSON(), "loading");
});

test("without a provider the mistake is named", (context) => {
  context.mock.method(console, "error", () => {});
  assert.throws(() => render(<Name />), /AuthProvider/);
});

test("Convex's function is another one exactly when the session or the person is another one", () => {
  const auth = pretendAuth(signedIn("ada", "1"));
  const useConvex = createConvexHook(auth);
  const seen: ReturnType<typeof useConvex>[] = [];
  function Probe() {
    seen.push(useConvex());
    return null;
  }
  const root = render(<Probe />);
  const now = () => seen.at(-1)!;
  const first = now().fetchAccessToken;
  act(() => auth.become(signedIn("ada", "1", 1234)));
  act(() => root.update(<Probe />));
  assert.equal(now().fetchAccessToken, first, "not for fresh tokens or new renders");
  act(() => auth.become(signedIn("ada", "2")));
  const second = now().fetchAccessToken;
  assert.notEqual(second, first, "for a new session");
  act(() => auth.become({ status: "signed-out" }));
  assert.equal(now().isAuthenticated, false);
  const none = now().fetchAccessToken;
  act(() => auth.become(signedIn("bob", "2")));
  assert.notEqual(now().fetchAccessToken, second, "for another person");
  assert.notEqual(now().fetchAccessToken, none);
  assert.equal(now().isLoading, false);
});
