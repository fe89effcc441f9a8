// The requests that bring tokens, for each way of delivery, and what is made of their answers.

import { checkIdToken, readClaims, randomText, type Claims } from "./jwt.js";
import type { Metadata } from "./discovery.js";
import { form } from "./fields.js";
import { ask, type Answer } from "./http.js";
import type { Platform } from "./platform.js";
import type { Session } from "./store.js";
import type { AuthOptions } from "./types.js";

export type Mode = "body" | "cookie" | "token";

export interface Settings extends AuthOptions {
  mode: Mode;
  redirectUri: string;
  scope: string;
  audience: string;
}

export function createGrant(platform: Platform, settings: Settings, discover: () => Promise<Metadata>) {
  const { issuer, clientId, mode, audience, resource } = settings;
  const withCookie: RequestInit = { method: "POST", credentials: "include", headers: { "X-Housekey-Client": clientId } };

  async function atTokenEndpoint(fields: Record<string, string>, init: RequestInit): Promise<Answer> {
    const body = form({ client_id: clientId, resource, ...fields });
    return ask(platform, (await discover()).token_endpoint, { ...init, body });
  }

  return {
    redeem: (code: string, verifier: string): Promise<Answer> =>
      atTokenEndpoint(
        { grant_type: "authorization_code", code, code_verifier: verifier, redirect_uri: settings.redirectUri },
        mode === "cookie" ? withCookie : { method: "POST" },
      ),

    refresh: (session?: Session): Promise<Answer> =>
      mode === "body"
        ? atTokenEndpoint({ grant_type: "refresh_token", refresh_token: session?.refresh ?? "" }, { method: "POST" })
        : ask(platform, `${issuer}/session/token`, withCookie),

    end: (everywhere?: boolean): Promise<Answer> => ask(platform, `${issuer}/session/end`, { ...withCookie, body: JSON.stringify({ everywhere }) }),

    /** `before`: what is refreshed. An answer may leave out what has not changed. */
    read(answer: Answer, before?: Session, nonce?: string): Session {
      const { access_token: access, id_token: id, expires_in } = answer;
      // A cookie may have become another person's; a refresh token cannot.
      const subject = mode === "body" ? before?.claims.sub : undefined;
      const fresh: Claims | undefined = id && checkIdToken(id, { issuer, audience, nonce, subject });
      const claims = fresh ?? before?.claims ?? readClaims(access);
      return {
        name: randomText(),
        claims,
        tokens: { access, id, idLife: fresh ? fresh.exp - fresh.iat : 0, accessLife: Number(expires_in), at: platform.now() },
        refresh: mode === "body" ? (answer.refresh_token ?? before?.refresh) : undefined,
      };
    },
  };
}

export type Grant = ReturnType<typeof createGrant>;
