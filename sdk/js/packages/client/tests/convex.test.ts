import assert from "node:assert/strict";
import { test } from "node:test";
import { setupConvex, type FetchToken } from "../src/convex.js";
import { reason, World } from "./world.js";

function fakeConvex() {
  const given: FetchToken[] = [];
  return { given, setAuth: (fetchToken: FetchToken) => void given.push(fetchToken) };
}

test("Convex gets one function for a session, another for the next, and null at the end", async () => {
  const world = new World();
  const convex = fakeConvex();
  const tab = world.open();
  const stop = setupConvex(convex, tab.auth);
  assert.equal(convex.given.length, 0);
  await world.signedIn();
  await world.settle();
  assert.equal(convex.given.length, 1);
  await world.pass(3_600_000);
  assert.equal(convex.given.length, 1, "not for fresh tokens");
  assert.match((await convex.given[0]!({ forceRefreshToken: false }))!, /^eyJ/);
  await tab.auth.signOut({ local: true });
  assert.equal(convex.given.length, 2);
  assert.equal(await convex.given[1]!({ forceRefreshToken: true }), null);
  world.issuer.person.sid = "ses_2";
  await world.signedIn();
  await world.settle();
  assert.equal(convex.given.length, 3);
  stop();
});

test("Convex's function never rejects: an hour offline is waited for", async () => {
  const world = new World();
  const convex = fakeConvex();
  const tab = await world.signedIn();
  setupConvex(convex, tab.auth);
  await world.pass(2000);
  world.issuer.trouble = () => "no answer";
  const wanted = convex.given[0]!({ forceRefreshToken: true });
  await world.pass(3_600_000);
  world.issuer.trouble = () => undefined;
  tab.fire("online");
  assert.match((await world.after(5000, wanted))!, /^eyJ/);
  assert.equal(reason(tab), "signed-in");
});
