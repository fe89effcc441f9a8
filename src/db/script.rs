//! Several statements as one, for SQLite: a trip to the connection's thread costs more than most
//! statements do, the more so when the processor's caches are full of a password hash.

use sea_orm::{DbBackend, Statement, Value, Values};

/// Puts statements behind one another. They run in this order; the rows they return come in this order too.
pub(super) fn script(statements: Vec<Statement>) -> Statement {
    let mut text = String::new();
    let mut values: Vec<Value> = Vec::new();
    for statement in statements {
        if !text.is_empty() {
            text.push_str("; ");
        }
        number(&statement.sql, values.len(), &mut text);
        values.extend(statement.values.into_iter().flat_map(|Values(values)| values));
    }
    Statement { sql: text, values: Some(Values(values)), db_backend: DbBackend::Sqlite }
}

/// Places are counted through the whole script: `$1`, `$2`, … as we write them, and `?` as the query builder does.
fn number(sql: &str, before: usize, into: &mut String) {
    let mut unnumbered = 0;
    let mut rest = sql.chars().peekable();
    // Neither sign stands for a place inside quotes.
    let mut quote = None;
    while let Some(c) = rest.next() {
        match (c, quote) {
            ('\'' | '"', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            ('?', None) => {
                unnumbered += 1;
                into.push_str(&format!("${}", before + unnumbered));
                continue;
            }
            ('$', None) => {
                let mut place = 0;
                while let Some(digit) = rest.peek().and_then(|c| c.to_digit(10)) {
                    place = place * 10 + digit as usize;
                    rest.next();
                }
                into.push_str(&format!("${}", before + place));
                continue;
            }
            _ => {}
        }
        into.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_through() {
        let one = Statement::from_sql_and_values(DbBackend::Sqlite, "UPDATE a SET b = $2, c = $2 WHERE d = $1", [1.into(), 2.into()]);
        let two = Statement::from_sql_and_values(DbBackend::Sqlite, "INSERT INTO \"?\" VALUES (?, '$1?', ?)", [3.into(), 4.into()]);
        let three = Statement::from_string(DbBackend::Sqlite, "DELETE FROM e");
        let script = script(vec![one, two, three]);
        assert_eq!(script.sql, "UPDATE a SET b = $2, c = $2 WHERE d = $1; INSERT INTO \"?\" VALUES ($3, '$1?', $4); DELETE FROM e");
        assert_eq!(script.values, Some(Values([1, 2, 3, 4].map(Value::from).into())));
    }
}
