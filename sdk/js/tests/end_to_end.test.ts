import assert from "node:assert/strict";
import { resolve } from "node:path";
import { after, before, describe, test } from "node:test";
import { createServerAuth } from "../packages/server/src/index.js";
import type { AuthOptions } from "../packages/client/src/index.js";
import { startHousekey, type Housekey } from "./housekey.js";
import { Person } from "./person.js";
import { departure, RealBrowser } from "./real_tab.js";

const named = process.env["HOUSEKEY_BINARY"];
// npm runs the tests in their own folder; the name is from where npm was called.
const binary = named && resolve(process.env["INIT_CWD"] ?? ".", named);
const skip = binary ? false : "HOUSEKEY_BINARY does not name a server";

test("a server to test against", { skip: process.env["HOUSEKEY_TEST_ALL"] === "1" ? false : skip }, () => {
  assert(binary, "HOUSEKEY_TEST_ALL is set, so HOUSEKEY_BINARY must name a server");
});

describe("against a real server", { skip }, () => {
  let server: Housekey;
  before(async () => (server = await startHousekey(binary!)));
  after(() => server.stop());

  function browser(kept: "code" | "token" | "cookie") {
    const { issuer, app } = server;
    const options: AuthOptions = {
      code: { issuer, clientId: "demo-code", redirectUri: `${app}/callback` },
      token: { issuer, clientId: "demo", delivery: "token" as const, redirectUri: `${app}/` },
      cookie: { issuer, clientId: "cookie", refresh: "cookie" as const, redirectUri: `${app}/callback` },
    }[kept];
    return new RealBrowser(new Person(server.app), options);
  }

  for (const delivery of ["code", "token", "cookie"] as const) {
    test(`signing up, fresh tokens, and signing in again (${delivery})`, async () => {
      const ada = browser(delivery);
      const tab = await ada.signIn();
      const state = tab.auth.getSnapshot();
      assert(state.status === "signed-in", JSON.stringify(state));
      assert.match(state.user.id, /^usr_/);
      assert.match(state.user.email!, /^ada@/);
      assert.equal(state.user.emailVerified, true);
      assert.notEqual(state.sessionId, "");
      assert.equal(tab.url, `${server.app}/here?and=now`);

      const first = await tab.auth.getIdToken();
      assert.equal(await tab.auth.getIdToken(), first);
      const fresh = [await tab.auth.fetchToken({ forceRefreshToken: true }), await tab.auth.fetchToken({ forceRefreshToken: true })];
      assert.equal(new Set([first, ...fresh]).size, 3, "each is another one");

      // Storage was cleared; the server still knows the browser and asks nothing.
      const again = await new RealBrowser(ada.person, ada.options).signIn("nobody");
      const same = again.auth.getSnapshot();
      assert(same.status === "signed-in" && same.user.id === state.user.id && same.sessionId === state.sessionId);
      tab.auth.destroy();
      again.auth.destroy();
    });

    // Its API knows the demo's own clients.
    if (delivery !== "cookie") test(`the demo's own API takes the access token (${delivery})`, async () => {
      const tab = await browser(delivery).signIn();
      const response = await fetch(`${server.app}/api/me`, { headers: { Authorization: `Bearer ${await tab.auth.getAccessToken()}` } });
      assert.equal(response.status, 200);
      tab.auth.destroy();
    });

    test(`two tabs that refresh at once, many times, stay signed in (${delivery})`, async () => {
      const ada = browser(delivery);
      const one = await ada.signIn();
      const two = ada.tab(`${server.app}/`);
      for (let round = 0; round < 3; round++) {
        const force = { forceRefreshToken: true };
        const tokens = await Promise.all([one, two, one].map(({ auth }) => auth.fetchToken(force)));
        assert(tokens.every((token) => token?.startsWith("eyJ")));
      }
      for (const tab of [one, two]) {
        assert.equal(tab.auth.getSnapshot().status, "signed-in");
        tab.auth.destroy();
      }
    });
  }

  for (const kept of ["token", "cookie"] as const) {
    test(`a reload with only the cookie (${kept})`, async () => {
      const ada = browser(kept);
      (await ada.signIn()).auth.destroy();
      assert.doesNotMatch(ada.local.getItem(`housekey:${server.issuer}:${ada.options.clientId}`)!, /eyJ|hkr_/, "no token is stored");
      const tab = ada.tab(`${server.app}/`);
      assert.equal(tab.auth.getSnapshot().status, "signed-in");
      assert.match((await tab.auth.fetchToken({ forceRefreshToken: false }))!, /^eyJ/);
      tab.auth.destroy();
    });
  }

  test("straight to a provider", async () => {
    const ada = browser("token");
    const start = ada.tab(`${server.app}/`);
    void start.auth.signIn({ provider: "pretend" });
    const went = await departure(start);
    assert.equal(new URL(went).pathname, "/oauth/pretend");
    const tab = ada.tab(await ada.person.signIn(went, "ada"), start.session);
    assert.equal((await tab.auth.ready()).status, "signed-in");
    for (const { auth } of [start, tab]) auth.destroy();
  });

  test("signing out with the cookie ends it at the server and in the other tab", async () => {
    const ada = browser("token");
    const tab = await ada.signIn();
    const other = ada.tab(`${server.app}/`);
    await tab.auth.signOut({ everywhere: true });
    assert(!ada.person.cookies().some((name) => name.includes("refresh")));
    for (let i = 0; i < 100 && other.auth.getSnapshot().status === "signed-in"; i++) await new Promise((go) => setTimeout(go, 10));
    assert.deepEqual(other.auth.getSnapshot(), { status: "signed-out", reason: "signed-out-elsewhere" });
    const answer = await ada.person.fetch(`${server.issuer}/session/token`, { method: "POST", credentials: "include", headers: { "X-Housekey-Client": "demo" } });
    assert.equal(answer.status, 400);
    for (const { auth } of [tab, other]) auth.destroy();
  });

  test("signing out with a refresh token: by way of the server, and the refresh token is dead", async () => {
    const ada = browser("code");
    const tab = await ada.signIn();
    const kept = JSON.parse(ada.local.getItem(`housekey:${server.issuer}:demo-code`)!);
    await tab.auth.signOut();
    assert.equal(await ada.person.visit(await departure(tab)), `${server.app}/`);
    const body = new URLSearchParams({ grant_type: "refresh_token", client_id: "demo-code", refresh_token: kept.refresh });
    const answer = await ada.person.fetch(`${server.issuer}/token`, { method: "POST", body });
    assert.equal(((await answer.json()) as { error: string }).error, "invalid_grant");
    tab.auth.destroy();
  });

  test("a session that ended elsewhere: null, and signed out with the reason", async () => {
    const ada = browser("code");
    const tab = await ada.signIn();
    await tab.auth.getIdToken();
    const idToken = (await tab.auth.getIdToken())!;
    const end = new URL(`${server.issuer}/end-session`);
    end.search = new URLSearchParams({ id_token_hint: idToken, client_id: "demo-code", post_logout_redirect_uri: `${server.app}/` }).toString();
    assert.equal(await ada.person.visit(end.href), `${server.app}/`);
    assert.equal(await tab.auth.fetchToken({ forceRefreshToken: true }), null);
    assert.deepEqual(tab.auth.getSnapshot(), { status: "signed-out", reason: "signed-out-elsewhere" });
    tab.auth.destroy();
  });

  test("signing out everywhere with a refresh token reaches the other browser", async () => {
    const desk = browser("code");
    const phone = new RealBrowser(new Person(server.app), desk.options);
    const [at_desk, on_phone] = [await desk.signIn("ada"), await phone.signIn("ada")];
    await on_phone.auth.getIdToken();
    await at_desk.auth.signOut({ everywhere: true });
    assert.equal(await desk.person.visit(await departure(at_desk)), `${server.app}/`);
    assert.equal(await on_phone.auth.fetchToken({ forceRefreshToken: true }), null);
    assert.deepEqual(on_phone.auth.getSnapshot(), { status: "signed-out", reason: "signed-out-elsewhere" });
    for (const { auth } of [at_desk, on_phone]) auth.destroy();
  });

  test("a copied refresh token that is used late: revoked, and the page can say so", async () => {
    const ada = browser("code");
    const tab = await ada.signIn();
    const copied = JSON.parse(ada.local.getItem(`housekey:${server.issuer}:demo-code`)!).refresh;
    await tab.auth.getIdToken();
    for (let i = 0; i < 2; i++) await tab.auth.fetchToken({ forceRefreshToken: true });
    const body = new URLSearchParams({ grant_type: "refresh_token", client_id: "demo-code", refresh_token: copied });
    assert.equal((await ada.person.fetch(`${server.issuer}/token`, { method: "POST", body })).status, 400);
    assert.equal(await tab.auth.fetchToken({ forceRefreshToken: true }), null);
    assert.deepEqual(tab.auth.getSnapshot(), { status: "signed-out", reason: "revoked" });
    tab.auth.destroy();
  });

  test("a session on a server: sign in, a verified session, an access token checked, sign out", async () => {
    const person = new Person(server.app);
    const auth = createServerAuth({ issuer: server.issuer, clientId: "demo-code", redirectUri: `${server.app}/callback`, cookieSecret: "0123456789abcdef0123456789abcdef" });
    const request = (url: string, cookies: string[], method = "GET") => new Request(url, { method, headers: { Cookie: cookies.map((one) => one.split(";")[0]).join("; ") } });
    const left = await auth.handlers.login(request(`${server.app}/login?returnTo=/notes`, []));
    const back = await person.signIn(left.headers.get("Location")!);
    const answer = await auth.handlers.callback(request(back, left.headers.getSetCookie()));
    assert.equal(answer.headers.get("Location"), `${server.app}/notes`, await answer.text());
    const cookies = answer.headers.getSetCookie().filter((cookie) => !cookie.includes("Max-Age=0"));
    const session = await auth.getSession(request(`${server.app}/`, cookies));
    assert.match(session!.user.email!, /^ada@/);
    assert.equal((await auth.verify(await session!.idToken(), "JWT")).id, session!.user.id);
    await assert.rejects(async () => auth.verify(await session!.idToken()), /type/, "an ID token opens no API");
    const out = await auth.handlers.logout(request(`${server.app}/logout`, cookies, "POST"));
    assert.equal(await person.visit(out.headers.get("Location")!), `${server.app}/`);
  });
});
