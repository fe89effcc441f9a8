//! By which ways a person can come in again.

use sea_orm::ConnectionTrait;

use crate::app::App;
use crate::config::MethodName;
use crate::credential::{self, Kind};
use crate::error::Result;
use crate::identity::{self, Linked, WaysIn};
use crate::session::Visitor;
use crate::user::Person;

/// Their identities at other login servers, and the ways in that work here today. Before one goes, ask in the change that takes
/// it, after [`credential::lock`].
pub async fn ways_in(app: &App, db: &impl ConnectionTrait, visitor: &Visitor, person: &Person) -> Result<(Vec<Linked>, WaysIn)> {
    let linked = identity::of_user(db, &app.crypto, person.id).await?;
    let providers = visitor.providers();
    let works = |one: &&Linked| providers.iter().any(|button| button.id == one.identity.provider.as_str());
    let passkeys = credential::count(db, person.id, Kind::Passkey).await?;
    let ways = WaysIn {
        password: credential::has(db, person.id, Kind::Password).await? && app.config.offers(MethodName::Password),
        mail: person.email_verified && app.config.offers(MethodName::Email),
        identities: linked.iter().filter(works).count(),
        passkeys: if app.config.offers_passkeys() { usize::try_from(passkeys).unwrap_or(usize::MAX) } else { 0 },
    };
    Ok((linked, ways))
}
