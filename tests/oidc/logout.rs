//! `/end-session`: a token that names this session ends it; anything less asks a person.

use crate::support::relying_party::{Answer, code_in};
use crate::support::{Browser, On, PASSWORD, RelyingParty, TestApp, peer, person};

async fn signed_in(app: &TestApp) -> (Browser, Answer) {
    let browser = app.browser();
    browser.sign_in("maya@okafor.example", PASSWORD).await;
    let (_, tokens) = RelyingParty::with_tokens(app, &browser, "spa").await;
    (browser, tokens)
}

#[test]
fn an_app_of_the_operators_own_signs_its_person_out_everywhere() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, "maya@okafor.example").await;
        for (client, everywhere, ends) in
            [("spa", "true", true), ("spa", "false", false), ("spa", "1", false), ("third-party", "true", false)]
        {
            let (desk, phone) = (app.browser(), app.browser());
            for browser in [&desk, &phone] {
                browser.sign_in("maya@okafor.example", PASSWORD).await;
            }
            let party = RelyingParty::new(&app, client);
            let page = desk.get(&party.authorize_path("")).await;
            let code = if client == "third-party" { code_in(&page.form().press("Allow").await) } else { code_in(&page) };
            let tokens = party.redeem(&code).await;
            desk.get(&format!("/end-session?id_token_hint={}&everywhere={everywhere}", tokens.text("id_token"))).await;
            assert!(!is_signed_in(&desk).await);
            assert_eq!(is_signed_in(&phone).await, !ends, "{client} {everywhere}");
        }
    });
}

#[test]
fn an_app_that_was_registered_a_moment_ago_signs_its_person_out() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, "maya@okafor.example").await;
        let browser = app.browser();
        browser.sign_in("maya@okafor.example", PASSWORD).await;
        app.register("new").await;
        let (_, tokens) = RelyingParty::with_tokens(&app, &browser, "new").await;
        browser.get(&format!("/end-session?id_token_hint={}", tokens.text("id_token"))).await;
        assert!(!is_signed_in(&browser).await);
    });
}

async fn is_signed_in(browser: &Browser) -> bool {
    browser.get("/account").await.url.path() == "/account"
}

#[test]
fn an_app_signs_its_person_out_and_gets_them_back() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, "maya@okafor.example").await;
        let (browser, tokens) = signed_in(&app).await;
        // Long after the token's own time.
        app.travel(std::time::Duration::from_hours(2));
        let path = format!(
            "/end-session?id_token_hint={}&post_logout_redirect_uri=https%3A%2F%2Fapp.test%2Fgoodbye&state=a%26b&client_id=spa",
            tokens.text("id_token")
        );
        let view = browser.get(&path).await;
        assert_eq!(view.left_for.as_deref(), Some("https://app.test/goodbye?state=a%26b"));
        assert!(!is_signed_in(&browser).await);
        let silent = browser.get(&RelyingParty::new(&app, "spa").authorize_path("&prompt=none")).await;
        assert!(silent.left_for.unwrap().contains("error=login_required"));
        // Signed out already: back all the same, and without state only if none was sent.
        let path =
            format!("/end-session?id_token_hint={}&post_logout_redirect_uri=https%3A%2F%2Fapp.test%2Fgoodbye", tokens.text("id_token"));
        assert_eq!(browser.get(&path).await.left_for.as_deref(), Some("https://app.test/goodbye"));
        // By POST it is the same.
        let (browser, tokens) = signed_in(&app).await;
        let view = browser
            .post("/end-session", &[("id_token_hint", tokens.text("id_token")), ("post_logout_redirect_uri", "https://app.test/goodbye")])
            .await;
        assert_eq!(view.left_for.as_deref(), Some("https://app.test/goodbye"));
        assert!(!is_signed_in(&browser).await);
    });
}

#[test]
fn a_link_alone_signs_nobody_out_and_sends_nobody_away() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, "maya@okafor.example").await;
        let (browser, tokens) = signed_in(&app).await;
        let hint = tokens.text("id_token").to_owned();
        let (signed, signature) = hint.rsplit_once('.').unwrap();
        let unsigned = format!("{}.{}.", housekey::key::b64("{\"alg\":\"none\",\"typ\":\"JWT\"}"), hint.split('.').nth(1).unwrap());
        let forged = format!("{signed}.{}", signature.chars().rev().collect::<String>());
        let (_, others) = signed_in(&app).await;
        let goodbye = "post_logout_redirect_uri=https%3A%2F%2Fapp.test%2Fgoodbye";
        for query in [
            String::new(),
            "state=x".into(),
            goodbye.into(),
            format!("{goodbye}&client_id=spa"),
            format!("{goodbye}&id_token_hint={unsigned}"),
            format!("{goodbye}&id_token_hint={forged}"),
            format!("{goodbye}&id_token_hint={hint}&client_id=web"),
            format!("{goodbye}&id_token_hint={}", tokens.text("access_token")),
            format!("{goodbye}&id_token_hint={}", others.text("id_token")),
            format!("{goodbye}&id_token_hint=x"),
        ] {
            let view = browser.get(&format!("/end-session?{query}")).await;
            assert_eq!((view.url.path(), view.left_for.as_deref()), ("/sign-out", None), "{query}");
            assert!(is_signed_in(&browser).await, "{query}");
        }
        // The person says yes on our page.
        let view = browser.get("/end-session").await.form().press("Sign out").await;
        assert_eq!(view.url.path(), "/signed-out");
        assert!(!is_signed_in(&browser).await);
    });
}

#[test]
fn an_unregistered_way_back_is_not_taken() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, "maya@okafor.example").await;
        for uri in [
            "https://app.test/goodbye?x=1",
            "https://app.test/goodbye/",
            "https://evil.test/",
            "https://app.test.evil.test/goodbye",
            "javascript:alert(1)",
            "https://app.test/callback",
        ] {
            let (browser, tokens) = signed_in(&app).await;
            let uri: String = url::form_urlencoded::byte_serialize(uri.as_bytes()).collect();
            let view = browser.get(&format!("/end-session?id_token_hint={}&post_logout_redirect_uri={uri}", tokens.text("id_token"))).await;
            assert_eq!((view.url.path(), view.left_for), ("/signed-out", None), "{uri}");
            assert!(!is_signed_in(&browser).await);
        }
    });
}

#[test]
fn signing_out_everywhere_means_everywhere() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, "maya@okafor.example").await;
        let ((here, _), (there, _)) = (signed_in(&app).await, signed_in(&app).await);
        here.get("/sign-out").await.form().tick("all").press("Sign out").await;
        assert!(!is_signed_in(&here).await && !is_signed_in(&there).await);
    });
}
