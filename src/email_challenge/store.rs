//! The table of challenges.

use std::time::Duration;

use sea_orm::sea_query::{Expr, TableCreateStatement};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, Schema};

use super::challenge::{Challenge, identity};
use super::purpose::Purpose;
use crate::app::App;
use crate::db::{Db, remove_some, sql};
use crate::error::Result;
use crate::limit::Granted;
use crate::types::{ChallengeId, EmailAddress, UnixMillis, UserId};
use crate::work::{Ledger, Work};

/// How often a code may be typed.
pub const TRIES: i64 = 5;
const OPENS: i64 = 20;

pub(super) mod email_challenge {
    use sea_orm::entity::prelude::*;

    use crate::types::{ChallengeId, UnixMillis, UserId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "email_challenges")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ChallengeId,
        #[sea_orm(column_type = "String(StringLen::N(16))")]
        pub purpose: String,
        pub user_id: Option<UserId>,
        #[sea_orm(column_type = "String(StringLen::N(254))")]
        pub address: String,
        #[sea_orm(column_type = "String(StringLen::N(254))")]
        pub canonical: String,
        #[sea_orm(column_type = "Blob")]
        pub browser: Vec<u8>,
        #[sea_orm(column_type = "Blob")]
        pub journey: Vec<u8>,
        #[sea_orm(column_type = "Blob")]
        pub password: Option<Vec<u8>>,
        #[sea_orm(column_type = "String(StringLen::N(100))")]
        pub user_agent: String,
        pub tries: i64,
        pub opens: i64,
        pub sends: i64,
        pub sent_at: UnixMillis,
        pub gone_at: Option<UnixMillis>,
        pub bounced_at: Option<UnixMillis>,
        pub failed_at: Option<UnixMillis>,
        pub created_at: UnixMillis,
        pub expires_at: UnixMillis,
        pub used_at: Option<UnixMillis>,
        pub ended_at: Option<UnixMillis>,
        #[sea_orm(column_type = "String(StringLen::N(254))")]
        pub about: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) fn read(row: email_challenge::Model) -> Option<Challenge> {
    Some(Challenge {
        id: row.id,
        purpose: Purpose::parse(&row.purpose)?,
        user: row.user_id,
        about: row.about.and_then(|about| EmailAddress::parse(&about).ok()),
        address: EmailAddress::parse(&row.address).ok()?,
        user_agent: row.user_agent,
        tries: row.tries,
        sends: row.sends,
        sent_at: row.sent_at,
        created_at: row.created_at,
        expires_at: row.expires_at,
        gone_at: row.gone_at,
        bounced_at: row.bounced_at,
        failed_at: row.failed_at,
        browser: row.browser,
        journey: row.journey,
        password: row.password,
        used_at: row.used_at,
        ended_at: row.ended_at,
    })
}

/// A challenge to be.
pub(super) struct NewChallenge<'a> {
    pub(super) id: ChallengeId,
    pub(super) purpose: Purpose,
    pub(super) address: &'a EmailAddress,
    pub(super) browser: Vec<u8>,
    pub(super) journey: &'a [u8],
    pub(super) password: Option<&'a str>,
    pub(super) user_agent: &'a str,
    pub(super) account: Option<&'a (UserId, EmailAddress)>,
}

/// Leaves a new row, unless a limit refuses it.
pub(super) fn insert(ledger: &mut Ledger<'_>, new: NewChallenge<'_>, granted: &Granted) -> Result<()> {
    let crypto = ledger.crypto();
    let password = new.password.map(|phc| crypto.seal_column(&identity(new.id, "password"), phc.as_bytes())).transpose()?;
    let row = email_challenge::ActiveModel {
        id: Set(new.id),
        purpose: Set(new.purpose.as_str().to_owned()),
        user_id: Set(new.account.map(|(user, _)| *user)),
        address: Set(new.address.to_string()),
        canonical: Set(new.address.canonical()),
        browser: Set(new.browser),
        journey: Set(crypto.seal_column(&identity(new.id, "journey"), new.journey)?),
        password: Set(password),
        user_agent: Set(new.user_agent.chars().take(100).collect()),
        tries: Set(0),
        opens: Set(0),
        sends: Set(1),
        sent_at: Set(ledger.now),
        gone_at: Set(None),
        bounced_at: Set(None),
        failed_at: Set(None),
        created_at: Set(ledger.now),
        expires_at: Set(ledger.now + new.purpose.lifetime()),
        used_at: Set(None),
        ended_at: Set(None),
        about: Set(new.account.map(|(_, about)| about.to_string())),
    };
    ledger.insert(row, granted.holds());
    Ok(())
}

/// Notes whom the letter reaches, and so what it is for.
pub(super) fn address_to(ledger: &mut Ledger<'_>, id: ChallengeId, purpose: Purpose, (user, to): (Option<UserId>, &EmailAddress)) {
    let note = email_challenge::Entity::update_many()
        .col_expr(email_challenge::Column::Purpose, purpose.as_str().into())
        .col_expr(email_challenge::Column::UserId, user.map(|user| user.0).into())
        .col_expr(email_challenge::Column::Address, to.to_string().into())
        .filter(email_challenge::Column::Id.eq(id));
    ledger.at_last(&note);
}

/// Notes that the relay took its letter.
pub(super) fn gone(ledger: &mut Ledger<'_>, id: ChallengeId) {
    note(ledger, id, email_challenge::Column::GoneAt);
}

/// Notes that the relay will never take its letter.
pub(super) fn bounced(ledger: &mut Ledger<'_>, id: ChallengeId) {
    note(ledger, id, email_challenge::Column::BouncedAt);
}

/// Notes that the relay did not answer.
pub(super) fn failed(ledger: &mut Ledger<'_>, id: ChallengeId) {
    note(ledger, id, email_challenge::Column::FailedAt);
}

fn note(ledger: &mut Ledger<'_>, id: ChallengeId, when: email_challenge::Column) {
    let note = email_challenge::Entity::update_many().col_expr(when, ledger.now.0.into()).filter(email_challenge::Column::Id.eq(id));
    ledger.at_last(&note);
}

/// A challenge by its name, whatever its state.
pub async fn find(db: &impl ConnectionTrait, id: ChallengeId) -> Result<Option<Challenge>> {
    Ok(email_challenge::Entity::find_by_id(id).one(db).await?.and_then(read))
}

fn open(id: ChallengeId, now: UnixMillis) -> sea_orm::Condition {
    unanswered().add(email_challenge::Column::Id.eq(id)).add(email_challenge::Column::ExpiresAt.gt(now))
}

/// Neither met nor made void.
pub(super) fn unanswered() -> sea_orm::Condition {
    sea_orm::Condition::all().add(email_challenge::Column::UsedAt.is_null()).add(email_challenge::Column::EndedAt.is_null())
}

/// Notes the moment on the one that this holds for; says whether there was one. Fifty at once: one does.
pub(super) async fn answer(work: &Work<'_>, when: email_challenge::Column, which: sea_orm::Condition) -> Result<bool> {
    let answered = email_challenge::Entity::update_many().col_expr(when, work.now.0.into()).filter(which).exec(work.db()).await?;
    Ok(answered.rows_affected == 1)
}

/// Makes whoever answers another letter to this address wait: each answer ends the other letters, and on
/// PostgreSQL two that did so in different orders would wait for each other.
pub async fn lock_address(work: &Work<'_>, address: &EmailAddress) -> Result<()> {
    if work.db().get_database_backend() == sea_orm::DbBackend::Postgres {
        let lock = "SELECT id FROM email_challenges WHERE canonical = $1 ORDER BY id FOR UPDATE";
        work.db().query_all_raw(sql(work.db(), lock, [address.canonical().into()])).await?;
    }
    Ok(())
}

/// Counts a try before the code is looked at; nothing if there is none left. Fifty at once are fifty.
pub async fn count_try(work: &Work<'_>, id: ChallengeId) -> Result<Option<Challenge>> {
    let rows = email_challenge::Entity::update_many()
        .col_expr(email_challenge::Column::Tries, Expr::col(email_challenge::Column::Tries).add(1))
        .filter(open(id, work.now))
        .filter(email_challenge::Column::Tries.lt(TRIES))
        .exec_with_returning(work.db())
        .await?;
    Ok(rows.into_iter().next().and_then(read))
}

/// Spends it; says whether it was there to spend. Link and code at once, fifty times: one does.
pub async fn spend(work: &Work<'_>, id: ChallengeId) -> Result<bool> {
    answer(work, email_challenge::Column::UsedAt, open(id, work.now)).await
}

/// Makes it void; says whether it was open.
pub async fn end(work: &Work<'_>, id: ChallengeId) -> Result<bool> {
    answer(work, email_challenge::Column::EndedAt, open(id, work.now)).await
}

pub(super) fn end_where(ledger: &mut Ledger<'_>, which: sea_orm::sea_query::SimpleExpr) {
    let end = email_challenge::Entity::update_many()
        .col_expr(email_challenge::Column::EndedAt, ledger.now.0.into())
        .filter(which)
        .filter(unanswered());
    ledger.at_last(&end);
}

/// Makes the letter that a journey waited for void, because another one takes its place.
pub(super) fn replace(ledger: &mut Ledger<'_>, id: ChallengeId) {
    end_where(ledger, email_challenge::Column::Id.eq(id));
}

/// Makes every other letter to an address void: one of them has done its work.
pub fn end_of_address(ledger: &mut Ledger<'_>, address: &EmailAddress) {
    end_where(ledger, email_challenge::Column::Canonical.eq(address.canonical()));
}

/// Counts that the link was opened, twenty times at most: each is a write. Says how often it has been.
pub async fn count_open(db: &Db, id: ChallengeId) -> Result<Option<i64>> {
    let text = "UPDATE email_challenges SET opens = opens + 1 WHERE id = $1 AND opens < $2 RETURNING opens";
    let count = sql(db.write(), text, [id.0.into(), OPENS.into()]);
    db.change(count).await?.first().map(|row| row.get("opens")).transpose()
}

/// Counts one more letter, if none went since `not_since`; says whether one may go.
pub(super) async fn count_send(work: &Work<'_>, id: ChallengeId, not_since: UnixMillis) -> Result<bool> {
    let counted = email_challenge::Entity::update_many()
        .col_expr(email_challenge::Column::Sends, Expr::col(email_challenge::Column::Sends).add(1))
        .col_expr(email_challenge::Column::SentAt, work.now.0.into())
        .filter(open(id, work.now))
        .filter(email_challenge::Column::SentAt.lte(not_since))
        .exec(work.db())
        .await?;
    Ok(counted.rows_affected == 1)
}

/// Removes those that were over yesterday, at most `limit`: until then a link says that it is old. Says how many went.
pub async fn remove_expired(app: &App, limit: u64) -> Result<u64> {
    let yesterday = app.clock.now() - Duration::from_hours(24);
    let begun = email_challenge::Column::Id.lt(ChallengeId(yesterday.first_uuid()));
    let over = begun.and(email_challenge::Column::ExpiresAt.lte(yesterday));
    remove_some::<email_challenge::Entity>(app.db.write(), email_challenge::Column::Id, over, limit).await
}

pub(crate) fn tables(schema: &Schema) -> Vec<TableCreateStatement> {
    vec![schema.create_table_from_entity(email_challenge::Entity)]
}
