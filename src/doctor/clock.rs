//! Whether this machine's clock is right, by the clocks it can see. Convex grants a token no second beyond its `exp`.

use sea_orm::{ConnectionTrait, DbBackend};
use serde_json::json;

use super::Finding;
use crate::app::App;
use crate::db::sql;
use crate::types::UnixMillis;

/// How far two clocks may be apart, in milliseconds. A `Date` header knows whole seconds only.
const APART: i64 = 5000;

/// Another clock, and what ours said when it was read.
#[derive(Debug, Clone)]
pub struct Other {
    /// Whose it is.
    pub whose: String,
    /// What it said.
    pub said: UnixMillis,
    /// What ours said then.
    pub ours: UnixMillis,
}

/// The clock of the database's machine. SQLite has none: it runs on this one.
pub async fn of_database(app: &App) -> Option<Other> {
    if app.db.backend() != DbBackend::Postgres {
        return None;
    }
    let asked = app.clock.now();
    let now = sql(app.db.read(), "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS now", []);
    let row = app.db.read().query_one_raw(now).await.ok().flatten()?;
    let said = UnixMillis(row.try_get("", "now").ok()?);
    Some(Other { whose: "the database".into(), said, ours: midway(asked, app.clock.now()) })
}

/// The middle of a question and its answer: when the other side looked at its clock.
pub(super) fn midway(asked: UnixMillis, answered: UnixMillis) -> UnixMillis {
    UnixMillis(asked.0.midpoint(answered.0))
}

/// One finding for each clock that there is to compare with.
pub fn compare(others: &[Other]) -> Vec<Finding> {
    if others.is_empty() {
        let remedy = "run this again while the server can be reached, or see: timedatectl";
        return vec![Finding::note("clock", "there is no other clock to compare this machine's with", remedy)];
    }
    others.iter().map(one).collect()
}

fn one(other: &Other) -> Finding {
    let ahead = other.ours.0 - other.said.0;
    let seconds = (ahead.abs() + 500) / 1000;
    let finding = if ahead.abs() <= APART {
        Finding::fine("clock", format!("this machine and {} agree on the time", other.whose))
    } else {
        let way = if ahead > 0 { "ahead of" } else { "behind" };
        let says = format!("this machine is {seconds} s {way} {}: Convex refuses a token at the second in which it ends", other.whose);
        Finding::broken("clock", says, "let both take their time from NTP: timedatectl set-ntp true")
    };
    finding.with(json!({ "against": other.whose, "milliseconds_ahead": ahead }))
}

#[cfg(test)]
mod tests {
    use super::super::Mark;
    use super::*;

    #[test]
    fn five_seconds_are_too_many() {
        let found = |ours: i64, said: i64| {
            let other = Other { whose: "the database".into(), said: UnixMillis(said), ours: UnixMillis(ours) };
            compare(&[other]).remove(0)
        };
        for (ours, said, mark, words) in [
            (100_000, 100_000, Mark::Fine, "agree"),
            (105_000, 100_000, Mark::Fine, "agree"),
            (105_001, 100_000, Mark::Broken, "5 s ahead of the database"),
            (100_000, 190_400, Mark::Broken, "90 s behind the database"),
        ] {
            let finding = found(ours, said);
            assert!(finding.mark == mark && finding.says.contains(words), "{finding:?}");
        }
        assert_eq!(compare(&[])[0].mark, Mark::Note);
        assert_eq!(midway(UnixMillis(10), UnixMillis(30)), UnixMillis(20));
    }
}
