// Handing out tokens: what is here if it will do, else fresh ones. And refreshing before anybody asks.

import { AuthError } from "./error.js";
import type { Holder } from "./holder.js";
import type { Platform } from "./platform.js";
import type { Refresh } from "./refresh.js";
import { shortestLife } from "./store.js";
import type { TokenOptions } from "./types.js";

type Kind = "id" | "access";

const MIN_VALIDITY = 30;
const LATER_MS = 60_000;
const MAX_TIMER_MS = 2 ** 31 - 1;

export function createTokens(platform: Platform, holder: Holder, refresh: Refresh, settled: () => Promise<unknown>, until: AbortSignal) {
  const lastGiven: Partial<Record<Kind, string>> = {};
  let timer: unknown;

  const life = (kind: Kind) => holder.get()?.tokens?.[`${kind}Life`] ?? 0;

  // Seconds left, from the server's lifetime and the moment of receipt. A clock that was set back
  // since then says nothing, so nothing is left.
  function left(kind: Kind): number {
    const tokens = holder.get()?.tokens;
    if (!tokens?.[kind]) return 0;
    const age = (platform.now() - tokens.at) / 1000;
    return age < 0 ? 0 : life(kind) - age;
  }

  async function get(kind: Kind, { minValiditySeconds = MIN_VALIDITY, forceRefresh }: TokenOptions): Promise<string | null> {
    const last = lastGiven[kind];
    await settled();
    const current = () => holder.get()?.tokens?.[kind];
    // Forced: another one than the last, and young, because Convex counts its life from now.
    const enough = forceRefresh
      ? () => !!current() && current() !== last && left(kind) > life(kind) / 2
      : // A short-lived token is good for half its life, or every call would fetch a new one.
        () => left(kind) > 0 && left(kind) >= Math.min(minValiditySeconds, life(kind) / 2);
    if (holder.get() && !enough()) await refresh(forceRefresh ? "forced" : "scheduled", enough);
    if (!holder.get()) return null;
    const token = current();
    if (!token) throw new AuthError("no_token", `no ${kind} token: is openid in the scope?`);
    return (lastGiven[kind] = token);
  }

  function schedule() {
    platform.clearTimeout(timer);
    const session = holder.get();
    if (!session) return;
    const { tokens } = session;
    // Somewhere near the end, but not at the same moment in every tab.
    const delay = tokens ? tokens.at + shortestLife(tokens) * 1000 * (0.7 + platform.random() * 0.2) - platform.now() : 0;
    timer = platform.setTimeout(tick, Math.min(Math.max(delay, 1000), MAX_TIMER_MS));

    async function tick() {
      await settled();
      // The page was asleep, or another tab was quicker: then there is nothing to do.
      if (holder.get() !== session) return schedule();
      // A failure was told by an event, and whoever asks for a token hears of it.
      await refresh("scheduled", () => holder.get()?.name !== session!.name).catch(() => {});
      if (holder.get() === session) timer = platform.setTimeout(tick, LATER_MS);
    }
  }

  until.addEventListener("abort", () => platform.clearTimeout(timer));
  return {
    schedule,
    get: (kind: Kind, options: TokenOptions = {}): Promise<string | null> => Promise.race([get(kind, options), aborted(options.signal)]),
  };
}

const aborted = (signal?: AbortSignal) =>
  new Promise<never>((_, reject) => {
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener("abort", () => reject(signal.reason));
  });
