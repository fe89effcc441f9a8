//! Whose an address is, and their way in of a kind: one statement, the same whether there is somebody or not.

use sea_orm::{ConnectionTrait, Statement};
use uuid::Uuid;

use super::{Credential, Kind};
use crate::crypto::Crypto;
use crate::db::{Row, sql};
use crate::error::Result;
use crate::types::{CredentialId, EmailAddress, UserId};

/// Whose an address is and how it is kept, and their way in of that kind.
pub type Found = (Option<(UserId, EmailAddress)>, Option<Credential>);

/// Looks for it.
pub async fn find_by_address(db: &impl ConnectionTrait, crypto: &Crypto, address: &EmailAddress, kind: Kind) -> Result<Found> {
    let row = db.query_one_raw(look_by_address(db, address, kind)).await?;
    row.map_or(Ok((None, None)), |row| read_found(crypto, &row.into()))
}

/// The statement that looks. It returns one row, whether there is somebody or not.
pub fn look_by_address(db: &impl ConnectionTrait, address: &EmailAddress, kind: Kind) -> Statement {
    let text = "SELECT e.user_id, e.address, c.id, c.data FROM (SELECT 1) AS one LEFT JOIN emails e ON e.canonical = $1 \
         LEFT JOIN credentials c ON c.user_id = e.user_id AND c.kind = $2";
    sql(db, text, [address.canonical().into(), kind.as_str().into()])
}

/// What it returns.
pub fn read_found(crypto: &Crypto, row: &Row) -> Result<Found> {
    let open = |(id, sealed): (CredentialId, Vec<u8>)| Credential::open(crypto, id, sealed);
    let id = row.get::<Option<Uuid>>("id")?.map(CredentialId);
    let found = id.zip(row.get("data")?).map(open).transpose()?;
    let address = row.get::<Option<String>>("address")?.and_then(|address| EmailAddress::parse(&address).ok());
    Ok((row.get::<Option<Uuid>>("user_id")?.map(UserId).zip(address), found))
}
