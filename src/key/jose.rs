//! Small parts of JOSE that the library keeps to itself.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// Unpadded base64url, as JOSE writes bytes.
pub fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The SHA-256 of a text as JOSE writes it: a `code_challenge` (RFC 7636 §4.2), an `ath` (RFC 9449 §4.2).
pub fn b64_sha256(text: &str) -> String {
    b64(digest(&SHA256, text.as_bytes()))
}

/// Whether a text has the form of one: a challenge, or the thumbprint of a key (RFC 7638).
pub fn is_b64_sha256(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// A `NumericDate` (RFC 7519 §2), which may have a fraction.
pub fn numeric_date(value: &Value) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "seconds of our time fit, and others saturate")]
    value.as_i64().or_else(|| value.as_f64().map(|at| at as i64))
}

/// The header (0) or the claims (1) of a compact JWS, as it says itself. Nothing is proved by that.
pub fn unverified_part(token: &str, at: usize) -> Option<Value> {
    let part = URL_SAFE_NO_PAD.decode(token.split('.').nth(at)?).ok()?;
    serde_json::from_slice(&part).ok()
}
