//! `/authorize`: who may be sent where, and with what.

use std::time::Duration;

use crate::on_each_database;
use crate::support::relying_party::{CALLBACK, CHALLENGE, code_in, parameter};
use crate::support::{On, PASSWORD, RelyingParty, TestApp, peer, person};

on_each_database!(a_person_signs_in_and_goes_back_with_a_code, |app: TestApp| async move {
    person(&app, "maya@okafor.example").await;
    let (browser, spa) = (app.browser(), RelyingParty::new(&app, "spa"));
    let view = browser.get(&spa.authorize_path("")).await;
    assert_eq!(view.url.path(), "/sign-in");
    let view = browser.sign_in_from(view, "maya@okafor.example", PASSWORD).await;
    assert_eq!((view.status, view.url.path()), (200, "/continue"));
    let to = view.refresh().unwrap();
    assert!(to.starts_with(&format!("{CALLBACK}?code=hkc_")), "{to}");
    assert_eq!(parameter(&to, "state").as_deref(), Some("s1"));
    assert_eq!(parameter(&to, "iss").as_deref(), Some(app.issuer.as_str()));
    // Once signed in, the next app needs no page at all.
    let again = browser.get(&spa.authorize_path("")).await;
    assert_eq!(again.status, 303);
    assert!(again.left_for.unwrap().starts_with(&format!("{CALLBACK}?code=")));
});

#[test]
fn an_anonymous_page_view_writes_nothing() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let before = rows(&app).await;
        let spa = RelyingParty::new(&app, "spa");
        for _ in 0..5 {
            assert_eq!(app.browser().get(&spa.authorize_path("")).await.url.path(), "/sign-in");
            assert_eq!(app.browser().get("/sign-up").await.status, 200);
        }
        assert_eq!(rows(&app).await, before);
    });
}

async fn rows(app: &TestApp) -> Vec<i64> {
    use sea_orm::{ConnectionTrait, Statement};
    let db = app.app.db.read();
    let mut counts = Vec::new();
    for table in
        ["users", "sessions", "limit_buckets", "lockouts", "authorization_codes", "token_families", "email_challenges", "audit_events"]
    {
        let statement = Statement::from_string(db.get_database_backend(), format!("SELECT COUNT(*) AS n FROM {table}"));
        counts.push(db.query_one_raw(statement).await.unwrap().unwrap().try_get::<i64>("", "n").unwrap());
    }
    counts
}

#[test]
fn a_redirect_uri_one_byte_off_shows_a_page_and_redirects_nowhere() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        for uri in [
            "https://app.test/callback/",
            "https://app.test/Callback",
            "https://APP.test/callback",
            "https://app.test:443/callback",
            "https://app.test/callback?",
            "https://app.test/callback?x=1",
            "https://app.test/callback%2F",
            "https://app.test/x/../callback",
            "https://app.test.evil.test/callback",
            "https://app.test@evil.test/callback",
            "https://evil.test/https://app.test/callback",
            "http://app.test/callback",
            "//app.test/callback",
            "/callback",
            "https://appxtest/callback",
            "https://app.test\\@evil.test/callback",
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "data:text/html,x",
            "https://app.test/callback#x",
            "https://app.test/callback ",
            " https://app.test/callback",
            "https://app.test/callback\t",
            "https://app.test/callback\0",
        ] {
            let uri: String = url::form_urlencoded::byte_serialize(uri.as_bytes()).collect();
            let path = format!(
                "/authorize?client_id=spa&redirect_uri={uri}&response_type=code&scope=openid&code_challenge={CHALLENGE}&code_challenge_method=S256"
            );
            let view = app.browser().get(&path).await;
            assert_eq!((view.status, view.left_for.as_deref()), (400, None), "{uri}");
        }
    });
}

#[test]
fn a_repeated_parameter_is_nobodys_choice() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let spa = RelyingParty::new(&app, "spa");
        for twice in
            ["redirect_uri=https%3A%2F%2Fevil.test", "client_id=web", "state=x", "scope=openid", "response_type=code", "code_challenge=x"]
        {
            let view = app.browser().get(&spa.authorize_path(&format!("&{twice}"))).await;
            assert_eq!((view.status, view.left_for.as_deref()), (400, None), "{twice}");
        }
    });
}

#[test]
fn what_the_app_got_wrong_goes_back_to_the_app() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let base = format!("/authorize?client_id=spa&redirect_uri={CALLBACK}&state=s1");
        let pkce = format!("&code_challenge={CHALLENGE}&code_challenge_method=S256");
        for (rest, error) in [
            (format!("&scope=openid{pkce}"), "invalid_request"),
            (format!("&response_type=token&scope=openid{pkce}"), "unsupported_response_type"),
            (format!("&response_type=code&scope=profile{pkce}"), "invalid_scope"),
            ("&response_type=code&scope=openid".into(), "invalid_request"),
            (format!("&response_type=code&scope=openid&code_challenge={CHALLENGE}"), "invalid_request"),
            (format!("&response_type=code&scope=openid&code_challenge={CHALLENGE}&code_challenge_method=plain"), "invalid_request"),
            (format!("&response_type=code&scope=openid&code_challenge={CHALLENGE}&code_challenge_method=s256"), "invalid_request"),
            ("&response_type=code&scope=openid&code_challenge=short&code_challenge_method=S256".into(), "invalid_request"),
            (format!("&response_type=code&scope=openid&prompt=none+login{pkce}"), "invalid_request"),
            (format!("&response_type=code&scope=openid&prompt=whatever{pkce}"), "invalid_request"),
            (format!("&response_type=code&scope=openid&prompt=none{pkce}"), "login_required"),
            (format!("&response_type=code&scope=openid&max_age=x{pkce}"), "invalid_request"),
            (format!("&response_type=code&scope=openid&response_mode=web_message{pkce}"), "invalid_request"),
            (format!("&response_type=code&scope=openid&request=x{pkce}"), "request_not_supported"),
            (format!("&response_type=code&scope=openid&request_uri=x{pkce}"), "request_uri_not_supported"),
        ] {
            let view = app.browser().get(&format!("{base}{rest}")).await;
            let to = view.left_for.unwrap_or_else(|| panic!("{rest}: {}", view.html));
            assert_eq!(parameter(&to, "error").as_deref(), Some(error), "{rest}");
            assert_eq!(parameter(&to, "state").as_deref(), Some("s1"));
            assert_eq!(parameter(&to, "iss").as_deref(), Some(app.issuer.as_str()));
            assert_eq!(parameter(&to, "code"), None);
        }
    });
}

#[test]
fn unknown_parameters_and_hints_are_no_obstacle() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, "maya@okafor.example").await;
        let (browser, spa) = (app.browser(), RelyingParty::new(&app, "spa"));
        let view = browser
            .get(&spa.authorize_path(
                "&extra=foobar&display=popup&ui_locales=se&claims_locales=se&acr_values=1+2&login_hint=maya%40okafor.example",
            ))
            .await;
        assert_eq!(view.form_to("/sign-in").value("email"), "maya@okafor.example");
        let view = browser.sign_in_from(view, "maya@okafor.example", PASSWORD).await;
        code_in(&view);
    });
}

#[test]
fn a_request_by_post_goes_on_as_a_navigation() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, "maya@okafor.example").await;
        let browser = app.browser();
        let fields = [
            ("client_id", "spa"),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", "openid"),
            ("state", "s1"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let view = browser.post("/authorize", &fields).await;
        assert_eq!(view.url.path(), "/sign-in");
        let view = browser.sign_in_from(view, "maya@okafor.example", PASSWORD).await;
        code_in(&view);
        let view = browser.post("/authorize", &fields).await;
        assert!(view.left_for.unwrap().starts_with(CALLBACK));
    });
}

#[test]
fn prompt_login_and_max_age_mean_it() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, "maya@okafor.example").await;
        let (browser, spa) = (app.browser(), RelyingParty::new(&app, "spa"));
        browser.sign_in("maya@okafor.example", PASSWORD).await;
        let first = crate::support::relying_party::claims(spa.redeem(&spa.code(&browser).await).await.text("id_token"))["auth_time"]
            .as_i64()
            .unwrap();
        app.travel(Duration::from_mins(1));
        assert!(browser.get(&spa.authorize_path("&max_age=10000")).await.left_for.is_some());
        let silent = browser.get(&spa.authorize_path("&prompt=none&max_age=10")).await.left_for.unwrap();
        assert_eq!(parameter(&silent, "error").as_deref(), Some("login_required"));
        for ask in ["&max_age=10", "&prompt=login"] {
            let view = browser.get(&spa.authorize_path(ask)).await;
            assert_eq!(view.url.path(), "/reauth", "{ask}");
            // Walking around the page does not count as having signed in.
            let around = view.url.to_string().replace("/reauth", "/continue");
            assert_eq!(browser.get(&around).await.url.path(), "/reauth");
            let view = browser.sign_in_from(view, "maya@okafor.example", PASSWORD).await;
            let tokens = spa.redeem(&code_in(&view)).await;
            let later = crate::support::relying_party::claims(tokens.text("id_token"))["auth_time"].as_i64().unwrap();
            assert!(later >= first + 60, "{ask}");
        }
    });
}

#[test]
fn an_app_of_somebody_else_gets_what_the_person_allows() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, "maya@okafor.example").await;
        let (browser, theirs) = (app.browser(), RelyingParty::new(&app, "third-party"));
        let silent = browser.get(&theirs.authorize_path("&prompt=none")).await.left_for.unwrap();
        assert_eq!(parameter(&silent, "error").as_deref(), Some("login_required"));
        let view = browser.get(&theirs.authorize_path("")).await;
        let view = browser.sign_in_from(view, "maya@okafor.example", PASSWORD).await;
        assert!(view.text().contains("app.test"), "{}", view.text());
        let silent = browser.get(&theirs.authorize_path("&prompt=none")).await.left_for.unwrap();
        assert_eq!(parameter(&silent, "error").as_deref(), Some("consent_required"));
        let allowed = view.form_to("/consent").press("Allow").await;
        assert_eq!(theirs.redeem(&code_in(&allowed)).await.status, 200);
        let view = browser.get(&theirs.authorize_path("&prompt=consent")).await;
        let refused = view.form_to("/consent").press("Don’t allow").await.refresh().unwrap();
        assert_eq!(parameter(&refused, "error").as_deref(), Some("access_denied"));
        assert_eq!(parameter(&refused, "state").as_deref(), Some("s1"));
    });
}

#[test]
fn a_flow_sent_to_somebody_else_continues_nothing() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, "mallory@evil.example").await;
        let (mallory, victim, spa) = (app.browser(), app.browser(), RelyingParty::new(&app, "spa"));
        let view = mallory.get(&spa.authorize_path("")).await;
        let half_way = view.form_to("/sign-in").fill("email", "mallory@evil.example").submit().await;
        // The victim opens mallory's link: nothing of mallory is in it any more.
        let opened = victim.get(half_way.url.as_str()).await;
        assert_eq!(opened.url.path(), "/sign-in");
        assert!(!opened.html.contains("mallory"));
        // And mallory's form, with mallory's mark, is refused in the victim's browser.
        let form = half_way.form_to("/sign-in/password").fill("password", PASSWORD).pairs();
        let pairs: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let refused = victim.post("/sign-in/password", &pairs).await;
        assert_eq!(refused.status, 403);
        assert_eq!(victim.cookie("__Host-hk-session"), None);
    });
}

#[test]
fn a_changed_flow_is_an_old_page_not_an_error() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let browser = app.browser();
        let view = browser.get(&RelyingParty::new(&app, "spa").authorize_path("")).await;
        let url = view.url.to_string();
        for changed in [
            format!("{url}A"),
            url[..url.len() - 4].to_owned(),
            format!("{}/sign-in?flow=", app.issuer),
            format!("{}/continue?flow=%00", app.issuer),
        ] {
            let view = browser.get(&changed).await;
            assert!(view.status == 403 || changed.ends_with("flow=") && view.status == 200, "{changed}: {}", view.status);
        }
    });
}

#[test]
fn an_old_page_loses_nothing() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, "maya@okafor.example").await;
        let (browser, spa) = (app.browser(), RelyingParty::new(&app, "spa"));
        // Left open over lunch.
        let view = browser.get(&spa.authorize_path("")).await;
        app.travel(Duration::from_mins(61));
        let old = view.form_to("/sign-in").fill("email", "maya@okafor.example").submit().await;
        assert_eq!(old.status, 403);
        let again = old.follow("Start again").await;
        code_in(&browser.sign_in_from(again, "maya@okafor.example", PASSWORD).await);
        // The browser was closed in between: its cookie, and so the form's mark, is another one.
        let (first, second) = (app.browser(), app.browser());
        let view = first.get(&spa.authorize_path("")).await;
        second.get("/sign-in").await;
        first.set_cookie("__Host-hk-browser", &second.cookie("__Host-hk-browser").unwrap());
        let old = view.form_to("/sign-in").fill("email", "maya@okafor.example").submit().await;
        assert_eq!(old.status, 403);
        let again = old.follow("Start again").await;
        code_in(&first.sign_in_from(again, "maya@okafor.example", PASSWORD).await);
    });
}

#[test]
fn a_native_app_may_choose_its_port_and_nothing_else() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        for (uri, fine) in [
            ("http://127.0.0.1:51000/callback", true),
            ("http://127.0.0.1/callback", true),
            ("com.example.app:/callback", true),
            ("http://127.0.0.1:51000/other", false),
            ("http://localhost:51000/callback", false),
            ("http://127.0.0.1:51000@evil.test/callback", false),
            ("com.example.app://callback", false),
        ] {
            let uri: String = url::form_urlencoded::byte_serialize(uri.as_bytes()).collect();
            let path = format!(
                "/authorize?client_id=native&redirect_uri={uri}&response_type=code&scope=openid&code_challenge={CHALLENGE}&code_challenge_method=S256"
            );
            let view = app.browser().get(&path).await;
            assert_eq!(view.status == 200, fine, "{uri}: {}", view.status);
        }
    });
}
