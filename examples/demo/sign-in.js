// Signing in, staying signed in, signing out: both ways that Housekey can hand a person back.
//
//   token   the browser comes back with an access token; a refresh cookie, which no script can
//           read, fetches the next ones. For your own apps on your own domain. The short way.
//   code    OpenID Connect's authorization code flow with PKCE. For every app and every library.
//
// This file knows nothing about the page. Copy it, or read it and use a library.

import { Problem, toBase64Url, verify } from "./verify.js";

// The session at the server is over: nothing to retry, the person signs in again.
export class SessionOver extends Problem {}

let config; // from our own server: { issuer, origin, clients }
let metadata; // from the issuer: where its endpoints are
let keys; // the issuer's public keys
let watch = () => {};

// Call this first. onStep hears, in words, what happens.
export async function connect(onStep) {
  watch = onStep;
  config = await ask("/config.json");
  // 127.0.0.1 is not localhost: cookies, storage and registered addresses belong to one origin.
  if (config.origin !== location.origin) throw new Problem("This app lives elsewhere.", `Open it at ${config.origin}`);
  // Discovery: an app needs one address, the issuer's. The rest is written there.
  metadata = await ask(`${config.issuer}/.well-known/openid-configuration`);
  if (metadata.issuer !== config.issuer) {
    throw new Problem(`${config.issuer} says that it is ${metadata.issuer}.`, "The two must be the same, letter for letter.");
  }
  return config;
}

// ── Leaving ────────────────────────────────────────────────────────────────────────────────

// Sends the person to Housekey. They come back to takeAnswer().
export async function leaveToSignIn(delivery) {
  // state: a secret between this tab and its own return. Whoever sends you a link with *their*
  // answer in it can't know it, so nobody can sign you in as somebody else without your noticing.
  const trip = { delivery, state: random() };
  let url;
  if (delivery === "token") {
    url = address(`${config.issuer}/sign-in`, {
      client_id: config.clients.token,
      redirect_uri: `${config.origin}/`,
      state: trip.state,
    });
  } else {
    // PKCE: the code comes back through a URL, which others may see. It is worth nothing without
    // the verifier, which stays here; only the verifier's hash travels ahead.
    trip.verifier = random();
    trip.nonce = random(); // comes back inside the signed ID token; see verify.js
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(trip.verifier));
    url = address(metadata.authorization_endpoint, {
      response_type: "code",
      client_id: config.clients.code,
      redirect_uri: `${config.origin}/callback`,
      scope: "openid profile email offline_access", // offline_access: also a refresh token
      state: trip.state,
      nonce: trip.nonce,
      code_challenge: toBase64Url(hash),
      code_challenge_method: "S256",
    });
  }
  // Session storage: it outlives the trip, but not the tab, and other tabs don't see it.
  // These are one-time values. Tokens never go here, nor to local storage.
  sessionStorage.setItem("trip", JSON.stringify(trip));
  location.assign(url);
}

// ── Coming back ────────────────────────────────────────────────────────────────────────────

// Reads what the address bar brought and removes it. Call it before anything else: until then the
// token can be copied, bookmarked, restored with the tab and seen over a shoulder.
// Returns { params, trip } or null.
export function takeAnswer() {
  const params = new URLSearchParams(location.hash.length > 1 ? location.hash.slice(1) : location.search);
  if (location.pathname !== "/" || location.hash || location.search) history.replaceState(null, "", "/");
  if (!["access_token", "code", "error", "state"].some((name) => params.has(name))) return null;
  const trip = JSON.parse(sessionStorage.getItem("trip") ?? "null");
  sessionStorage.removeItem("trip"); // one trip, one answer
  return { params, trip };
}

// Turns the answer into a session, or null if it was the end of signing out.
export async function arrive({ params, trip }) {
  // First the state, before a word of the answer is believed or shown, errors included.
  if (!trip || params.get("state") !== trip.state) {
    throw new Problem("This answer doesn’t belong to a sign-in that this tab began.", "Nothing has changed. Start again from here.");
  }
  watch("The state is the one this tab made");
  if (trip.delivery === "signed-out") {
    watch("Housekey has signed you out");
    return null;
  }
  if (params.has("error")) throw refusal(params.get("error"), params.get("error_description"));
  return trip.delivery === "token" ? arriveWithToken(params) : arriveWithCode(params, trip);
}

async function arriveWithToken(params) {
  const session = await newSession("token", { access_token: params.get("access_token"), expires_in: Number(params.get("expires_in")) });
  watch("The access token came in the fragment, which browsers don’t send to servers; it is gone from the address bar");
  // The fragment brings no ID token: names and addresses don't belong into URLs.
  // The first refresh does, and shows at once whether the cookie arrived.
  try {
    return await refresh(session);
  } catch (error) {
    // A good access token is here all the same: stay signed in, and say what is wrong.
    session.problem = error instanceof SessionOver ? noCookie() : error;
    return session;
  }
}

async function arriveWithCode(params, trip) {
  // RFC 9207: the answer says who gives it. An app that knows several issuers could otherwise be
  // made to take one issuer's code to another's token endpoint.
  if (params.get("iss") !== config.issuer) {
    throw new Problem(`The answer is from ${params.get("iss") ?? "nobody"}, not from ${config.issuer}.`, "Start again from here.");
  }
  watch("The answer is from the right issuer (iss)");
  const tokens = await askForTokens({
    grant_type: "authorization_code",
    code: params.get("code"),
    redirect_uri: `${config.origin}/callback`,
    code_verifier: trip.verifier,
  });
  return newSession("code", tokens, { nonce: trip.nonce });
}

// ── Staying ────────────────────────────────────────────────────────────────────────────────

let refreshing = null;

// Fresh tokens for this session. Two buttons pressed at once make one request.
export function refresh(session) {
  refreshing ??= refreshNow(session).finally(() => (refreshing = null));
  return refreshing;
}

async function refreshNow(session) {
  if (session.delivery === "token") return resume();
  const tokens = await askForTokens({ grant_type: "refresh_token", refresh_token: session.refreshToken });
  // The answer may leave out what has not changed. A refresh token that it brings replaces ours:
  // the old one must not be used again, because a used one coming back looks like theft.
  return newSession("code", { refresh_token: session.refreshToken, ...tokens }, { before: session });
}

// Token delivery: picks up the session after a reload, from the cookie alone.
export function resume() {
  // All tabs share one cookie, and each use replaces it. Taking turns is kinder than racing.
  return oneTabAtATime(async () => {
    const tokens = await ask(`${config.issuer}/session/token`, cookieRequest());
    return newSession("token", tokens);
  });
}

function oneTabAtATime(work) {
  return navigator.locks ? navigator.locks.request("refresh", work) : work();
}

// Housekey answers these only to a registered Origin (the browser sets that header, scripts can't)
// with the client's own header: another site can't make your browser refresh or sign out.
function cookieRequest(body) {
  const headers = { "X-Housekey-Client": config.clients.token };
  if (body) headers["Content-Type"] = "application/json";
  return { method: "POST", credentials: "include", headers, body: body && JSON.stringify(body) };
}

// The token endpoint takes a form and answers JSON (RFC 6749 §4.1.3). A script has no client
// secret, because everybody can read a script; PKCE and the registered redirect URI stand in.
function askForTokens(fields) {
  const body = new URLSearchParams({ client_id: config.clients.code, ...fields });
  return ask(metadata.token_endpoint, { method: "POST", body });
}

// ── Leaving for good ───────────────────────────────────────────────────────────────────────

// Token delivery: one request. "everywhere" ends the person's sessions on all devices.
export async function signOutHere(everywhere) {
  await ask(`${config.issuer}/session/end`, cookieRequest({ everywhere }));
}

// Code delivery: the browser goes to Housekey and comes back. The ID token shows whose session is
// meant, so that no other site can sign people out by a link.
export function leaveToSignOut(session) {
  const trip = { delivery: "signed-out", state: random() };
  sessionStorage.setItem("trip", JSON.stringify(trip));
  location.assign(
    address(metadata.end_session_endpoint, {
      client_id: config.clients.code,
      id_token_hint: session.idToken,
      post_logout_redirect_uri: `${config.origin}/`,
      state: trip.state,
    }),
  );
}

// ── Tools ──────────────────────────────────────────────────────────────────────────────────

// A session is what this page remembers, in a variable and nowhere else. A reload forgets it;
// so does a script that gets in tomorrow and looks through storage.
async function newSession(delivery, tokens, { nonce, before } = {}) {
  const expected = { issuer: config.issuer, audience: config.clients[delivery], findKey };
  // To any other app an access token is opaque: only the API reads it. We look because we are
  // the API's authors too, and because showing it is what this page is for.
  const access = await verify(tokens.access_token, { ...expected, type: "at+jwt" });
  watch(`The access token is genuine (${access.header.alg}, key ${access.header.kid})`);
  let id = before?.id;
  if (tokens.id_token) {
    id = await verify(tokens.id_token, { ...expected, type: "jwt", nonce });
    watch("The ID token is genuine, for this app" + (nonce ? ", and answers this tab’s request (nonce)" : ""));
  }
  // The cookie may have become somebody else's in another tab, but tokens that come together must agree.
  for (const other of [before?.access, id]) {
    if (other && other.claims.sub !== access.claims.sub) throw new Problem("The tokens are about different people.", "Sign out and start again.");
  }
  return {
    delivery,
    access,
    id,
    accessToken: tokens.access_token,
    idToken: tokens.id_token ?? before?.idToken,
    refreshToken: tokens.refresh_token,
    lifetime: tokens.expires_in,
    // By our own clock from the moment it came, so that a clock that is wrong does no harm.
    until: Date.now() + tokens.expires_in * 1000,
  };
}

// A key by its name. An unknown name may mean that the issuer has changed keys: look once more.
async function findKey(kid) {
  const find = () => keys?.find((key) => key.kid === kid);
  if (!find()) keys = (await ask(metadata.jwks_uri, { cache: "no-cache" })).keys;
  return find();
}

// fetch, with the two kinds of failure kept apart: "no" and "not now".
async function ask(url, options = {}) {
  const path = new URL(url, location.href).pathname;
  const method = options.method ?? "GET";
  let response;
  try {
    response = await fetch(url, options);
  } catch {
    // fetch says the same of a server that is down and of one that does not allow this origin.
    watch(`${method} ${path} → no answer`);
    const where = new URL(url, location.href).origin;
    throw new Problem(`There is no answer from ${where}.`, "Is it running, and is this app’s origin registered there? The browser’s console says which.");
  }
  const answer = await response.json().catch(() => ({}));
  watch(`${method} ${path} → ${response.status} ${answer.error ?? ""}`);
  if (response.ok) return answer;

  // 400 invalid_grant: the server has looked, and this session (or code, or refresh token) is
  // over, and says why. Only this answer may sign the person out here.
  if (answer.error === "invalid_grant") {
    const why = { revoked: "An old copy of this sign-in was used, so it was ended.", "signed-out-elsewhere": "You were signed out somewhere else." };
    throw new SessionOver(why[answer.reason] ?? "This session is over.", "Sign in again.");
  }

  // 429 and 503: the server could not look just now. Keep every token and try again later:
  // an app that signs people out when the server restarts is an app people learn to dislike.
  if (response.status === 429 || response.status >= 500) {
    const seconds = Number(response.headers.get("Retry-After")) || 5;
    throw new Problem("Housekey can’t answer just now.", `Nothing is lost. Try again in ${seconds} ${seconds === 1 ? "second" : "seconds"}.`);
  }
  throw refusal(answer.error ?? `status ${response.status}`, answer.error_description);
}

// What an error code means to the person in front of the page (RFC 6749 §4.1.2.1).
function refusal(code, description) {
  const words = {
    access_denied: ["You didn’t sign in.", "That’s fine. Start again whenever you like."],
    login_required: ["Nobody is signed in at Housekey.", "Sign in first."],
    temporarily_unavailable: ["Housekey can’t answer just now.", "Try again in a moment."],
    server_error: ["Something broke at Housekey.", "Try again. Its log says more."],
    unauthorized_client: ["This app may not do that.", "Check the client’s registration."],
    invalid_client: ["Housekey doesn’t know this app.", "Register the client, or check its id."],
  };
  const [sentence, remedy] = new Map(Object.entries(words)).get(code) ?? ["Housekey refused the request.", "This is for the app’s developer."];
  return new Problem(sentence, `${remedy} (${description ? `${code}: ${description}` : code})`);
}

function noCookie() {
  return new Problem(
    "The refresh cookie didn’t arrive.",
    "You stay signed in until this token ends. Browsers keep the cookie only over https, or on localhost in most of them, and only if app and Housekey are on the same site.",
  );
}

function random() {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
}

function address(endpoint, params) {
  const url = new URL(endpoint);
  for (const [name, value] of Object.entries(params)) if (value) url.searchParams.set(name, value);
  return url.href;
}
