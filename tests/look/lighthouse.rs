//! Lighthouse gives the pages that most people see its best mark, four times.

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::FIELDNOTES;
use crate::support::peer::{self, Peer};
use crate::support::{On, TestApp, chromium};

/// Each page, and whether it asks not to be listed: one that only makes sense in the middle of a journey does, and Lighthouse's
/// mark for being found is then for everything else.
const PAGES: [(&str, bool); 4] = [("sign-in", true), ("check-email", true), ("consent", true), ("account-security", false)];

#[test]
fn lighthouse_gives_its_best_marks() {
    if !peer::require(Peer::Chromium, "lighthouse_gives_its_best_marks")
        || !peer::require(Peer::Lighthouse, "lighthouse_gives_its_best_marks")
    {
        return;
    }
    // What it measures is the time that everything takes.
    let marks = peer::run_alone(async {
        let app = TestApp::with(On::Sqlite, FIELDNOTES).await;
        let pages = PAGES.map(|(name, unlisted)| json!({ "url": format!("{}/dev/pages/{name}", app.issuer), "unlisted": unlisted }));
        let run = move || {
            let (chrome, _) = chromium::find().unwrap();
            let mut command = Command::new("node");
            command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/look/lighthouse.mjs")).arg(Value::from(pages.to_vec()).to_string());
            command.env("CHROME_PATH", chrome).stdin(Stdio::null()).stderr(Stdio::inherit()).output().unwrap()
        };
        tokio::task::spawn_blocking(run).await.unwrap()
    });
    let marks = String::from_utf8(marks.stdout).unwrap();
    eprint!("{marks}");
    let marks: Vec<Value> = marks.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(marks.len(), PAGES.len());
    for mark in marks {
        assert_eq!(mark["marks"], json!([100, 100, 100, 100]), "{mark:#}");
    }
}
