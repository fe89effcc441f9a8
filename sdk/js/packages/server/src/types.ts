// The public shapes.

export interface ServerAuthOptions {
  issuer: string;
  clientId: string;
  /** Of a confidential client. Recommended: its refresh token is not replaced at each use. */
  clientSecret?: string | undefined;
  /** Where `handlers.callback` is, as registered. */
  redirectUri: string;
  /** Default: the front page of the redirect URI's origin. */
  postLogoutRedirectUri?: string;
  /** Seals the cookies. At least 32 characters; the same on all replicas. */
  cookieSecret: string | undefined;
  /** Default "__Host-session". */
  cookieName?: string;
  /** Default "openid profile email offline_access". */
  scope?: string;
  /** Default: the client's id. */
  audience?: string;
  fetch?: typeof fetch;
  /** Milliseconds since 1970. */
  now?: () => number;
}

export interface User {
  id: string;
  email: string | undefined;
  emailVerified: boolean | undefined;
  name: string | undefined;
  picture: string | undefined;
  claims: Record<string, unknown>;
}

export interface ServerSession {
  user: User;
  /** Renewed when less than a minute is left. */
  idToken(): Promise<string>;
  /** Set when the tokens were renewed: send it as `Set-Cookie`. A public client must, because the old refresh token ends. */
  setCookie: string | undefined;
}

export interface ServerAuth {
  /** Checks a token's signature and claims. By default an access token; an ID token is no key to an API. */
  verify(token: string, type?: "at+jwt" | "JWT"): Promise<User>;
  getSession(request: Request): Promise<ServerSession | null>;
  handlers: {
    /** `GET`. `?returnTo=/path` says where to go afterwards. */
    login(request: Request): Promise<Response>;
    callback(request: Request): Promise<Response>;
    /** `POST` only: a link must not be able to sign people out. */
    logout(request: Request): Promise<Response>;
  };
}
