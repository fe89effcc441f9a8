import assert from "node:assert/strict";
import { test } from "node:test";
import { createAuth, setupConvex } from "../src/index.js";

test("an auth object is a Svelte store, also where there is no browser", () => {
  const auth = createAuth({ issuer: "https://auth.example", clientId: "app" });
  const seen: string[] = [];
  const stop = auth.subscribe((state) => seen.push(state.status));
  assert.deepEqual(seen, ["signed-out"], "called at once");
  stop();
  auth.destroy();
});

test("setupConvex is here too", () => assert.equal(typeof setupConvex, "function"));
