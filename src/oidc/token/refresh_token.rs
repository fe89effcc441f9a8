//! `grant_type=refresh_token` (RFC 6749 §6, RFC 9700 §4.14).

use actix_web::HttpResponse;

use super::{Binding, Granting, answer, mint};
use crate::form::Parameters;
use crate::oidc::{OAuthError, resource, scope};
use crate::session::family::{self, Ending, Grant, Holder, Rotation, RotationRule};
use crate::session::{Presenter, RefreshToken};

pub(super) async fn grant(granting: Granting<'_>) -> Result<HttpResponse, OAuthError> {
    let Granting { app, keys, ref client, parameters, request, .. } = granting;
    let presented = parameters.get("refresh_token").ok_or_else(|| OAuthError::invalid_request("refresh_token is missing"))?;
    let presented = RefreshToken::parse(&app.crypto, presented).ok_or_else(|| OAuthError::over(Ending::Expired))?;
    // Who asks for too much loses nothing: that is found out before the token is replaced. What a family may do never changes.
    if ["scope", "resource"].iter().any(|name| parameters.get(name).is_some())
        && let Some((grant, _)) = family::look(app, &client.id, &presented).await?
    {
        narrowed(&grant, parameters)?;
    }
    let rule = RotationRule { rotate: !client.is_confidential(), holder: Holder::Body, jkt: granting.jkt_of_refresh_token() };
    match family::rotate(app, &Presenter::of(request, &client.id), &presented, rule).await? {
        Rotation::Over(ending) => Err(OAuthError::over(ending)),
        Rotation::Granted { mut grant, person, successor } => {
            let (scope, resource) = narrowed(&grant, parameters)?;
            let binding = Binding { resource: resource.as_deref(), jkt: granting.jkt() };
            grant.scope = scope;
            let minted = mint(app, keys, client, (&grant, &person), (None, binding))?;
            Ok(answer(&minted, &grant.scope, successor.as_ref()))
        }
    }
}

/// What its access token may do, and where. A refresh can narrow that, never widen it (RFC 6749 §6, RFC 8707 §2.2).
fn narrowed(grant: &Grant, parameters: &Parameters) -> Result<(String, Option<String>), OAuthError> {
    let scope = match parameters.get("scope") {
        None => grant.scope.clone(),
        Some(asked) if scope::is_within(asked, &grant.scope) => scope::known(asked),
        Some(_) => return Err(OAuthError::new("invalid_scope", "a refresh cannot add scopes")),
    };
    Ok((scope, resource::of_token(grant.resource.as_deref(), parameters)?.map(str::to_owned)))
}
