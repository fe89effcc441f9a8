//! A program that holds a key and proves it (RFC 9449), well or wrongly.

use base64::Engine;
use housekey::config::SigningAlgorithm;
use housekey::key::{SigningKey, b64, b64_sha256};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use super::TestApp;
use super::relying_party::Answer;

/// Who holds the key.
pub struct Holder {
    pub key: SigningKey,
    pub pkcs8: Vec<u8>,
    pub http: reqwest::Client,
}

impl Holder {
    pub fn new(algorithm: SigningAlgorithm) -> Self {
        let pkcs8 = SigningKey::generate(algorithm).unwrap().to_vec();
        let key = SigningKey::from_pkcs8(algorithm, &pkcs8).unwrap();
        Self { key, pkcs8, http: reqwest::Client::builder().no_proxy().build().unwrap() }
    }

    /// The thumbprint: our keys are named by it.
    pub fn jkt(&self) -> &str {
        &self.key.kid
    }

    pub fn header(&self) -> Value {
        let mut jwk = serde_json::to_value(&self.key.jwk).unwrap();
        for name in ["kid", "use", "alg"] {
            jwk.as_object_mut().unwrap().remove(name);
        }
        json!({ "typ": "dpop+jwt", "alg": self.key.algorithm.as_str(), "jwk": jwk })
    }

    /// Signs any header and claims.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let input = format!("{}.{}", b64(header.to_string()), b64(claims.to_string()));
        let (key, algorithm) = match self.key.algorithm {
            SigningAlgorithm::Es256 => (EncodingKey::from_ec_der(&self.pkcs8), Algorithm::ES256),
            SigningAlgorithm::EdDsa => (EncodingKey::from_ed_der(&self.pkcs8), Algorithm::EdDSA),
            SigningAlgorithm::Rs256 => {
                let body = base64::engine::general_purpose::STANDARD.encode(&self.pkcs8);
                let pem = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n");
                (EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap(), Algorithm::RS256)
            }
        };
        format!("{input}.{}", jsonwebtoken::crypto::sign(input.as_bytes(), &key, algorithm).unwrap())
    }

    /// A good proof.
    pub fn proof(&self, app: &TestApp, method: &str, path: &str) -> String {
        self.sign(&self.header(), &proof_claims(app, method, path))
    }

    /// A good proof for this access token.
    pub fn proof_for(&self, app: &TestApp, (method, path): (&str, &str), token: &str) -> String {
        let mut claims = proof_claims(app, method, path);
        claims["ath"] = json!(b64_sha256(token));
        self.sign(&self.header(), &claims)
    }

    /// Posts a form with these proofs; of a client without a secret.
    pub async fn post(&self, app: &TestApp, path: &str, fields: &[(&str, &str)], proofs: &[&str]) -> (Answer, Option<String>) {
        let mut request = self.http.post(format!("{}{path}", app.issuer)).form(fields);
        for proof in proofs {
            request = request.header("DPoP", *proof);
        }
        answer(request).await
    }

    /// Asks for user info with an `Authorization` header and these proofs.
    pub async fn userinfo(&self, app: &TestApp, authorization: &str, proofs: &[&str]) -> (Answer, Option<String>) {
        let mut request = self.http.get(format!("{}/userinfo", app.issuer)).header("authorization", authorization);
        for proof in proofs {
            request = request.header("DPoP", *proof);
        }
        answer(request).await
    }
}

/// What a good proof says.
pub fn proof_claims(app: &TestApp, method: &str, path: &str) -> Value {
    let jti = b64(app.app.random.bytes::<12>());
    json!({ "htm": method, "htu": format!("{}{path}", app.issuer), "iat": app.clock.now().seconds(), "jti": jti })
}

/// The answer, and the nonce or the challenge beside it.
async fn answer(request: reqwest::RequestBuilder) -> (Answer, Option<String>) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let said = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    let beside = said("dpop-nonce").or_else(|| said("www-authenticate"));
    (Answer { status, body: response.json().await.unwrap() }, beside)
}
