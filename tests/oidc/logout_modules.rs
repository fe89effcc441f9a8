//! The certification suite's RP-Initiated Logout plan, module by module (`oidcc-rp-initiated-logout-…`).

use housekey::config::SigningAlgorithm;
use serde_json::Value;

use crate::support::relying_party::{Answer, part};
use crate::support::{Browser, On, PASSWORD, RelyingParty, TestApp, View, peer, person};

const GOODBYE: &str = "post_logout_redirect_uri=https%3A%2F%2Fapp.test%2Fgoodbye";

/// Signs in, and runs the module's request: with what it was given, say what is asked at the endpoint.
async fn module(query: impl FnOnce(&TestApp, &Answer) -> String) -> (TestApp, Browser, View) {
    let app = TestApp::start(On::Sqlite).await;
    person(&app, "maya@okafor.example").await;
    let browser = app.browser();
    browser.sign_in("maya@okafor.example", PASSWORD).await;
    let party = RelyingParty::new(&app, "web");
    let tokens = party.redeem(&party.code(&browser).await).await;
    let query = query(&app, &tokens);
    let view = browser.get(&format!("/end-session?{query}")).await;
    (app, browser, view)
}

fn with_hint(tokens: &Answer, more: &str) -> String {
    format!("id_token_hint={}&{more}", tokens.text("id_token"))
}

/// After a logout nobody is signed in; before it, somebody is.
async fn is_over(app: &TestApp, browser: &Browser) -> bool {
    let view = browser.get(&RelyingParty::new(app, "web").authorize_path("&prompt=none")).await;
    view.left_for.unwrap().contains("error=login_required")
}

/// No redirect: the person is asked, may say yes, and then reads that it is done.
async fn is_asked(app: &TestApp, browser: &Browser, view: View) {
    assert_eq!((view.url.path(), view.left_for.as_deref()), ("/sign-out", None));
    assert!(!is_over(app, browser).await);
    let done = view.form().press("Sign out").await;
    assert_eq!((done.url.path(), done.left_for.as_deref()), ("/signed-out", None));
    assert!(is_over(app, browser).await);
}

#[test]
fn oidcc_rp_initiated_logout_discovery_endpoint_verification() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let document: Value = reqwest::get(format!("{}/.well-known/openid-configuration", app.issuer)).await.unwrap().json().await.unwrap();
        assert_eq!(document["end_session_endpoint"], format!("{}/end-session", app.issuer));
    });
}

#[test]
fn oidcc_rp_initiated_logout() {
    peer::run(async {
        let (app, browser, view) = module(|_, tokens| with_hint(tokens, &format!("{GOODBYE}&state=st%20%26%C3%A9"))).await;
        assert_eq!(view.left_for.as_deref(), Some("https://app.test/goodbye?state=st+%26%C3%A9"));
        assert!(is_over(&app, &browser).await);
    });
}

#[test]
fn oidcc_rp_initiated_logout_bad_post_logout_redirect_uri() {
    peer::run(async {
        let bad = "post_logout_redirect_uri=https%3A%2F%2Fapp.test%2Felsewhere&state=x";
        let (app, browser, view) = module(|_, tokens| with_hint(tokens, bad)).await;
        assert_eq!((view.url.path(), view.left_for.as_deref()), ("/signed-out", None));
        assert!(is_over(&app, &browser).await);
    });
}

#[test]
fn oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri() {
    peer::run(async {
        let (_, _, view) = module(|_, tokens| with_hint(tokens, &format!("{GOODBYE}%3Ffoo%3Dbar"))).await;
        assert_eq!((view.url.path(), view.left_for.as_deref()), ("/signed-out", None));
    });
}

/// A-14: the claims are right, and nobody signed them.
#[test]
fn oidcc_rp_initiated_logout_modified_id_token_hint() {
    peer::run(async {
        let unsigned = |_: &TestApp, tokens: &Answer| {
            let head = housekey::key::b64(r#"{"alg":"none","typ":"JWT"}"#);
            format!("{GOODBYE}&id_token_hint={head}.{}.", tokens.text("id_token").split('.').nth(1).unwrap())
        };
        let (app, browser, view) = module(unsigned).await;
        is_asked(&app, &browser, view).await;
    });
}

/// Right but for the signature, which is of a key of somebody else's under our key's name.
#[test]
fn oidcc_rp_initiated_logout_bad_id_token_hint() {
    peer::run(async {
        let forged = |_: &TestApp, tokens: &Answer| {
            let token = tokens.text("id_token");
            let pkcs8 = housekey::key::SigningKey::generate(SigningAlgorithm::Rs256).unwrap();
            let mut key = housekey::key::SigningKey::from_pkcs8(SigningAlgorithm::Rs256, &pkcs8).unwrap();
            key.kid = part(token, 0)["kid"].as_str().unwrap().to_owned();
            format!("{GOODBYE}&id_token_hint={}", key.sign("JWT", &part(token, 1)).unwrap())
        };
        let (app, browser, view) = module(forged).await;
        is_asked(&app, &browser, view).await;
    });
}

#[test]
fn oidcc_rp_initiated_logout_no_id_token_hint() {
    peer::run(async {
        for more in ["", "&client_id=web"] {
            let (app, browser, view) = module(|_, _| format!("{GOODBYE}&state=x{more}")).await;
            is_asked(&app, &browser, view).await;
        }
    });
}

#[test]
fn oidcc_rp_initiated_logout_no_params() {
    peer::run(async {
        let (app, browser, view) = module(|_, _| String::new()).await;
        is_asked(&app, &browser, view).await;
    });
}

#[test]
fn oidcc_rp_initiated_logout_only_state() {
    peer::run(async {
        let (app, browser, view) = module(|_, _| "state=x".into()).await;
        is_asked(&app, &browser, view).await;
    });
}

#[test]
fn oidcc_rp_initiated_logout_no_post_logout_redirect_uri() {
    peer::run(async {
        let (app, browser, view) = module(|_, tokens| with_hint(tokens, "state=x")).await;
        assert_eq!((view.url.path(), view.left_for.as_deref()), ("/signed-out", None));
        assert!(is_over(&app, &browser).await);
    });
}

#[test]
fn oidcc_rp_initiated_logout_no_state() {
    peer::run(async {
        let (app, browser, view) = module(|_, tokens| with_hint(tokens, GOODBYE)).await;
        assert_eq!(view.left_for.as_deref(), Some("https://app.test/goodbye"));
        assert!(is_over(&app, &browser).await);
    });
}

/// RPL-9, V-76: a picture of another site, which brings the cookie at most, signs nobody out.
#[test]
fn a_cross_site_request_with_only_a_cookie_signs_nobody_out() {
    peer::run(async {
        let (app, browser, _) = module(|_, _| "state=x".into()).await;
        for path in ["/end-session", "/sign-out", "/end-session?client_id=web&everywhere=true"] {
            browser.get(path).await;
            assert!(!is_over(&app, &browser).await, "{path}");
        }
    });
}
