// Where the issuer's endpoints are: asked once.

import { AuthError } from "./error.js";
import { ask } from "./http.js";
import type { Platform } from "./platform.js";

export interface Metadata {
  issuer: string;
  authorization_endpoint: string;
  token_endpoint: string;
  end_session_endpoint?: string;
}

export function createDiscovery(platform: Platform, issuer: string): () => Promise<Metadata> {
  let asked: Promise<Metadata> | undefined;
  const discover = async () => {
    const metadata = (await ask(platform, `${issuer}/.well-known/openid-configuration`)) as Metadata;
    // Letter for letter (OpenID Connect Discovery §4.3).
    if (metadata.issuer !== issuer) throw new AuthError("issuer_mismatch", metadata.issuer);
    return metadata;
  };
  return () => {
    // A failure is not kept.
    asked ??= discover().catch((error) => {
      asked = undefined;
      throw error;
    });
    return asked;
  };
}
