// What this browser remembers of a session, and what only this tab does.
//
// With a refresh token in the body, everything is kept: a reload then needs no request, and other
// tabs see what was minted. The short tokens beside the refresh token add no risk to it. With a
// cookie, no token is ever written: only whose session it was, so that the first picture is right.

import type { Claims } from "./jwt.js";
import type { TokenStorage } from "./types.js";

export interface Tokens {
  id?: string | undefined;
  access: string;
  /** Seconds that each lives, by the server's own word. */
  idLife: number;
  accessLife: number;
  /** When they came, on this device's clock. */
  at: number;
}

/** Seconds until the first of them ends. */
export const shortestLife = ({ id, idLife, accessLife }: Tokens): number => (id ? Math.min(idLife, accessLife) : accessLife);

export interface Session {
  /** Names this minting: whoever sees another name knows that somebody else has refreshed. */
  name: string;
  claims: Claims;
  tokens?: Tokens | undefined;
  refresh?: string | undefined;
}

export interface Store {
  read(): Session | undefined;
  write(session: Session): void;
  clear(): void;
}

export function createStore(storage: TokenStorage, key: string, keepsTokens: boolean): Store {
  return {
    read() {
      try {
        const kept = JSON.parse(storage.getItem(key)!);
        return kept?.claims?.sub ? kept : undefined;
      } catch {
        return undefined;
      }
    },
    write: (session) => storage.setItem(key, JSON.stringify(keepsTokens ? session : { name: session.name, claims: session.claims })),
    clear: () => storage.removeItem(key),
  };
}

export function memory(): TokenStorage {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}
