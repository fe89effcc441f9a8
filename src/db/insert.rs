//! New rows as statements, written straight from their columns: the query builder's trees cost more than the row itself.

use std::borrow::Cow;
use std::fmt::Write;

use sea_orm::{ActiveModelTrait, DbBackend, EntityName, EntityTrait, IdenStatic, Iterable, Statement, Value};

/// What must hold for a row to come to be. `?` stands for each of its values, in order, and for nothing else.
#[derive(Debug, Clone)]
pub struct Condition {
    text: Cow<'static, str>,
    values: Vec<Value>,
}

impl Condition {
    /// From its text and values.
    pub fn new(text: impl Into<Cow<'static, str>>, values: impl IntoIterator<Item = Value>) -> Self {
        Self { text: text.into(), values: values.into_iter().collect() }
    }
}

/// The statement that adds a row; if there is a condition, only where it holds when the statement's turn comes.
pub fn insert<A: ActiveModelTrait>(db: DbBackend, mut row: A, holds: Option<Condition>) -> Statement {
    let mut text = String::with_capacity(640);
    let mut values = Vec::with_capacity(32);
    text.push_str("INSERT INTO ");
    text.push_str(A::Entity::default().table_name());
    for column in <A::Entity as EntityTrait>::Column::iter() {
        if let Some(value) = row.take(column).into_value() {
            text.push_str(if values.is_empty() { " (" } else { ", " });
            text.push_str(column.as_str());
            values.push(value);
        }
    }
    text.push_str(if holds.is_some() { ") SELECT " } else { ") VALUES (" });
    for at in 1..=values.len() {
        if at > 1 {
            text.push_str(", ");
        }
        place(db, at, &mut text);
    }
    let Some(holds) = holds else {
        text.push(')');
        return Statement::from_sql_and_values(db, text, values);
    };
    text.push_str(" WHERE ");
    for (at, part) in holds.text.split('?').enumerate() {
        if at > 0 {
            place(db, values.len() + at, &mut text);
        }
        text.push_str(part);
    }
    values.extend(holds.values);
    Statement::from_sql_and_values(db, text, values)
}

fn place(db: DbBackend, number: usize, into: &mut String) {
    match db {
        DbBackend::Postgres => drop(write!(into, "${number}")),
        _ => into.push('?'),
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::ActiveValue::{NotSet, Set};

    use super::*;

    mod thing {
        use sea_orm::entity::prelude::*;

        #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
        #[sea_orm(table_name = "things")]
        pub struct Model {
            #[sea_orm(primary_key, auto_increment = false)]
            pub id: i64,
            pub name: Option<String>,
            pub size: i64,
        }

        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {}
        impl ActiveModelBehavior for ActiveModel {}
    }

    #[test]
    fn places_are_numbered_where_the_database_wants_it() {
        let row = |name| thing::ActiveModel { id: Set(7), name, size: Set(3) };
        let holds = || Condition::new("EXISTS (SELECT 1 FROM others WHERE a = ? AND b IN (?, ?))", [1.into(), 2.into(), 3.into()]);
        let text = |db, name, holds| insert(db, row(name), holds).sql;
        assert_eq!(text(DbBackend::Sqlite, Set(None), None), "INSERT INTO things (id, name, size) VALUES (?, ?, ?)");
        assert_eq!(text(DbBackend::Postgres, NotSet, None), "INSERT INTO things (id, size) VALUES ($1, $2)");
        assert_eq!(
            text(DbBackend::Sqlite, NotSet, Some(holds())),
            "INSERT INTO things (id, size) SELECT ?, ? WHERE EXISTS (SELECT 1 FROM others WHERE a = ? AND b IN (?, ?))"
        );
        let made = insert(DbBackend::Postgres, row(Set(Some("x".into()))), Some(holds()));
        assert_eq!(
            made.sql,
            "INSERT INTO things (id, name, size) SELECT $1, $2, $3 WHERE EXISTS (SELECT 1 FROM others WHERE a = $4 AND b IN ($5, $6))"
        );
        assert_eq!(made.values.unwrap().0, [7_i64.into(), "x".into(), 3_i64.into(), 1.into(), 2.into(), 3.into()]);
    }
}
