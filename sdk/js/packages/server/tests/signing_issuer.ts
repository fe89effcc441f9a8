// An issuer that really signs, with keys that can be changed, and that can be told to fail.

type Alg = "RS256" | "ES256" | "EdDSA";

const HOW: Record<Alg, { make: any; sign: any }> = {
  RS256: { make: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }, sign: { name: "RSASSA-PKCS1-v1_5" } },
  ES256: { make: { name: "ECDSA", namedCurve: "P-256" }, sign: { name: "ECDSA", hash: "SHA-256" } },
  EdDSA: { make: { name: "Ed25519" }, sign: { name: "Ed25519" } },
};

export class SigningIssuer {
  url = "https://auth.example";
  now = 1_700_000_000_000;
  asked: string[] = [];
  life = 3600;
  down = false;
  over = false;
  published: object[] = [];
  nonce: string | undefined;
  verifiers: (string | null)[] = [];
  #kid = 0;
  #key!: { alg: Alg; kid: string; key: CryptoKey };

  async newKey(alg: Alg = "RS256", publish = true) {
    const pair = (await crypto.subtle.generateKey(HOW[alg].make, true, ["sign", "verify"])) as CryptoKeyPair;
    const kid = `key${++this.#kid}`;
    this.#key = { alg, kid, key: pair.privateKey };
    if (publish) this.published.push({ ...(await crypto.subtle.exportKey("jwk", pair.publicKey)), kid, alg });
  }

  async sign(claims: object = {}, header: object = {}): Promise<string> {
    const { alg, kid, key } = this.#key;
    const iat = Math.floor(this.now / 1000);
    const all = { iss: this.url, aud: "app", sub: "usr_ada", sid: "ses_1", name: "Ada", iat, exp: iat + this.life, ...claims };
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const body = `${part({ alg, kid, typ: "JWT", ...header })}.${part(all)}`;
    const signature = await crypto.subtle.sign(HOW[alg].sign, key, new TextEncoder().encode(body));
    return `${body}.${Buffer.from(signature).toString("base64url")}`;
  }

  fetch = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const { pathname } = new URL(url);
    this.asked.push(pathname);
    if (this.down) return Response.json({ error: "temporarily_unavailable" }, { status: 503 });
    if (pathname.endsWith("openid-configuration")) {
      return Response.json({ issuer: this.url, authorization_endpoint: `${this.url}/authorize`, token_endpoint: `${this.url}/token`, jwks_uri: `${this.url}/jwks`, end_session_endpoint: `${this.url}/end-session` });
    }
    if (pathname === "/jwks") return Response.json({ keys: this.published });
    if (this.over) return Response.json({ error: "invalid_grant" }, { status: 400 });
    const form = init.body as URLSearchParams;
    this.verifiers.push(form.get("code_verifier"));
    const nonce = form.get("grant_type") === "authorization_code" ? { nonce: this.nonce } : {};
    return Response.json({ id_token: await this.sign(nonce), refresh_token: `refresh${this.asked.length}` });
  };
}
