//! How SQLite finds what it is asked for: whatever a server says to its database while people come and go is answered by an
//! index. A query that reads a whole table is fast in every test and slow in the one place that has a million people.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::server::command;
use crate::support::development::free_port;
use crate::support::relying_party::{CALLBACK, code_in};
use crate::support::{Browser, RelyingParty, View, peer};

const MAYA: &str = "maya@okafor.example";
const PASSWORD: &str = "lantern orbit walnut quiet";
/// Read whole and kept in memory: there are a handful of rows.
const KEPT_IN_MEMORY: &[&str] = &["clients", "signing_keys", "settings", "seaql_migrations"];

/// Every statement in a log at its finest.
fn statements(log: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for line in log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        let fields = &line["fields"];
        let text = |name: &str| fields[name].as_str().map(str::trim).filter(|text| !text.is_empty());
        let sql = match line["target"].as_str() {
            Some("housekey::sql") => text("sql"),
            Some("sqlx::query") => text("db.statement").or_else(|| text("summary")),
            _ => None,
        };
        // What goes together goes in one text.
        let one_line = sql.map(|sql| sql.split_whitespace().collect::<Vec<_>>().join(" ")).unwrap_or_default();
        found.extend(one_line.split("; ").map(str::to_owned));
    }
    found
}

/// What the database does for each statement that reads a table whole.
fn scans(database: &Path, statements: &BTreeSet<String>) -> Vec<String> {
    let db = rusqlite::Connection::open(database).unwrap();
    let mut scans = Vec::new();
    for sql in statements {
        let is_query = ["SELECT", "UPDATE", "DELETE", "INSERT", "WITH"].iter().any(|verb| sql.starts_with(verb));
        // What makes the tables has gone by before.
        if !is_query || sql.contains("sqlite_master") {
            continue;
        }
        let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap_or_else(|why| panic!("{why}: {sql}"));
        let count = plan.parameter_count();
        let nothing = vec![rusqlite::types::Null; count];
        let steps = plan.query_map(rusqlite::params_from_iter(nothing), |row| row.get::<_, String>("detail")).unwrap();
        for step in steps.map(Result::unwrap) {
            let table = step.strip_prefix("SCAN ").and_then(|rest| rest.split(' ').next());
            // `one` is a row that two of our queries make up; the values of an insertion are no table either.
            let is_table = |table: &str| table != "one" && table != "CONSTANT" && !step.ends_with("VALUES CLAUSE");
            if table.is_some_and(|table| is_table(table) && !KEPT_IN_MEMORY.contains(&table)) {
                scans.push(format!("{step}: {sql}"));
            }
        }
    }
    scans
}

async fn carried(issuer: &str, what: &str) -> String {
    let letter: Value = reqwest::get(format!("{issuer}/dev/inbox/latest?to={MAYA}")).await.unwrap().json().await.unwrap();
    letter[what].as_str().unwrap().to_owned()
}

/// A person comes, stays and goes, by every door.
async fn everything(issuer: &str) {
    let browser = Browser::new(issuer);
    let spa = |client| RelyingParty { client, issuer: issuer.to_owned(), http: reqwest::Client::new() };
    let view = browser.get("/sign-in").await.follow("Create an account").await;
    let view = view.form_to("/sign-up").fill("email", MAYA).submit().await;
    let view = view.form_to("/sign-up/password").fill("new-password", PASSWORD).submit().await;
    view.form_to("/sign-in/check").fill("code", &carried(issuer, "code").await).submit().await;
    // To an app, and on with it; a device; and a token that comes back late.
    let code = code_in(&browser.get(&spa("spa").authorize_path("")).await);
    let tokens = spa("spa").redeem(&code).await;
    assert_eq!(spa("spa").userinfo(tokens.text("access_token")).await.status, 200);
    let fresh = spa("spa").refresh(tokens.text("refresh_token")).await;
    let fresh = spa("spa").refresh(fresh.text("refresh_token")).await;
    assert_eq!(fresh.status, 200);
    let device = crate::oidc::device::begin(&spa("tv")).await;
    crate::oidc::device::poll(&spa("tv"), device.text("device_code")).await;
    crate::oidc::device::decide(&browser, device.text("user_code"), "Connect").await;
    assert_eq!(crate::oidc::device::poll(&spa("tv"), device.text("device_code")).await.status, 200);
    assert_eq!(spa("spa").refresh(tokens.text("refresh_token")).await.error(), "invalid_grant");
    // By cookie; their account; out.
    let back = browser.get("/sign-in?client_id=spa-token&redirect_uri=https%3A%2F%2Fspa.test%2F&state=s1").await;
    assert!(back.refresh().is_some());
    for path in ["/account", "/account/connections", "/account/devices", "/account/email", "/account/security", "/oauth/pretend"] {
        browser.get(path).await;
    }
    for path in ["/session/token", "/session/end"] {
        let call = reqwest::Client::new().post(format!("{issuer}{path}")).header("cookie", browser.cookie_header());
        call.header("origin", "https://spa.test").header("x-housekey-client", "spa-token").send().await.unwrap();
    }
    // In again: with a wrong password, with the right one, by mail, by a new password.
    let browser = Browser::new(issuer);
    browser.sign_in(MAYA, "not the password at all").await;
    browser.sign_in(MAYA, PASSWORD).await;
    let ask = async |view: View| view.form_to("/sign-in").fill("email", MAYA).submit().await.form_to("/sign-in/email").submit().await;
    let by_mail = Browser::new(issuer);
    ask(by_mail.get("/sign-in").await).await.form_to("/sign-in/check").fill("code", "000000").submit().await;
    let link = carried(issuer, "link").await;
    by_mail.get(&link).await.form().submit().await;
    let forgotten = Browser::new(issuer);
    let view = forgotten.get("/sign-in").await.form().fill("email", MAYA).submit().await.follow("Forgot password?").await;
    view.form().press("reset link").await;
    let view = forgotten.get(&carried(issuer, "link").await).await.form().submit().await;
    view.form().fill("new-password", "another four plain words").submit().await;
    forgotten.get("/sign-out").await.form().submit().await;
}

#[test]
fn whatever_a_server_asks_its_database_is_answered_by_an_index() {
    peer::run(async {
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
        let client = |name: &str, more: &str| format!("[clients.{name}]\nfirst_party = true\n{more}\n");
        let toml = [
            client("spa", &format!("redirect_uris = [\"{CALLBACK}\"]")),
            client("spa-token", "redirect_uris = [\"https://spa.test/\"]\ndelivery = \"token\""),
            client("tv", "kind = \"device\""),
        ];
        std::fs::write(folder.path().join("housekey.toml"), toml.join("").replace("true\nredirect", "true\nkind = \"spa\"\nredirect"))
            .unwrap();
        let log = folder.path().join("log");
        let (demo, provider) = (free_port().to_string(), free_port().to_string());
        let mut child = command(folder.path(), port, &["dev", "--demo-port", &demo, "--provider-port", &provider])
            .env("HOUSEKEY_LOG__FORMAT", "json")
            .env("HOUSEKEY_LOG__FILTER", "warn,sqlx::query=trace,housekey::sql=trace")
            .env("HOUSEKEY_LIMITS__ENABLED", "true")
            .stderr(Stdio::from(std::fs::File::create(&log).unwrap()))
            .spawn()
            .unwrap();
        let issuer = format!("http://localhost:{port}");
        let began = Instant::now();
        while !reqwest::get(format!("{issuer}/ready")).await.is_ok_and(|answer| answer.status() == 200) {
            assert!(began.elapsed() < Duration::from_secs(20), "it does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        everything(&issuer).await;
        // Letters that are still on their way say the last statements.
        tokio::time::sleep(Duration::from_secs(1)).await;
        let _ = child.kill();
        let _ = child.wait();
        let statements = statements(&std::fs::read_to_string(&log).unwrap());
        let about = |table: &str| statements.iter().any(|sql| sql.contains(table));
        for table in
            ["token_families", "sessions", "authorization_codes", "email_challenges", "jobs", "device_authorizations", "limit_buckets"]
        {
            assert!(about(table), "nothing was said about {table}");
        }
        let database = folder.path().join("housekey.db");
        let slow = BTreeSet::from(["SELECT id FROM users WHERE name = $1".to_owned()]);
        assert_eq!(scans(&database, &slow).len(), 1, "the judge can see one");
        let scans = scans(&database, &statements);
        assert!(scans.is_empty(), "{} of {} statements read a whole table:\n{}", scans.len(), statements.len(), scans.join("\n"));
    });
}
