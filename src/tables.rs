//! Every table, as its entity describes it: a test compares them with what the migrations make.

use sea_orm::sea_query::TableCreateStatement;
use sea_orm::{DbBackend, Schema};

/// `CREATE TABLE` for every entity of every store.
pub fn tables(backend: DbBackend) -> Vec<TableCreateStatement> {
    let schema = Schema::new(backend);
    [
        crate::user::tables(&schema),
        crate::credential::tables(&schema),
        crate::session::tables(&schema),
        crate::limit::tables(&schema),
        crate::key::tables(&schema),
        crate::oidc::tables(&schema),
        crate::email_challenge::tables(&schema),
        crate::identity::tables(&schema),
        crate::spent::tables(&schema),
        crate::upstream::tables(&schema),
        crate::job::tables(&schema),
        crate::audit::tables(&schema),
        crate::installation::tables(&schema),
    ]
    .concat()
}
