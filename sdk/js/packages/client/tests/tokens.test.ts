import assert from "node:assert/strict";
import { test } from "node:test";
import { cached, force, reason, World } from "./world.js";

test("fetchToken(false) gives the same token while 30 s are left, then a fresh one", async () => {
  const world = new World();
  world.issuer.accessLife = world.issuer.idLife = 3600;
  const tab = await world.signedIn();
  const token = await cached(tab);
  await world.pass(2000_000);
  assert.equal(await cached(tab), token);
  const before = world.issuer.count("/token");
  const fresh = await tab.auth.getIdToken({ minValiditySeconds: 1750 });
  assert.notEqual(fresh, token);
  assert.equal(world.issuer.count("/token"), before + 1);
});

test("fetchToken(true) gives a token other than the last one, even within one second", async () => {
  const world = new World();
  const tab = await world.signedIn({ delivery: "token", redirectUri: "https://app.example/" });
  const given = [await cached(tab)];
  for (let i = 0; i < 4; i++) given.push(await force(tab));
  assert.equal(new Set(given).size, 5);
});

test("fetchToken(true) gives another tab's newer token without network", async () => {
  const world = new World();
  const one = await world.signedIn();
  const two = world.open();
  await cached(two);
  await world.pass(2000);
  const newer = await force(one);
  await world.settle();
  const asked = world.issuer.asked.length;
  assert.equal(await force(two), newer);
  assert.equal(world.issuer.asked.length, asked);
  const event = two.events.filter((event) => event.type === "token").at(-1);
  assert.equal(event?.cause, "other-tab");
});

test("another tab's token past half its life is not new enough", async () => {
  const world = new World();
  world.issuer.accessLife = world.issuer.idLife = 3600;
  const one = await world.signedIn();
  const two = world.open();
  await cached(two);
  await world.pass(2000);
  const newer = await force(one);
  await world.pass(1_900_000);
  const token = await force(two);
  assert.notEqual(token, newer);
});

test("null only when the session is over", async () => {
  const world = new World();
  const stranger = world.open();
  assert.equal(await cached(stranger), null);
  assert.equal(await stranger.auth.getAccessToken(), null);
  const tab = await world.signedIn();
  assert.notEqual(await cached(tab), null);
  await tab.auth.signOut({ local: true });
  assert.equal(await cached(tab), null);
  assert.equal(await force(tab), null);
});

test("tokens with 60 s life do not loop", async () => {
  const world = new World();
  world.issuer.accessLife = world.issuer.idLife = 60;
  const tab = await world.signedIn();
  const before = world.issuer.count("/token");
  for (let second = 0; second < 600; second++) {
    await world.pass(1000);
    await cached(tab);
  }
  const refreshes = world.issuer.count("/token") - before;
  assert(refreshes >= 10 && refreshes <= 20, `${refreshes} in ten minutes`);
});

test("tokens with 8 s life are asked for now and then, not in a loop", async () => {
  const world = new World();
  world.issuer.accessLife = world.issuer.idLife = 8;
  const tab = await world.signedIn();
  const before = world.issuer.count("/token");
  for (let tenth = 0; tenth < 600; tenth++) {
    await world.pass(100);
    await cached(tab);
  }
  const refreshes = world.issuer.count("/token") - before;
  assert(refreshes <= 16, `${refreshes} in a minute`);
});

test("tokens are fresh before anybody asks, at different moments in different tabs, with one request", async () => {
  const world = new World();
  const one = await world.signedIn();
  const two = world.open();
  await world.pass(3_600_000);
  const refreshes = world.issuer.count("/token") - 1;
  assert(refreshes >= 6 && refreshes <= 10, `${refreshes} in an hour of 10 min tokens`);
  assert.equal(await cached(one), await cached(two));
});

test("a clock that is hours wrong, or is set back, does no harm", async () => {
  const world = new World();
  const serverTime = world.time;
  const tab = await world.signedIn();
  // The device says it is tomorrow; the issuer's tokens are of today.
  const issuerNow = () => serverTime + (world.time - serverTime) - 86_400_000;
  Object.assign(world.issuer, { now: issuerNow });
  await world.pass(2000);
  const token = await force(tab);
  const asked = world.issuer.asked.length;
  assert.equal(await cached(tab), token);
  assert.equal(world.issuer.asked.length, asked);
  world.time -= 3_600_000;
  assert.notEqual(await world.after(5000, cached(tab)), null);
  assert.equal(reason(tab), "signed-in");
});

test("a wait can be given up", async () => {
  const world = new World();
  const tab = await world.signedIn();
  await world.pass(2000);
  world.issuer.trouble = () => "no answer";
  const stop = new AbortController();
  const wanted = tab.auth.getIdToken({ forceRefresh: true, signal: stop.signal });
  await world.pass(1000);
  stop.abort(new Error("enough"));
  await assert.rejects(wanted, /enough/);
});

test("auth.fetch sends the access token to allowed origins only, and asks again once after a 401", async () => {
  const world = new World();
  const calls: [string, string | null, string][] = [];
  let status = 401;
  const issuer = world.issuer.fetch.bind(world.issuer);
  world.issuer.fetch = async (input: string | Request, init?: RequestInit) => {
    if (!(input instanceof Request)) return issuer(input, init);
    calls.push([new URL(input.url).host, input.headers.get("Authorization"), await input.text()]);
    const answer = new Response(null, { status });
    status = 200;
    return answer;
  };
  const tab = await world.signedIn({ apiOrigins: ["https://api.example"] });
  await world.pass(2000);
  const response = await world.after(2000, tab.auth.fetch("https://api.example/notes", { method: "POST", body: "hello" }));
  assert.equal(response.status, 200);
  assert.equal(calls.length, 2);
  assert(calls.every(([host, , body]) => host === "api.example" && body === "hello"));
  assert.notEqual(calls[0]![1], calls[1]![1]);
  await tab.auth.fetch("/api/me");
  await tab.auth.fetch("https://elsewhere.example/");
  assert.match(calls[2]![1]!, /^Bearer eyJ/);
  assert.equal(calls[3]![1], null);
});
