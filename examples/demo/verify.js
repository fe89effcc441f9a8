// Checking a token in the browser, with nothing but WebCrypto.
//
// Why check at all? The token came from our own server over TLS. But it came *through* a URL or a
// fetch that this page has to trust, and the checks below (who made it, for whom, until when, in
// answer to which request) are what turns "some JSON" into "this person signed in here just now".

// A sentence for the person, and what they can do about it.
export class Problem extends Error {
  constructor(sentence, remedy = "") {
    super(sentence);
    this.remedy = remedy;
  }
}

// What we accept. The token names its algorithm, but it does not get to choose: a list that has
// neither "none" nor HS256 on it is why a forged token cannot pass by naming one of them.
const ALGORITHMS = new Map([
  ["RS256", { key: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, check: { name: "RSASSA-PKCS1-v1_5" } }],
  ["ES256", { key: { name: "ECDSA", namedCurve: "P-256" }, check: { name: "ECDSA", hash: "SHA-256" } }],
  ["EdDSA", { key: { name: "Ed25519" }, check: { name: "Ed25519" } }],
]);

// Clocks differ a little. Seconds.
const LEEWAY = 60;

// Returns { header, claims } of a token that is genuine, or throws a Problem.
// expected: { issuer, audience, type, nonce?, findKey(kid) }
export async function verify(token, expected) {
  const [head, body, signature, ...more] = String(token).split(".");
  if (!head || !body || !signature || more.length > 0) throw new Problem("What came back is not a token.");
  const header = readJson(head);

  const algorithm = ALGORITHMS.get(header.alg);
  if (!algorithm) throw new Problem(`The token is signed with ${header.alg}, which this app doesn’t accept.`);

  // Every token says what it is. An access token is no proof of who signed in, and an ID token
  // opens no API: mixing them up has been a way in before.
  if (String(header.typ).toLowerCase() !== expected.type) {
    throw new Problem(`This should be a token of type ${expected.type}, but it says ${header.typ}.`);
  }

  const jwk = await expected.findKey(header.kid);
  if (!jwk) throw new Problem("The token is signed with a key that the issuer doesn’t publish.");
  if (jwk.alg && jwk.alg !== header.alg) throw new Problem("The token’s algorithm is not its key’s.");
  if (!(await signatureIsGood(algorithm, jwk, signature, `${head}.${body}`))) {
    throw new Problem("The signature doesn’t match. The token was changed on its way, or somebody else made it.");
  }

  // Only now does it make sense to read what the token claims.
  const claims = readJson(body);
  checkClaims(claims, expected);
  return { header, claims };
}

function checkClaims(claims, { issuer, audience, nonce }) {
  const now = Date.now() / 1000;
  if (claims.iss !== issuer) throw new Problem(`The token is from ${claims.iss}, not from ${issuer}.`);
  if (![claims.aud].flat().includes(audience)) throw new Problem(`The token is for ${claims.aud}, not for ${audience}.`);
  if (!(claims.exp > now - LEEWAY)) throw new Problem("The token has expired.", "If this keeps happening, check this device’s clock.");
  if (claims.iat > now + LEEWAY) throw new Problem("The token is from the future.", "Check this device’s clock.");
  // The nonce ties an ID token to the request that this tab made. Without it, somebody could
  // slip in a genuine token from another sign-in.
  if (nonce !== undefined && claims.nonce !== nonce) throw new Problem("The ID token answers another request, not this tab’s.");
}

async function signatureIsGood(algorithm, jwk, signature, signed) {
  // Only the numbers of the key. Browsers disagree about the labels beside them.
  const { kty, n, e, crv, x, y } = jwk;
  let key;
  try {
    key = await crypto.subtle.importKey("jwk", { kty, n, e, crv, x, y }, algorithm.key, false, ["verify"]);
  } catch {
    throw new Problem(`This browser can’t check ${jwk.alg ?? kty} signatures.`, "A newer browser can, or let the client sign with RS256.");
  }
  return crypto.subtle.verify(algorithm.check, key, fromBase64Url(signature), new TextEncoder().encode(signed));
}

// JSON Web Tokens write bytes in base64url: no padding, and - and _ for + and /.
export function toBase64Url(bytes) {
  return btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64Url(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

function readJson(part) {
  try {
    return JSON.parse(new TextDecoder().decode(fromBase64Url(part)));
  } catch {
    throw new Problem("What came back is not a token.");
  }
}
