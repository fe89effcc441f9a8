//! Who a letter would reach.

use sea_orm::{ConnectionTrait, FromQueryResult};

use super::Kind;
use crate::db::sql;
use crate::error::Result;
use crate::types::{EmailAddress, UserId};
use crate::user::State;

/// Who a letter would reach.
pub struct Addressee {
    /// The person.
    pub user: UserId,
    /// What an operator has decided about them.
    pub state: State,
    /// Whether they sign in with a password.
    pub has_password: bool,
}

/// Who a letter to an address would reach: the person, if there is one, and the address to write to. The
/// work is the same whether there is one or not, row by row, because its time can be measured from outside.
pub async fn find_addressee(db: &impl ConnectionTrait, address: &EmailAddress) -> Result<(Option<Addressee>, EmailAddress)> {
    #[derive(FromQueryResult)]
    struct Reader {
        user_id: Option<UserId>,
        address: Option<String>,
        state: Option<String>,
        has_password: bool,
    }
    let text = "SELECT e.user_id, e.address, u.state, \
         EXISTS (SELECT 1 FROM credentials c WHERE c.user_id = e.user_id AND c.kind = $2) AS has_password \
         FROM (SELECT 1) AS one LEFT JOIN emails e ON e.canonical = $1 LEFT JOIN users u ON u.id = e.user_id";
    let query = sql(db, text, [address.canonical().into(), Kind::Password.as_str().into()]);
    let Some(row) = Reader::find_by_statement(query).one(db).await? else { return Ok((None, address.clone())) };
    let kept = EmailAddress::parse(&row.address.unwrap_or_else(|| address.to_string())).unwrap_or_else(|_| address.clone());
    let state = State::parse(&row.state.unwrap_or_default());
    let reader = row.user_id.map(|user| Addressee { user, state, has_password: row.has_password });
    Ok((reader, kept))
}
