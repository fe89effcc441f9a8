//! `POST /token`: a code becomes an ID token and an access token (OpenID Connect Core §3.1.3).

use actix_web::{HttpRequest, HttpResponse, web};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::parameters::Parameters;
use super::people::Person;
use super::refused::Refused;
use super::request::Asked;
use super::{Provider, TOKEN_LIVES, client};
use crate::types::UnixMillis;

/// What a code stands for.
pub(super) struct Code {
    pub(super) person: Person,
    pub(super) asked: Asked,
    /// When the person said who they are.
    pub(super) at: UnixMillis,
}

/// What an access token opens.
#[derive(Clone)]
pub(super) struct Access {
    pub(super) person: Person,
    pub(super) scope: String,
}

/// The endpoint.
pub(super) async fn post_token(provider: web::Data<Provider>, request: HttpRequest, body: web::Bytes) -> Result<HttpResponse, Refused> {
    let parameters = Parameters::of_form(&request, &body).map_err(|why| Refused::new("invalid_request", why))?;
    client::authenticate(&provider.settings, &request, &parameters)?;
    match parameters.get("grant_type") {
        Some("authorization_code") => {}
        Some(_) => return Err(Refused::new("unsupported_grant_type", "grant_type must be authorization_code")),
        None => return Err(Refused::new("invalid_request", "grant_type is missing")),
    }
    if ["code", "redirect_uri", "code_verifier"].iter().any(|name| parameters.get(name).is_none()) {
        return Err(Refused::new("invalid_request", "code, redirect_uri and code_verifier are all needed"));
    }
    redeem(&provider, &parameters)
}

/// The code is spent by being shown, whatever comes of it: who has a wrong verifier gets no second guess.
fn redeem(provider: &Provider, parameters: &Parameters) -> Result<HttpResponse, Refused> {
    let now = provider.clock.now();
    let code = provider.codes.take(parameters.text("code"), now);
    let code = code.ok_or_else(|| Refused::new("invalid_grant", "the code is unknown, spent or older than a minute"))?;
    if parameters.text("redirect_uri") != code.asked.redirect_uri {
        return Err(Refused::new("invalid_grant", "redirect_uri is not the one that the code was sent to"));
    }
    if !proves(parameters.text("code_verifier"), &code.asked.code_challenge) {
        return Err(Refused::new("invalid_grant", "code_verifier does not belong to the request's code_challenge"));
    }
    let id_token = id_token(provider, &code, now)?;
    let Code { person, asked: Asked { scope, .. }, .. } = code;
    let access_token = URL_SAFE_NO_PAD.encode(provider.random.bytes::<24>());
    provider.tokens.put(access_token.clone(), Access { person, scope: scope.clone() }, now);
    Ok(HttpResponse::Ok().json(json!({
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": TOKEN_LIVES.as_secs(),
        "id_token": id_token,
        "scope": scope,
    })))
}

fn id_token(provider: &Provider, code: &Code, now: UnixMillis) -> Result<String, Refused> {
    let mut claims = code.person.claims(&code.asked.scope);
    claims.extend([
        ("iss".to_owned(), json!(provider.settings.origin)),
        ("aud".to_owned(), json!(provider.settings.client_id)),
        ("iat".to_owned(), json!(now.seconds())),
        ("exp".to_owned(), json!((now + TOKEN_LIVES).seconds())),
        ("auth_time".to_owned(), json!(code.at.seconds())),
    ]);
    claims.extend(code.asked.nonce.iter().map(|nonce| ("nonce".to_owned(), json!(nonce))));
    provider.key.sign(&claims).map_err(|_| Refused::broken("the ID token cannot be signed"))
}

/// RFC 7636 §4.1 and §4.6: 43 to 128 unreserved characters, whose digest was sent before.
fn proves(verifier: &str, challenge: &str) -> bool {
    let well_formed = (43..=128).contains(&verifier.len()) && verifier.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b));
    well_formed && URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes())) == challenge
}
