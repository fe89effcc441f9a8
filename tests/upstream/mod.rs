//! Sign-ins with someone else.

mod callback;
mod connections;
mod deep;
mod everyone;
mod linking;
mod sign_in;
mod tokens;
mod trial;
mod trouble;

use serde_json::{Value, json};

use crate::support::{Browser, On, Provider, TestApp, View};

/// A provider whose word about addresses counts.
const TRUSTED: &str = "trust_email = true";

/// A server to which people may come from one provider, whose word counts.
async fn trusting(on: On) -> (Provider, TestApp) {
    let provider = Provider::start();
    let app = TestApp::with(on, &provider.toml("u1", TRUSTED)).await;
    (provider, app)
}

/// Settings of a test that comes from one network more often than people do.
const NO_LIMITS: &str = "[limits]\nenabled = false\n";

/// Ada, whose address the provider has confirmed.
fn ada() -> Value {
    json!({ "sub": "ada-at-u1", "email": "ada@example.com", "email_verified": true, "name": "Ada Example" })
}

/// Off to a provider, by its button; where the browser is sent.
async fn leave(browser: &Browser, id: &str) -> String {
    let away = browser.get("/sign-in").await.follow(&format!("Continue with {id}")).await;
    assert_eq!(away.status, 303, "{}", away.text());
    away.left_for.unwrap()
}

/// There and back, as somebody with these claims.
async fn come_from(browser: &Browser, provider: &Provider, id: &str, claims: &Value) -> View {
    let away = leave(browser, id).await;
    browser.get(&provider.approve(&away, claims)).await
}

/// Whether a page is the account of this address.
fn is_account_of(view: &View, address: &str) -> bool {
    view.status == 200 && view.url.path() == "/account" && view.text().contains(address)
}

/// The rows of a table.
async fn count(app: &TestApp, table: &str) -> i64 {
    use sea_orm::ConnectionTrait;
    let statement = sea_orm::Statement::from_string(app.app.db.backend(), format!("SELECT COUNT(*) AS n FROM {table}"));
    app.app.db.read().query_one_raw(statement).await.unwrap().unwrap().try_get("", "n").unwrap()
}
