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

/// Who stands in for whoever is not there, so that reading them takes as long.
const NOBODY: Uuid = Uuid::nil();

/// Looks for it.
pub async fn find_by_address(db: &impl ConnectionTrait, crypto: &Crypto, address: &EmailAddress, kind: Kind) -> Result<Found> {
    let row = db.query_one_raw(look_by_address(db, crypto, address, kind)?).await?;
    row.map_or(Ok((None, None)), |row| read_found(crypto, &row.into()))
}

/// The statement that looks. It returns one row, whether there is somebody or not.
pub fn look_by_address(db: &impl ConnectionTrait, crypto: &Crypto, address: &EmailAddress, kind: Kind) -> Result<Statement> {
    let text = "SELECT COALESCE(e.user_id, $3) AS user_id, COALESCE(e.address, $1) AS address, COALESCE(c.id, $3) AS id, \
         COALESCE(c.data, $4) AS data FROM (SELECT 1) AS one LEFT JOIN emails e ON e.canonical = $1 \
         LEFT JOIN credentials c ON c.user_id = e.user_id AND c.kind = $2";
    // As long as the text of a hash.
    let stand_in = Credential::seal(crypto, CredentialId(NOBODY), &[b'.'; 97])?;
    Ok(sql(db, text, [address.canonical().into(), kind.as_str().into(), NOBODY.into(), stand_in.into()]))
}

/// What it returns.
pub fn read_found(crypto: &Crypto, row: &Row) -> Result<Found> {
    let (user, id) = (row.get::<Uuid>("user_id")?, row.get::<Uuid>("id")?);
    let address = EmailAddress::parse(&row.get::<String>("address")?).ok();
    let credential = Credential::open(crypto, CredentialId(id), row.get("data")?)?;
    Ok(((user != NOBODY).then_some(UserId(user)).zip(address), (id != NOBODY).then_some(credential)))
}
