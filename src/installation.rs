//! What must not change under a running installation: its issuer, and the master key its columns are sealed with.

use sea_orm::sea_query::{OnConflict, TableCreateStatement};
use sea_orm::{ActiveValue::Set, EntityTrait, Schema};

use crate::app::App;
use crate::error::Result;

mod setting {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "settings")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false, column_type = "String(StringLen::N(64))")]
        pub name: String,
        #[sea_orm(column_type = "Text")]
        pub value: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Why a server must not start on this database.
#[derive(Debug, thiserror::Error)]
pub enum Changed {
    /// Every token, and every app's configuration, names the other issuer.
    #[error(
        "The issuer is {now}, but this database has issued tokens as {before}.\n  Apps compare the issuer byte for byte, and people's identities in them depend on it.\n  Set issuer = \"{before}\" again, or, if every app has been told, start once with --accept-new-issuer."
    )]
    Issuer {
        /// What the database remembers.
        before: String,
        /// What the configuration says.
        now: String,
    },
    /// Nothing sealed would open.
    #[error(
        "This master key is not the one that this database was begun with, so its signing keys and passwords cannot be opened.\n  Set HOUSEKEY_MASTER_KEY (or HOUSEKEY_MASTER_KEY_FILE) to the original one."
    )]
    MasterKey,
}

/// Compares this start with the first one, and remembers the first one.
pub async fn check(app: &App, accept_new_issuer: bool) -> Result<Result<(), Changed>> {
    let issuer = app.config.issuer.as_str();
    if remembered(app, "master_key", app.crypto.fingerprint()).await? != app.crypto.fingerprint() {
        return Ok(Err(Changed::MasterKey));
    }
    let before = remembered(app, "issuer", issuer).await?;
    if before != issuer {
        if !accept_new_issuer {
            return Ok(Err(Changed::Issuer { before, now: issuer.to_owned() }));
        }
        let row = setting::ActiveModel { name: Set("issuer".into()), value: Set(issuer.into()) };
        setting::Entity::update(row).exec(app.db.write()).await?;
    }
    Ok(Ok(()))
}

/// What was remembered under this name; remembers `value` if nothing was. Two replicas at once: one does.
async fn remembered(app: &App, name: &str, value: &str) -> Result<String> {
    if let Some(row) = setting::Entity::find_by_id(name).one(app.db.read()).await? {
        return Ok(row.value);
    }
    let row = setting::ActiveModel { name: Set(name.into()), value: Set(value.into()) };
    setting::Entity::insert(row)
        .on_conflict(OnConflict::column(setting::Column::Name).do_nothing().to_owned())
        .exec_without_returning(app.db.write())
        .await?;
    let row = setting::Entity::find_by_id(name).one(app.db.write()).await?;
    Ok(row.map_or_else(|| value.to_owned(), |row| row.value))
}

pub(crate) fn tables(schema: &Schema) -> Vec<TableCreateStatement> {
    vec![schema.create_table_from_entity(setting::Entity)]
}
