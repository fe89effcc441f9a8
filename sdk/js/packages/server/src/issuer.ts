// The requests to the issuer.

import type { ServerAuthOptions } from "./types.js";

export interface Metadata {
  issuer: string;
  authorization_endpoint: string;
  token_endpoint: string;
  jwks_uri: string;
  end_session_endpoint?: string;
}

export interface TokenAnswer {
  id_token?: string;
  refresh_token?: string;
}

/** The server has looked: code or refresh token are no good any more. */
export class Over extends Error {}

const PATIENCE_MS = 8000;

export function createIssuer(options: ServerAuthOptions) {
  const send = options.fetch ?? fetch;
  let asked: Promise<Metadata> | undefined;

  async function ask(url: string, init: RequestInit = {}): Promise<any> {
    const response = await send(url, { ...init, signal: AbortSignal.timeout(PATIENCE_MS), redirect: "error" });
    const answer: any = await response.json().catch(() => ({}));
    if (response.ok) return answer;
    if (answer.error === "invalid_grant") throw new Over(answer.error_description);
    throw new Error(`${url} answered ${response.status} ${answer.error ?? ""} ${answer.error_description ?? ""}`);
  }

  const metadata = (): Promise<Metadata> =>
    (asked ??= ask(`${options.issuer}/.well-known/openid-configuration`)
      .then((found: Metadata) => {
        if (found.issuer !== options.issuer) throw new Error(`${options.issuer} says that it is ${found.issuer}`);
        return found;
      })
      .catch((error) => {
        asked = undefined; // a failure is not kept
        throw error;
      }));

  return {
    metadata,
    keys: async () => (await ask((await metadata()).jwks_uri)).keys,
    async token(fields: Record<string, string>): Promise<TokenAnswer> {
      const { clientId, clientSecret } = options;
      const headers: Record<string, string> = {};
      const body = new URLSearchParams(fields);
      // RFC 6749 §2.3.1: both halves are form-encoded before they are joined.
      if (clientSecret) headers["Authorization"] = `Basic ${btoa([clientId, clientSecret].map(formEncoded).join(":"))}`;
      else body.set("client_id", clientId);
      return ask((await metadata()).token_endpoint, { method: "POST", headers, body });
    },
  };
}

const formEncoded = (text: string) => new URLSearchParams({ _: text }).toString().slice(2);
