//! `grant_type=refresh_token` (RFC 6749 §6, RFC 9700 §4.14).

use actix_web::HttpResponse;

use super::{Granting, answer, mint};
use crate::oidc::{OAuthError, scope};
use crate::session::family::{self, Ending, Holder, Rotation, RotationRule};
use crate::session::{Presenter, RefreshToken};

pub(super) async fn grant(granting: Granting<'_>) -> Result<HttpResponse, OAuthError> {
    let Granting { app, keys, client, parameters, request } = granting;
    let presented = parameters.get("refresh_token").ok_or_else(|| OAuthError::invalid_request("refresh_token is missing"))?;
    let presented = RefreshToken::parse(&app.crypto, presented).ok_or_else(|| OAuthError::over(Ending::Expired))?;
    let rule = RotationRule { rotate: !client.is_confidential(), holder: Holder::Body };
    match family::rotate(app, &Presenter::of(request, &client.id), &presented, rule).await? {
        Rotation::Over(ending) => Err(OAuthError::over(ending)),
        Rotation::Granted { mut grant, person, successor } => {
            // A refresh can narrow what its access token may do, never widen it (RFC 6749 §6).
            if let Some(asked) = parameters.get("scope") {
                if !scope::is_within(asked, &grant.scope) {
                    return Err(OAuthError::new("invalid_scope", "a refresh cannot add scopes"));
                }
                grant.scope = scope::known(asked);
            }
            let minted = mint(app, keys, &client, (&grant, &person), None)?;
            Ok(answer(&minted, &grant.scope, successor.as_ref()))
        }
    }
}
