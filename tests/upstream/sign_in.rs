//! People come, and come back.

use serde_json::json;

use super::{NO_LIMITS, TRUSTED, ada, come_from, count, is_account_of, leave, trusting};
use crate::on_each_database_itself;
use crate::support::relying_party::{claims, parameter};
use crate::support::{On, Provider, RelyingParty, TestApp, person};

on_each_database_itself!(a_stranger_signs_up_and_comes_back_by_the_same_button, |on: On| async move {
    let (provider, app) = trusting(on).await;
    let browser = app.browser();
    let view = come_from(&browser, &provider, "u1", &ada()).await;
    assert!(is_account_of(&view, "ada@example.com"), "{}", view.text());
    assert_eq!(view.form_to("/account").value("name"), "Ada Example");
    let first = count(&app, "users").await;
    // At this browser that button comes first from now on, until somebody comes in another way.
    let page = browser.get("/sign-out").await.form_to("/sign-out").submit().await;
    let page = page.follow("Sign in again").await;
    assert_eq!((page.h1().as_str(), page.text().contains("Continue with u1Last used")), ("Welcome back", true), "{}", page.text());
    // Another browser, another day; the address there is another one by now, and it is the same person.
    let another = app.browser();
    let renamed = json!({ "sub": "ada-at-u1", "email": "ada@new.example", "email_verified": true, "name": "Ada Married" });
    let view = come_from(&another, &provider, "u1", &renamed).await;
    assert!(is_account_of(&view, "ada@example.com"), "{}", view.text());
    assert_eq!((count(&app, "users").await, first), (1, 1));
    // The mailbox hears of the new browser.
    assert!(app.letter_to("ada@example.com").subject.contains("New sign-in"));
});

on_each_database_itself!(an_app_sends_people_straight_to_the_provider_and_gets_them_back, |on: On| async move {
    let (provider, app) = trusting(on).await;
    let browser = app.browser();
    let away = browser.get("/oauth/u1?client_id=spa-token&redirect_uri=https://spa.test/&state=from-the-app").await;
    let view = browser.get(&provider.approve(&away.left_for.unwrap(), &ada())).await;
    let home = view.refresh().unwrap();
    let answer = home.strip_prefix("https://spa.test/#").unwrap();
    let answer = format!("https://spa.test/?{answer}");
    assert_eq!(parameter(&answer, "state").as_deref(), Some("from-the-app"));
    let token = claims(&parameter(&answer, "access_token").unwrap());
    assert_eq!(token["sub"].as_str().unwrap().len(), 36);
    assert!(browser.cookie("__Host-hk-refresh-spa-token").is_some());
    // Nothing else is an app's to choose.
    for wrong in [
        "/oauth/u1?client_id=spa-token&redirect_uri=https://evil.test/&state=x",
        "/oauth/u1?client_id=nobody&redirect_uri=https://spa.test/&state=x",
        "/oauth/u1?client_id=spa-token&redirect_uri=https://spa.test/",
        "/oauth/u1?client_id=spa-token&client_id=web&redirect_uri=https://spa.test/&state=x",
        "/oauth/nobody",
        "/oauth/U1",
        "/oauth/u1%20",
    ] {
        let view = app.browser().get(wrong).await;
        assert!(matches!(view.status, 400 | 404), "{wrong}: {}", view.status);
        assert_eq!(view.left_for, None, "{wrong}");
    }
});

on_each_database_itself!(the_token_says_how_the_person_signed_in, |on: On| async move {
    let (provider, app) = trusting(on).await;
    let (browser, web) = (app.browser(), RelyingParty::new(&app, "web"));
    // An app's own button leads straight there; one that means nothing here leads to the page that shows what there is.
    assert!(app.browser().get(&web.authorize_path("&provider=u1")).await.left_for.unwrap().starts_with(&provider.issuer));
    for (more, path) in [("&provider=nobody", "/sign-in"), ("&provider=../x", "/sign-in"), ("&screen=sign-up", "/sign-up")] {
        assert_eq!(app.browser().get(&web.authorize_path(more)).await.url.path(), path, "{more}");
    }
    let page = browser.get(&web.authorize_path("&login_hint=ada@example.com")).await;
    let away = page.follow("Continue with u1").await.left_for.unwrap();
    assert_eq!(parameter(&away, "login_hint").as_deref(), Some("ada@example.com"));
    assert_eq!(parameter(&away, "scope").as_deref(), Some("openid email profile"));
    assert_eq!(parameter(&away, "code_challenge_method").as_deref(), Some("S256"));
    let view = browser.get(&provider.approve(&away, &ada())).await;
    let answer = web.redeem(&crate::support::relying_party::code_in(&view)).await;
    let token = claims(answer.text("id_token"));
    assert_eq!((&token["amr"], &token["email"], &token["email_verified"]), (&json!(["fed"]), &json!("ada@example.com"), &json!(true)));
});

on_each_database_itself!(two_hundred_people_at_once_each_come_back_as_themselves, |on: On| async move {
    let provider = Provider::start();
    let app = TestApp::with(on, &format!("{NO_LIMITS}{}", provider.toml("u1", TRUSTED))).await;
    let first = app.browser();
    let one = async |number: usize| {
        let (browser, address) = (first.another(), format!("person{number}@example.com"));
        let claims = json!({ "sub": format!("s{number}"), "email": address, "email_verified": true });
        let away = browser.get("/oauth/u1").await.left_for.unwrap();
        let view = browser.get(&provider.approve(&away, &claims)).await;
        assert!(is_account_of(&view, &address), "{number}: {} {}", view.status, view.text());
    };
    futures_util::future::join_all((0..200).map(one)).await;
    assert_eq!((count(&app, "users").await, count(&app, "credentials").await), (200, 200));
    assert_eq!(count(&app, "upstream_attempts").await, 0);
    // They all waited for one description and one set of keys.
    assert_eq!((provider.calls("/.well-known/openid-configuration"), provider.calls("/jwks")), (1, 1));
});

on_each_database_itself!(fifty_first_visits_of_one_person_make_one_account, |on: On| async move {
    let (provider, app) = trusting(on).await;
    let first = app.browser();
    let browsers: Vec<_> = (0..50).map(|_| first.another()).collect();
    let mut returns = Vec::new();
    for browser in &browsers {
        returns.push(provider.approve(&leave(browser, "u1").await, &ada()));
    }
    let views = futures_util::future::join_all(browsers.iter().zip(&returns).map(|(browser, back)| browser.get(back))).await;
    for view in &views {
        assert!(is_account_of(view, "ada@example.com"), "{} {}", view.status, view.text());
    }
    assert_eq!((count(&app, "users").await, count(&app, "credentials").await), (1, 1));
});

/// V-29.
#[test]
fn who_has_no_password_cannot_sign_in_with_null() {
    crate::support::peer::run(async {
        let (provider, app) = trusting(On::Sqlite).await;
        come_from(&app.browser(), &provider, "u1", &ada()).await;
        for password in ["null", "undefined", "0", "\0", &"\0".repeat(72), "false"] {
            let view = app.browser().sign_in("ada@example.com", password).await;
            assert_eq!((view.status, view.problem().contains("don’t match")), (422, true), "{password:?}");
        }
    });
}

/// V-19.
#[test]
fn a_first_visit_makes_no_account_where_sign_ups_are_closed() {
    crate::support::peer::run(async {
        let provider = Provider::start();
        let toml = format!("[sign_in]\nsign_up = \"closed\"\n{}", provider.toml("u1", TRUSTED));
        let app = TestApp::with(On::Sqlite, &toml).await;
        let view = come_from(&app.browser(), &provider, "u1", &ada()).await;
        assert_eq!((view.status, view.h1().as_str()), (403, "Sign-ups are closed"));
        assert_eq!((count(&app, "users").await, count(&app, "credentials").await), (0, 0));
        // Who has an account may still come, and so connects it.
        person(&app, "ada@example.com").await;
        let view = come_from(&app.browser(), &provider, "u1", &ada()).await;
        assert_eq!(view.h1(), "u1 is connected");
    });
}

/// V-17.
#[test]
fn a_locked_person_is_not_let_in_by_a_provider() {
    crate::support::peer::run(async {
        let (provider, app) = trusting(On::Sqlite).await;
        let user = person(&app, "ada@example.com").await;
        let lock = async |state| {
            crate::support::person::set_state(&app, user, state).await;
        };
        lock(housekey::user::State::Locked).await;
        // By her address, which must not even connect; and by an identity that she had before.
        let view = come_from(&app.browser(), &provider, "u1", &ada()).await;
        assert_eq!((view.status, count(&app, "sessions").await, count(&app, "credentials").await), (403, 0, 1), "{}", view.text());
        lock(housekey::user::State::Active).await;
        come_from(&app.browser(), &provider, "u1", &ada()).await;
        let sessions = count(&app, "sessions").await;
        lock(housekey::user::State::Locked).await;
        let view = come_from(&app.browser(), &provider, "u1", &ada()).await;
        assert_eq!((view.status, count(&app, "sessions").await), (403, sessions), "{}", view.text());
    });
}
