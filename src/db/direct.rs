//! SQLite on the caller's own thread: a statement that was built for the other connections, run without a trip to another one.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::types::{Null, ToSqlOutput, Value as Cell, ValueRef};
use rusqlite::{CachedStatement, Connection};
use sea_orm::{Statement, Value, Values};

use super::{ACQUIRE, READERS, Row};
use crate::error::{Error, Result};

/// Texts that are kept prepared for reading.
const PREPARED: usize = 32;
/// Pages that a reader keeps, in KiB: what is read so is small, and the system keeps the file in memory anyway.
const CACHE_KIB: i64 = 256;

/// Connections that read, each used by one thread at a time. Opened when they are first needed.
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    /// Of this file. It is there.
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, idle: Mutex::default() }
    }

    /// The rows of a query. Meant for those that an index answers at once: the thread waits.
    pub(super) fn look(&self, query: &Statement) -> Result<Vec<Row>> {
        let kept = self.idle().pop();
        let db = kept.map_or_else(|| self.open(), Ok).map_err(|error| Error::from(&error))?;
        let mut rows = Vec::new();
        run(&db, query, &mut rows).map_err(|error| Error::from(&error))?;
        let mut idle = self.idle();
        if idle.len() < READERS as usize {
            idle.push(db);
        }
        Ok(rows)
    }

    /// Closes them all.
    pub(super) fn close(&self) {
        self.idle().clear();
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> rusqlite::Result<Connection> {
        let db = Connection::open(&self.path)?;
        db.busy_timeout(ACQUIRE)?;
        db.set_prepared_statement_cache_capacity(PREPARED);
        db.pragma_update(None, "query_only", true)?;
        db.pragma_update(None, "cache_size", -CACHE_KIB)?;
        db.pragma_update(None, "trusted_schema", false)?;
        Ok(db)
    }
}

/// Runs a statement, and adds the rows that it returns.
pub(super) fn run(db: &Connection, statement: &Statement, into: &mut Vec<Row>) -> rusqlite::Result<()> {
    tracing::trace!(target: "housekey::sql", sql = %statement.sql);
    let mut prepared = db.prepare_cached(&statement.sql)?;
    bind(&mut prepared, statement.values.as_ref())?;
    if prepared.column_count() == 0 {
        return prepared.raw_execute().map(drop);
    }
    let names: Arc<[String]> = prepared.column_names().into_iter().map(str::to_owned).collect();
    let mut rows = prepared.raw_query();
    while let Some(row) = rows.next()? {
        let values = (0..names.len()).map(|at| row.get::<_, Cell>(at)).collect::<Result<_, _>>()?;
        into.push(Row::new(&names, values));
    }
    Ok(())
}

/// Places are `?`, in order, as the query builder writes them, or `$1`, `$2`, … as we do: to SQLite the latter
/// are names, and count in the order in which they first stand.
fn bind(prepared: &mut CachedStatement<'_>, values: Option<&Values>) -> rusqlite::Result<()> {
    for place in 1..=prepared.parameter_count() {
        let number = prepared.parameter_name(place).and_then(|name| name.strip_prefix('$')?.parse().ok()).unwrap_or(place);
        let value = values.and_then(|values| values.0.get(number - 1));
        let value = value.ok_or(rusqlite::Error::InvalidParameterCount(number, values.map_or(0, |values| values.0.len())))?;
        prepared.raw_bind_parameter(place, cell(value)?)?;
    }
    Ok(())
}

/// As the other connections store it.
fn cell(value: &Value) -> rusqlite::Result<ToSqlOutput<'_>> {
    let null = || ToSqlOutput::from(Null);
    Ok(match value {
        Value::Bool(value) => value.map_or_else(null, ToSqlOutput::from),
        Value::Int(value) => value.map_or_else(null, ToSqlOutput::from),
        Value::BigInt(value) => value.map_or_else(null, ToSqlOutput::from),
        Value::BigUnsigned(value) => match value {
            Some(value) => {
                i64::try_from(*value).map(ToSqlOutput::from).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?
            }
            None => null(),
        },
        Value::String(value) => value.as_ref().map_or_else(null, |text| ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes()))),
        Value::Bytes(value) => value.as_ref().map_or_else(null, |bytes| ToSqlOutput::Borrowed(ValueRef::Blob(bytes))),
        Value::Uuid(value) => value.as_ref().map_or_else(null, |id| ToSqlOutput::Borrowed(ValueRef::Blob(id.as_bytes()))),
        other => return Err(rusqlite::Error::ToSqlConversionFailure(format!("{other:?} is stored nowhere").into())),
    })
}
