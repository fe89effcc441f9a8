//! The database schema, step by step: one definition for SQLite and PostgreSQL. Append only;
//! one subject a file. What a released version has migrated is never edited.

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

mod m0001_people;
mod m0002_sessions;
mod m0003_limits;
mod m0004_keys_and_settings;
mod m0005_clients_and_tokens;
mod m0006_email_challenges;
mod m0007_audit;
mod m0008_jobs;
mod m0009_email_changes;
mod m0010_upstream;
mod m0011_family_endings;
mod m0012_spent_jtis;
mod m0013_grants;
mod m0014_key_times;
mod m0017_devices;
mod m0018_token_bindings;
mod m0019_pushed_requests;
mod m0020_passkeys;
mod m0021_step_up;
mod m0022_addresses;

/// Every migration, in order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_people::Migration),
            Box::new(m0002_sessions::Migration),
            Box::new(m0003_limits::Migration),
            Box::new(m0004_keys_and_settings::Migration),
            Box::new(m0005_clients_and_tokens::Migration),
            Box::new(m0006_email_challenges::Migration),
            Box::new(m0007_audit::Migration),
            Box::new(m0008_jobs::Migration),
            Box::new(m0009_email_changes::Migration),
            Box::new(m0010_upstream::Migration),
            Box::new(m0011_family_endings::Migration),
            Box::new(m0012_spent_jtis::Migration),
            Box::new(m0013_grants::Migration),
            Box::new(m0014_key_times::Migration),
            Box::new(m0017_devices::Migration),
            Box::new(m0018_token_bindings::Migration),
            Box::new(m0019_pushed_requests::Migration),
            Box::new(m0020_passkeys::Migration),
            Box::new(m0021_step_up::Migration),
            Box::new(m0022_addresses::Migration),
        ]
    }
}

/// A migration that only goes up, in a transaction on both databases, made of statements.
macro_rules! migration {
    ($name:literal: $($statement:expr),+ $(,)?) => {
        use sea_orm_migration::prelude::*;

        pub struct Migration;

        impl MigrationName for Migration {
            fn name(&self) -> &str {
                $name
            }
        }

        #[async_trait::async_trait]
        impl MigrationTrait for Migration {
            // PostgreSQL has this anyway; SQLite only when asked.
            fn use_transaction(&self) -> Option<bool> {
                Some(true)
            }

            async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
                $(crate::Step::run($statement, manager).await?;)+
                Ok(())
            }
        }
    };
}
pub(crate) use migration;

/// One statement of a migration.
#[async_trait::async_trait]
trait Step {
    async fn run(self, manager: &SchemaManager<'_>) -> Result<(), DbErr>;
}

#[async_trait::async_trait]
impl Step for TableCreateStatement {
    async fn run(self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        manager.create_table(self).await
    }
}

#[async_trait::async_trait]
impl Step for IndexCreateStatement {
    async fn run(self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        manager.create_index(self).await
    }
}

#[async_trait::async_trait]
impl Step for TableDropStatement {
    async fn run(self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        manager.drop_table(self).await
    }
}

#[async_trait::async_trait]
impl Step for TableAlterStatement {
    async fn run(self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        manager.alter_table(self).await
    }
}

/// A table that SQLite keeps in the tree of its primary key, so that a new row is a write to
/// one page and not to two.
struct Compact(TableCreateStatement);

#[async_trait::async_trait]
impl Step for Compact {
    async fn run(mut self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        if manager.get_database_backend() == sea_orm_migration::sea_orm::DbBackend::Sqlite {
            self.0.extra("WITHOUT ROWID");
        }
        self.0.run(manager).await
    }
}

/// Columns, said shortly. All are `NOT NULL` unless their name ends in `_null`.
mod column {
    use sea_orm_migration::prelude::*;

    pub fn id() -> ColumnDef {
        ColumnDef::new("id").uuid().not_null().primary_key().take()
    }
    pub fn uuid(name: &'static str) -> ColumnDef {
        ColumnDef::new(name).uuid().not_null().take()
    }
    pub fn uuid_null(name: &'static str) -> ColumnDef {
        ColumnDef::new(name).uuid().take()
    }
    pub fn text(name: &'static str, length: u32) -> ColumnDef {
        ColumnDef::new(name).string_len(length).not_null().take()
    }
    pub fn text_null(name: &'static str, length: u32) -> ColumnDef {
        ColumnDef::new(name).string_len(length).take()
    }
    pub fn long_text(name: &'static str) -> ColumnDef {
        ColumnDef::new(name).text().not_null().take()
    }
    /// A number, or a moment in milliseconds.
    pub fn number(name: &'static str) -> ColumnDef {
        ColumnDef::new(name).big_integer().not_null().take()
    }
    pub fn number_null(name: &'static str) -> ColumnDef {
        ColumnDef::new(name).big_integer().take()
    }
    pub fn yes_no(name: &'static str) -> ColumnDef {
        ColumnDef::new(name).boolean().not_null().take()
    }
    pub fn bytes(name: &'static str) -> ColumnDef {
        ColumnDef::new(name).blob().not_null().take()
    }
    pub fn bytes_null(name: &'static str) -> ColumnDef {
        ColumnDef::new(name).blob().take()
    }
    /// The person a row belongs to; the row goes when the person goes.
    pub fn of_user(table: &'static str) -> ForeignKeyCreateStatement {
        ForeignKey::create().from(table, "user_id").to("users", "id").on_delete(ForeignKeyAction::Cascade).take()
    }
    pub fn index(table: &'static str, name: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
        let mut index = Index::create().name(name).table(table).take();
        for column in columns {
            index.col(*column);
        }
        index
    }
}
