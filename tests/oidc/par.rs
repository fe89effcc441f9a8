//! Pushed authorization requests (RFC 9126, security.md PAR-1 to PAR-3, A-26).

use std::time::Duration;

use crate::on_each_database;
use crate::support::dpop::Holder;
use crate::support::relying_party::{CALLBACK, code_in, parameter, request};
use crate::support::{On, RelyingParty, TestApp, maya_at_a_browser, peer};

on_each_database!(a_pushed_request_is_answered_as_one_by_the_browser, |app: TestApp| async move {
    let browser = maya_at_a_browser(&app).await;
    for client in ["spa", "web", "web2"] {
        let party = RelyingParty::new(&app, client);
        let pushed = party.push(&[]).await;
        assert_eq!((pushed.status, &pushed.body["expires_in"]), (201, &serde_json::json!(90)), "{pushed:?}");
        let view = party.send(&browser, &pushed).await;
        let to = view.left_for.clone().unwrap();
        assert_eq!((parameter(&to, "state").as_deref(), parameter(&to, "iss").as_deref()), (Some("s1"), Some(app.issuer.as_str())));
        let tokens = party.redeem(&code_in(&view)).await;
        assert_eq!(tokens.status, 200, "{tokens:?}");
        assert_eq!(tokens.text("scope"), "openid email offline_access");
        // Once.
        let again = party.send(&browser, &pushed).await;
        assert_eq!((again.status, again.left_for.is_none()), (400, true));
        assert!(again.text().contains("request_over"), "{}", again.text());
    }
});

on_each_database!(fifty_browsers_with_one_reference_begin_one_journey, |app: TestApp| async move {
    let other = app.process().await;
    let spa = RelyingParty::new(&app, "spa");
    for _ in 0..3 {
        let pushed = spa.push(&[]).await;
        let go = |n: usize| {
            let browser = if n.is_multiple_of(2) { app.browser() } else { app.browser().at(&other.address) };
            let (spa, pushed) = (&spa, &pushed);
            async move { spa.send(&browser, pushed).await.status }
        };
        let answers = futures_util::future::join_all((0..50).map(go)).await;
        assert_eq!(answers.iter().filter(|status| **status != 400).count(), 1, "{answers:?}");
    }
});

#[test]
fn a_reference_is_for_its_client_and_its_time_alone() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let browser = maya_at_a_browser(&app).await;
        let (spa, web) = (RelyingParty::new(&app, "spa"), RelyingParty::new(&app, "web"));
        let pushed = spa.push(&[]).await;
        assert_eq!(web.send(&browser, &pushed).await.status, 400, "another client's");
        assert!(spa.send(&browser, &pushed).await.left_for.is_some(), "which costs its own nothing");
        let pushed = spa.push(&[]).await;
        app.travel(Duration::from_secs(91));
        assert_eq!(spa.send(&browser, &pushed).await.status, 400, "over");
        for made_up in
            ["urn:ietf:params:oauth:request_uri:", "urn:ietf:params:oauth:request_uri:hkp_AAAA", "urn:ietf:params:oauth:request_uri:%00"]
        {
            assert_eq!(browser.get(&format!("/authorize?client_id=spa&request_uri={made_up}")).await.status, 400, "{made_up}");
        }
        housekey::schedule::clean_up(&app.app).await.unwrap();
    });
}

#[test]
fn what_comes_beside_a_reference_counts_for_nothing() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let browser = maya_at_a_browser(&app).await;
        let spa = RelyingParty::new(&app, "spa");
        let pushed = spa.push(&[("scope", "openid")]).await;
        let uri = pushed.text("request_uri");
        let more = "&redirect_uri=https://evil.test/&scope=openid+email&state=other&prompt=login&nonce=other";
        let view = browser.get(&format!("/authorize?client_id=spa&request_uri={uri}{more}")).await;
        let to = view.left_for.clone().unwrap_or_else(|| panic!("{}", view.text()));
        assert!(to.starts_with(CALLBACK) && parameter(&to, "state").as_deref() == Some("s1"), "{to}");
        assert_eq!(spa.redeem(&code_in(&view)).await.text("scope"), "openid");
        // By POST as well.
        let pushed = spa.push(&[]).await;
        let view = browser.post("/authorize", &[("client_id", "spa"), ("request_uri", pushed.text("request_uri"))]).await;
        assert!(view.left_for.is_some(), "{}", view.text());
    });
}

#[test]
fn a_request_is_judged_when_it_is_pushed() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let (spa, web) = (RelyingParty::new(&app, "spa"), RelyingParty::new(&app, "web"));
        for (wrong, error) in [
            (("redirect_uri", "https://evil.test/"), "invalid_request"),
            (("redirect_uri", ""), "invalid_request"),
            (("response_type", "token"), "unsupported_response_type"),
            (("scope", "email"), "invalid_scope"),
            (("code_challenge", "short"), "invalid_request"),
            (("code_challenge_method", "plain"), "invalid_request"),
            (("prompt", "none login"), "invalid_request"),
            (("max_age", "x"), "invalid_request"),
            (("request", "x"), "request_not_supported"),
            (("request_uri", "urn:ietf:params:oauth:request_uri:x"), "invalid_request"),
            (("resource", "https://api.test/"), "invalid_target"),
        ] {
            let answer = spa.push(&[wrong]).await;
            assert_eq!((answer.status, answer.error()), (400, error), "{wrong:?}: {answer:?}");
        }
        // Who it is is proved first.
        let nobody = spa.http.post(format!("{}/par", app.issuer)).form(&request(&[("client_id", "web")])).send().await.unwrap();
        assert_eq!(nobody.status(), 401);
        assert_eq!(spa.http.get(format!("{}/par", app.issuer)).send().await.unwrap().status(), 405);
        let long = request(&[("login_hint", "x".repeat(300 * 1024).leak())]);
        assert_eq!(
            web.http
                .post(format!("{}/par", app.issuer))
                .basic_auth("web", Some(crate::support::SECRET))
                .form(&long)
                .send()
                .await
                .unwrap()
                .status(),
            413
        );
        let long = request(&[("unknown", "x".repeat(20 * 1024).leak())]);
        assert_eq!(web.ask("/par", &long).await.status, 413);
    });
}

#[test]
fn a_client_that_must_push_is_not_heard_through_a_browser() {
    peer::run(async {
        let toml = format!("[clients.pushes]\nkind = 'spa'\nfirst_party = true\nrequire_par = true\nredirect_uris = ['{CALLBACK}']\n");
        let app = TestApp::with(On::Sqlite, &toml).await;
        let browser = maya_at_a_browser(&app).await;
        let party = RelyingParty::new(&app, "pushes");
        let to = browser.get(&party.authorize_path("")).await.left_for.unwrap();
        assert_eq!(parameter(&to, "error").as_deref(), Some("invalid_request"));
        assert!(parameter(&to, "error_description").unwrap().contains("RFC 9126"), "{to}");
        let pushed = party.push(&[]).await;
        assert_eq!(party.redeem(&code_in(&party.send(&browser, &pushed).await)).await.status, 200);
    });
}

#[test]
fn a_stranger_cannot_fill_the_table() {
    peer::run(async {
        let app = TestApp::with(On::Sqlite, "[limits]\npushes_per_address = \"5/10m\"\n").await;
        let (spa, web) = (RelyingParty::new(&app, "spa"), RelyingParty::new(&app, "web"));
        for _ in 0..5 {
            assert_eq!(spa.push(&[]).await.status, 201);
        }
        assert_eq!(spa.push(&[]).await.status, 429);
        assert_eq!(web.push(&[]).await.status, 201, "who has a secret is known");
    });
}

// RFC 9449 §10.1.
#[test]
fn a_proof_with_the_push_binds_the_code() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let browser = maya_at_a_browser(&app).await;
        let (maya, other) =
            (Holder::new(housekey::config::SigningAlgorithm::Es256), Holder::new(housekey::config::SigningAlgorithm::Es256));
        let spa = RelyingParty::new(&app, "spa");
        let fields = request(&[("client_id", "spa")]);
        let (pushed, _) = maya.post(&app, "/par", &fields, &[&maya.proof(&app, "POST", "/par")]).await;
        assert_eq!(pushed.status, 201, "{pushed:?}");
        let code = code_in(&spa.send(&browser, &pushed).await);
        assert_eq!(spa.redeem(&code).await.error(), "invalid_grant");
        let also: Vec<_> = fields.iter().copied().chain([("dpop_jkt", other.jkt())]).collect();
        let (refused, _) = maya.post(&app, "/par", &also, &[&maya.proof(&app, "POST", "/par")]).await;
        assert_eq!(refused.error(), "invalid_dpop_proof");
    });
}
