//! A change in progress: one `now`, one actor, and what it leaves behind. What it records and posts
//! becomes true with it or not at all.

use std::ops::{Deref, DerefMut};

use sea_orm::{ActiveModelTrait, DatabaseTransaction, DbBackend, QueryTrait, Statement};

use crate::app::App;
use crate::audit::{self, Event};
use crate::crypto::Crypto;
use crate::db::{Condition, Row, Transaction, insert, run_all};
use crate::error::Result;
use crate::job::{self, Kind, NewJob};
use crate::limit::Draw;
use crate::random::Random;
use crate::types::{Caller, ClientId, EventId, JobId, UnixMillis, UserId};

/// Who makes a change.
#[derive(Debug, Clone)]
pub enum Actor {
    /// Somebody at a browser, signed in or not.
    Visitor(Caller, Option<UserId>),
    /// A program that speaks OAuth.
    Client(Caller, ClientId),
    /// Somebody at the command line.
    Operator,
    /// The server itself.
    System,
}

/// What a change leaves behind: statements whose answer nobody needs, events, jobs. By itself it is a
/// change that reads nothing, made in one trip to the database together with whatever else comes then.
pub struct Ledger<'a> {
    app: &'a App,
    actor: Actor,
    statements: Vec<Statement>,
    events: Vec<Event>,
    /// Whose workers have something to do then.
    rings: Vec<Kind>,
    /// The one moment at which all of it happens.
    pub now: UnixMillis,
}

/// An open transaction with its ledger. Dropped without [`Work::commit`], it never happened.
pub struct Work<'a> {
    ledger: Ledger<'a>,
    transaction: Transaction,
}

impl App {
    /// Begins a change that reads nothing.
    pub fn ledger(&self, actor: Actor) -> Ledger<'_> {
        Ledger { app: self, actor, statements: Vec::new(), events: Vec::new(), rings: Vec::new(), now: self.clock.now() }
    }

    /// Begins a change. Hash, fetch and render before this or after the commit, never between.
    pub async fn begin(&self, actor: Actor) -> Result<Work<'_>> {
        let transaction = self.db.begin().await?;
        Ok(Work { ledger: self.ledger(actor), transaction })
    }
}

impl Ledger<'_> {
    /// Chance.
    pub fn random(&self) -> &Random {
        &self.app.random
    }

    /// Keys.
    pub fn crypto(&self) -> &Crypto {
        &self.app.crypto
    }

    /// Leaves a statement for the end of the change, where those whose answer nobody needs go together.
    /// Nothing in this change may look for what it writes.
    pub fn at_last(&mut self, statement: &impl QueryTrait) {
        self.statements.push(statement.build(self.backend()));
    }

    /// The same for one new row; if there is a condition, it comes to be only where that holds then.
    pub fn insert<A: ActiveModelTrait>(&mut self, row: A, holds: Option<Condition>) {
        self.statements.push(insert(self.backend(), row, holds));
    }

    /// Begins with a statement on which the others depend. Gives what it returns at the commit.
    pub fn first(&mut self, statement: Statement) {
        self.statements.insert(0, statement);
    }

    /// Draws limits, before the statements that depend on them.
    pub fn draw(&mut self, draw: &Draw) {
        self.statements.extend(draw.statements(self.app.db.write()));
    }

    /// Notes what happens, in the same transaction.
    pub fn record(&mut self, event: Event) {
        self.events.push(event);
    }

    /// The same, if this holds when the change is committed.
    pub fn record_if(&mut self, holds: Condition, event: &Event) {
        let row = audit::row(self.now, &self.actor, EventId(self.random().uuid(self.now)), event);
        self.insert(row, Some(holds));
    }

    /// Leaves something to be done once, and only if, the change is committed; and only if this holds then.
    pub fn later(&mut self, job: &NewJob<'_>, holds: Option<Condition>) -> Result<()> {
        let id = JobId(self.random().uuid(self.now));
        let row = job::row(self.crypto(), id, job, self.now)?;
        self.insert(row, holds);
        self.rings.push(job.kind);
        Ok(())
    }

    /// Makes it true. Gives the rows that its statements return: those of limits that were drawn, or of the first.
    pub async fn commit(mut self) -> Result<Vec<Row>> {
        self.close();
        let rows = self.app.db.change_in_order(std::mem::take(&mut self.statements)).await?;
        self.ring();
        Ok(rows)
    }

    /// Which SQL the database speaks.
    pub fn backend(&self) -> DbBackend {
        self.app.db.backend()
    }

    /// The events become the last of the statements.
    fn close(&mut self) {
        for event in std::mem::take(&mut self.events) {
            let row = audit::row(self.now, &self.actor, EventId(self.app.random.uuid(self.now)), &event);
            self.insert(row, None);
        }
    }

    fn ring(&self) {
        for kind in &self.rings {
            self.app.bells.of(*kind).notify_waiters();
        }
    }
}

impl<'a> Deref for Work<'a> {
    type Target = Ledger<'a>;

    fn deref(&self) -> &Ledger<'a> {
        &self.ledger
    }
}

impl DerefMut for Work<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.ledger
    }
}

impl Work<'_> {
    /// For statements.
    pub fn db(&self) -> &DatabaseTransaction {
        &self.transaction
    }

    /// Makes it true.
    pub async fn commit(mut self) -> Result<()> {
        self.ledger.close();
        run_all(&self.transaction, std::mem::take(&mut self.ledger.statements)).await?;
        self.transaction.commit().await?;
        self.ledger.ring();
        Ok(())
    }
}
