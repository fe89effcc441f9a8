//! `housekey provider test`, and what production keeps to itself.

use std::process::Command;

use serde_json::{Value, json};

use super::{TRUSTED, ada, count};
use crate::support::relying_party::parameter;
use crate::support::{On, Provider, TestApp, person};

/// A command, on the configuration of a running server.
fn run(app: &TestApp, toml: &str, command: &[&str]) -> (bool, Value) {
    let file = app.folder.path().join("test.toml");
    let head = format!("issuer = \"{}\"\ndata_dir = \"{}\"\n", app.issuer, app.folder.path().display());
    std::fs::write(&file, format!("{head}{toml}")).unwrap();
    let ran = Command::new(env!("CARGO_BIN_EXE_housekey"))
        .args(command)
        .args(["--json", "--config"])
        .arg(&file)
        .env_clear()
        .env("HOUSEKEY_MASTER_KEY", "22".repeat(32))
        .output()
        .unwrap();
    let out = if ran.status.success() { ran.stdout } else { ran.stderr };
    (ran.status.success(), serde_json::from_slice(&out).unwrap_or_else(|_| json!(String::from_utf8_lossy(&out))))
}

#[test]
fn an_operator_sees_what_a_provider_says_and_what_it_would_mean() {
    crate::support::peer::run(async {
        let provider = Provider::start();
        let toml = provider.toml("u1", TRUSTED);
        let app = TestApp::with(On::Sqlite, &toml).await;
        let (done, said) = run(&app, &toml, &["provider", "test", "u1"]);
        assert!(done, "{said}");
        assert_eq!(said["redirect_uri"], format!("{}/oauth/u1/callback", app.issuer));
        assert_eq!(said["authorization_endpoint"], format!("{}/authorize", provider.issuer));
        let open = said["open"].as_str().unwrap().to_owned();
        let visit = async |claims: &Value| {
            let browser = app.browser();
            let away = browser.get(&open).await.left_for.unwrap();
            browser.get(&provider.approve(&away, claims)).await
        };
        let view = visit(&ada()).await;
        assert_eq!(view.h1(), "u1 works");
        for words in ["ada-at-u1", "ada@example.com", "Confirmed, and believed", "gets an account at once", "\"email_verified\": true"] {
            assert!(view.text().contains(words), "{words}: {}", view.text());
        }
        assert!(!view.html.contains("access-") && !view.html.contains("refresh-"), "no tokens: {}", view.html);
        assert!(visit(&json!({ "sub": "1", "email": "ada@example.com" })).await.text().contains("Not confirmed, says the provider"));
        assert!(visit(&json!({ "sub": "1" })).await.text().contains("These scopes were asked for: openid email profile"));
        person(&app, "ada@example.com").await;
        assert!(visit(&ada()).await.text().contains("An account with this address exists"));
        assert_eq!((count(&app, "sessions").await, count(&app, "pending_identities").await, count(&app, "credentials").await), (0, 0, 1));
        // What goes wrong is said with its remedy.
        provider.fault(|token| (token.status, token.body) = (401, json!({ "error": "invalid_client" })));
        let view = visit(&ada()).await;
        let remedy = "the secret in HOUSEKEY_PROVIDERS__U1__CLIENT_SECRET does not belong to the client";
        assert!(view.text().contains(remedy), "{}", view.text());
        let finding = |said: &Value| said.as_array().unwrap().iter().find(|one| one["check"] == "provider").unwrap().clone();
        let (_, said) = run(&app, &toml, &["doctor"]);
        assert_eq!((&finding(&said)["fine"], &finding(&said)["facts"]["id"]), (&json!(true), &json!("u1")), "{said}");
        provider.stop().await;
        let (done, said) = run(&app, &toml, &["provider", "test", "u1"]);
        assert!(!done && said.to_string().contains("cannot be reached"), "{said}");
        let (done, said) = run(&app, &toml, &["provider", "test", "u7"]);
        assert!(!done && said.to_string().contains("there are: u1"), "{said}");
    });
}

#[test]
fn in_production_people_do_not_read_what_the_provider_said() {
    crate::support::peer::run(async {
        let toml = "[providers.github]\nclient_id = \"abc\"\n";
        let app = TestApp::in_mode(On::Sqlite, housekey::config::Mode::Production, toml).await;
        let browser = app.browser();
        let away = browser.get("/sign-in").await.follow("Continue with GitHub").await.left_for.unwrap();
        assert!(away.starts_with("https://github.com/login/oauth/authorize?"), "{away}");
        assert_eq!(parameter(&away, "scope").as_deref(), Some("read:user user:email"));
        let state = parameter(&away, "state").unwrap();
        let view = browser.get(&format!("/oauth/github/callback?error=server_error&error_description=Secret%20words&state={state}")).await;
        assert_eq!((view.status, view.h1().as_str()), (400, "GitHub didn’t finish signing you in"));
        assert!(!view.html.contains("server_error") && !view.html.contains("Secret words"), "{}", view.html);
        assert!(view.text().contains("reference"), "{}", view.text());
        assert_eq!(browser.get("/oauth/pretend").await.status, 404, "the pretend provider is for development");
    });
}
