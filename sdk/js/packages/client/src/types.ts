// The public shapes. What each one promises is said here, next to it.

import type { AuthError } from "./error.js";

/** The part of the Web Storage interface that is needed. */
export type TokenStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export interface AuthOptions {
  /** Housekey's address, exactly as its discovery document says it. */
  issuer: string;
  clientId: string;
  /** How the client is registered. "code": authorization code with PKCE. "token": an access token in the fragment. */
  delivery?: "code" | "token";
  /** For code delivery, where the refresh token lives: with this library, or in a cookie that no script can read. */
  refresh?: "body" | "cookie";
  /** Default: `/callback` on this origin. */
  redirectUri?: string;
  /** Default: the front page of this origin. */
  postLogoutRedirectUri?: string;
  /** Default: "openid profile email offline_access". */
  scope?: string;
  /** Whom the tokens are for, if the client is registered with another audience than its id. */
  audience?: string;
  /** RFC 8707: which API the access tokens are for. */
  resource?: string | string[];
  /** Other origins that `auth.fetch` may send the access token to. The issuer's and this page's are among them anyway. */
  apiOrigins?: string[];
  /** "memory" forgets at a reload and is not shared between tabs. */
  storage?: "default" | "memory" | TokenStorage;
  /** Default true: an answer in the address bar is finished when the page loads. */
  autoCallback?: boolean;
  fetch?: typeof fetch;
  /** Called after a callback, for a router. Default: `history.replaceState`. */
  onNavigate?: (url: string, options: { replace: boolean }) => void;
}

export interface User {
  id: string;
  email: string | undefined;
  emailVerified: boolean | undefined;
  name: string | undefined;
  picture: string | undefined;
  claims: Record<string, unknown>;
}

/**
 * "expired": too old, or unused for too long. "revoked": somebody used a copy, and the server has ended it.
 * "signed-out-elsewhere": in another tab or app, on another device, or by a new password.
 */
export type SignedOutReason = "never" | "signed-out" | "expired" | "revoked" | "signed-out-elsewhere";

export type AuthState =
  | { status: "loading" }
  | { status: "signed-out"; reason?: SignedOutReason }
  /** `tokenExpiresAt` is on this device's clock, in milliseconds; 0 until this tab has a token. */
  | { status: "signed-in"; user: User; sessionId: string; tokenExpiresAt: number };

export type TokenCause = "sign-in" | "scheduled" | "forced" | "other-tab";

export type AuthEvent =
  | { type: "state"; state: AuthState; previous: AuthState }
  | { type: "token"; kind: "id" | "access"; cause: TokenCause }
  | { type: "error"; error: AuthError; willRetryInMs?: number };

export interface SignInOptions {
  /** A provider's name, for a button of your own. Code delivery passes it on; token delivery goes straight there. */
  provider?: string;
  /** A path of this origin. Default: where the person is. */
  returnTo?: string;
  loginHint?: string | undefined;
  prompt?: "login" | "select_account" | "consent" | "none";
  screen?: "sign-up";
  maxAge?: number;
  acrValues?: string;
  uiLocales?: string;
  scope?: string;
}

export interface SignOutOptions {
  /** On all devices, of a first-party app. */
  everywhere?: boolean;
  returnTo?: string;
  /** Only this browser forgets; the server is not told. */
  local?: boolean;
}

export interface TokenOptions {
  /** Default 30. */
  minValiditySeconds?: number;
  forceRefresh?: boolean;
  signal?: AbortSignal;
}

export interface Auth {
  /** Synchronous. Never "loading" if this browser knows. The same object until something changes. */
  getSnapshot(): AuthState;
  /** Calls at once, then at every change: Svelte's store contract, and good for React's useSyncExternalStore. */
  subscribe(run: (state: AuthState) => void): () => void;
  /** Every event once, in order, in every tab. */
  onChange(listener: (event: AuthEvent) => void): () => void;
  /** Resolves when it is known whether somebody is signed in. */
  ready(): Promise<AuthState>;
  /** Leaves the page. Resolves only if somebody is signed in already. */
  signIn(options?: SignInOptions): Promise<void>;
  signOut(options?: SignOutOptions): Promise<void>;
  /** Finishes an answer by hand, with `autoCallback: false`. null: there was none. */
  handleCallback(url?: string): Promise<{ returnTo: string } | null>;
  getIdToken(options?: TokenOptions): Promise<string | null>;
  getAccessToken(options?: TokenOptions): Promise<string | null>;
  /** What Convex's `setAuth` wants. Never changes. */
  readonly fetchToken: (args: { forceRefreshToken: boolean }) => Promise<string | null>;
  /** fetch with the access token, for allowed origins; asks once more with a fresh one after a 401. */
  readonly fetch: typeof fetch;
  accountUrl(page?: "profile" | "security" | "devices" | "data"): string;
  /** Stops timers and listeners. */
  destroy(): void;
}
