//! How often something may be tried. Counted in the database, so that replicas share it, by one
//! atomic statement each, so that fifty requests at once count as fifty.

mod action;
mod bucket;
mod lockout;

pub use action::Action;
pub use bucket::{Draw, Granted, draw, remove_expired, take};
pub use lockout::{Attempt, attempt, forgive, forgive_user, key_of_account, key_of_account_on_device, remove_forgotten};

use sea_orm::Schema;
use sea_orm::sea_query::TableCreateStatement;

pub(crate) fn tables(schema: &Schema) -> Vec<TableCreateStatement> {
    vec![bucket::table(schema), lockout::table(schema)]
}
