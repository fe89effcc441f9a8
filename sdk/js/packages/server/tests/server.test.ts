import assert from "node:assert/strict";
import { test } from "node:test";
import { createServerAuth, type ServerAuth } from "../src/index.js";
import { SigningIssuer } from "./signing_issuer.js";

const SECRET = "0123456789abcdef0123456789abcdef";
const HOME = "https://app.example";

async function start() {
  const issuer = new SigningIssuer();
  await issuer.newKey();
  const auth = createServerAuth({
    issuer: issuer.url,
    clientId: "app",
    redirectUri: `${HOME}/callback`,
    cookieSecret: SECRET,
    fetch: issuer.fetch as typeof fetch,
    now: () => issuer.now,
  });
  return { issuer, auth };
}

const pair = (cookie: string) => cookie.split(";")[0]!;
const request = (path: string, cookie = "", method = "GET") => new Request(HOME + path, { method, headers: { Cookie: cookie } });

async function signIn(auth: ServerAuth, issuer: SigningIssuer, returnTo = "/notes") {
  const left = await auth.handlers.login(request(`/login?returnTo=${encodeURIComponent(returnTo)}`));
  const asked = new URL(left.headers.get("Location")!).searchParams;
  issuer.nonce = asked.get("nonce")!;
  const path = `/callback?code=c&iss=${encodeURIComponent(issuer.url)}&state=${asked.get("state")}`;
  const trip = left.headers.getSetCookie().map(pair).join("; ");
  const back = await auth.handlers.callback(request(path, trip));
  return { back, asked, trip, path, session: back.headers.getSetCookie().find((cookie) => cookie.startsWith("__Host-session="))! };
}

test("sign in: PKCE, a sealed cookie that scripts cannot read, and back to the path", async () => {
  const { auth, issuer } = await start();
  const { back, session, asked } = await signIn(auth, issuer);
  assert.equal(back.headers.get("Location"), `${HOME}/notes`);
  for (const wanted of ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"]) assert(session.includes(wanted), session);
  assert(!session.includes("eyJ"));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(issuer.verifiers[0]!));
  assert.equal(Buffer.from(digest).toString("base64url"), asked.get("code_challenge"));
  const found = await auth.getSession(request("/", pair(session)));
  assert.equal(found?.user.name, "Ada");
  assert.match(await found!.idToken(), /^eyJ/);
  assert.equal(found!.setCookie, undefined);
});

test("no cookie, a changed cookie and another cookie's content are nobody", async () => {
  const { auth, issuer } = await start();
  const { session, trip } = await signIn(auth, issuer);
  const value = pair(session);
  for (const cookie of ["", "__Host-session=x", value.slice(0, -2), `__Host-session=${trip.split("=")[1]}`]) {
    assert.equal(await auth.getSession(request("/", cookie)), null, cookie);
  }
});

test("an answer without its cookie, of another issuer, or with another nonce is refused", async () => {
  const { auth, issuer } = await start();
  const { path, trip } = await signIn(auth, issuer);
  assert.equal((await auth.handlers.callback(request(path))).status, 400);
  assert.equal((await auth.handlers.callback(request(path.replace("auth.example", "evil.example"), trip))).status, 400);
  issuer.nonce = "another";
  await assert.rejects(auth.handlers.callback(request(path, trip)), /another request/);
});

test("a return to another origin is not followed", async () => {
  const { auth, issuer } = await start();
  for (const evil of ["https://evil.example/", "//evil.example", "/\\evil.example"]) {
    assert.equal((await signIn(auth, issuer, evil)).back.headers.get("Location"), `${HOME}/`, evil);
  }
});

test("tokens are renewed when less than a minute is left, once for requests that come together", async () => {
  const { auth, issuer } = await start();
  const { session } = await signIn(auth, issuer);
  const ask = () => auth.getSession(request("/", pair(session)));
  issuer.now += 3500_000;
  assert.equal((await ask())!.setCookie, undefined);
  issuer.now += 45_000;
  const before = issuer.asked.length;
  const [one, two] = await Promise.all([ask(), ask()]);
  assert.equal(issuer.asked.length, before + 1);
  assert(one!.setCookie && two!.setCookie);
  const next = await auth.getSession(request("/", pair(one!.setCookie)));
  assert.equal(await next!.idToken(), await one!.idToken());
});

test("only the server's word ends a session: an outage does not", async () => {
  const { auth, issuer } = await start();
  const { session } = await signIn(auth, issuer);
  const ask = () => auth.getSession(request("/", pair(session)));
  issuer.now += 3550_000;
  issuer.down = true;
  assert.equal((await ask())!.user.name, "Ada", "what is still good is used");
  issuer.now += 60_000;
  await assert.rejects(ask(), /503/);
  issuer.down = false;
  assert.equal((await ask())!.user.name, "Ada");
  issuer.now += 60_000;
  issuer.over = true;
  assert.equal(await ask(), null);
});

test("sign-out takes a POST, forgets the cookie and goes by way of the issuer", async () => {
  const { auth, issuer } = await start();
  const { session } = await signIn(auth, issuer);
  assert.equal((await auth.handlers.logout(request("/logout", pair(session)))).status, 405);
  const answer = await auth.handlers.logout(request("/logout", pair(session), "POST"));
  assert.match(answer.headers.get("Set-Cookie")!, /Max-Age=0/);
  const to = new URL(answer.headers.get("Location")!);
  assert.equal(to.pathname, "/end-session");
  assert.match(to.searchParams.get("id_token_hint")!, /^eyJ/);
});

for (const alg of ["RS256", "ES256", "EdDSA"] as const) {
  test(`${alg} signatures are checked`, async () => {
    const { auth, issuer } = await start();
    await issuer.newKey(alg);
    const token = await issuer.sign({}, { typ: "at+jwt" });
    assert.equal((await auth.verify(token)).id, "usr_ada");
    const [head, , signature] = token.split(".");
    const forged = [head, Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString()), sub: "usr_root" })).toString("base64url"), signature].join(".");
    await assert.rejects(auth.verify(forged), /signature/);
  });
}

test("tokens of another kind, issuer, audience or time are refused, and those without a signature", async () => {
  const { auth, issuer } = await start();
  const access = { typ: "at+jwt" };
  await assert.rejects(async () => auth.verify(await issuer.sign()), /type/);
  await assert.rejects(async () => auth.verify(await issuer.sign({ iss: "https://evil.example" }, access)), /from/);
  await assert.rejects(async () => auth.verify(await issuer.sign({ aud: "other" }, access)), /for other/);
  await assert.rejects(async () => auth.verify(await issuer.sign({ exp: 1 }, access)), /expired/);
  await assert.rejects(async () => auth.verify(await issuer.sign({}, { ...access, alg: "none" })), /none/);
  await assert.rejects(async () => auth.verify(await issuer.sign({}, { ...access, alg: "HS256" })), /HS256/);
});

test("a new key is found, and made-up key names do not make us ask all the time", async () => {
  const { auth, issuer } = await start();
  const access = { typ: "at+jwt" };
  await auth.verify(await issuer.sign({}, access));
  await issuer.newKey();
  issuer.now += 31_000;
  await auth.verify(await issuer.sign({}, access));
  const fetches = () => issuer.asked.filter((path) => path === "/jwks").length;
  assert.equal(fetches(), 2);
  for (let i = 0; i < 20; i++) await assert.rejects(async () => auth.verify(await issuer.sign({}, { ...access, kid: `x${i}` })), /key/);
  assert.equal(fetches(), 2);
});

test("a weak cookie secret is a mistake at start", () => {
  assert.throws(() => createServerAuth({ issuer: "https://auth.example", clientId: "app", redirectUri: HOME, cookieSecret: "short" }), /32/);
});
