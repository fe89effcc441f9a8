//! A row that a change returned, by whichever way the change was made.

use std::sync::Arc;

use rusqlite::types::{FromSql, Value, ValueRef};
use sea_orm::{QueryResult, TryGetable};

use crate::error::{Error, Result};

/// A row, read by the names of its columns.
pub struct Row(Cells);

enum Cells {
    Fetched(QueryResult),
    Kept { names: Arc<[String]>, values: Vec<Value> },
}

impl Row {
    pub(super) fn new(names: &Arc<[String]>, values: Vec<Value>) -> Self {
        Self(Cells::Kept { names: Arc::clone(names), values })
    }

    /// What a column holds. An error if there is no such column or it holds something else.
    pub fn get<T: TryGetable + FromSql>(&self, column: &str) -> Result<T> {
        match &self.0 {
            Cells::Fetched(row) => Ok(row.try_get("", column)?),
            Cells::Kept { names, values } => {
                let value = names.iter().position(|name| name == column).and_then(|at| values.get(at));
                let value = value.map(|value| T::column_result(ValueRef::from(value)));
                let wrong = |why| Error::broken("a row cannot be read", format!("{column}: {why}"));
                value.ok_or_else(|| wrong("no such column".to_owned()))?.map_err(|error| wrong(error.to_string()))
            }
        }
    }
}

impl From<QueryResult> for Row {
    fn from(row: QueryResult) -> Self {
        Self(Cells::Fetched(row))
    }
}
