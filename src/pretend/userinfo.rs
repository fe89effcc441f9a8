//! `GET` and `POST /userinfo` (OpenID Connect Core §5.3), with the token in the header.

use actix_web::http::header::AUTHORIZATION;
use actix_web::{HttpRequest, HttpResponse, web};

use super::Provider;
use super::refused::Refused;

/// What the access token's scopes tell.
pub(super) async fn get_userinfo(provider: web::Data<Provider>, request: HttpRequest) -> Result<HttpResponse, Refused> {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.split_once(' '));
    let Some((_, token)) = header.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) else {
        return Err(Refused::unauthorized("invalid_token", "no access token was sent", "Bearer realm=\"pretend\""));
    };
    let access = provider.tokens.get(token.trim(), provider.clock.now()).ok_or_else(|| {
        let challenge = "Bearer realm=\"pretend\", error=\"invalid_token\"";
        Refused::unauthorized("invalid_token", "the access token is unknown or has expired", challenge)
    })?;
    Ok(HttpResponse::Ok().json(access.person.claims(&access.scope)))
}
