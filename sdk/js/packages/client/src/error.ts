// What can go wrong, in three kinds: over, later, and a mistake in the setup.

import type { SignedOutReason } from "./types.js";

export type AuthErrorCode =
  | "network" // no answer
  | "unavailable" // an answer that says "later"
  | "session_over" // the server has looked, and there is nothing left to refresh
  | "issuer_mismatch"
  | "token_invalid"
  | "state_unknown"
  | "no_cookie"
  | "no_token"
  | (string & {}); // whatever code the server sent

export class AuthError extends Error {
  declare readonly code: AuthErrorCode;
  /** What a developer can do about it. */
  declare readonly hint: string | undefined;
  /** Nothing is lost: the same again later may work. */
  declare readonly retryable: boolean;
  /** What the server's Retry-After asked for. */
  declare readonly retryAfterMs: number | undefined;
  /** Why the session is over, by the server's word. */
  declare readonly reason: SignedOutReason | undefined;

  constructor(code: AuthErrorCode, hint?: string | null, more?: Partial<Pick<AuthError, "retryable" | "retryAfterMs" | "reason">>) {
    super(hint ? `${code}: ${hint}` : code);
    Object.assign(this, { name: "AuthError", code, hint, retryable: false, ...more });
  }
}

export const isOver = (error: unknown): boolean => (error as AuthError).code === "session_over";

export const isRetryable = (error: unknown): boolean => error instanceof AuthError && error.retryable;
