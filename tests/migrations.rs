//! The schema: what migrations make is what entities expect, and two replicas may start at once.

use std::collections::BTreeMap;

use housekey::config::Database;
use housekey::db::Db;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::support::peer::{self, Peer};
use crate::support::postgres::Postgres;

/// Table → column → (type, nullable), as the database itself describes them.
type Shape = BTreeMap<String, BTreeMap<String, (String, bool)>>;

async fn shape(db: &Db) -> Shape {
    let query = match db.backend() {
        DbBackend::Postgres => {
            "SELECT table_name AS t, column_name AS c, data_type || coalesce(character_maximum_length::text, '') AS k, is_nullable = 'YES' AS n \
             FROM information_schema.columns WHERE table_schema = 'public'"
        }
        _ => {
            "SELECT m.name AS t, p.name AS c, p.type AS k, (p.\"notnull\" = 0 AND p.pk = 0) AS n \
             FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table'"
        }
    };
    let rows = db.read().query_all_raw(Statement::from_string(db.backend(), query)).await.unwrap();
    let mut shape = Shape::new();
    for row in rows {
        let text = |name: &str| row.try_get::<String>("", name).unwrap();
        let table = text("t");
        if table != "seaql_migrations" && !table.starts_with("sqlite_") {
            shape.entry(table).or_default().insert(text("c"), (text("k").to_lowercase(), row.try_get("", "n").unwrap()));
        }
    }
    shape
}

async fn agree(migrated: Database, from_entities: Database) {
    let migrated = Db::connect(&migrated).await.unwrap();
    migrated.migrate().await.unwrap();
    assert!(migrated.is_current().await);
    let entities = Db::connect(&from_entities).await.unwrap();
    assert!(!entities.is_current().await);
    for mut table in housekey::tables::tables(entities.backend()) {
        entities.write().execute(table.if_not_exists()).await.unwrap();
    }
    let (migrated, entities) = (shape(&migrated).await, shape(&entities).await);
    assert_eq!(migrated.keys().collect::<Vec<_>>(), entities.keys().collect::<Vec<_>>());
    for (table, columns) in &migrated {
        assert_eq!(columns, &entities[table], "{table}");
    }
    assert!(migrated.len() > 10);
}

fn sqlite(folder: &tempfile::TempDir, name: &str) -> Database {
    Database::Sqlite(folder.path().join(name))
}

#[test]
fn entities_and_migrations_agree_on_sqlite() {
    peer::run(async {
        let folder = tempfile::tempdir().unwrap();
        agree(sqlite(&folder, "a.db"), sqlite(&folder, "b.db")).await;
    });
}

#[test]
fn entities_and_migrations_agree_on_postgres() {
    if peer::require(Peer::Postgres, "entities_and_migrations_agree_on_postgres") {
        peer::run(async {
            let server = Postgres::get().unwrap();
            agree(Database::Postgres(server.empty_database().await.into()), Database::Postgres(server.empty_database().await.into())).await;
        });
    }
}

async fn start_at_once(database: Database) {
    let starts = (0..4).map(|_| {
        let database = database.clone();
        tokio::spawn(async move { Db::connect(&database).await.unwrap().migrate().await })
    });
    for started in futures_util::future::join_all(starts).await {
        started.unwrap().unwrap();
    }
    assert!(Db::connect(&database).await.unwrap().is_current().await);
}

#[test]
fn replicas_may_start_at_once_on_sqlite() {
    peer::run(async {
        let folder = tempfile::tempdir().unwrap();
        start_at_once(sqlite(&folder, "a.db")).await;
    });
}

/// The first of them turns a new file to WAL, for which SQLite refuses the others without waiting.
#[test]
fn many_may_open_a_new_file_at_once() {
    peer::run(async {
        for _ in 0..10 {
            let folder = tempfile::tempdir().unwrap();
            let database = sqlite(&folder, "a.db");
            let opened = futures_util::future::join_all((0..8).map(|_| Db::connect(&database))).await;
            for db in opened {
                db.unwrap().close().await;
            }
        }
    });
}

#[test]
fn replicas_may_start_at_once_on_postgres() {
    if peer::require(Peer::Postgres, "replicas_may_start_at_once_on_postgres") {
        peer::run(async { start_at_once(Database::Postgres(Postgres::get().unwrap().empty_database().await.into())).await });
    }
}

#[test]
fn no_secret_stands_in_the_database() {
    use crate::support::{On, PASSWORD, RelyingParty, TestApp, person};
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, "maya@okafor.example").await;
        let browser = app.browser();
        browser.sign_in("maya@okafor.example", PASSWORD).await;
        let spa = RelyingParty::new(&app, "spa");
        let code = spa.code(&browser).await;
        let tokens = spa.redeem(&code).await;
        let next = spa.refresh(tokens.text("refresh_token")).await;
        let view = app.browser().get("/sign-up").await.form().fill("email", "noor@okafor.example").submit().await;
        view.form_to("/sign-up/password").fill("new-password", "lantern orbit walnut quiet").submit().await;
        let digits = app.letter_to("noor@okafor.example").code.unwrap();
        app.app.db.write().execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
        let Database::Sqlite(path) = &app.app.config.database else { panic!() };
        let file = std::fs::read(path).unwrap();
        let holds = |needle: &str| file.windows(needle.len()).any(|part| part == needle.as_bytes());
        assert!(holds("maya@okafor.example"), "the search works");
        let session = browser.cookie("__Host-hk-session").unwrap();
        for secret in [
            PASSWORD,
            "lantern orbit",
            "$argon2id$",
            &session,
            &code,
            tokens.text("refresh_token"),
            next.text("refresh_token"),
            tokens.text("access_token"),
            crate::support::SECRET,
        ] {
            assert!(!holds(secret) && !holds(&secret[4..]), "{secret}");
        }
        // Six digits may stand anywhere by chance; the pending row must not hold them.
        let row = Statement::from_string(DbBackend::Sqlite, "SELECT address FROM email_challenges");
        let row = app.app.db.read().query_one_raw(row).await.unwrap().unwrap();
        assert!(!row.try_get::<String>("", "address").unwrap().contains(&digits));
    });
}
