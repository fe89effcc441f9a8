//! A migrated SQLite file, made once and copied for each test.

use std::path::{Path, PathBuf};

use housekey::config::Database;
use housekey::db::Db;
use tokio::sync::OnceCell;

static TEMPLATE: OnceCell<PathBuf> = OnceCell::const_new();

/// Copies the template there.
pub async fn copy_to(path: &Path) {
    let template = TEMPLATE
        .get_or_init(|| async {
            let folder = tempfile::tempdir().unwrap().keep();
            let path = folder.join("template.db");
            let db = Db::connect(&Database::Sqlite(path.clone())).await.unwrap();
            db.migrate().await.unwrap();
            db.close().await;
            path
        })
        .await;
    std::fs::copy(template, path).unwrap();
}
