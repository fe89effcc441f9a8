// A person's session on a phone: begun in the system's browser with PKCE, kept as a refresh token.
//
// No native code: a Device brings that. So this file runs anywhere, also in a test.

export interface Settings {
  issuer: string;
  clientId: string;
  redirectUri: string;
  signedOutUri: string;
}

/** What a phone brings. */
export interface Device {
  /** Opens the system's browser, and tells with which address it came back; null if the person closed it. */
  open(url: string, backTo: string): Promise<string | null>;
  /** The refresh token, in the phone's keychain. */
  read(): Promise<string | null>;
  write(refreshToken: string | null): Promise<void>;
  /** 32 random bytes or more, as base64url. */
  random(): string;
  /** The SHA-256 of a text, as base64url. */
  s256(text: string): Promise<string>;
}

export interface User {
  id: string;
  name: string | undefined;
  email: string | undefined;
}

/** `user` is null until the first answer of a phone that has just been switched on. */
export type State = { status: "loading" | "signed-out" } | { status: "signed-in"; user: User | null };

/** No answer, or one that says "later". Nobody is signed out by that. */
export class Later extends Error {}

/** The server has looked, and said no: `code` is OAuth's. */
export class Refused extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

interface Tokens {
  access: string;
  id: string;
  /** On this phone's clock. */
  until: number;
}

const LEAST_MS = 60_000;

export function createSession({ issuer, clientId, redirectUri, signedOutUri }: Settings, device: Device) {
  let state: State = { status: "loading" };
  let tokens: Tokens | undefined;
  let refreshing: Promise<Tokens | null> | undefined;
  const readers = new Set<() => void>();

  function set(next: State) {
    state = next;
    readers.forEach((reader) => reader());
  }

  async function ask(path: string, fields?: Record<string, string>): Promise<any> {
    const post = fields && { method: "POST", body: new URLSearchParams(fields).toString(), headers: { "Content-Type": "application/x-www-form-urlencoded" } };
    const response = await fetch(issuer + path, post).catch((error) => {
      throw new Later(String(error));
    });
    if (response.status === 429 || response.status >= 500) throw new Later(`${path} answered ${response.status}`);
    const answer = await response.json();
    if (!response.ok) throw new Refused(answer.error);
    return answer;
  }

  /** Tokens of the token endpoint. They come from there directly, so their signature needs no check (OpenID Connect Core §3.1.3.7). */
  async function take(fields: Record<string, string>, nonce?: string): Promise<Tokens> {
    const answer = await ask("/token", { client_id: clientId, ...fields });
    const claims = claimsOf(answer.id_token);
    if (claims.iss !== issuer || claims.aud !== clientId) throw new Refused("token_of_another");
    if (nonce !== undefined && claims.nonce !== nonce) throw new Refused("nonce_mismatch");
    // Before anything else: the old one is spent, and a phone may be switched off at any moment.
    if (answer.refresh_token) await device.write(answer.refresh_token);
    tokens = { access: answer.access_token, id: answer.id_token, until: Date.now() + answer.expires_in * 1000 };
    set({ status: "signed-in", user: { id: claims.sub, name: claims.name, email: claims.email } });
    return tokens;
  }

  async function forget(): Promise<null> {
    tokens = undefined;
    await device.write(null);
    set({ status: "signed-out" });
    return null;
  }

  async function refresh(): Promise<Tokens | null> {
    const kept = await device.read();
    if (!kept) return forget();
    try {
      return await take({ grant_type: "refresh_token", refresh_token: kept });
    } catch (error) {
      // Only this answer ends a session. A tunnel or a restart of the server does not.
      if (error instanceof Refused && error.code === "invalid_grant") return forget();
      throw error;
    }
  }

  /** One at a time: a refresh token that is used twice looks stolen, and the session would end. */
  function refreshOnce(): Promise<Tokens | null> {
    return (refreshing ??= refresh().finally(() => (refreshing = undefined)));
  }

  async function fresh(force = false): Promise<Tokens | null> {
    if (state.status === "signed-out") return null;
    return !force && tokens && tokens.until - Date.now() > LEAST_MS ? tokens : refreshOnce();
  }

  async function signIn(): Promise<boolean> {
    const [loginState, nonce, verifier] = [device.random(), device.random(), device.random()];
    const query = new URLSearchParams({
      response_type: "code",
      client_id: clientId,
      redirect_uri: redirectUri,
      scope: "openid profile email offline_access",
      state: loginState,
      nonce,
      code_challenge: await device.s256(verifier),
      code_challenge_method: "S256",
    });
    const back = await device.open(`${issuer}/authorize?${query}`, redirectUri);
    if (back === null) return false;
    const answer = new URLSearchParams(back.split("?")[1]?.split("#")[0]);
    if (answer.get("state") !== loginState || answer.get("iss") !== issuer) throw new Refused("state_mismatch");
    const [error, code] = [answer.get("error"), answer.get("code")];
    if (error || !code) throw new Refused(error ?? "no_code");
    await take({ grant_type: "authorization_code", code, code_verifier: verifier, redirect_uri: redirectUri }, nonce);
    return true;
  }

  async function signOut(): Promise<void> {
    const hint = tokens?.id;
    await forget();
    // The session is the server's too: without this, the next sign-in would ask nothing.
    const query = new URLSearchParams({ client_id: clientId, post_logout_redirect_uri: signedOutUri, ...(hint && { id_token_hint: hint }) });
    await device.open(`${issuer}/end-session?${query}`, signedOutUri);
  }

  return {
    getState: () => state,
    subscribe(reader: () => void) {
      readers.add(reader);
      return () => void readers.delete(reader);
    },
    /** When the app starts, and whenever it comes to the front: timers don't run while it is away. */
    async wake(): Promise<void> {
      if (state.status === "loading") set((await device.read()) ? { status: "signed-in", user: null } : { status: "signed-out" });
      await fresh().catch((error) => {
        if (!(error instanceof Later)) throw error;
      });
    },
    signIn,
    signOut,
    /** null: signed out. Throws Later. */
    accessToken: async (force?: boolean) => (await fresh(force))?.access ?? null,
    idToken: async (force?: boolean) => (await fresh(force))?.id ?? null,
  };
}

export type Session = ReturnType<typeof createSession>;

function claimsOf(idToken: string): any {
  const base64 = idToken.split(".")[1]!.replace(/-/g, "+").replace(/_/g, "/");
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}
