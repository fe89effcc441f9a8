// Fresh tokens for a session that has less than a minute left.

import { Over, type TokenAnswer } from "./issuer.js";
import type { Claims } from "./keys.js";

/** A session: what its cookie keeps, and what the ID token says. */
export interface Kept {
  id: string;
  refresh: string | undefined;
  claims: Claims;
}

const LEAST_SECONDS = 60;
/** A page makes several requests at once, all with the old cookie: they share one renewal. */
const SHARED_MS = 10_000;

type Renew = (kept: Kept) => Promise<Kept | null>;

export function createRenewal(
  token: (fields: Record<string, string>) => Promise<TokenAnswer>,
  check: (idToken: string) => Promise<Claims>,
  now: () => number,
): Renew {
  const recent = new Map<string, { at: number; renewed: Promise<Kept | null> }>();
  const left = (kept: Kept) => kept.claims["exp"] - now() / 1000;

  async function ask(kept: Kept, refresh: string): Promise<Kept | null> {
    try {
      const answer = await token({ grant_type: "refresh_token", refresh_token: refresh });
      const id = answer.id_token ?? kept.id;
      const claims = await check(id);
      if (claims["sub"] !== kept.claims["sub"]) return null;
      return { id, refresh: answer.refresh_token ?? refresh, claims };
    } catch (error) {
      if (error instanceof Over) return null;
      // "Later" is not "over": what is still good goes on being used.
      if (left(kept) > 0) return kept;
      throw error;
    }
  }

  return async (kept) => {
    if (left(kept) >= LEAST_SECONDS) return kept;
    const { refresh } = kept;
    if (!refresh) return left(kept) > 0 ? kept : null;
    for (const [key, { at }] of recent) if (now() - at >= SHARED_MS) recent.delete(key);
    let entry = recent.get(refresh);
    if (!entry) {
      entry = { at: now(), renewed: ask(kept, refresh) };
      recent.set(refresh, entry);
      entry.renewed.catch(() => recent.delete(refresh)); // a failure is not shared with who comes later
    }
    return entry.renewed;
  };
}
