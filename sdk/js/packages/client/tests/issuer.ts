// An issuer as strict as ours: codes once, refresh tokens replaced at every use with a short grace,
// and the same for the cookie. Tests make it slow, broken or forgetful.

export interface Asked {
  method: string;
  path: string;
  form: URLSearchParams;
  init: RequestInit;
}

type Trouble = (asked: Asked) => Response | "no answer" | "lost answer" | undefined;

const GRACE_MS = 10_000;

export class Issuer {
  url = "https://auth.example";
  /** Seconds. */
  idLife = 3600;
  accessLife = 600;
  person: { sub: string; name: string; sid: string } = { sub: "usr_ada", name: "Ada", sid: "ses_1" };
  /** Set to break things. */
  trouble: Trouble = () => undefined;
  asked: Asked[] = [];
  sessionOver = false;
  /** Why, as the answer says it. */
  ending: string | undefined;
  cookie: string | undefined;
  setsCookie = false;
  #codes = new Map<string, { challenge: string | null; nonce: string | null }>();
  #current = new Set<string>();
  #replaced = new Map<string, { by: string; at: number }>();
  #count = 0;

  constructor(private now: () => number) {}

  count = (path: string): number => this.asked.filter((one) => one.path === path).length;

  /** The person says yes: the address that the browser goes back to. */
  approve(went: string): string {
    const asked = new URL(went).searchParams;
    const back = new URL(asked.get("redirect_uri")!);
    if (asked.get("response_type") !== "code") {
      this.cookie = this.#refreshToken();
      const answer = { access_token: this.#jwt("app", this.accessLife), token_type: "Bearer", expires_in: `${this.accessLife}`, state: asked.get("state")! };
      back.hash = new URLSearchParams(answer).toString();
      return back.href;
    }
    const code = `code${++this.#count}`;
    this.#codes.set(code, { challenge: asked.get("code_challenge"), nonce: asked.get("nonce") });
    back.search = new URLSearchParams({ code, state: asked.get("state")!, iss: this.url }).toString();
    return back.href;
  }

  async fetch(url: string, init: RequestInit = {}): Promise<Response> {
    const path = new URL(url).pathname;
    const form = new URLSearchParams(init.body instanceof URLSearchParams ? init.body : "");
    const asked = { method: init.method ?? "GET", path, form, init };
    this.asked.push(asked);
    const trouble = this.trouble(asked);
    if (trouble instanceof Response) return trouble;
    if (trouble === "no answer") throw new TypeError("Failed to fetch");
    const answer = await this.#answer(asked);
    if (trouble === "lost answer") throw new TypeError("Failed to fetch");
    return answer;
  }

  async #answer({ path, form, init }: Asked): Promise<Response> {
    const header = new Headers(init.headers).get("X-Housekey-Client");
    const withCookie = init.credentials === "include" && header === "app";
    if (path === "/.well-known/openid-configuration") {
      const endpoints = { authorization_endpoint: "/authorize", token_endpoint: "/token", end_session_endpoint: "/end-session" };
      return Response.json({ issuer: this.url, ...Object.fromEntries(Object.entries(endpoints).map(([name, at]) => [name, this.url + at])) });
    }
    if (path === "/session/token") return withCookie ? this.#tokens(this.cookie, true) : Response.json({ error: "access_denied" }, { status: 403 });
    if (path === "/session/end") return (this.cookie = undefined), (this.sessionOver = true), new Response(null, { status: 204 });
    if (path !== "/token") return Response.json({}, { status: 404 });
    if (form.get("grant_type") === "refresh_token") return this.#tokens(form.get("refresh_token") ?? undefined, false);
    return this.#redeem(form, withCookie);
  }

  async #redeem(form: URLSearchParams, withCookie: boolean): Promise<Response> {
    const code = this.#codes.get(form.get("code")!);
    this.#codes.delete(form.get("code")!);
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(form.get("code_verifier") ?? ""));
    if (!code || Buffer.from(digest).toString("base64url") !== code.challenge) return Response.json({ error: "invalid_grant" }, { status: 400 });
    const refresh = this.#refreshToken();
    if (withCookie && this.setsCookie) this.cookie = refresh;
    return Response.json(this.#answerWith(withCookie && this.setsCookie ? undefined : refresh, code.nonce));
  }

  #tokens(presented: string | undefined, cookie: boolean): Response {
    const over = Response.json({ error: "invalid_grant", error_description: "the session is over", reason: this.ending }, { status: 400 });
    if (!presented || this.sessionOver) return over;
    const before = this.#replaced.get(presented);
    let next: string;
    if (before) {
      if (this.now() - before.at >= GRACE_MS) return (this.sessionOver = true), over;
      next = before.by;
    } else {
      if (!this.#current.has(presented)) return over;
      next = this.#refreshToken();
      this.#current.delete(presented);
      this.#replaced.set(presented, { by: next, at: this.now() });
    }
    if (cookie) this.cookie = next;
    return Response.json(this.#answerWith(cookie ? undefined : next));
  }

  #answerWith(refresh_token?: string, nonce?: string | null) {
    const claims = nonce ? { nonce } : {};
    return { access_token: this.#jwt("app", this.accessLife), id_token: this.#jwt("app", this.idLife, claims), token_type: "Bearer", expires_in: this.accessLife, refresh_token };
  }

  #refreshToken(): string {
    const token = `refresh${++this.#count}`;
    this.#current.add(token);
    return token;
  }

  // No two are the same text, not even within one second.
  #jwt(aud: string, life: number, more: object = {}): string {
    const iat = Math.floor(this.now() / 1000);
    const claims = { iss: this.url, aud, iat, exp: iat + life, jti: `${++this.#count}`, email: "ada@example.com", email_verified: true, ...this.person, ...more };
    const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString("base64url");
    return `${encode({ alg: "RS256", typ: "JWT" })}.${encode(claims)}.signature`;
  }
}
