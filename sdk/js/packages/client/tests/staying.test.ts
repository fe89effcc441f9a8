import assert from "node:assert/strict";
import { test } from "node:test";
import { cached, force, forcing, reason, statuses, World } from "./world.js";

const later = (status: number, headers: Record<string, string> = {}) => Response.json({ error: "temporarily_unavailable" }, { status, headers });

test("a reload knows the person at once and asks nobody", async () => {
  const world = new World();
  const tab = await world.signedIn();
  const token = await cached(tab);
  const asked = world.issuer.asked.length;
  const reloaded = world.open();
  assert.equal(reloaded.auth.getSnapshot().status, "signed-in");
  assert.equal(await cached(reloaded), token);
  assert.equal(world.issuer.asked.length, asked);
});

test("with a cookie, a reload knows the person at once and fetches a token when one is wanted", async () => {
  const world = new World();
  (await world.signedIn({ delivery: "token", redirectUri: "https://app.example/" })).close();
  const tab = world.open({ delivery: "token", redirectUri: "https://app.example/" });
  const state = tab.auth.getSnapshot();
  assert(state.status === "signed-in" && state.user.name === "Ada" && state.tokenExpiresAt === 0);
  assert.match((await cached(tab))!, /^eyJ/);
});

for (const delivery of ["code", "token"] as const) {
  const options = { delivery, redirectUri: "https://app.example/callback" };
  const path = delivery === "code" ? "/token" : "/session/token";

  test(`two tabs ask at once and one refresh goes out (${delivery})`, async () => {
    const world = new World();
    const one = await world.signedIn(options);
    const two = world.open(options);
    await cached(two);
    await world.pass(2000);
    await cached(one);
    const last = await force(two);
    assert.equal(await force(one), last);
    await world.pass(2000);
    const before = world.issuer.count(path);
    const together = await world.after(5000, Promise.all([forcing(one), forcing(two), forcing(one)]));
    assert.equal(new Set(together).size, 1, "all get the same");
    assert.equal(world.issuer.count(path) - before, 1);
    assert(together[0] && together[0] !== last);
  });

  test(`two tabs without locks and channels take turns by a lease (${delivery})`, async () => {
    const world = new World({ locks: true, channel: true });
    const one = await world.signedIn(options);
    const two = world.open(options);
    await world.pass(2000);
    await world.after(5000, Promise.all([forcing(one), forcing(two)]));
    await world.pass(3_000_000);
    assert.equal(reason(one), "signed-in");
    assert.equal(reason(two), "signed-in");
  });

  test(`a lost answer is asked for again and nobody is signed out (${delivery})`, async () => {
    const world = new World();
    const tab = await world.signedIn(options);
    await world.pass(2000);
    const last = await cached(tab);
    let lost = 0;
    world.issuer.trouble = (asked) => (asked.path === path && lost++ < 3 ? "lost answer" : undefined);
    const token = await world.after(10_000, forcing(tab));
    assert(token && token !== last);
    await world.pass(3_600_000);
    assert.equal(reason(tab), "signed-in");
  });

  test(`invalid_grant signs out every tab (${delivery})`, async () => {
    const world = new World();
    const one = await world.signedIn(options);
    const two = world.open(options);
    await world.pass(2000);
    await force(one);
    world.issuer.sessionOver = true;
    assert.equal(await world.after(5000, forcing(one)), null);
    await world.settle();
    assert.equal(reason(one), "expired");
    assert.equal(reason(two), "expired");
    assert.equal(await cached(two), null);
    assert.equal(reason(world.open(options)), "never");
  });

  for (const ending of ["revoked", "signed-out-elsewhere"]) {
    test(`every tab says why the server ended it: ${ending} (${delivery})`, async () => {
      const world = new World();
      const one = await world.signedIn(options);
      const two = world.open(options);
      await world.pass(2000);
      await force(one);
      Object.assign(world.issuer, { sessionOver: true, ending });
      assert.equal(await world.after(5000, forcing(one)), null);
      await world.settle();
      assert.deepEqual([reason(one), reason(two)], [ending, ending]);
    });
  }
}

test("503 with Retry-After is waited for", async () => {
  const world = new World();
  const tab = await world.signedIn();
  await world.pass(2000);
  let sick = true;
  world.issuer.trouble = ({ path }) => (sick && path === "/token" ? later(503, { "Retry-After": "20" }) : undefined);
  const before = world.issuer.count("/token");
  const wanted = forcing(tab);
  await world.pass(19_000);
  tab.fire("online"); // does not cut short what the server asked for
  assert.equal(world.issuer.count("/token") - before, 1);
  sick = false;
  assert.match((await world.after(5000, wanted))!, /^eyJ/);
  assert.equal(world.issuer.count("/token") - before, 2);
  assert.deepEqual(statuses(tab).filter((status) => status === "signed-out"), []);
});

test("408, 429, 500 and half an answer are 'later'", async () => {
  for (const trouble of [later(408), later(429), later(500), new Response("<html>log in to our wifi")]) {
    const world = new World();
    const tab = await world.signedIn();
    await world.pass(2000);
    let first = true;
    world.issuer.trouble = ({ path }) => (path === "/token" && first ? ((first = false), trouble) : undefined);
    assert.match((await world.after(5000, forcing(tab)))!, /^eyJ/);
    assert.equal(reason(tab), "signed-in");
  }
});

test("offline: waits, goes on when the network is back, and rejects after a minute without signing out", async () => {
  const world = new World();
  const tab = await world.signedIn();
  await world.pass(2000);
  world.issuer.trouble = () => "no answer";
  const failing = forcing(tab).catch((error) => error);
  await world.pass(59_000);
  await world.pass(2000);
  const error = await failing;
  assert.equal(error.code, "network");
  assert.equal(error.retryable, true);
  assert.equal(reason(tab), "signed-in");
  const wanted = forcing(tab);
  await world.pass(3000);
  world.issuer.trouble = () => undefined;
  tab.fire("online");
  await world.settle(20);
  assert.match((await wanted)!, /^eyJ/);
});

test("a request that hangs is given up before the server's grace ends", async () => {
  const world = new World();
  const tab = await world.signedIn();
  await world.pass(2000);
  let hung = false;
  const fetch = world.issuer.fetch.bind(world.issuer);
  world.issuer.fetch = async (url, init) => {
    const answer = await fetch(url, init);
    if (hung || !url.endsWith("/token")) return answer;
    hung = true;
    return new Promise((_, reject) => init!.signal!.addEventListener("abort", () => reject(init!.signal!.reason)));
  };
  const token = await world.after(10_000, forcing(tab));
  assert.match(token!, /^eyJ/);
  assert.equal(reason(tab), "signed-in");
});

test("401 and a client that is gone end the session; 403 is a mistake in the setup and does not", async () => {
  for (const [status, then] of [[401, "expired"], [403, "signed-in"]] as const) {
    const world = new World();
    const tab = await world.signedIn();
    await world.pass(2000);
    world.issuer.trouble = ({ path }) => (path === "/token" ? Response.json({ error: "nope" }, { status }) : undefined);
    const got = await force(tab).catch((error) => error.code);
    assert.equal(got, status === 401 ? null : "nope");
    assert.equal(reason(tab), then);
  }
});

test("a refresh token's person cannot become another one; a cookie's can", async () => {
  for (const delivery of ["code", "token"] as const) {
    const world = new World();
    const tab = await world.signedIn({ delivery, redirectUri: "https://app.example/callback" });
    await world.pass(2000);
    world.issuer.person = { sub: "usr_bob", name: "Bob", sid: "ses_2" };
    const got = await force(tab).catch((error) => error.code);
    const state = tab.auth.getSnapshot();
    assert(state.status === "signed-in");
    if (delivery === "code") assert.equal(got, "token_invalid");
    else assert.equal(state.user.name, "Bob");
  }
});
