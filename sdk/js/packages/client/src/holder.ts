// The session of this tab, kept in step with storage and with the other tabs.

import type { Claims } from "./jwt.js";
import type { Channel, Platform } from "./platform.js";
import { describe, type State } from "./state.js";
import type { Session, Store } from "./store.js";
import { pause } from "./timers.js";
import type { SignedOutReason, TokenCause } from "./types.js";

type Message = { session: Session } | { over: SignedOutReason; of: Claims };

export const sameSession = (a: Claims, b: Claims): boolean => a.sid === b.sid && a.sub === b.sub;

export interface Holder {
  get(): Session | undefined;
  /** A new session, or new tokens of this one: for all tabs. */
  take(session: Session, cause: TokenCause): void;
  /** Over, in all tabs. */
  end(reason: SignedOutReason): void;
  /** Looks at storage for what other tabs did; waits a moment for tokens that are on their way. */
  catchUp(): Promise<void>;
  onTokens(listener: () => void): void;
}

const ON_ITS_WAY_MS = 150;

export function createHolder(platform: Platform, state: State, store: Store, key: string, shared: boolean, until: AbortSignal): Holder {
  let session = store.read();
  let heard = () => {};
  let listener = () => {};
  let channel: Channel | undefined;

  function adopt(next: Session, cause: TokenCause) {
    session = next;
    state.set(describe(next));
    if (!next.tokens) return;
    if (next.tokens.id) state.emit({ type: "token", kind: "id", cause });
    state.emit({ type: "token", kind: "access", cause });
    listener();
  }

  function over(reason: SignedOutReason) {
    session = undefined;
    state.set({ status: "signed-out", reason });
    listener();
  }

  function hear(message: Message) {
    if ("session" in message) news(message.session);
    else if (session && sameSession(session.claims, message.of)) over(message.over === "signed-out" ? "signed-out-elsewhere" : message.over);
    heard();
  }

  function news(next: Session) {
    const same = session?.tokens && sameSession(session.claims, next.claims);
    // Messages may be late: an older token does not replace a newer one.
    if (next.name !== session?.name && !(same && next.tokens!.at < session!.tokens!.at)) adopt(next, "other-tab");
  }

  function look(): void {
    const stored = store.read();
    if (stored?.tokens) news(stored);
    // With a cookie, storage only says whose session it is.
    else if (stored && !(session && sameSession(session.claims, stored.claims))) adopt(stored, "other-tab");
    else if (session && !stored) over("signed-out-elsewhere");
  }

  if (shared) {
    channel = platform.channel?.(key);
    if (channel) channel.onmessage = ({ data }) => hear(data);
  }
  // Where there is no channel. The key is null when everything was cleared.
  platform.listen("storage", (event) => shared && !channel && (event.key ?? key) === key && look(), until);
  // A page that was frozen has heard nothing meanwhile.
  platform.listen("pageshow", (event) => event.persisted && look(), until);
  until.addEventListener("abort", () => channel?.close());

  return {
    get: () => session,
    take(next, cause) {
      store.write(next);
      adopt(next, cause);
      channel?.postMessage({ session: next });
    },
    end(reason) {
      const last = session;
      store.clear();
      over(reason);
      if (last) channel?.postMessage({ over: reason, of: last.claims });
    },
    async catchUp() {
      const stored = store.read();
      if (channel && stored && !stored.tokens && stored.name !== session?.name) {
        await Promise.race([pause(platform, ON_ITS_WAY_MS), new Promise<void>((go) => (heard = go))]);
      }
      look();
    },
    onTokens: (work) => void (listener = work),
  };
}
