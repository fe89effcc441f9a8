//! A client secret that is a short-lived token of our own, signed with a key that the provider gave us. Apple's way: see
//! "Creating a client secret" in its REST API.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::ExposeSecret;
use serde_json::json;

use super::configured::Upstream;
use super::failed::Failed;
use crate::types::UnixMillis;

/// How long it is good for, in seconds: one exchange.
const LIFETIME: i64 = 300;

/// Signs one for this moment.
pub(super) fn sign(upstream: &Upstream, audience: &str, now: UnixMillis) -> Result<String, Failed> {
    let wrong = |why: String| Failed::Misconfigured(format!("the client secret of {} is not a .p8 key: {why}", upstream.id));
    let pem = upstream.secret.as_ref().ok_or_else(|| wrong("there is none".into()))?;
    let key = EncodingKey::from_ec_pem(pem.expose_secret().as_bytes()).map_err(|why| wrong(why.to_string()))?;
    let setting = |name: &str| upstream.settings.get(name).cloned();
    let header = Header { kid: setting("key_id"), ..Header::new(Algorithm::ES256) };
    let claims = json!({
        "iss": setting("team_id"),
        "sub": upstream.client_id,
        "aud": audience,
        "iat": now.seconds(),
        "exp": now.seconds() + LIFETIME,
    });
    jsonwebtoken::encode(&header, &claims, &key).map_err(|why| wrong(why.to_string()))
}
