//! The letters that pages of an account have asked for: about one of its addresses.

use sea_orm::sea_query::SimpleExpr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};

use super::challenge::Challenge;
use super::purpose::Purpose;
use super::store::{answer, email_challenge, end_where, read, unanswered};
use crate::error::Result;
use crate::types::{ChallengeId, EmailAddress, UnixMillis, UserId};
use crate::work::{Ledger, Work};

/// Makes every letter void that a page of this account asked for.
pub fn end_of_account(ledger: &mut Ledger<'_>, user: UserId) {
    end_where(ledger, of_account(user));
}

/// The same for those about one address.
pub fn end_about(ledger: &mut Ledger<'_>, user: UserId, address: &EmailAddress) {
    end_where(ledger, of_account(user).and(email_challenge::Column::About.eq(address.to_string())));
}

fn of_account(user: UserId) -> SimpleExpr {
    email_challenge::Column::UserId.eq(user).and(email_challenge::Column::About.is_not_null())
}

/// The letters of an account's pages that wait for an answer, the oldest first.
pub async fn waiting(db: &impl ConnectionTrait, user: UserId, now: UnixMillis) -> Result<Vec<Challenge>> {
    let rows = email_challenge::Entity::find()
        .filter(of_account(user))
        .filter(unanswered())
        .filter(email_challenge::Column::ExpiresAt.gt(now))
        .order_by_asc(email_challenge::Column::Id)
        .all(db)
        .await?;
    Ok(rows.into_iter().filter_map(read).collect())
}

/// Primary addresses whose mailbox has had its week and has not objected, at most `limit`.
pub async fn due(db: &impl ConnectionTrait, now: UnixMillis, limit: u64) -> Result<Vec<Challenge>> {
    let begun_before = now - Purpose::ReplacePrimary.lifetime();
    let rows = email_challenge::Entity::find()
        .filter(email_challenge::Column::Id.lt(ChallengeId(begun_before.first_uuid())))
        .filter(unanswered_in_time(now))
        .order_by_asc(email_challenge::Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows.into_iter().filter_map(read).collect())
}

/// Spends one of these; says whether it was there to spend. Two replicas at once: one does.
pub async fn spend_due(work: &Work<'_>, id: ChallengeId) -> Result<bool> {
    answer(work, email_challenge::Column::UsedAt, unanswered_in_time(work.now).add(email_challenge::Column::Id.eq(id))).await
}

/// A letter that nobody got tells nobody: it has gone, or there is no such mailbox any more.
fn unanswered_in_time(now: UnixMillis) -> Condition {
    let told = email_challenge::Column::GoneAt.is_not_null().or(email_challenge::Column::BouncedAt.is_not_null());
    unanswered()
        .add(email_challenge::Column::Purpose.eq(Purpose::ReplacePrimary.as_str()))
        .add(email_challenge::Column::ExpiresAt.lte(now))
        .add(told)
}
