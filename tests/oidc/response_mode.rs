//! In what the answer travels: query, fragment or form; the same things are in each.

use crate::on_each_database;
use crate::support::relying_party::{CALLBACK, CHALLENGE, parameter, sent};
use crate::support::{On, PASSWORD, RelyingParty, TestApp, peer, person};

on_each_database!(each_mode_carries_the_same_answer, |app: TestApp| async move {
    person(&app, "maya@okafor.example").await;
    let (browser, spa) = (app.browser(), RelyingParty::new(&app, "spa"));
    // At the end of a sign-in…
    let view = browser.get(&spa.authorize_path("&response_mode=form_post")).await;
    let view = browser.sign_in_from(view, "maya@okafor.example", PASSWORD).await;
    assert_eq!((view.status, view.url.path(), view.refresh()), (200, "/continue", None));
    let answer = sent(&view);
    assert_eq!(answer.keys().collect::<Vec<_>>(), ["code", "iss", "state"]);
    assert_eq!((answer["state"].as_str(), answer["iss"].as_str()), ("s1", app.issuer.as_str()));
    assert!(!view.url.as_str().contains("code="));
    assert_eq!(spa.redeem(&answer["code"]).await.status, 200);
    // …and at once, for who is signed in.
    let view = browser.get(&spa.authorize_path("&response_mode=form_post")).await;
    assert_eq!((view.status, view.left_for.as_deref()), (200, None));
    assert_eq!(spa.redeem(&sent(&view)["code"]).await.status, 200);
    for (mode, mark) in [("query", "?code="), ("fragment", "#code=")] {
        let to = browser.get(&spa.authorize_path(&format!("&response_mode={mode}"))).await.left_for.unwrap();
        assert!(to.starts_with(&format!("{CALLBACK}{mark}")), "{to}");
        assert_eq!(parameter(&to, "iss").as_deref(), Some(app.issuer.as_str()));
        assert_eq!(spa.redeem(&parameter(&to, "code").unwrap()).await.status, 200);
    }
});

#[test]
fn errors_travel_as_answers_do() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let (browser, spa) = (app.browser(), RelyingParty::new(&app, "spa"));
        for (more, error) in
            [("&prompt=none", "login_required"), ("&prompt=none+login", "invalid_request"), ("&request=x", "request_not_supported")]
        {
            let answer = sent(&browser.get(&spa.authorize_path(&format!("&response_mode=form_post{more}"))).await);
            assert_eq!((answer["error"].as_str(), answer["state"].as_str(), answer["iss"].as_str()), (error, "s1", app.issuer.as_str()));
            let to = browser.get(&spa.authorize_path(&format!("&response_mode=fragment{more}"))).await.left_for.unwrap();
            assert!(to.starts_with(&format!("{CALLBACK}#error={error}&")), "{to}");
            assert_eq!(parameter(&to, "iss").as_deref(), Some(app.issuer.as_str()));
        }
        // What a person says no to, at the end of a journey.
        person(&app, "maya@okafor.example").await;
        let theirs = RelyingParty::new(&app, "third-party");
        let view = browser.get(&theirs.authorize_path("&response_mode=form_post")).await;
        let view = browser.sign_in_from(view, "maya@okafor.example", PASSWORD).await;
        let view = view.form_to("/consent").press("Don’t allow").await;
        assert_eq!(sent(&view)["error"], "access_denied");
    });
}

/// V-35: a page that may send its form anywhere sends it where somebody else says.
#[test]
fn only_the_page_with_the_form_may_send_it_and_only_to_the_app() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, "maya@okafor.example").await;
        let (browser, spa) = (app.browser(), RelyingParty::new(&app, "spa"));
        browser.sign_in("maya@okafor.example", PASSWORD).await;
        let state = "%22%3E%3C%2Fform%3E%3Cform%20action%3D%22https%3A%2F%2Fevil.test%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E";
        let path = spa.authorize_path("&response_mode=form_post").replace("state=s1", &format!("state={state}"));
        let view = browser.get(&path).await;
        let policy = |csp: &str| csp.split(';').find_map(|one| one.trim().strip_prefix("form-action ").map(str::to_owned));
        assert_eq!(policy(view.header("content-security-policy")).as_deref(), Some("https://app.test"));
        assert_eq!(view.html.matches("<form").count(), 1, "{}", view.html);
        assert_eq!(sent(&view)["state"], "\"></form><form action=\"https://evil.test\"><script>alert(1)</script>");
        for path in ["/account", "/sign-in", &spa.authorize_path("&prompt=login")] {
            assert_eq!(policy(browser.get(path).await.header("content-security-policy")).as_deref(), Some("'self'"), "{path}");
        }
    });
}

#[test]
fn what_cannot_take_a_form_gets_none() {
    peer::run(async {
        let toml = "[clients.phone]\nkind = \"native\"\nredirect_uris = [\"com.example.app:/callback\", \"http://[::1]/callback\", \"http://127.0.0.1/callback\"]\n";
        let app = TestApp::with(On::Sqlite, toml).await;
        for (uri, fine) in
            [("com.example.app:/callback", false), ("http://[::1]:4000/callback", false), ("http://127.0.0.1:4000/callback", true)]
        {
            let path = format!(
                "/authorize?client_id=phone&redirect_uri={uri}&response_type=code&scope=openid&state=s1&prompt=none&response_mode=form_post&code_challenge={CHALLENGE}&code_challenge_method=S256"
            );
            let view = app.browser().get(&path).await;
            if fine {
                assert_eq!((view.status, view.form_to("/callback").value("error")), (200, "login_required"));
                continue;
            }
            let to = view.left_for.unwrap();
            assert!(to.starts_with(&format!("{uri}?error=invalid_request&")), "{to}");
        }
        for mode in ["web_message", "query.jwt", "form_post%20", "FORM_POST", "jwt"] {
            let spa = RelyingParty::new(&app, "spa");
            let to = app.browser().get(&spa.authorize_path(&format!("&response_mode={mode}"))).await.left_for.unwrap();
            assert!(to.starts_with(&format!("{CALLBACK}?error=invalid_request&")), "{mode}: {to}");
        }
    });
}
