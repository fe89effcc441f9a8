//! How families end, and why. One that has ended never lives again; its row stays for a while, so that its app can say why.

use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, UpdateMany};

use super::token_family;
use crate::audit::Event;
use crate::error::Result;
use crate::session::RefreshToken;
use crate::types::{ClientId, FamilyId, SessionId, UnixMillis, UserId};
use crate::work::Work;

/// Why there is nothing left to refresh, for the app to tell the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It was too old, or unused for too long; or this is not a token that this client could present here.
    Expired,
    /// Its session was ended: at another app, on another device, by a new password, by an operator.
    SignedOut,
    /// A token or a code came back that had been replaced or spent: somebody may hold a copy.
    Revoked,
}

impl Ending {
    /// As the table and the API say it: in the words of the SDK's states.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::SignedOut => "signed-out-elsewhere",
            Self::Revoked => "revoked",
        }
    }

    pub(super) fn parse(text: Option<&str>) -> Self {
        [Self::SignedOut, Self::Revoked].into_iter().find(|ending| text == Some(ending.as_str())).unwrap_or(Self::Expired)
    }
}

/// Ends one family because somebody may hold a copy of what began it.
pub async fn revoke(work: &Work<'_>, family: FamilyId) -> Result<()> {
    end_where(work, token_family::Column::Id.eq(family), Ending::Revoked).await
}

/// Ends the family of a presented token, if it is the token to present.
pub async fn end_presented(work: &Work<'_>, presented: &RefreshToken) -> Result<()> {
    let which = token_family::Column::Id.eq(presented.family).and(token_family::Column::CurrentHash.eq(presented.hash()));
    end_where(work, which, Ending::SignedOut).await
}

/// Ends a family because its client gives it back (RFC 7009). One that is over stays what it was.
pub async fn give_back(work: &mut Work<'_>, client: &ClientId, family: FamilyId) -> Result<()> {
    let which = token_family::Column::Id.eq(family).and(token_family::Column::ClientId.eq(client.clone()));
    for row in ending(work.now, which, Ending::SignedOut).exec_with_returning(work.db()).await? {
        work.record(Event::TokensRevoked { user: row.user_id, client: row.client_id, session: row.session_id, family });
    }
    Ok(())
}

/// Ends what an app holds of a person.
pub async fn end_of_app(work: &Work<'_>, user: UserId, client: &ClientId) -> Result<()> {
    let which = token_family::Column::UserId.eq(user).and(token_family::Column::ClientId.eq(client.clone()));
    end_where(work, which, Ending::SignedOut).await
}

/// Ends what descends from a session.
pub(in crate::session) async fn end_of_session(work: &Work<'_>, user: UserId, session: SessionId) -> Result<()> {
    let which = token_family::Column::UserId.eq(user).and(token_family::Column::SessionId.eq(session));
    end_where(work, which, Ending::SignedOut).await
}

/// Ends everything of a person.
pub(in crate::session) async fn end_of_user(work: &Work<'_>, user: UserId) -> Result<()> {
    end_where(work, token_family::Column::UserId.eq(user), Ending::SignedOut).await
}

/// The same, but for what descends from one session.
pub(in crate::session) async fn end_of_user_but(work: &Work<'_>, user: UserId, keep: SessionId) -> Result<()> {
    end_where(work, token_family::Column::UserId.eq(user).and(token_family::Column::SessionId.ne(keep)), Ending::SignedOut).await
}

async fn end_where(work: &Work<'_>, which: SimpleExpr, why: Ending) -> Result<()> {
    ending(work.now, which, why).exec(work.db()).await?;
    Ok(())
}

fn ending(now: UnixMillis, which: SimpleExpr, why: Ending) -> UpdateMany<token_family::Entity> {
    token_family::Entity::update_many()
        .col_expr(token_family::Column::EndedAt, now.0.into())
        .col_expr(token_family::Column::Ending, why.as_str().into())
        .col_expr(token_family::Column::Successor, Expr::value(Option::<Vec<u8>>::None))
        .filter(which)
        .filter(token_family::Column::EndedAt.is_null())
}
