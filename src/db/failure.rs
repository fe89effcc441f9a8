//! What a database's errors mean.

use std::time::Duration;

use sea_orm::{DbErr, RuntimeErr};

use crate::error::Error;

/// `SQLITE_BUSY`, whatever the reason: the low byte of its extended codes.
pub(super) fn is_locked(error: &DbErr) -> bool {
    code_of(error).and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| code & 0xff == 5)
}

/// The database's own code for an error.
fn code_of(error: &DbErr) -> Option<String> {
    let (DbErr::Conn(RuntimeErr::SqlxError(error))
    | DbErr::Exec(RuntimeErr::SqlxError(error))
    | DbErr::Query(RuntimeErr::SqlxError(error))) = error
    else {
        return None;
    };
    error.as_database_error()?.code().map(std::borrow::Cow::into_owned)
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        use sea_orm::ConnAcquireErr;
        match &error {
            DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => Self::Busy { retry_after: Duration::from_secs(2) },
            DbErr::Conn(RuntimeErr::SqlxError(_)) => Self::broken("the database cannot be reached", error),
            // 40P01: one of several changes that waited for each other had to give way. It can be tried again.
            error if code_of(error).as_deref() == Some("40P01") => Self::Busy { retry_after: Duration::from_secs(1) },
            _ => Self::broken("the database refused", error),
        }
    }
}

impl From<&rusqlite::Error> for Error {
    fn from(error: &rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            // Another process wrote for longer than anybody should wait.
            Some(rusqlite::ErrorCode::DatabaseBusy) => Self::Busy { retry_after: Duration::from_secs(1) },
            _ => Self::broken("the database refused", error.to_string()),
        }
    }
}
