//! By which ways the signed-in person can come in again.

use crate::app::App;
use crate::config::MethodName;
use crate::credential::{self, Kind};
use crate::error::Result;
use crate::identity::{self, Linked, WaysIn};
use crate::upstream::Upstreams;
use crate::user::Person;

/// Their identities at other login servers, and the ways in that work here today.
pub(super) async fn of(app: &App, upstreams: &Upstreams, person: &Person) -> Result<(Vec<Linked>, WaysIn)> {
    let linked = identity::of_user(app.db.read(), &app.crypto, person.id).await?;
    let passkeys = credential::count(app.db.read(), person.id, Kind::Passkey).await?;
    let ways = WaysIn {
        password: credential::has(app.db.read(), person.id, Kind::Password).await? && app.config.offers(MethodName::Password),
        mail: person.email_verified && app.config.offers(MethodName::Email),
        identities: linked.iter().filter(|one| upstreams.find(one.identity.provider.as_str()).is_some()).count(),
        passkeys: if app.config.offers_passkeys() { usize::try_from(passkeys).unwrap_or(usize::MAX) } else { 0 },
    };
    Ok((linked, ways))
}
