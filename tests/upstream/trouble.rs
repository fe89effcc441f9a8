//! A provider that is slow, down, or says no. Others are not affected, and the person gets a plain page in time.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{NO_LIMITS, TRUSTED, ada, come_from, count, is_account_of, leave, trusting};
use crate::support::relying_party::parameter;
use crate::support::{On, PASSWORD, Provider, RelyingParty, TestApp, person};

#[test]
fn who_cancels_reads_so_and_goes_on_another_way() {
    crate::support::peer::run(async {
        let (_provider, app) = trusting(On::Sqlite).await;
        person(&app, "ada@example.com").await;
        let (browser, web) = (app.browser(), RelyingParty::new(&app, "web"));
        let page = browser.get(&web.authorize_path("")).await;
        let state = parameter(&page.follow("Continue with u1").await.left_for.unwrap(), "state").unwrap();
        let view = browser.get(&format!("/oauth/u1/callback?error=access_denied&error_description=Not%20today&state={state}")).await;
        assert_eq!((view.status, view.h1().as_str()), (400, "u1 didn’t finish signing you in"));
        assert!(view.text().contains("You may have cancelled") && view.text().contains("access_denied: Not today"), "{}", view.text());
        // The same journey goes on, to the app that began it.
        let again = view.follow("Try u1 again").await.left_for.unwrap();
        assert_ne!(parameter(&again, "state").unwrap(), state);
        let view = browser.sign_in_from(view.follow("Sign in another way").await, "ada@example.com", PASSWORD).await;
        assert!(!web.redeem(&crate::support::relying_party::code_in(&view)).await.text("access_token").is_empty());
    });
}

#[test]
fn what_a_provider_says_is_shown_as_text_and_nothing_else() {
    crate::support::peer::run(async {
        let provider = Provider::start();
        let app = TestApp::with(On::Sqlite, &provider.toml("u1", TRUSTED)).await;
        provider.fault(|token| {
            token.status = 400;
            token.body = json!({ "error": "invalid_client", "error_description": "<script>alert(1)</script>" });
        });
        let view = come_from(&app.browser(), &provider, "u1", &ada()).await;
        assert!(view.text().contains("provider_exchange_failed") && view.text().contains("invalid_client"));
        assert!(!view.html.contains("<script>alert"), "{}", view.html);
    });
}

#[test]
fn a_provider_that_is_slow_or_down_gets_a_plain_page_in_time_and_delays_nobody_else() {
    crate::support::peer::run(async {
        let slow = ["/.well-known/openid-configuration", "/token", "/jwks"].map(|path| (Provider::start(), path));
        let sections: Vec<_> = slow.iter().zip(["u1", "u2", "u3"]).map(|((provider, _), id)| provider.toml(id, TRUSTED)).collect();
        let app = TestApp::with(On::Sqlite, &format!("{NO_LIMITS}{}", sections.concat())).await;
        person(&app, "maya@okafor.example").await;
        for (provider, path) in &slow {
            provider.slow(path, Duration::from_secs(30));
        }
        let visit = async |(provider, path): &(Provider, &str), id: &str| {
            let (browser, began) = (app.browser(), Instant::now());
            let away = browser.get(&format!("/oauth/{id}")).await;
            let view = match &away.left_for {
                Some(left_for) => browser.get(&provider.approve(left_for, &ada())).await,
                None => away,
            };
            assert_eq!((view.status, view.h1()), (503, format!("{id} isn’t answering")), "{path}: {}", view.text());
            assert!(began.elapsed() < Duration::from_secs(10), "{path}: {:?}", began.elapsed());
            // What helps is a click away, and works.
            assert_eq!(view.follow("Sign in another way").await.status, 200);
        };
        let others = async {
            for _ in 0..20 {
                let began = Instant::now();
                assert!(is_account_of(&app.browser().sign_in("maya@okafor.example", PASSWORD).await, "maya@okafor.example"));
                assert!(began.elapsed() < Duration::from_secs(3), "somebody else waited {:?}", began.elapsed());
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        };
        futures_util::join!(visit(&slow[0], "u1"), visit(&slow[1], "u2"), visit(&slow[2], "u3"), others);
        // Once it answers again, so do we.
        slow[0].0.heal();
        assert!(is_account_of(&come_from(&app.browser(), &slow[0].0, "u1", &ada()).await, "ada@example.com"));
        slow[0].0.stop().await;
        app.travel(Duration::from_secs(3601));
        let attempts = count(&app, "upstream_attempts").await;
        let view = app.browser().get("/oauth/u1").await;
        assert_eq!((view.status, view.h1().as_str()), (503, "u1 isn’t answering"));
        assert_eq!(count(&app, "upstream_attempts").await, attempts, "what went wrong before it began leaves nothing");
    });
}

/// V-52, A-16: nothing that a provider answers sends us elsewhere, and nothing is too much for us.
#[test]
fn redirects_nonsense_and_floods_are_refused() {
    crate::support::peer::run(async {
        let (provider, inside) = (Provider::start(), Provider::start());
        let app = TestApp::with(On::Sqlite, &provider.toml("u1", TRUSTED)).await;
        let metadata = |issuer: &str, jwks: &str| json!({ "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"), "token_endpoint": format!("{issuer}/token"), "jwks_uri": jwks });
        let discovery = "/.well-known/openid-configuration";
        let own = format!("{}/jwks", provider.issuer);
        for (path, status, body) in [
            (discovery, 302, json!({ "location": format!("{}{discovery}", inside.issuer) })),
            (discovery, 200, metadata(&inside.issuer, &own)),
            (discovery, 200, metadata(&provider.issuer, "http://169.254.169.254/latest/meta-data")),
            (discovery, 200, metadata(&provider.issuer, "https://10.0.0.1/jwks")),
            (discovery, 200, metadata(&provider.issuer, "file:///etc/passwd")),
            (discovery, 200, json!([])),
            (discovery, 200, json!({ "issuer": 1 })),
            (discovery, 200, json!({ "padding": "x".repeat(600 * 1024) })),
            ("/jwks", 302, json!({ "location": format!("{}/jwks", inside.issuer) })),
            ("/jwks", 200, json!("keys")),
            ("/jwks", 500, json!({})),
            ("/token", 307, json!({ "location": format!("{}/token", inside.issuer) })),
            ("/token", 200, json!({ "id_token": "x" })),
            ("/token", 200, json!([1, 2])),
            ("/token", 200, json!({ "access_token": "x".repeat(600 * 1024) })),
        ] {
            provider.heal();
            app.travel(Duration::from_secs(3601));
            provider.instead(path, status, body.clone());
            let browser = app.browser();
            let away = browser.get("/oauth/u1").await;
            let view = match &away.left_for {
                Some(left_for) => browser.get(&provider.approve(left_for, &ada())).await,
                None => away,
            };
            assert!(matches!(view.status, 400 | 503), "{path} {status}: {}", view.status);
            assert_eq!(count(&app, "sessions").await, 0);
        }
        for path in [discovery, "/jwks", "/token"] {
            assert_eq!(inside.calls(path), 0, "{path}");
        }
    });
}

#[test]
fn a_network_that_begins_too_many_journeys_is_asked_to_wait() {
    crate::support::peer::run(async {
        let provider = Provider::start();
        let toml = format!("[limits]\nsign_ins_per_address = \"5/10m\"\n{}", provider.toml("u1", TRUSTED));
        let app = TestApp::with(On::Sqlite, &toml).await;
        for _ in 0..5 {
            leave(&app.browser(), "u1").await;
        }
        let view = app.browser().get("/oauth/u1").await;
        assert_eq!((view.status, count(&app, "upstream_attempts").await), (429, 5));
        assert!(!view.header("retry-after").is_empty());
    });
}
