// Fresh tokens: one request at a time in this tab, one in this browser, again until it works.

import { type AuthError, isOver, isRetryable } from "./error.js";
import type { Grant } from "./grant.js";
import type { Holder } from "./holder.js";
import type { Lock } from "./lock.js";
import type { Platform } from "./platform.js";
import type { State } from "./state.js";
import type { Store } from "./store.js";
import type { TokenCause } from "./types.js";

const GIVE_UP_MS = 60_000;

/** `enough`: whether what another tab has minted meanwhile will do. */
export type Refresh = (cause: TokenCause, enough: () => boolean) => Promise<void>;

export function createRefresh(
  platform: Platform,
  state: State,
  store: Store,
  holder: Holder,
  lock: Lock,
  grant: Grant,
  until: AbortSignal,
): Refresh {
  let flight: Promise<void> | undefined;
  let notBefore = 0;
  let askedToWait = false;
  let wake = () => {};
  const online = () => {
    // The network is back. Who was told "later" by the server still waits.
    if (askedToWait) return;
    notBefore = 0;
    wake();
  };
  platform.listen("online", online, until);

  async function attempt(cause: TokenCause, enough: () => boolean) {
    await holder.catchUp();
    const before = holder.get();
    if (!before || enough()) return;
    const kept = store.read()?.name;
    // Signed out, or signed in anew, while the answer travelled: then it is nobody's any more.
    const unchanged = () => holder.get() && store.read()?.name === kept;
    try {
      const answer = await grant.refresh(before);
      if (unchanged()) holder.take(grant.read(answer, before), cause);
    } catch (error) {
      if (!isOver(error)) throw error;
      if (unchanged()) holder.end((error as AuthError).reason ?? "expired");
    }
    await holder.catchUp();
  }

  async function insist(cause: TokenCause, enough: () => boolean) {
    const deadline = platform.now() + GIVE_UP_MS;
    for (let tries = 0; ; tries++) {
      await sleepUntil(Math.min(notBefore, deadline));
      try {
        return await lock(() => attempt(cause, enough));
      } catch (error) {
        const { retryAfterMs } = error as AuthError;
        if (!isRetryable(error)) {
          state.fail(error as AuthError);
          throw error;
        }
        askedToWait = !!retryAfterMs;
        // Jitter: after an outage not everybody comes back in the same second.
        const wait = retryAfterMs ? retryAfterMs * (1 + platform.random() / 10) : Math.min(10_000, 500 * 2 ** tries) * (0.5 + platform.random());
        notBefore = platform.now() + wait;
        state.fail(error as AuthError, wait);
        if (notBefore >= deadline) await sleepUntil(deadline);
        if (platform.now() >= deadline) throw error;
      }
    }
  }

  // In steps: a clock that is set back must not make anybody wait for hours.
  async function sleepUntil(then: number) {
    const ms = Math.min(then - platform.now(), GIVE_UP_MS);
    if (ms <= 0) return;
    await new Promise<void>((resolve) => {
      wake = resolve;
      platform.setTimeout(resolve, ms);
    });
  }

  return (cause, enough) => (flight ??= insist(cause, enough).finally(() => (flight = undefined)));
}

