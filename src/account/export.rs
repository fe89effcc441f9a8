//! Everything that is kept of a person, as they may take it with them. No secrets: what opens the account stays here.

use serde_json::{Value, json};

use crate::app::App;
use crate::audit;
use crate::credential::{self, Kind};
use crate::error::Result;
use crate::identity;
use crate::oidc::consent;
use crate::passkey;
use crate::session;
use crate::two_step;
use crate::types::{UnixMillis, UserId};
use crate::user;

/// How many events of the log it carries at most.
const EVENTS: u64 = 10_000;

/// As one JSON document (RFC 8259); moments in RFC 3339.
pub(super) async fn of(app: &App, user: UserId) -> Result<Value> {
    let found = user::find(app.db.read(), user).await?;
    let person = found.as_ref().map(|user| &user.person);
    let emails = user::emails_of(app.db.read(), user).await?;
    let moment = |at: Option<UnixMillis>| at.map(UnixMillis::rfc3339);
    Ok(json!({
        "issuer": app.config.issuer.as_str(),
        "taken_at": app.clock.now().rfc3339(),
        "profile": {
            "sub": user,
            "name": person.and_then(|person| person.name.clone()),
            "created_at": moment(found.as_ref().map(|user| user.created_at)),
        },
        "emails": emails.iter().map(|email| json!({
            "address": email.address.to_string(),
            "primary": email.is_primary,
            "verified_at": moment(email.verified_at),
        })).collect::<Vec<_>>(),
        "ways_to_sign_in": ways_in(app, user).await?,
        "devices": devices(app, user).await?,
        "apps_with_access": apps(app, user).await?,
        "activity": activity(app, user).await?,
    }))
}

async fn ways_in(app: &App, user: UserId) -> Result<Value> {
    let password = credential::since(app.db.read(), user, Kind::Password).await?;
    let standing = two_step::standing(app, user).await?;
    let passkeys = passkey::list(app, user).await?.into_iter().map(|one| {
        json!({
            "name": one.name,
            "kept_by": one.provider,
            "synced": one.synced,
            "added_at": one.since.rfc3339(),
            "last_used_at": one.last_used_at.map(UnixMillis::rfc3339),
        })
    });
    let identities = identity::of_user(app.db.read(), &app.crypto, user).await?.into_iter().map(|one| {
        json!({
            "provider": one.identity.provider.as_str(),
            "subject": one.identity.subject,
            "email": one.identity.email,
            "name": one.identity.name,
            "username": one.identity.username,
            "connected_at": one.since.rfc3339(),
            "last_used_at": one.last_used_at.map(UnixMillis::rfc3339),
        })
    });
    Ok(json!({
        "password": password.map(|at| json!({ "changed_at": at.rfc3339() })),
        "passkeys": passkeys.collect::<Vec<_>>(),
        "authenticator_app": standing.since.map(|at| json!({ "added_at": at.rfc3339() })),
        "recovery_codes_left": standing.codes,
        "connections": identities.collect::<Vec<_>>(),
    }))
}

async fn devices(app: &App, user: UserId) -> Result<Vec<Value>> {
    let listed = session::list_of_user(app.db.read(), user, app.clock.now()).await?.into_iter();
    Ok(listed
        .map(|one| {
            json!({
                "browser": one.user_agent,
                "address": one.address,
                "signed_in_at": one.session.auth_time.rfc3339(),
                "signed_in_by": one.session.amr,
                "last_used_at": one.session.last_seen_at.rfc3339(),
            })
        })
        .collect())
}

async fn apps(app: &App, user: UserId) -> Result<Vec<Value>> {
    let allowed = consent::list(app.db.read(), user).await?.into_iter();
    Ok(allowed
        .map(|one| {
            json!({
                "client_id": one.client,
                "scope": one.scope,
                "allowed_at": one.since.rfc3339(),
                "last_used_at": one.used_at.map(UnixMillis::rfc3339),
            })
        })
        .collect())
}

async fn activity(app: &App, user: UserId) -> Result<Vec<Value>> {
    let lines = audit::list_of_user(app.db.read(), user, EVENTS).await?.into_iter();
    Ok(lines
        .map(|line| {
            json!({
                "at": line.at.rfc3339(),
                "event": line.name,
                "by": line.actor,
                "client_id": line.client,
                "address": line.address,
                "data": serde_json::from_str::<Value>(&line.data).unwrap_or_default(),
            })
        })
        .collect())
}
