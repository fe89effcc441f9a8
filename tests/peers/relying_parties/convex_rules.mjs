// How a Convex deployment judges a token, as it was measured against the real one: providers of both kinds, `{domain,
// applicationID}` for ID tokens and `{type: 'customJwt', issuer, jwks, algorithm, applicationID?}` for any JWT.

import { compactVerify, decodeJwt, decodeProtectedHeader, importJWK } from 'jose';

// A token that is refused: what the deployment answers by HTTP.
export class Refused extends Error {
  constructor(status, code, message) {
    super(message);
    Object.assign(this, { status, code });
  }
}

const unparseable = () => new Refused(401, 'InvalidAuthHeader', 'Could not parse JWT payload.');
const notAnIdToken = () => new Refused(401, 'InvalidAuthHeader', 'Could not parse as OIDC ID token.');
const unverified = (why) => new Refused(401, 'Unauthenticated', `Could not verify OIDC token claim. ${why}`);
const invalid = (message) => new Refused(401, 'InvalidAuthHeader', message);

const isText = (value) => typeof value === 'string';
const isUrl = (value) => isText(value) && URL.canParse(value);
const texts = (value) => Array.isArray(value) && value.every(isText);

// One deployment: its providers, its clock, and what it remembers of other servers' answers.
export class Deployment {
  #remembered = new Map();
  ahead = 0;
  fetched = [];

  constructor(providers) {
    this.providers = providers;
  }

  now() {
    return Math.floor(Date.now() / 1000) + this.ahead;
  }

  // Who comes with this token, as functions see them.
  async judge(token) {
    let claims;
    try {
      claims = decodeJwt(token);
    } catch {
      throw unparseable();
    }
    const { iss, sub, aud } = claims;
    if (iss === undefined) throw invalid("Missing issuer claim ('iss') in JWT payload.");
    const audiences = [aud ?? []].flat();
    if (![iss, sub ?? ''].every(isText) || !texts(audiences)) throw unparseable();
    if (![claims.exp, claims.nbf, claims.iat].every((time) => time === undefined || typeof time === 'number')) throw unparseable();
    const provider = this.providers.find((one) => {
      const custom = one.type === 'customJwt';
      const meant = custom && one.applicationID === undefined ? true : audiences.includes(one.applicationID);
      return meant && bare(custom ? one.issuer : one.domain) === bare(iss);
    });
    if (!provider) throw new Refused(401, 'NoAuthProvider', 'No auth provider found matching the given token');
    return provider.type === 'customJwt' ? this.#custom(provider, token, claims) : this.#oidc(provider, token, claims);
  }

  async #oidc(provider, token, claims) {
    if (!/^https?:/.test(claims.iss)) throw new Refused(500, 'InternalServerError', "Your request couldn't be completed.");
    const failed = (status) => {
      const told = status >= 500 ? 503 : [401, 403, 404, 429].includes(status) ? status : 400;
      return new Refused(told, 'AuthProviderDiscoveryFailed', `Auth provider discovery of ${claims.iss} failed`);
    };
    const slash = claims.iss.endsWith('/') ? '' : '/';
    const document = await this.#document(`${claims.iss}${slash}.well-known/openid-configuration`, ['application/json'], true, failed);
    if (document.issuer !== claims.iss || !isUrl(document.jwks_uri) || !isDiscovery(document)) throw failed();
    const set = await this.#document(document.jwks_uri, ['application/json', 'application/jwk-set+json'], true, failed);
    if (!Array.isArray(set.keys)) throw failed();

    const header = headerOf(token, notAnIdToken);
    if (!isIdToken(claims) || !ALGORITHMS.has(header.alg)) throw notAnIdToken();
    if (header.typ !== undefined && !/^(jwt|jose|application\/jwt)$/i.test(header.typ)) throw unverified('typ');
    if (header.cty !== undefined || header.crit !== undefined) throw unverified('cty or crit');
    const kty = { RS256: 'RSA', EdDSA: 'OKP' }[header.alg];
    if (!kty) throw unverified('alg');
    // Keys that it does not know are skipped one by one.
    const fits = (key) =>
      key.kty === kty &&
      (kty === 'RSA' || key.crv === 'Ed25519') &&
      (key.use === undefined || key.use === 'sig') &&
      (key.alg === undefined || key.alg === header.alg) &&
      (header.kid === undefined || key.kid === header.kid);
    const keys = set.keys.filter(fits);
    if (keys.length !== 1) throw unverified('no key, or more than one');
    await signedBy(keys[0], token, header.alg, () => unverified('signature'));

    const { aud, exp, iat } = claims;
    if (!(aud === provider.applicationID || (Array.isArray(aud) && aud.length === 1))) throw unverified('aud');
    // No tolerance at all.
    if (exp === undefined || iat === undefined || this.now() >= exp) throw unverified('exp');
    return identity(claims, (name, value) => {
      if (UNSEEN.has(name)) return {};
      return { [RENAMED[name] ?? name]: value };
    });
  }

  async #custom(provider, token, claims) {
    const unread = () => invalid(`Could not fetch JWKS from URL ${provider.jwks}`);
    const set = await this.#document(provider.jwks, ['application/json', 'application/jwk-set+json'], false, unread);
    // One key that its parser does not know, and the whole set is refused.
    if (!Array.isArray(set.keys) || !set.keys.every(isKnownKey)) throw invalid(`Invalid JWKS response body from ${provider.jwks}`);
    const header = headerOf(token, unparseable);
    if (header.kid === undefined || header.alg === 'EdDSA') {
      throw invalid("Could not decode token. JWT may be missing a 'kid' (key ID) header.");
    }
    const wrong = () => invalid(`Could not decode token. The JWT's 'kid' (key ID) header is '${header.kid}'`);
    const key = set.keys.find((one) => one.kid === header.kid);
    if (!key || header.alg !== provider.algorithm || (key.alg ?? header.alg) !== header.alg) throw wrong();
    await signedBy(key, token, header.alg, wrong);

    if (claims.sub === undefined || claims.exp === undefined) throw invalid('Could not verify token claim.');
    const now = this.now();
    if (now >= claims.exp + TOLERANCE) throw invalid('Could not validate token: Token expired');
    if ((claims.nbf ?? now) > now + TOLERANCE || (claims.iat ?? now) > now + TOLERANCE) {
      throw invalid('Could not validate token: Token will be valid later');
    }
    return identity(claims, (name, value) => (REGISTERED.has(name) ? {} : flat(name, value)));
  }

  // A document of another server, or out of a `data:` URI; remembered as a shared cache does (RFC 9111), and used in its old
  // form while the server is down.
  async #document(url, types, typeless, failed) {
    const known = this.#remembered.get(url);
    if (known && this.now() < known.until) return known.body;
    const printed = url.startsWith('data:');
    if (!printed) this.fetched.push(url);
    const response = await fetch(url).catch(() => null);
    if ((response === null || response.status >= 500) && known) return known.body;
    if (response?.status !== 200) throw failed(response?.status);
    const [type, parameters = ''] = (response.headers.get('content-type') ?? '').split(/;(.*)/s);
    const charset = /charset=([^;]+)/i.exec(parameters)?.[1] ?? 'utf-8';
    const typed = type === '' ? typeless : types.includes(type.trim().toLowerCase()) && (typeless || /^"?utf-8"?$/i.test(charset));
    const body = await response.json().catch(() => null);
    if (!(typed || printed) || body === null) throw failed();
    this.#remembered.set(url, { body, until: this.now() + freshness(response.headers) });
    return body;
  }
}

// For how many seconds a cache that many people share may answer with this.
export function freshness(headers) {
  const control = (headers.get('cache-control') ?? '').toLowerCase();
  const says = (name) => new RegExp(`(^|[,\\s])${name}([=,\\s]|$)`).test(control);
  const seconds = (name) => new RegExp(`(?:^|[,\\s])${name}="?(\\d+)`).exec(control)?.[1];
  if (['no-store', 'no-cache', 'private'].some(says) || headers.has('set-cookie') || headers.get('vary')?.includes('*')) return 0;
  return Number(seconds('s-maxage') ?? seconds('max-age') ?? 0) - Number(headers.get('age') ?? 0);
}

const TOLERANCE = 5;
const ALGORITHMS = new Set(['none', ...['HS', 'RS', 'ES', 'PS'].flatMap((kind) => [256, 384, 512].map((bits) => kind + bits)), 'EdDSA']);
const REGISTERED = new Set(['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti']);
const UNSEEN = new Set([
  ...REGISTERED,
  ...['azp', 'acr', 'amr', 'auth_time', 'nonce', 'at_hash', 'c_hash', 'fva', 'middle_name', 'address'],
]);
const RENAMED = {
  given_name: 'givenName',
  family_name: 'familyName',
  preferred_username: 'preferredUsername',
  profile: 'profileUrl',
  picture: 'pictureUrl',
  website: 'websiteUrl',
  email_verified: 'emailVerified',
  zoneinfo: 'timezone',
  locale: 'language',
  phone_number: 'phoneNumber',
  phone_number_verified: 'phoneNumberVerified',
  updated_at: 'updatedAt',
};

// What the claims of OpenID Connect must be, where they are at all.
const SHAPES = {
  ...Object.fromEntries(
    ['name', 'given_name', 'family_name', 'middle_name', 'nickname', 'preferred_username', 'profile', 'picture', 'website', 'email']
      .concat(['gender', 'birthdate', 'zoneinfo', 'locale', 'phone_number', 'nonce', 'acr', 'azp', 'at_hash', 'c_hash'])
      .map((name) => [name, isText]),
  ),
  email_verified: (value) => typeof value === 'boolean',
  phone_number_verified: (value) => typeof value === 'boolean',
  address: (value) => typeof value === 'object',
  updated_at: (value) => typeof value === 'number' || (isText(value) && !Number.isNaN(Date.parse(value))),
  auth_time: (value) => typeof value === 'number',
  amr: texts,
};

function isIdToken(claims) {
  const there = ['iss', 'sub', 'aud', 'exp', 'iat'].every((name) => claims[name] !== undefined);
  return there && Object.entries(SHAPES).every(([name, is]) => (claims[name] ?? null) === null || is(claims[name]));
}

// Whatever is in the document has to be what it should be, whether anybody needs it or not.
function isDiscovery(document) {
  return Object.entries(document).every(([name, value]) => {
    if (/_(endpoint|uri)$/.test(name)) return isUrl(value);
    if (/_supported$/.test(name)) return typeof value === 'boolean' || texts(value);
    return true;
  });
}

// What customJwt's parser reads; anything else is fatal.
function isKnownKey(key) {
  const algs = new Set(['RS', 'PS', 'ES'].flatMap((kind) => [256, 384, 512].map((bits) => kind + bits)).concat('RSA-OAEP', 'RSA-OAEP-256'));
  const plain = (...names) => names.every((name) => isText(key[name]) && /^[A-Za-z0-9_-]+$/.test(key[name]));
  if (key.alg !== undefined && !algs.has(key.alg)) return false;
  if (key.kty === 'RSA') return plain('n', 'e');
  if (key.kty === 'EC') return ['P-256', 'P-384', 'P-521'].includes(key.crv) && plain('x', 'y');
  return key.kty === 'OKP' && key.crv === 'Ed25519' && plain('x');
}

function bare(issuer) {
  const whole = /^https?:\/\//.test(issuer) ? issuer : `https://${issuer}`;
  return whole.replace(/\/+$/, '');
}

function headerOf(token, failed) {
  try {
    return decodeProtectedHeader(token);
  } catch {
    throw failed();
  }
}

async function signedBy(jwk, token, alg, failed) {
  const key = await importJWK({ ...jwk, alg: undefined, use: undefined }, alg);
  await compactVerify(token, key, { algorithms: [alg] }).catch(() => {
    throw failed();
  });
}

function flat(name, value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { [name]: value };
  return Object.assign({}, ...Object.entries(value).map(([inner, one]) => flat(`${name}.${inner}`, one)));
}

// Claims come last: one with such a name wins over the real thing.
function identity(claims, seen) {
  const { iss, sub } = claims;
  const own = { tokenIdentifier: `${iss}|${sub}`, subject: sub, issuer: iss };
  return Object.assign(own, ...Object.entries(claims).map(([name, value]) => seen(name, value)));
}
