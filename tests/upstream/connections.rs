//! The account's own page for other login servers.

use serde_json::json;

use super::{TRUSTED, ada, come_from, count, is_account_of, trusting};
use crate::on_each_database_itself;
use crate::support::{Browser, On, PASSWORD, Provider, TestApp, View, person};

/// Asks for one more way in; where the page sends the browser.
async fn connect(browser: &Browser, name: &str) -> String {
    let page = browser.get("/account/connections").await;
    let view = page.form_to("/account/connections").press(&format!("Connect {name}")).await;
    view.refresh().unwrap_or_else(|| panic!("{}", view.text()))
}

on_each_database_itself!(a_person_connects_one_signs_in_with_it_and_disconnects_it, |on: On| async move {
    let provider = Provider::start();
    let app = TestApp::with(on, &provider.toml("u1", "")).await;
    person(&app, "maya@okafor.example").await;
    let browser = app.browser();
    browser.sign_in("maya@okafor.example", PASSWORD).await;
    let away = connect(&browser, "u1").await;
    // The address there is another one, and need not be believed: whoever is signed in has said yes.
    let view = browser.get(&provider.approve(&away, &ada())).await;
    assert_eq!(view.url.path(), "/account/connections");
    assert!(view.text().contains("ada@example.comConnected 20"), "{}", view.text());
    assert_eq!(app.letter_to("maya@okafor.example").subject, "u1 now opens your Housekey account");
    assert!(is_account_of(&come_from(&app.browser(), &provider, "u1", &ada()).await, "maya@okafor.example"));
    let view = view.form_to("/account/connections").press("Disconnect u1").await;
    assert!(view.text().contains("Not connected"), "{}", view.text());
    assert_eq!(app.letter_to("maya@okafor.example").subject, "u1 no longer opens your Housekey account");
    assert_eq!(come_from(&app.browser(), &provider, "u1", &ada()).await.h1(), "One more step");
});

#[test]
fn an_identity_belongs_to_one_person() {
    crate::support::peer::run(async {
        let (provider, app) = trusting(On::Sqlite).await;
        come_from(&app.browser(), &provider, "u1", &ada()).await;
        person(&app, "maya@okafor.example").await;
        let browser = app.browser();
        browser.sign_in("maya@okafor.example", PASSWORD).await;
        let view = browser.get(&provider.approve(&connect(&browser, "u1").await, &ada())).await;
        assert_eq!((view.status, view.h1().as_str()), (403, "This u1 account is in use"));
        assert_eq!(view.follow("Back to Connections").await.url.path(), "/account/connections");
        assert!(is_account_of(&come_from(&app.browser(), &provider, "u1", &ada()).await, "ada@example.com"));
    });
}

/// V-14: connecting begins with a form of ours, soon after a sign-in, and ends in the session that it began in.
#[test]
fn nobody_else_can_begin_or_finish_a_connection() {
    crate::support::peer::run(async {
        let provider = Provider::start();
        let app = TestApp::with(On::Sqlite, &provider.toml("u1", "")).await;
        person(&app, "maya@okafor.example").await;
        person(&app, "noor@okafor.example").await;
        let browser = app.browser();
        browser.sign_in("maya@okafor.example", PASSWORD).await;
        for forged in [vec![("connect", "u1")], vec![("connect", "u1"), ("csrf", "guess")]] {
            assert_eq!(browser.post("/account/connections", &forged).await.status, 403);
        }
        assert_eq!(count(&app, "upstream_attempts").await, 0);
        // Begun by maya, finished after noor has signed in at the same browser.
        let away = connect(&browser, "u1").await;
        let sign_in = app.browser().get("/sign-in").await;
        drop(sign_in);
        let page = browser.get("/sign-out").await;
        page.form_to("/sign-out").submit().await;
        browser.sign_in("noor@okafor.example", PASSWORD).await;
        let view = browser.get(&provider.approve(&away, &json!({ "sub": "mallory" }))).await;
        assert_eq!((view.status, view.h1().as_str()), (403, "You’re signed out"));
        assert_eq!(count(&app, "credentials").await, 2);
        // Long after a sign-in, the person proves it again first.
        app.travel(std::time::Duration::from_mins(16));
        let view = browser.get("/account/connections").await.form_to("/account/connections").press("Connect u1").await;
        assert_eq!(view.url.path(), "/reauth");
        let view = browser.sign_in_from(view, "noor@okafor.example", PASSWORD).await;
        assert_eq!(view.url.path(), "/account/connections", "and comes back");
    });
}

/// Somebody without password and without letters.
async fn only_providers(on: On) -> (Provider, Provider, TestApp, Browser, View) {
    let (one, two) = (Provider::start(), Provider::start());
    let toml = format!("[sign_in]\nmethods = [\"u1\", \"u2\"]\n{}{}", one.toml("u1", TRUSTED), two.toml("u2", TRUSTED));
    let app = TestApp::with(on, &toml).await;
    let browser = app.browser();
    come_from(&browser, &one, "u1", &ada()).await;
    let view = browser.get("/account/connections").await;
    (one, two, app, browser, view)
}

on_each_database_itself!(the_last_way_in_cannot_be_taken_away, |on: On| async move {
    let (_one, two, app, browser, view) = only_providers(on).await;
    let refused = view.form_to("/account/connections").press("Disconnect u1").await;
    assert_eq!((refused.status, refused.problem().as_str()), (422, "Add another way to sign in first"));
    // With a second one, either can go, and both at once leave one.
    let view = browser.get(&two.approve(&connect(&browser, "u2").await, &json!({ "sub": "ada-at-u2" }))).await;
    assert_eq!(count(&app, "credentials").await, 2);
    let form = view.form_to("/account/connections");
    let csrf = form.value("csrf").to_owned();
    let ids = identities(&app).await;
    let press = |id: String| {
        let (browser, csrf) = (browser.clone(), csrf.clone());
        async move { browser.post("/account/connections", &[("csrf", &csrf), ("disconnect", &id)]).await }
    };
    let presses = ids.iter().cycle().take(50).cloned().map(press);
    futures_util::future::join_all(presses).await;
    assert_eq!(count(&app, "credentials").await, 1);
});

async fn identities(app: &TestApp) -> Vec<String> {
    let people = housekey::user::list(app.app.db.read(), None, 10).await.unwrap();
    let linked = housekey::identity::of_user(app.app.db.read(), &app.app.crypto, people[0].person.id).await.unwrap();
    linked.iter().map(|one| one.id.to_string()).collect()
}
