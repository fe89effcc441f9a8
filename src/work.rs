//! A change in progress: one transaction, one `now`, one actor. What it records and posts becomes
//! true with it or not at all.

use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryTrait, Statement};

use crate::app::App;
use crate::audit::{self, Event};
use crate::crypto::Crypto;
use crate::db::run_all;
use crate::error::Result;
use crate::random::Random;
use crate::types::{Caller, ClientId, Envelope, EventId, UnixMillis, UserId};

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

/// An open transaction. Dropped without [`Work::commit`], it never happened.
pub struct Work<'a> {
    app: &'a App,
    transaction: DatabaseTransaction,
    actor: Actor,
    last: Vec<Statement>,
    events: Vec<Event>,
    letters: Vec<Envelope>,
    /// The one moment at which all of it happens.
    pub now: UnixMillis,
}

impl App {
    /// Begins a change. Hash, fetch and render before this or after the commit, never between.
    pub async fn begin(&self, actor: Actor) -> Result<Work<'_>> {
        let transaction = self.db.begin().await?;
        Ok(Work { app: self, transaction, actor, last: Vec::new(), events: Vec::new(), letters: Vec::new(), now: self.clock.now() })
    }
}

impl Work<'_> {
    /// For statements.
    pub fn db(&self) -> &DatabaseTransaction {
        &self.transaction
    }

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
        self.last.push(statement.build(self.transaction.get_database_backend()));
    }

    /// Notes what happens, in the same transaction.
    pub fn record(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Sends a letter if, and only if, the change is committed.
    pub fn post(&mut self, letter: Envelope) {
        self.letters.push(letter);
    }

    /// Makes it true.
    pub async fn commit(mut self) -> Result<()> {
        if !self.events.is_empty() {
            let ids = (0..self.events.len()).map(|_| EventId(self.app.random.uuid(self.now))).collect();
            let events = std::mem::take(&mut self.events);
            let insert = audit::insert(self.now, &self.actor, ids, events);
            self.at_last(&insert);
        }
        run_all(&self.transaction, self.last).await?;
        self.transaction.commit().await?;
        for letter in self.letters {
            (self.app.outgoing)(letter);
        }
        Ok(())
    }
}
