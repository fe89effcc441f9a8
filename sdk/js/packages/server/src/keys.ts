// Whose signature a token carries: the issuer's keys, fetched when needed and kept.

import { decode, encode, fromBase64Url } from "./bytes.js";

export type Claims = Record<string, any>;
type Jwk = JsonWebKey & { kid?: string };

// The token names its algorithm but does not choose it: neither "none" nor HS256 is among these.
const ALGORITHMS: Record<string, { key: any; check: any } | undefined> = {
  RS256: { key: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, check: { name: "RSASSA-PKCS1-v1_5" } },
  ES256: { key: { name: "ECDSA", namedCurve: "P-256" }, check: { name: "ECDSA", hash: "SHA-256" } },
  EdDSA: { key: { name: "Ed25519" }, check: { name: "Ed25519" } },
};

/** Tokens with made-up key names must not make us ask the issuer all the time. */
const FLOOR_MS = 30_000;
const MAX_AGE_MS = 3_600_000;

export interface SignedToken {
  type: string;
  claims: Claims;
}

/** Returns what checks a token's signature and says what it says. Its claims are the caller's to judge. */
export function createKeys(fetchKeys: () => Promise<Jwk[]>, now: () => number): (token: string) => Promise<SignedToken> {
  let kept: Jwk[] = [];
  let fetchedAt = -Infinity;
  let asking: Promise<void> | undefined;

  const fetchOnce = () =>
    (asking ??= fetchKeys()
      .then((keys) => {
        kept = keys;
        fetchedAt = now();
      })
      .finally(() => (asking = undefined)));

  async function find(kid: unknown, alg: string): Promise<Jwk> {
    const fitting = () => kept.find((key) => key.kid === kid && (!key.alg || key.alg === alg));
    const age = now() - fetchedAt;
    if (age > MAX_AGE_MS || (!fitting() && age > FLOOR_MS)) {
      // An issuer that is down for a moment does not make its known keys wrong.
      await fetchOnce().catch((error) => {
        if (!fitting()) throw error;
      });
    }
    return fitting() ?? fail("its key is not the issuer's");
  }

  return async (token) => {
    const [head, body, signature, ...more] = token.split(".");
    if (!head || !body || !signature || more.length) fail("it is no token");
    const header = parse(head!);
    const algorithm = ALGORITHMS[String(header["alg"])] ?? fail(`its algorithm is ${header["alg"]}`);
    // Only the numbers: runtimes disagree about the labels beside them.
    const { kty, n, e, crv, x, y } = await find(header["kid"], header["alg"]);
    const numbers = JSON.parse(JSON.stringify({ kty, n, e, crv, x, y })) as JsonWebKey;
    const key = await crypto.subtle.importKey("jwk", numbers, algorithm.key, false, ["verify"]);
    const good = await crypto.subtle.verify(algorithm.check, key, fromBase64Url(signature!), encode(`${head}.${body}`));
    if (!good) fail("its signature is wrong");
    return { type: String(header["typ"] ?? "JWT"), claims: parse(body!) };
  };
}

/** Of a token that was checked before. */
export const readClaims = (token: string): Claims => parse(token.split(".")[1] ?? "");

function parse(part: string): Claims {
  try {
    return JSON.parse(decode(fromBase64Url(part))) as Claims;
  } catch {
    return fail("it is no token");
  }
}

export function fail(why: string): never {
  throw new Error(`The token is refused: ${why}.`);
}
