// Who is signed in, as this tab knows it, and who wants to hear about it.

import type { AuthError } from "./error.js";
import type { Claims } from "./jwt.js";
import { shortestLife, type Session } from "./store.js";
import type { AuthEvent, AuthState, User } from "./types.js";

export function createState(first: AuthState) {
  let state = first;
  const listeners = new Set<(event: AuthEvent) => unknown>();
  const queue: AuthEvent[] = [];
  let draining = false;

  // A listener may cause the next event. It waits its turn, so that everybody hears the same order.
  function emit(event: AuthEvent) {
    queue.push(event);
    if (draining) return;
    draining = true;
    for (let next; (next = queue.shift()); ) for (const listener of [...listeners]) guarded(() => listener(next));
    draining = false;
  }

  function onChange(listener: (event: AuthEvent) => unknown) {
    // Wrapped: the same function may listen twice.
    const mine = (event: AuthEvent) => listener(event);
    listeners.add(mine);
    return () => void listeners.delete(mine);
  }

  return {
    get: () => state,
    set(next: AuthState) {
      const previous = state;
      if (JSON.stringify(next) === JSON.stringify(previous)) return;
      state = next;
      emit({ type: "state", state: next, previous });
    },
    emit,
    fail: (error: AuthError, willRetryInMs?: number) => emit({ type: "error", error, ...(willRetryInMs !== undefined && { willRetryInMs }) }),
    subscribe(run: (state: AuthState) => void) {
      run(state);
      return onChange((event) => event.type === "state" && run(event.state));
    },
    onChange,
    clear: () => listeners.clear(),
  };
}

export type State = ReturnType<typeof createState>;

// One listener's mistake is not the others'.
function guarded(work: () => void) {
  try {
    work();
  } catch (error) {
    console.error(error);
  }
}

export function describe({ claims, tokens }: Session): AuthState {
  return { status: "signed-in", user: userOf(claims), sessionId: claims.sid ?? "", tokenExpiresAt: tokens ? tokens.at + shortestLife(tokens) * 1000 : 0 };
}

export function userOf(claims: Claims): User {
  const { sub: id, email, email_verified: emailVerified, name, picture } = claims;
  return { id, email, emailVerified, name, picture, claims };
}
