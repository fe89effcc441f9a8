//! Programs that act for themselves: only those that may, only as far as they may, and never as a person.

use serde_json::{Value, json};

use crate::support::relying_party::{Answer, claims, part};
use crate::support::{On, RelyingParty, SECRET, TestApp, peer};

async fn asked(party: &RelyingParty, more: &[(&str, &str)]) -> Answer {
    party.token(&[&[("grant_type", "client_credentials")], more].concat()).await
}

#[test]
fn a_service_gets_a_token_of_its_own_and_nothing_else() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let service = RelyingParty::new(&app, "service");
        let answer = asked(&service, &[]).await;
        let mut names: Vec<_> = answer.body.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["access_token", "expires_in", "scope", "token_type"]);
        assert_eq!((answer.status, answer.text("scope"), &answer.body["expires_in"]), (200, "notes.read notes.write", &json!(600)));
        let token = answer.text("access_token");
        assert_eq!(part(token, 0)["typ"], "at+jwt");
        let said = claims(token);
        let mut names: Vec<_> = said.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["aud", "client_id", "exp", "iat", "iss", "jti", "scope", "sub"]);
        assert_eq!((&said["sub"], &said["client_id"], &said["iss"]), (&json!("service"), &json!("service"), &json!(app.issuer)));
        // BCP-21: it speaks for nobody.
        assert_eq!(service.userinfo(token).await.error(), "invalid_token");
        assert_ne!(asked(&service, &[]).await.text("access_token"), token);
    });
}

#[test]
fn a_token_for_itself_costs_no_write() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let service = RelyingParty::new(&app, "service");
        asked(&service, &[]).await;
        // speed.md W9: not even a log row. The one writer may be busy for as long as it likes.
        let work = app.app.begin(housekey::work::Actor::Operator).await.unwrap();
        let answer = tokio::time::timeout(std::time::Duration::from_secs(2), asked(&service, &[])).await;
        assert_eq!(answer.expect("it waits for the writer").status, 200);
        drop(work);
    });
}

#[test]
fn scopes_are_those_registered_or_fewer() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let service = RelyingParty::new(&app, "service");
        for (scope, granted) in [
            ("notes.read", Ok("notes.read")),
            ("notes.write notes.read", Ok("notes.read notes.write")),
            ("notes.read notes.read", Ok("notes.read")),
            ("", Ok("notes.read notes.write")),
            ("notes.admin", Err("invalid_scope")),
            ("notes.read notes.admin", Err("invalid_scope")),
            ("openid", Err("invalid_scope")),
            ("notes.read offline_access", Err("invalid_scope")),
            ("notes", Err("invalid_scope")),
            ("NOTES.READ", Err("invalid_scope")),
        ] {
            let answer = asked(&service, &[("scope", scope)]).await;
            match granted {
                Ok(granted) => {
                    assert_eq!((answer.text("scope"), &claims(answer.text("access_token"))["scope"]), (granted, &json!(granted)));
                }
                Err(error) => assert_eq!((answer.status, answer.error()), (400, error), "{scope}"),
            }
        }
    });
}

/// O21-10.
#[test]
fn only_who_keeps_a_secret_and_may_acts_for_itself() {
    peer::run(async {
        let app = TestApp::with(
            On::Sqlite,
            &format!(
                "[clients.plain]\nkind = 'service'\nsecret = '{SECRET}'\naudience = 'https://api.test'\n\
                 [clients.both]\nkind = 'web'\nsecret = '{SECRET}'\nredirect_uris = ['https://app.test/callback']\nscopes = ['jobs.run']\n"
            ),
        )
        .await;
        for client in ["spa", "native", "third-party", "web", "web2"] {
            let answer = asked(&RelyingParty::new(&app, client), &[]).await;
            assert_eq!((answer.status, answer.error()), (400, "unauthorized_client"), "{client}");
        }
        let ask = async |client: &str, secret: &str| {
            let request = reqwest::Client::new().post(format!("{}/token", app.issuer)).basic_auth(client, Some(secret));
            request.form(&[("grant_type", "client_credentials")]).send().await.unwrap().json::<Value>().await.unwrap()
        };
        assert_eq!(ask("service", "wrong").await["error"], "invalid_client");
        let answer = ask("plain", SECRET).await;
        assert!(answer.get("scope").is_none(), "no scope is none, not an empty one: {answer}");
        let said = claims(answer["access_token"].as_str().unwrap());
        assert_eq!((&said["aud"], said.get("scope")), (&json!("https://api.test"), None));
        assert_eq!(ask("both", SECRET).await["scope"], "jobs.run");
        // A service signs nobody in.
        let view = app.browser().get("/authorize?client_id=plain&redirect_uri=https://app.test/callback&response_type=code").await;
        assert_eq!((view.status, view.left_for), (400, None));
    });
}
