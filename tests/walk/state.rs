//! What the database holds of people at a moment, and what differs between two moments.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, Statement};

use super::house::House;
use super::people::hex;
use crate::support::Browser;

/// Everything that a step may change only if it may. When something was used last is left out.
const QUERY: &str = "
SELECT 'users' AS name, hex(id) AS id, hex(id) AS user, state || ' ' || coalesce(name, '') AS data FROM users
UNION ALL SELECT 'emails', canonical, hex(user_id), (verified_at IS NOT NULL) || ' ' || is_primary FROM emails
UNION ALL SELECT 'credentials', hex(id), hex(user_id), kind || ' ' || label || ' ' || hex(lookup_key) || ' ' || hex(data) FROM credentials
UNION ALL SELECT 'sessions', hex(id), hex(user_id), hex(token_hash) || ' ' || amr || ' ' || auth_time FROM sessions
UNION ALL SELECT 'grants', client_id || ' ' || hex(user_id), hex(user_id), scope FROM grants
UNION ALL SELECT 'codes', hex(code_hash), hex(user_id), hex(session_id) FROM authorization_codes
UNION ALL SELECT 'families', hex(id), hex(user_id), '' FROM token_families";

/// A row, without its name.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    pub user: String,
    pub data: String,
}

/// All rows, by table and id.
#[derive(Clone, Default)]
pub struct State(BTreeMap<(String, String), Row>);

/// What became of a row.
pub struct Change<'a> {
    pub table: &'a str,
    pub id: &'a str,
    /// Whose it is.
    pub user: &'a str,
    pub before: Option<&'a str>,
    pub after: Option<&'a str>,
}

impl Change<'_> {
    /// The first word of the row, which is the kind of a credential.
    pub fn kind(&self) -> &str {
        self.after.or(self.before).and_then(|data| data.split(' ').next()).unwrap_or("")
    }

    pub fn is_new(&self) -> bool {
        self.before.is_none()
    }

    /// What became of it, in a word.
    pub fn fate(&self) -> &'static str {
        match (self.before, self.after) {
            (None, _) => "new",
            (_, None) => "gone",
            _ => "changed",
        }
    }
}

impl std::fmt::Display for Change<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} of {} is {}", self.table, self.kind(), self.user, self.fate())
    }
}

impl State {
    pub async fn read(house: &House) -> Self {
        let db = &house.app.app.db;
        let rows = db.write().query_all_raw(Statement::from_string(db.backend(), QUERY)).await.unwrap();
        let text = |row: &sea_orm::QueryResult, name: &str| row.try_get::<String>("", name).unwrap();
        Self(
            rows.iter()
                .map(|row| ((text(row, "name"), text(row, "id")), Row { user: text(row, "user"), data: text(row, "data") }))
                .collect(),
        )
    }

    /// The rows of a table, by id.
    pub fn table<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a str, &'a Row)> {
        self.0.iter().filter(move |((table, _), _)| table == name).map(|((_, id), row)| (id.as_str(), row))
    }

    /// Whether a person has a way in of this kind.
    pub fn has(&self, user: &str, kind: &str) -> bool {
        self.table("credentials").any(|(_, row)| row.user == user && row.data.split(' ').next() == Some(kind))
    }

    /// Whether there is this credential.
    pub fn has_credential(&self, id: &str) -> bool {
        self.table("credentials").any(|(one, _)| one == id)
    }

    /// Whose account an address belongs to.
    pub fn account_of(&self, address: &str) -> Option<&str> {
        self.table("emails").find(|(one, _)| *one == address).map(|(_, row)| row.user.as_str())
    }

    pub fn primary(&self, user: &str) -> Option<&str> {
        self.table("emails").find(|(_, row)| row.user == user && row.data.ends_with(" 1")).map(|(address, _)| address)
    }

    pub fn is_verified(&self, user: &str) -> bool {
        self.table("emails").any(|(_, row)| row.user == user && row.data == "1 1")
    }

    /// Who is signed in at a browser.
    pub fn at(&self, browser: &Browser) -> Option<String> {
        let token = housekey::types::Token::<housekey::types::SessionSecret>::parse(&browser.cookie("__Host-hk-session")?)?;
        let hash = hex(&token.hash().to_vec());
        self.table("sessions").find(|(_, row)| row.data.split(' ').next() == Some(hash.as_str())).map(|(_, row)| row.user.clone())
    }

    /// What is different now.
    pub fn changes<'a>(&'a self, after: &'a Self) -> Vec<Change<'a>> {
        let change = |key: &'a (String, String)| {
            let (before, now) = (self.0.get(key), after.0.get(key));
            let user = &before.or(now).unwrap().user;
            let data = |row: Option<&'a Row>| row.map(|row| row.data.as_str());
            (before != now).then(|| Change { table: &key.0, id: &key.1, user, before: data(before), after: data(now) })
        };
        let gone = self.0.keys().filter(|key| !after.0.contains_key(*key));
        gone.chain(after.0.keys()).filter_map(change).collect()
    }
}
