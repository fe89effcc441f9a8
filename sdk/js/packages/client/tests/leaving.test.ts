import assert from "node:assert/strict";
import { test } from "node:test";
import { cached, forcing, reason, World } from "./world.js";

const cookie = { delivery: "token", redirectUri: "https://app.example/" } as const;

test("signing out reaches every tab", async () => {
  for (const without of [{}, { channel: true }]) {
    const world = new World(without);
    const one = await world.signedIn(cookie);
    const two = world.open(cookie);
    await one.auth.signOut({ everywhere: true });
    await world.settle();
    assert.equal(reason(one), "signed-out");
    assert.equal(reason(two), "signed-out-elsewhere");
    const end = world.issuer.asked.find(({ path }) => path === "/session/end")!;
    assert.equal(end.init.body, '{"everywhere":true}');
    assert.equal(await cached(two), null);
  }
});

test("with a refresh token the browser goes to the issuer, with the ID token that names the session", async () => {
  const world = new World();
  const tab = await world.signedIn();
  const idToken = await cached(tab);
  await tab.auth.signOut();
  const went = new URL(tab.went[0]!);
  assert.equal(went.pathname, "/end-session");
  assert.equal(went.searchParams.get("id_token_hint"), idToken);
  assert.equal(went.searchParams.get("post_logout_redirect_uri"), "https://app.example/");
  assert.equal(world.local.getItem("housekey:https://auth.example:app"), null);
});

test("a sign-out that cannot reach the server signs out here and says so", async () => {
  const world = new World();
  const tab = await world.signedIn(cookie);
  world.issuer.trouble = () => "no answer";
  const leaving = tab.auth.signOut().catch((error) => error);
  await world.settle();
  assert.equal(reason(tab), "signed-out");
  await world.pass(10_000);
  assert.equal((await leaving).code, "network");
});

test("an answer that comes after the sign-out is dropped", async () => {
  const world = new World();
  const one = await world.signedIn();
  const two = world.open();
  await cached(two);
  await world.pass(2000);
  const fetch = world.issuer.fetch.bind(world.issuer);
  let release = () => {};
  world.issuer.fetch = async (url, init) => {
    if (url.endsWith("/token")) await new Promise<void>((go) => (release = go));
    return fetch(url, init);
  };
  const wanted = forcing(two);
  await world.settle();
  await one.auth.signOut({ local: true });
  release();
  assert.equal(await world.after(1000, wanted), null);
  assert.equal(world.local.getItem("housekey:https://auth.example:app"), null);
  assert.equal(reason(two), "signed-out-elsewhere");
});

test("a page that comes back from the browser's cache does not show who has signed out meanwhile", async () => {
  const world = new World();
  const tab = await world.signedIn();
  world.local.removeItem("housekey:https://auth.example:app");
  tab.fire("pageshow", { persisted: true });
  assert.equal(reason(tab), "signed-out-elsewhere");
});

test("signing in in one tab signs in the others, and every event comes once and in order", async () => {
  const world = new World();
  const other = world.open();
  const seen: string[] = [];
  other.auth.subscribe((state) => seen.push(state.status));
  await world.signedIn();
  await world.settle();
  assert.deepEqual(seen, ["signed-out", "signed-in"]);
  assert.deepEqual(other.events.map((event) => (event.type === "token" ? `${event.kind} ${event.cause}` : event.type)), ["state", "id other-tab", "access other-tab"]);
  await world.pass(500_000);
  const kinds = other.events.map((event) => event.type);
  assert.deepEqual(kinds, ["state", "token", "token", "state", "token", "token"]);
});

test("an unchanged snapshot is the same object, and a listener's mistake is its own", async (context) => {
  context.mock.method(console, "error", () => {});
  const world = new World();
  const tab = await world.signedIn();
  assert.equal(tab.auth.getSnapshot(), tab.auth.getSnapshot());
  let heard = 0;
  tab.auth.onChange(() => {
    throw new Error("mine");
  });
  tab.auth.onChange(() => heard++);
  await tab.auth.signOut({ local: true });
  assert.equal(heard, 1);
});

test("storage 'memory' forgets, and other tabs know nothing", async () => {
  const world = new World();
  const tab = await world.signedIn({ storage: "memory" });
  assert.equal(reason(tab), "signed-in");
  assert.equal(reason(world.open({ storage: "memory" })), "never");
  assert.equal(world.local.getItem("housekey:https://auth.example:app"), null);
});

test("destroy stops timers and listeners", async () => {
  const world = new World();
  const tab = await world.signedIn();
  const asked = world.issuer.asked.length;
  tab.close();
  await world.pass(7_200_000);
  assert.equal(world.issuer.asked.length, asked);
});
