//! What a person allows somebody else's app is kept, shown and taken back.

use std::time::Duration;

use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, Statement};

use crate::on_each_database;
use crate::support::relying_party::{Answer, code_in, parameter};
use crate::support::{Browser, On, PASSWORD, RelyingParty, TestApp, peer, person};

const MAYA: &str = "maya@okafor.example";

async fn at_their_app(app: &TestApp) -> (Browser, RelyingParty) {
    person(app, MAYA).await;
    let browser = app.browser();
    browser.sign_in(MAYA, PASSWORD).await;
    (browser, RelyingParty::new(app, "third-party"))
}

async fn count(app: &TestApp, what: &str) -> i64 {
    let db = app.app.db.read();
    let statement = Statement::from_string(db.get_database_backend(), format!("SELECT COUNT(*) AS n FROM {what}"));
    db.query_one_raw(statement).await.unwrap().unwrap().try_get::<i64>("", "n").unwrap()
}

async fn allow(browser: &Browser, theirs: &RelyingParty, more: &str) -> Answer {
    let view = browser.get(&theirs.authorize_path(more)).await;
    theirs.redeem(&code_in(&view.form_to("/consent").press("Allow").await)).await
}

async fn withdraw(browser: &Browser) {
    let view = browser.get("/account/applications").await.form_to("/account/applications").press("Remove access").await;
    assert!(view.text().contains("No other apps can use your account."), "{}", view.text());
}

on_each_database!(what_is_allowed_is_asked_once_and_what_is_withdrawn_again, |app: TestApp| async move {
    let (browser, theirs) = at_their_app(&app).await;
    let view = browser.get(&theirs.authorize_path("")).await;
    for says in [
        "Fieldnotes wants to use your",
        MAYA,
        "See your email address",
        "Stay connected when you’re away",
        "app.test",
        "until you remove it",
    ] {
        assert!(view.text().contains(says), "{says}: {}", view.text());
    }
    let tokens = allow(&browser, &theirs, "").await;
    // Silently from now on, in every browser of theirs.
    for more in ["", "&prompt=none"] {
        assert!(browser.get(&theirs.authorize_path(more)).await.left_for.unwrap().contains("code="), "{more}");
    }
    let elsewhere = app.browser();
    elsewhere.sign_in(MAYA, PASSWORD).await;
    theirs.code(&elsewhere).await;
    // Unless the app wants it asked.
    assert!(!browser.get(&theirs.authorize_path("&prompt=consent")).await.form_to("/consent").value("flow").is_empty());
    let pending = theirs.code(&browser).await;
    app.travel(Duration::from_secs(1));
    withdraw(&elsewhere).await;
    // Nothing that the app holds is worth anything: not its tokens, not the code on its way.
    let refreshed = theirs.refresh(tokens.text("refresh_token")).await;
    assert_eq!((refreshed.status, refreshed.error()), (400, "invalid_grant"));
    assert_eq!(theirs.userinfo(tokens.text("access_token")).await.status, 401);
    assert_eq!(theirs.redeem(&pending).await.error(), "invalid_grant");
    let silent = browser.get(&theirs.authorize_path("&prompt=none")).await.left_for.unwrap();
    assert_eq!(parameter(&silent, "error").as_deref(), Some("consent_required"));
    assert_eq!(allow(&browser, &theirs, "").await.status, 200);
    assert_eq!(
        (
            count(&app, "audit_events WHERE name = 'access.allowed'").await,
            count(&app, "audit_events WHERE name = 'access.withdrawn'").await
        ),
        (2, 1)
    );
});

#[test]
fn more_is_asked_for_and_less_is_not() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let (browser, theirs) = at_their_app(&app).await;
        let with = |scope: &str, more: &str| {
            theirs.authorize_path(more).replace("scope=openid+profile+email+offline_access", &format!("scope={scope}"))
        };
        let view = browser.get(&with("openid+email", "")).await;
        assert!(!view.text().contains("Stay connected"), "{}", view.text());
        code_in(&view.form_to("/consent").press("Allow").await);
        for (scope, error) in [
            ("openid+email", None),
            ("openid", None),
            ("openid+profile", Some("consent_required")),
            // OC-16: to stay connected is something of its own to allow.
            ("openid+email+offline_access", Some("consent_required")),
        ] {
            let to = browser.get(&with(scope, "&prompt=none")).await.left_for.unwrap();
            assert_eq!(parameter(&to, "error").as_deref(), error, "{scope}");
        }
        // What was allowed stays when more is.
        code_in(&browser.get(&with("openid+profile", "")).await.form_to("/consent").press("Allow").await);
        assert!(browser.get(&with("openid+profile+email", "&prompt=none")).await.left_for.unwrap().contains("code="));
        // To say no takes nothing away.
        let view = browser.get(&with("openid+offline_access", "")).await.form_to("/consent").press("Don’t allow").await;
        assert_eq!(parameter(&view.refresh().unwrap(), "error").as_deref(), Some("access_denied"));
        assert!(browser.get(&with("openid+email", "&prompt=none")).await.left_for.unwrap().contains("code="));
    });
}

#[test]
fn a_journey_that_was_allowed_ends_with_the_leave() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let (browser, theirs) = at_their_app(&app).await;
        let allowed = browser.get(&theirs.authorize_path("")).await.form_to("/consent").press("Allow").await;
        code_in(&allowed);
        withdraw(&browser).await;
        // The address of the hand-off page is in the history.
        let again = browser.get(allowed.url.as_str()).await;
        assert!(!again.form_to("/consent").value("csrf").is_empty());
        // Another person at this browser has allowed nothing.
        person(&app, "noor@okafor.example").await;
        code_in(&again.form_to("/consent").press("Allow").await);
        let view = browser.get("/sign-in").await;
        assert_eq!(view.url.path(), "/account");
        let other = app.browser();
        other.sign_in("noor@okafor.example", PASSWORD).await;
        let silent = other.get(&theirs.authorize_path("&prompt=none")).await.left_for.unwrap();
        assert_eq!(parameter(&silent, "error").as_deref(), Some("consent_required"));
        assert!(other.get("/account/applications").await.text().contains("No other apps"));
    });
}

#[test]
fn an_app_of_ours_is_asked_about_only_if_it_wants_to_be() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let (browser, _) = at_their_app(&app).await;
        let ours = RelyingParty::new(&app, "spa");
        ours.code(&browser).await;
        let view = browser.get(&ours.authorize_path("&prompt=consent")).await;
        assert!(view.text().contains("is made by") && !view.text().contains("isn’t made by"), "{}", view.text());
        assert_eq!(ours.redeem(&code_in(&view.form_to("/consent").press("Allow").await)).await.status, 200);
        assert_eq!(count(&app, "grants").await, 0);
    });
}

on_each_database!(fifty_at_once_allow_and_withdraw_once, |app: TestApp| async move {
    let (browser, theirs) = at_their_app(&app).await;
    let view = browser.get(&theirs.authorize_path("")).await;
    join_all((0..50).map(|_| view.form_to("/consent").press("Allow"))).await;
    assert_eq!(count(&app, "grants").await, 1);
    let view = browser.get("/account/applications").await;
    join_all((0..50).map(|_| view.form_to("/account/applications").press("Remove access"))).await;
    assert_eq!((count(&app, "grants").await, count(&app, "audit_events WHERE name = 'access.withdrawn'").await), (0, 1));
});

// Whoever redeems a code while the person takes their leave back holds nothing afterwards.
on_each_database!(no_tokens_outlive_the_leave, |app: TestApp| async move {
    let (browser, theirs) = at_their_app(&app).await;
    let first = allow(&browser, &theirs, "").await;
    assert_eq!(first.status, 200);
    for _ in 0..3 {
        let codes = join_all((0..49).map(|_| theirs.code(&browser))).await;
        let page = browser.get("/account/applications").await;
        let gone = async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            page.form_to("/account/applications").press("Remove access").await
        };
        let redeem = join_all(codes.iter().map(|code| theirs.redeem(code)));
        let (answers, _) = tokio::join!(redeem, gone);
        assert_eq!(count(&app, "token_families WHERE ended_at IS NULL").await, 0);
        for answer in &answers {
            assert!(answer.status == 200 || answer.error() == "invalid_grant", "{answer:?}");
        }
        allow(&browser, &theirs, "").await;
    }
});
