// Cookies of this host alone, sealed with AES-GCM: what is in them is read and written only here.

import { decode, encode, fromBase64Url, toBase64Url } from "./bytes.js";

const ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Lax";

export function readCookie(request: Request, name: string): string | undefined {
  for (const pair of (request.headers.get("Cookie") ?? "").split(";")) {
    const [key, value] = pair.trim().split("=");
    if (key === name) return value;
  }
  return undefined;
}

const MOST = 4096; // what browsers keep

export function setCookie(name: string, value: string, seconds: number): string {
  const cookie = `${name}=${value}; Max-Age=${seconds}; ${ATTRIBUTES}`;
  if (cookie.length > MOST) throw new Error(`The cookie ${name} would be ${cookie.length} bytes: ask for fewer claims.`);
  return cookie;
}

export const clearCookie = (name: string): string => setCookie(name, "", 0);

export interface Seal {
  seal(name: string, value: unknown): Promise<string>;
  /** undefined: not ours, of another cookie, or older than allowed. */
  open<T>(name: string, text: string | undefined, maxAgeSeconds: number): Promise<T | undefined>;
}

export function createSeal(secret: string | undefined, now: () => number): Seal {
  if (!secret || secret.length < 32) throw new Error("cookieSecret must have at least 32 characters, from a random source");
  const key = deriveKey(secret);
  return {
    async seal(name, value) {
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const body = encode(JSON.stringify({ at: now(), value }));
      // The name is authenticated too, so that one cookie cannot be passed off as another.
      const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: encode(name) }, await key, body);
      return `${toBase64Url(iv)}.${toBase64Url(new Uint8Array(sealed))}`;
    },
    async open<T>(name: string, text: string | undefined, maxAgeSeconds: number) {
      try {
        const [iv, sealed] = text!.split(".").map(fromBase64Url);
        const body = await crypto.subtle.decrypt({ name: "AES-GCM", iv: iv!, additionalData: encode(name) }, await key, sealed!);
        const { at, value } = JSON.parse(decode(body)) as { at: number; value: T };
        return now() - at < maxAgeSeconds * 1000 ? value : undefined;
      } catch {
        return undefined;
      }
    },
  };
}

async function deriveKey(secret: string): Promise<CryptoKey> {
  const raw = await crypto.subtle.importKey("raw", encode(secret), "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: encode("housekey session cookie") };
  return crypto.subtle.deriveKey(how, raw, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}
