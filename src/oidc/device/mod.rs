//! Devices without a browser (RFC 8628): a television shows a code, its person types it on a phone, and the television, which
//! has been asking all the while, gets its tokens. The trick to fear: somebody sends their own device's code to a victim.

mod authorize;
pub mod page;
mod store;
mod user_code;
pub(crate) mod view;

pub use authorize::post_device_authorize;
pub use store::{Approved, Asked, poll, remove_expired, spend};
pub use user_code::UserCode;

use sea_orm::Schema;
use sea_orm::sea_query::TableCreateStatement;

pub(crate) fn tables(schema: &Schema) -> Vec<TableCreateStatement> {
    vec![store::table(schema)]
}
