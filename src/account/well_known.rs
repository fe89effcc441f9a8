//! Where password managers and browsers look by themselves.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde_json::json;

use crate::app::App;
use crate::error::Error;
use crate::page::PageResult;
use crate::types::Origin;

/// `GET /.well-known/change-password`: where password managers send people.
pub async fn get_change_password(app: web::Data<App>) -> HttpResponse {
    HttpResponse::Found().insert_header((header::LOCATION, app.config.issuer.join("/account/security#password"))).finish()
}

/// `GET /.well-known/passkey-endpoints`: where they find passkeys.
pub async fn get_passkey_endpoints(app: web::Data<App>) -> PageResult {
    if !app.config.offers_passkeys() {
        return Err(Error::NotFound.into());
    }
    let here = app.config.issuer.join("/account/security#passkeys");
    Ok(HttpResponse::Ok().json(json!({ "enroll": here, "manage": here })))
}

/// `GET /.well-known/webauthn`: whose pages may use the passkeys of this domain (WebAuthn §5.11).
pub async fn get_related_origins(app: web::Data<App>) -> PageResult {
    if !app.config.offers_passkeys() {
        return Err(Error::NotFound.into());
    }
    let own = app.config.issuer.origin();
    let origins: Vec<_> = std::iter::once(own.as_str()).chain(app.config.passkeys.origins.iter().map(Origin::as_str)).collect();
    Ok(HttpResponse::Ok().json(json!({ "origins": origins })))
}
