// What can go wrong, in three kinds: over, later, and a mistake in the setup.

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

  constructor(code: AuthErrorCode, hint?: string, retryable = false, retryAfterMs?: number) {
    super(hint ? `${code}: ${hint}` : code);
    this.name = "AuthError";
    this.code = code;
    this.retryable = retryable;
    this.hint = hint;
    this.retryAfterMs = retryAfterMs;
  }
}

export const isOver = (error: unknown): boolean => (error as AuthError).code === "session_over";

export const isRetryable = (error: unknown): boolean => error instanceof AuthError && error.retryable;
