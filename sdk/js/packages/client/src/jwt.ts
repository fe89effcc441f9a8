// Reading tokens, and the checks of OpenID Connect Core §3.1.3.7 that are ours to make.
//
// The signature is not checked here. ID tokens come straight from the token endpoint over TLS, and
// §3.1.3.7 item 6 lets TLS vouch for them then. Never use this for a token from anywhere else.

import { AuthError } from "./error.js";

export type Claims = Record<string, any>;

export interface Expected {
  issuer: string;
  audience: string;
  nonce?: string | undefined;
  /** The person of the refresh token, who cannot become another one. */
  subject?: string | undefined;
}

export function readClaims(token: string): Claims {
  try {
    const bytes = Uint8Array.from(atob(token.split(".")[1]!.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes));
    if (claims.sub) return claims;
  } catch {
    // falls through: it is no token
  }
  throw new AuthError("token_invalid", "not a token");
}

/** The claims of an ID token that is for us. */
export function checkIdToken(token: string, { issuer, audience, nonce, subject }: Expected): Claims {
  const claims = readClaims(token);
  if (claims.iss !== issuer) throw new AuthError("issuer_mismatch", claims.iss);
  const wrong =
    (![claims.aud].flat().includes(audience) && "aud") ||
    // exp against iat, both the server's: this device's clock has no say.
    (!(claims.exp > claims.iat) && "exp") ||
    (nonce && claims.nonce !== nonce && "nonce") ||
    (subject && claims.sub !== subject && "sub");
  if (wrong) throw new AuthError("token_invalid", `${wrong} is ${claims[wrong]}`);
  return claims;
}

export function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
}

export const randomText = (): string => toBase64Url(crypto.getRandomValues(new Uint8Array(32)));

/** PKCE's S256 (RFC 7636 §4.2). */
export async function s256(verifier: string): Promise<string> {
  return toBase64Url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
}
