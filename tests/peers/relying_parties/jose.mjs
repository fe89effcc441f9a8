// jose, as an API uses it that was given a token: our keys from our address, and its own idea of who issues and for whom.

import { createRemoteJWKSet, jwtVerify } from 'jose';
import { answer, told } from './script.mjs';

const discovery = await fetch(`${told.issuer}/.well-known/openid-configuration`).then((response) => response.json());
const keys = createRemoteJWKSet(new URL(discovery.jwks_uri));

answer({
  // What the token says, if it is one of that type for that audience.
  async verify(token, typ, audience) {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer: told.issuer,
      audience,
      typ,
      algorithms: discovery.id_token_signing_alg_values_supported,
      requiredClaims: ['sub', 'iat', 'exp'],
    });
    return { payload, header: protectedHeader };
  },
});
