// Sessions on a server: the browser holds one sealed cookie, and tokens never reach its scripts.

import { encode, randomText, toBase64Url } from "./bytes.js";
import { clearCookie, createSeal, readCookie, setCookie } from "./cookies.js";
import { createIssuer, Over } from "./issuer.js";
import { createKeys, fail, readClaims, type Claims } from "./keys.js";
import { createRenewal, type Kept } from "./renewal.js";
import type { ServerAuth, ServerAuthOptions, ServerSession, User } from "./types.js";

export type * from "./types.js";

const LEEWAY_SECONDS = 60; // clocks differ a little
const TRIP_SECONDS = 3600; // a mail may take its time
const SESSION_SECONDS = 400 * 86_400; // the longest that browsers keep one; the issuer ends sessions

interface Trip {
  verifier: string;
  nonce: string;
  returnTo: string;
}

export function createServerAuth(options: ServerAuthOptions): ServerAuth {
  const { issuer: iss, clientId, redirectUri } = options;
  const now = options.now ?? Date.now;
  const name = options.cookieName ?? "__Host-session";
  const seal = createSeal(options.cookieSecret, now);
  const issuer = createIssuer(options);
  const signed = createKeys(issuer.keys, now);
  // One cookie for each sign-in under way, so that tabs do not take each other's.
  const tripName = (state: string) => `__Host-sign-in-${state.slice(0, 12)}`;

  async function check(token: string, type: string, nonce?: string): Promise<Claims> {
    const { type: said, claims } = await signed(token);
    if (said.toLowerCase() !== type.toLowerCase()) fail(`its type is ${said}`);
    if (claims["iss"] !== iss) fail(`it is from ${claims["iss"]}`);
    if (![claims["aud"]].flat().includes(options.audience ?? clientId)) fail(`it is for ${claims["aud"]}`);
    if (!(claims["exp"] > now() / 1000 - LEEWAY_SECONDS)) fail("it has expired");
    if (nonce !== undefined && claims["nonce"] !== nonce) fail("it answers another request");
    return claims;
  }

  const renew = createRenewal(issuer.token, (token) => check(token, "JWT"), now);

  // Not the claims: they are in the token, which was checked before it was sealed.
  const write = async ({ id, refresh }: Kept) => setCookie(name, await seal.seal(name, { id, refresh }), SESSION_SECONDS);

  async function read(request: Request): Promise<Kept | undefined> {
    const kept = await seal.open<Omit<Kept, "claims">>(name, readCookie(request, name), SESSION_SECONDS);
    return kept && { ...kept, claims: readClaims(kept.id) };
  }

  async function getSession(request: Request): Promise<ServerSession | null> {
    const kept = await read(request);
    if (!kept) return null;
    const fresh = await renew(kept);
    if (!fresh) return null;
    return {
      user: userOf(fresh.claims),
      idToken: async () => fresh.id,
      setCookie: fresh === kept ? undefined : await write(fresh),
    };
  }

  async function login(request: Request): Promise<Response> {
    const [state, verifier, nonce] = [randomText(), randomText(), randomText()];
    const returnTo = sameOrigin(new URL(request.url).searchParams.get("returnTo"));
    const url = new URL((await issuer.metadata()).authorization_endpoint);
    const digest = await crypto.subtle.digest("SHA-256", encode(verifier));
    const fields = {
      response_type: "code",
      client_id: clientId,
      redirect_uri: redirectUri,
      scope: options.scope ?? "openid profile email offline_access",
      state,
      nonce,
      code_challenge: toBase64Url(new Uint8Array(digest)),
      code_challenge_method: "S256",
    };
    for (const [field, value] of Object.entries(fields)) url.searchParams.set(field, value);
    const trip: Trip = { verifier, nonce, returnTo };
    return redirect(url.href, setCookie(tripName(state), await seal.seal(state, trip), TRIP_SECONDS));
  }

  async function callback(request: Request): Promise<Response> {
    const answer = new URL(request.url).searchParams;
    const state = answer.get("state") ?? "";
    const trip = await seal.open<Trip>(state, readCookie(request, tripName(state)), TRIP_SECONDS);
    if (!trip) return refuse("This answer belongs to no sign-in of this browser. Start again.");
    const from = answer.get("iss");
    if (from !== null && from !== iss) return refuse("This answer is from another issuer.", tripName(state));
    if (answer.has("error")) return refuse(`Not signed in: ${answer.get("error")}.`, tripName(state));
    const code = answer.get("code") ?? "";
    try {
      const tokens = await issuer.token({ grant_type: "authorization_code", code, code_verifier: trip.verifier, redirect_uri: redirectUri });
      const { id_token: id = "", refresh_token: refresh } = tokens;
      const claims = await check(id, "JWT", trip.nonce);
      return redirect(trip.returnTo, clearCookie(tripName(state)), await write({ id, refresh, claims }));
    } catch (error) {
      if (error instanceof Over) return refuse("This answer was used before, or is too old. Start again.", tripName(state));
      throw error;
    }
  }

  async function logout(request: Request): Promise<Response> {
    if (request.method !== "POST") return new Response("POST only", { status: 405, headers: { Allow: "POST" } });
    const kept = await read(request);
    const back = options.postLogoutRedirectUri ?? new URL("/", redirectUri).href;
    const { end_session_endpoint } = await issuer.metadata();
    if (!kept || !end_session_endpoint) return redirect(back, clearCookie(name));
    const url = new URL(end_session_endpoint);
    url.search = new URLSearchParams({ client_id: clientId, id_token_hint: kept.id, post_logout_redirect_uri: back }).toString();
    return redirect(url.href, clearCookie(name));
  }

  /** A path of this app, whatever was asked. */
  function sameOrigin(path: string | null): string {
    const home = new URL("/", redirectUri);
    const url = path && URL.canParse(path, home) ? new URL(path, home) : home;
    return url.origin === home.origin ? url.href : home.href;
  }

  return {
    verify: async (token, type = "at+jwt") => userOf(await check(token, type)),
    getSession,
    handlers: { login, callback, logout },
  };
}

function redirect(to: string, ...cookies: string[]): Response {
  const headers = new Headers({ Location: to, "Cache-Control": "no-store" });
  for (const cookie of cookies) headers.append("Set-Cookie", cookie);
  return new Response(null, { status: 303, headers });
}

function refuse(why: string, spent?: string): Response {
  const headers = new Headers({ "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store" });
  if (spent) headers.append("Set-Cookie", clearCookie(spent));
  return new Response(why, { status: 400, headers });
}

function userOf(claims: Claims): User {
  const { sub: id, email, email_verified: emailVerified, name, picture } = claims;
  return { id, email, emailVerified, name, picture, claims };
}
