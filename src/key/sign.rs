//! One signing key, kept parsed: parsing an RSA key costs twice what its signature does.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::{Jwk, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Validation};
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::config::SigningAlgorithm;
use crate::error::{Error, Result};

/// A key that signs JWTs (RFC 7515), with its public half ready to verify and to publish.
pub struct SigningKey {
    /// The JWK thumbprint (RFC 7638) of the public half.
    pub kid: String,
    /// What it signs with.
    pub algorithm: SigningAlgorithm,
    /// The public half.
    pub jwk: Jwk,
    pair: Pair,
    verify: DecodingKey,
    random: SystemRandom,
}

enum Pair {
    Rsa(Box<RsaKeyPair>),
    Ec(Box<EcdsaKeyPair>),
    Ed(Box<Ed25519KeyPair>),
}

/// Not a token of ours: signature, type or form is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unverified;

fn failed(what: &'static str) -> impl Fn(aws_lc_rs::error::Unspecified) -> Error {
    move |error| Error::broken(what, error)
}

impl SigningKey {
    /// Makes a private key, as PKCS#8. RSA takes a tenth of a second or so.
    pub fn generate(algorithm: SigningAlgorithm) -> Result<Zeroizing<Vec<u8>>> {
        let failed = failed("cannot make a key");
        let bytes = match algorithm {
            SigningAlgorithm::Rs256 => {
                let pair = aws_lc_rs::rsa::KeyPair::generate(KeySize::Rsa2048).map_err(&failed)?;
                AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&pair).map_err(&failed)?.as_ref().to_vec()
            }
            SigningAlgorithm::Es256 => {
                let random = SystemRandom::new();
                EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).map_err(&failed)?.as_ref().to_vec()
            }
            // Version 1 of PKCS#8: the form that jsonwebtoken reads.
            SigningAlgorithm::EdDsa => Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new()).map_err(&failed)?.as_ref().to_vec(),
        };
        Ok(Zeroizing::new(bytes))
    }

    /// Parses a private key.
    pub fn from_pkcs8(algorithm: SigningAlgorithm, pkcs8: &[u8]) -> Result<Self> {
        let rejected = |error| Error::broken("a signing key does not parse", error);
        let pair = match algorithm {
            SigningAlgorithm::Rs256 => Pair::Rsa(Box::new(RsaKeyPair::from_pkcs8(pkcs8).map_err(rejected)?)),
            SigningAlgorithm::Es256 => {
                Pair::Ec(Box::new(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).map_err(rejected)?))
            }
            SigningAlgorithm::EdDsa => Pair::Ed(Box::new(Ed25519KeyPair::from_pkcs8(pkcs8).map_err(rejected)?)),
        };
        let broken = |error: jsonwebtoken::errors::Error| Error::broken("a public key cannot be written", error);
        let encoding = match algorithm {
            SigningAlgorithm::Rs256 => EncodingKey::from_rsa_pem(pem(pkcs8).as_bytes()).map_err(broken)?,
            SigningAlgorithm::Es256 => EncodingKey::from_ec_der(pkcs8),
            SigningAlgorithm::EdDsa => EncodingKey::from_ed_der(pkcs8),
        };
        let mut jwk = Jwk::from_encoding_key(&encoding, jose(algorithm)).map_err(broken)?;
        let kid = jwk.thumbprint(ThumbprintHash::SHA256).map_err(broken)?;
        jwk.common.key_id = Some(kid.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        // Convex's customJwt parser refuses a whole set for one key with `alg: EdDSA`; without `alg` it reads on.
        if algorithm == SigningAlgorithm::EdDsa {
            jwk.common.key_algorithm = None;
        }
        let verify = DecodingKey::from_jwk(&jwk).map_err(broken)?;
        Ok(Self { kid, algorithm, jwk, pair, verify, random: SystemRandom::new() })
    }

    /// Signs claims as a compact JWS with `alg`, `kid` and this `typ`.
    pub fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String> {
        let claims = serde_json::to_vec(claims).map_err(|error| Error::broken("claims cannot be written", error))?;
        let header = format!(r#"{{"alg":"{}","kid":"{}","typ":"{typ}"}}"#, self.algorithm, self.kid);
        let mut token = String::with_capacity((header.len() + claims.len()) * 4 / 3 + 360);
        URL_SAFE_NO_PAD.encode_string(header, &mut token);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(claims, &mut token);
        let signature = self.signature(token.as_bytes())?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }

    pub(crate) fn signature(&self, input: &[u8]) -> Result<Vec<u8>> {
        let failed = failed("cannot sign");
        Ok(match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &self.random, input, &mut signature).map_err(&failed)?;
                signature
            }
            Pair::Ec(pair) => pair.sign(&self.random, input).map_err(&failed)?.as_ref().to_vec(),
            Pair::Ed(pair) => pair.sign(input).as_ref().to_vec(),
        })
    }

    /// Verifies a token's signature with this key and reads its claims. Times, issuer and audience are the caller's to check.
    pub fn verify<C: DeserializeOwned + Clone>(&self, token: &str) -> Result<C, Unverified> {
        signed_by(&self.verify, jose(self.algorithm), token)
    }
}

/// The claims of a token, ours or another server's, that this key has signed with this algorithm. Nothing but the signature
/// is checked: what the claims say is the caller's to judge.
pub fn signed_by<C: DeserializeOwned + Clone>(key: &DecodingKey, algorithm: Algorithm, token: &str) -> Result<C, Unverified> {
    let mut rule = Validation::new(algorithm);
    rule.required_spec_claims.clear();
    (rule.validate_exp, rule.validate_aud) = (false, false);
    jsonwebtoken::decode::<C>(token, key, &rule).map(|data| data.claims).map_err(|_| Unverified)
}

/// The type in jsonwebtoken's terms.
pub(super) fn jose(algorithm: SigningAlgorithm) -> Algorithm {
    match algorithm {
        SigningAlgorithm::Rs256 => Algorithm::RS256,
        SigningAlgorithm::Es256 => Algorithm::ES256,
        SigningAlgorithm::EdDsa => Algorithm::EdDSA,
    }
}

fn pem(pkcs8: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(pkcs8)))
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({} {})", self.algorithm, self.kid)
    }
}
