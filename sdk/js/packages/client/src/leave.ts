// Where the browser goes: to sign in, and to sign out.

import type { Metadata } from "./discovery.js";
import { address, type Fields } from "./fields.js";
import type { Settings } from "./grant.js";
import { randomText, s256 } from "./jwt.js";
import type { Trips } from "./trips.js";
import type { SignInOptions } from "./types.js";

/** Remembers the trip and says where it goes. */
export async function depart(settings: Settings, discover: () => Promise<Metadata>, trips: Trips, options: SignInOptions, returnTo: string): Promise<string> {
  const { issuer, clientId, redirectUri, mode, resource } = settings;
  const { provider } = options;
  // A secret between this tab and its own return: nobody can slip in an answer of theirs.
  const state = randomText();
  const fields: Fields = {
    client_id: clientId,
    redirect_uri: redirectUri,
    state,
    login_hint: options.loginHint,
    prompt: options.prompt,
    screen: options.screen,
    ui_locales: options.uiLocales,
  };
  if (mode === "token") {
    const path = provider ? `/oauth/${encodeURIComponent(provider)}` : "/sign-in";
    trips.begin(state, { returnTo });
    return address(issuer + path, fields);
  }
  const { authorization_endpoint } = await discover();
  // The code comes back through the address bar; it is worth nothing without the verifier.
  const [verifier, nonce] = [randomText(), randomText()];
  trips.begin(state, { verifier, nonce, returnTo });
  return address(authorization_endpoint, {
    ...fields,
    response_type: "code",
    scope: options.scope ?? settings.scope,
    nonce,
    code_challenge: await s256(verifier),
    code_challenge_method: "S256",
    max_age: options.maxAge,
    acr_values: options.acrValues,
    resource,
    provider,
  });
}
