import assert from "node:assert/strict";
import { test } from "node:test";
import { memory } from "../src/store.js";
import { reason, statuses, World } from "./world.js";

test("a code is redeemed with its verifier, and the person is back where they were, with a clean address", async () => {
  const world = new World();
  const tab = await world.signedIn();
  const state = tab.auth.getSnapshot();
  assert(state.status === "signed-in");
  assert.equal(state.user.id, "usr_ada");
  assert.equal(state.user.name, "Ada");
  assert.equal(state.user.emailVerified, true);
  assert.equal(state.sessionId, "ses_1");
  assert.equal(tab.url, "https://app.example/notes?page=2");
  assert.deepEqual(statuses(tab), ["signed-in"]);
});

test("while an answer is being finished the state is loading, and the address is clean at once", async () => {
  const world = new World();
  const start = world.open();
  void start.auth.signIn();
  const tab = world.open({}, world.issuer.approve(await world.destination(start)), start.session);
  assert.equal(tab.auth.getSnapshot().status, "loading");
  assert.equal(tab.url, "https://app.example/callback");
  assert.equal((await tab.auth.ready()).status, "signed-in");
});

test("a token in the fragment: the cookie brings the rest, and no token is written anywhere", async () => {
  const world = new World();
  const tab = await world.signedIn({ delivery: "token", redirectUri: "https://app.example/" });
  const state = tab.auth.getSnapshot();
  assert(state.status === "signed-in" && state.user.name === "Ada");
  assert(!tab.url.includes("access_token"));
  const kept = world.local.getItem("housekey:https://auth.example:app")!;
  assert(!kept.includes("eyJ") && !kept.includes("refresh"), kept);
});

test("code with a cookie: credentials and the client's header are sent, and no token is written anywhere", async () => {
  const world = new World();
  world.issuer.setsCookie = true;
  const tab = await world.signedIn({ refresh: "cookie" });
  const exchange = world.issuer.asked.find(({ path }) => path === "/token")!;
  assert.equal(exchange.init.credentials, "include");
  assert.equal(new Headers(exchange.init.headers).get("X-Housekey-Client"), "app");
  assert(!world.local.getItem("housekey:https://auth.example:app")!.includes("eyJ"));
  await world.pass(590_000);
  assert.equal(world.issuer.count("/session/token"), 1);
  assert.equal(reason(tab), "signed-in");
});

test("a provider's button goes straight to the provider in token delivery", async () => {
  const world = new World();
  const tab = world.open({ delivery: "token", redirectUri: "https://app.example/" });
  void tab.auth.signIn({ provider: "google", loginHint: "ada@example.com" });
  await world.settle();
  const went = new URL(tab.went[0]!);
  assert.equal(went.pathname, "/oauth/google");
  assert.deepEqual([...went.searchParams.keys()].sort(), ["client_id", "login_hint", "redirect_uri", "state"]);
});

test("two sign-ins begun in one tab: either answer is good", async () => {
  const world = new World();
  const tab = world.open();
  void tab.auth.signIn({ returnTo: "/first" });
  void tab.auth.signIn({ returnTo: "/second" });
  const back = world.open({}, world.issuer.approve(await world.destination(tab)), tab.session);
  assert.equal((await back.auth.ready()).status, "signed-in");
});

test("an answer that this tab did not ask for starts a fresh sign-in once, then is an error", async () => {
  const world = new World();
  const stranger = "https://app.example/callback?code=stolen&state=unknown&iss=https%3A%2F%2Fauth.example";
  const session = memory();
  const tab = world.open({}, stranger, session);
  assert.match(await world.destination(tab), /^https:\/\/auth\.example\/authorize\?/);
  assert.equal(world.issuer.count("/token"), 0, "the code is not used");
  const again = world.open({}, stranger, session);
  await again.auth.ready();
  assert.equal(again.went.length, 0);
  assert.equal(reason(again), "never");
  assert.equal(again.events.find((event) => event.type === "error")?.error.code, "state_unknown");
});

test("an old callback from the history changes nothing for who is signed in", async () => {
  const world = new World();
  await world.signedIn();
  const tab = world.open({}, "https://app.example/callback?code=old&state=old");
  await tab.auth.ready();
  assert.equal(reason(tab), "signed-in");
  assert.equal(tab.went.length, 0);
});

test("a code whose answer was lost is spent: the sign-in starts again by itself", async () => {
  const world = new World();
  const start = world.open();
  void start.auth.signIn();
  const back = world.issuer.approve(await world.destination(start));
  let lost = 0;
  world.issuer.trouble = ({ path }) => (path === "/token" && lost++ === 0 ? "lost answer" : undefined);
  const tab = world.open({}, back, start.session);
  for (let i = 0; i < 400 && !tab.went.length; i++) {
    await world.pass(20);
    await new Promise((go) => setTimeout(go, 1)); // for the issuer, whose hashing takes real time
  }
  assert.match(await world.destination(tab), /authorize/);
});

test("errors in the answer are told, and nobody is signed in", async () => {
  for (const [delivery, at] of [["code", "?"], ["token", "#"]] as const) {
    const world = new World();
    const options = { delivery, redirectUri: "https://app.example/callback" };
    const start = world.open(options);
    void start.auth.signIn();
    const state = new URL(await world.destination(start)).searchParams.get("state")!;
    const tab = world.open(options, `https://app.example/callback${at}error=access_denied&error_description=no&state=${state}`, start.session);
    assert.equal((await tab.auth.ready()).status, "signed-out");
    const told = tab.events.find((event) => event.type === "error");
    assert.equal(told?.error.code, "access_denied");
    assert.equal(told?.error.hint, "no");
  }
});

test("another issuer's answer is refused before its code goes anywhere", async () => {
  const world = new World();
  const start = world.open();
  void start.auth.signIn();
  const back = world.issuer.approve(await world.destination(start)).replace("auth.example", "evil.example");
  const tab = world.open({}, back, start.session);
  await tab.auth.ready();
  assert.equal(tab.events.find((event) => event.type === "error")?.error.code, "issuer_mismatch");
  assert.equal(world.issuer.count("/token"), 0);
});

test("an ID token for another request or another app is refused", async () => {
  for (const claim of ["nonce", "aud", "iss", "exp"]) {
    const world = new World();
    const start = world.open();
    void start.auth.signIn();
    const back = world.issuer.approve(await world.destination(start));
    (world.issuer.person as Record<string, unknown>)[claim] = claim === "exp" ? 1 : "other";
    // The nonce is put last by the issuer, so it is spoiled in the tab's own memory instead.
    if (claim === "nonce") start.session.setItem("housekey:https://auth.example:app", start.session.getItem("housekey:https://auth.example:app")!.replace(/"nonce":"[^"]*"/, '"nonce":"other"'));
    const tab = world.open({}, back, start.session);
    assert.equal((await tab.auth.ready()).status, "signed-out", claim);
    const code = tab.events.find((event) => event.type === "error")?.error.code;
    assert.equal(code, claim === "iss" ? "issuer_mismatch" : "token_invalid", claim);
  }
});

test("a return to another origin is not followed", async () => {
  const world = new World();
  const start = world.open();
  void start.auth.signIn({ returnTo: "https://evil.example/x" });
  const tab = world.open({}, world.issuer.approve(await world.destination(start)), start.session);
  await tab.auth.ready();
  assert.equal(tab.url, "https://app.example/");
});

test("somebody who is sent here to sign in goes on to the issuer", async () => {
  const world = new World();
  const tab = world.open({}, "https://app.example/?iss=https%3A%2F%2Fauth.example&login_hint=ada%40example.com");
  assert.equal(new URL(await world.destination(tab)).searchParams.get("login_hint"), "ada@example.com");
});

test("signIn resolves at once for who is signed in, and a router is told where to go", async () => {
  const world = new World();
  const routed: unknown[] = [];
  const tab = await world.signedIn({ onNavigate: (url, how) => routed.push(url, how.replace) });
  assert.deepEqual(routed, ["https://app.example/notes?page=2", true]);
  await tab.auth.signIn();
  assert.equal(tab.went.length, 0);
});
