//! An open transaction, and whose turn it is to write.

use std::ops::Deref;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement};
use tokio::sync::OwnedMutexGuard;

use super::script::script;
use crate::error::Result;

/// An open transaction. Dropped without [`Transaction::commit`], it never happened.
pub struct Transaction {
    open: DatabaseTransaction,
    /// Given back after the end, for the fields are dropped in this order.
    _turn: Option<OwnedMutexGuard<()>>,
}

impl Transaction {
    pub(super) fn new(open: DatabaseTransaction, turn: Option<OwnedMutexGuard<()>>) -> Self {
        Self { open, _turn: turn }
    }

    /// Makes it true.
    pub async fn commit(self) -> Result<()> {
        Ok(self.open.commit().await?)
    }
}

impl Deref for Transaction {
    type Target = DatabaseTransaction;

    fn deref(&self) -> &DatabaseTransaction {
        &self.open
    }
}

/// Runs statements in a transaction, for what they do and not for what they return.
pub async fn run_all(transaction: &DatabaseTransaction, statements: Vec<Statement>) -> Result<()> {
    if transaction.get_database_backend() == DbBackend::Sqlite && statements.len() > 1 {
        transaction.execute_raw(script(statements)).await?;
        return Ok(());
    }
    for statement in statements {
        transaction.execute_raw(statement).await?;
    }
    Ok(())
}
