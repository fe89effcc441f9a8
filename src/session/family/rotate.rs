//! Presenting a refresh token: one atomic statement replaces it, and says for whom.

use std::sync::LazyLock;

use sea_orm::{ConnectionTrait, EntityTrait, QuerySelect, Statement};

use super::{Ending, Grant, Holder, revoke, token_family};
use crate::app::App;
use crate::audit::Event;
use crate::crypto::Crypto;
use crate::db::{Row, sql};
use crate::error::Result;
use crate::mail::{self, Notice};
use crate::session::{Presenter, RefreshToken};
use crate::types::{ClientId, Envelope, FamilyId, SessionId, UnixMillis};
use crate::user::{self, Person, PersonRow};

/// What a presented refresh token gives.
pub enum Rotation {
    /// A grant, and the token to present next.
    Granted {
        /// What to issue.
        grant: Box<Grant>,
        /// To whom.
        person: Box<Person>,
        /// The token to present next; absent where tokens do not rotate.
        successor: Option<RefreshToken>,
    },
    /// Nothing, and it never will again. [`Ending::Revoked`]: the token had been replaced (theft, or a client that keeps
    /// no order), and the family has ended now or before.
    Over(Ending),
}

/// How to rotate.
#[derive(Debug, Clone, Copy)]
pub struct RotationRule<'a> {
    /// Whether the token is replaced. Confidential clients keep theirs: they prove themselves each time.
    pub rotate: bool,
    /// Where the token must live.
    pub holder: Holder,
    /// The key that was proved. A token that is bound to one is worth nothing without it.
    pub jkt: Option<&'a str>,
}

/// What issuing needs.
static FACTS: LazyLock<String> = LazyLock::new(|| {
    format!("id, client_id, session_id, scope, amr, auth_time, expires_at, resource, jkt, {}", user::person_of("token_families"))
});

/// With the gate, so that it holds in the very statement that rotates.
static ALIVE: LazyLock<String> =
    LazyLock::new(|| format!("ended_at IS NULL AND expires_at > $3 AND idle_expires_at > $3 AND {}", user::gate_of("token_families")));

fn granted(row: &Row, successor: Option<RefreshToken>) -> Result<Rotation> {
    let person = Person::from(PersonRow::read(row)?);
    let (Ok(()), Some(client)) = (user::gate(&person), ClientId::parse(&row.get::<String>("client_id")?)) else {
        return Ok(Rotation::Over(Ending::Expired));
    };
    let grant = Grant {
        family: FamilyId(row.get("id")?),
        client,
        user: person.id,
        session: SessionId(row.get("session_id")?),
        scope: row.get("scope")?,
        auth_time: UnixMillis(row.get("auth_time")?),
        amr: row.get("amr")?,
        expires_at: UnixMillis(row.get("expires_at")?),
        resource: row.get("resource")?,
        jkt: row.get("jkt")?,
    };
    Ok(Rotation::Granted { grant: Box::new(grant), person: Box::new(person), successor })
}

/// What a refresh token would give its client now, and until when. Nothing becomes of the token (RFC 7662).
pub async fn look(app: &App, client: &ClientId, presented: &RefreshToken) -> Result<Option<(Grant, UnixMillis)>> {
    let select = format!(
        "SELECT {}, idle_expires_at FROM token_families WHERE id = $1 AND client_id = $4 AND {} \
         AND (current_hash = $2 OR previous_hash = $2 AND previous_until > $3)",
        *FACTS, *ALIVE
    );
    let now = app.clock.now();
    let values = [presented.family.0.into(), presented.hash().into(), now.0.into(), client.as_str().into()];
    let Some(row) = app.db.read().query_one_raw(sql(app.db.read(), &select, values)).await?.map(Row::from) else { return Ok(None) };
    let idle = UnixMillis(row.get("idle_expires_at")?);
    Ok(match granted(&row, None)? {
        Rotation::Granted { grant, .. } => Some((*grant.clone(), grant.expires_at.min(idle))),
        Rotation::Over(_) => None,
    })
}

/// Presents a refresh token. The usual case is one statement and one commit.
pub async fn rotate(app: &App, who: &Presenter<'_>, presented: &RefreshToken, rule: RotationRule<'_>) -> Result<Rotation> {
    let now = app.clock.now();
    let successor = rule.rotate.then(|| RefreshToken::new(&app.crypto, presented.family, app.random.bytes()));
    let update = match &successor {
        Some(successor) => replace(app, who.client, presented, successor, (now, rule))?,
        None => keep(app, who.client, presented, (now, rule)),
    };
    if let Some(row) = app.db.change(update).await?.first() {
        return granted(row, successor);
    }
    look_again(app, who, presented, rule).await
}

fn replace(
    app: &App,
    client: &ClientId,
    presented: &RefreshToken,
    successor: &RefreshToken,
    (now, rule): (UnixMillis, RotationRule<'_>),
) -> Result<Statement> {
    let tokens = &app.config.tokens;
    let sealed = app.crypto.seal_column(&identity(presented), successor.secret())?;
    Ok(sql(
        app.db.write(),
        &format!(
            "UPDATE token_families SET generation = generation + 1, previous_hash = current_hash, previous_until = $5, \
             current_hash = $6, successor = $7, idle_expires_at = $8 \
             WHERE id = $1 AND current_hash = $2 AND client_id = $4 AND delivery = $9 AND (jkt IS NULL OR jkt = $10) AND {} RETURNING {}",
            *ALIVE, *FACTS
        ),
        [
            presented.family.0.into(),
            presented.hash().into(),
            now.0.into(),
            client.as_str().into(),
            (now + tokens.refresh_reuse_grace).0.into(),
            successor.hash().into(),
            sealed.into(),
            (now + tokens.refresh_idle).0.into(),
            rule.holder.as_str().into(),
            rule.jkt.into(),
        ],
    ))
}

fn keep(app: &App, client: &ClientId, presented: &RefreshToken, (now, rule): (UnixMillis, RotationRule<'_>)) -> Statement {
    sql(
        app.db.write(),
        &format!(
            "UPDATE token_families SET idle_expires_at = $5 \
             WHERE id = $1 AND current_hash = $2 AND client_id = $4 AND delivery = $6 AND (jkt IS NULL OR jkt = $7) AND {} RETURNING {}",
            *ALIVE, *FACTS
        ),
        [
            presented.family.0.into(),
            presented.hash().into(),
            now.0.into(),
            client.as_str().into(),
            (now + app.config.tokens.refresh_idle).0.into(),
            rule.holder.as_str().into(),
            rule.jkt.into(),
        ],
    )
}

/// The statement found nothing: the family is over, the token is another client's, or it has been replaced.
async fn look_again(app: &App, who: &Presenter<'_>, presented: &RefreshToken, rule: RotationRule<'_>) -> Result<Rotation> {
    let judge = |row: &token_family::Model, now| judge(row, &presented.hash(), who.client, rule, now);
    let letters = match token_family::Entity::find_by_id(presented.family).one(app.db.read()).await? {
        Some(row) if judge(&row, app.clock.now()) == Verdict::Reused => warning(app, who, &row).await?,
        _ => Vec::new(),
    };
    let mut work = app.begin(who.actor()).await?;
    let mut query = token_family::Entity::find_by_id(presented.family);
    if app.db.backend() == sea_orm::DbBackend::Postgres {
        query = query.lock_exclusive();
    }
    let Some(row) = query.one(work.db()).await? else { return Ok(Rotation::Over(Ending::Expired)) };
    match judge(&row, work.now) {
        Verdict::Over(ending) => Ok(Rotation::Over(ending)),
        Verdict::Successor => {
            let facts = sql(work.db(), &format!("SELECT {} FROM token_families WHERE id = $1", *FACTS), [presented.family.0.into()]);
            let facts = work.db().query_one_raw(facts).await?;
            let successor = reopen(&app.crypto, presented, row.successor.as_deref())?;
            let over = Ok(Rotation::Over(Ending::Expired));
            facts.zip(successor).map_or(over, |(facts, successor)| granted(&facts.into(), Some(successor)))
        }
        Verdict::Reused => {
            revoke(&work, presented.family).await?;
            work.record(Event::RefreshTokenReused {
                user: row.user_id,
                client: row.client_id,
                session: row.session_id,
                family: presented.family,
            });
            mail::post(&mut work, &letters)?;
            work.commit().await?;
            Ok(Rotation::Over(Ending::Revoked))
        }
    }
}

/// Letters to the person: somebody may hold a copy of their sign-in.
async fn warning(app: &App, who: &Presenter<'_>, row: &token_family::Model) -> Result<Vec<Envelope>> {
    let page = mail::page(app, Some(&row.client_id), who.language());
    user::notices(app, row.user_id, (Notice::Revoked, who.user_agent()), &page).await
}

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Over(Ending),
    Successor,
    Reused,
}

fn judge(row: &token_family::Model, presented: &[u8], client: &ClientId, rule: RotationRule<'_>, now: UnixMillis) -> Verdict {
    // Who may not present it is told nothing of its family.
    let bound_to_another = row.jkt.is_some() && row.jkt.as_deref() != rule.jkt;
    if row.client_id != *client || row.delivery != rule.holder.as_str() || bound_to_another {
        return Verdict::Over(Ending::Expired);
    }
    let over = row.expires_at <= now || row.idle_expires_at <= now || row.current_hash == presented;
    if row.ended_at.is_some() || over {
        return Verdict::Over(Ending::parse(row.ending.as_deref()));
    }
    let predecessor = row.previous_hash.as_deref() == Some(presented);
    let in_time = row.previous_until.is_some_and(|until| now < until);
    if predecessor && in_time { Verdict::Successor } else { Verdict::Reused }
}

fn reopen(crypto: &Crypto, presented: &RefreshToken, sealed: Option<&[u8]>) -> Result<Option<RefreshToken>> {
    let Some(sealed) = sealed else { return Ok(None) };
    let secret = zeroize::Zeroizing::new(crypto.open_column(&identity(presented), sealed)?);
    Ok(secret.as_slice().try_into().ok().map(|secret| RefreshToken::new(crypto, presented.family, secret)))
}

/// A sealed successor opens only beside its family and for its predecessor.
fn identity(predecessor: &RefreshToken) -> String {
    format!("token_families.successor {} {}", predecessor.family, crate::key::b64(predecessor.hash()))
}
