// The answer in the address bar: found, taken away, and made a session of.

import { AuthError, isOver, isRetryable } from "./error.js";
import type { Grant, Settings } from "./grant.js";
import { persist } from "./http.js";
import type { Platform } from "./platform.js";
import type { Session } from "./store.js";
import type { Trip } from "./trips.js";

/** A code comes in the query, a token in the fragment, and an error in either. */
export function findAnswer({ redirectUri, mode }: Settings, href: string): URLSearchParams | undefined {
  if (!href) return;
  const url = new URL(href);
  const home = new URL(redirectUri);
  if (url.origin !== home.origin || url.pathname !== home.pathname) return;
  const wanted = mode === "token" ? "access_token" : "code";
  return [new URLSearchParams(url.hash.slice(1)), url.searchParams].find((one) => one.has("state") && (one.has("error") || one.has(wanted)));
}

/** What the answer brings, once its state is known to be ours. */
export async function redeem(platform: Platform, settings: Settings, grant: Grant, params: URLSearchParams, trip: Trip): Promise<Session> {
  // RFC 9207: who says so. A code must not be taken to another issuer's token endpoint.
  const iss = params.get("iss");
  if (iss !== null && iss !== settings.issuer) throw new AuthError("issuer_mismatch", iss);
  const error = params.get("error");
  if (error) throw new AuthError(error, params.get("error_description"));
  if (settings.mode === "token") return withCookie(grant, params);
  const code = params.get("code")!;
  const answer = await persist(platform, 5, () => grant.redeem(code, trip.verifier!));
  return grant.read(answer, undefined, trip.nonce);
}

// The fragment brings no ID token; the cookie that came with it does, and shows that it arrived.
async function withCookie(grant: Grant, params: URLSearchParams): Promise<Session> {
  try {
    return grant.read(await grant.refresh());
  } catch (error) {
    // A good access token is here all the same: signed in, and the rest comes later.
    if (isRetryable(error)) return grant.read(Object.fromEntries(params));
    if (!isOver(error)) throw error;
    throw new AuthError("no_cookie", "blocked: app and issuer must be one site, on https or localhost");
  }
}
