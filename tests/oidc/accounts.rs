//! Who is it? The chooser, hints at a person, and apps that could be anybody.

use std::time::Duration;

use crate::support::relying_party::{CHALLENGE, claims, code_in, parameter};
use crate::support::{Browser, On, PASSWORD, RelyingParty, TestApp, View, peer, person};

const MAYA: &str = "maya@okafor.example";
const NOOR: &str = "noor@okafor.example";

/// What the app was told: an error code, or whose ID token it is.
async fn told(spa: &RelyingParty, view: &View) -> Result<String, String> {
    let to = view.left_for.clone().or_else(|| view.refresh()).unwrap_or_else(|| panic!("not sent back: {}", view.text()));
    if let Some(error) = parameter(&to, "error") {
        return Err(error);
    }
    Ok(claims(spa.redeem(&code_in(view)).await.text("id_token"))["email"].as_str().unwrap().to_owned())
}

async fn two_people(app: &TestApp) -> (Browser, RelyingParty) {
    person(app, MAYA).await;
    person(app, NOOR).await;
    let browser = app.browser();
    browser.sign_in(MAYA, PASSWORD).await;
    app.travel(Duration::from_secs(2));
    (browser, RelyingParty::new(app, "spa"))
}

#[test]
fn an_account_is_chosen_by_a_person() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let (browser, spa) = two_people(&app).await;
        let ask = spa.authorize_path("&prompt=select_account");
        let view = browser.get(&ask).await;
        assert_eq!((view.url.path(), view.h1().as_str(), view.left_for.as_deref()), ("/continue", "Choose an account", None));
        assert!(view.text().contains(MAYA) && !view.text().contains(NOOR), "{}", view.text());
        // Coming back to the page chooses nothing.
        assert_eq!(browser.get(view.url.as_str()).await.h1(), "Choose an account");
        assert_eq!(told(&spa, &view.follow(MAYA).await).await.as_deref(), Ok(MAYA));
        // The next request asks again, and somebody else may come.
        let view = browser.get(&ask).await.follow("Use another account").await;
        assert_eq!(view.url.path(), "/sign-in");
        let view = browser.sign_in_from(view, NOOR, PASSWORD).await;
        assert_eq!(told(&spa, &view).await.as_deref(), Ok(NOOR));
        // A choice is that browser's and that session's: another one opens the address for nothing.
        let view = browser.get(&ask).await;
        let link = view.html.split("/continue?flow=").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let stranger = app.browser();
        stranger.sign_in(MAYA, PASSWORD).await;
        app.travel(Duration::from_secs(2));
        assert_eq!(stranger.get(&format!("/continue?flow={link}")).await.h1(), "Choose an account");
        // Nobody signed in: there is nothing to choose from.
        assert_eq!(app.browser().get(&ask).await.url.path(), "/sign-in");
    });
}

/// OC-6: a hint is not a wish. Another person's session is never the answer to it.
#[test]
fn a_hint_at_a_person_is_answered_for_that_person_or_for_nobody() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let (browser, spa) = two_people(&app).await;
        let token = spa.redeem(&spa.code(&browser).await).await.text("id_token").to_owned();
        let hinting = |token: &str, more: &str| spa.authorize_path(&format!("&id_token_hint={token}{more}"));
        // However old.
        app.travel(Duration::from_hours(3));
        for more in ["&prompt=none", ""] {
            assert_eq!(told(&spa, &browser.get(&hinting(&token, more)).await).await.as_deref(), Ok(MAYA), "{more}");
        }
        let noors = app.browser();
        noors.sign_in(NOOR, PASSWORD).await;
        app.travel(Duration::from_secs(2));
        let silent = noors.get(&hinting(&token, "&prompt=none")).await;
        assert_eq!(told(&spa, &silent).await, Err("login_required".into()));
        // Asked aloud, the person it means can come; anybody else comes for nothing.
        let view = noors.get(&hinting(&token, "")).await;
        assert_eq!(view.url.path(), "/sign-in");
        let around = view.url.to_string().replace("/sign-in", "/continue");
        assert_eq!(noors.get(&around).await.url.path(), "/sign-in");
        let view = noors.sign_in_from(view, NOOR, PASSWORD).await;
        assert_eq!(told(&spa, &view).await, Err("login_required".into()));
        let view = noors.get(&hinting(&token, "")).await;
        let view = noors.sign_in_from(view, MAYA, PASSWORD).await;
        assert_eq!(told(&spa, &view).await.as_deref(), Ok(MAYA));
    });
}

#[test]
fn a_hint_that_is_not_ours_means_nobody() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let (browser, spa) = two_people(&app).await;
        let tokens = spa.redeem(&spa.code(&browser).await).await;
        let token = tokens.text("id_token");
        let (_, rest) = token.split_once('.').unwrap();
        let (payload, signature) = rest.split_once('.').unwrap();
        let unsigned = housekey::key::b64("{\"alg\":\"none\",\"typ\":\"JWT\"}");
        for wrong in [
            format!("{unsigned}.{payload}."),
            format!("{unsigned}.{payload}.{signature}"),
            token[..token.len() - 4].to_owned(),
            tokens.text("access_token").to_owned(),
            tokens.text("refresh_token").to_owned(),
            "x".to_owned(),
        ] {
            let silent = browser.get(&spa.authorize_path(&format!("&prompt=none&id_token_hint={wrong}"))).await;
            assert_eq!(told(&spa, &silent).await, Err("login_required".into()), "{wrong}");
            let view = browser.get(&spa.authorize_path(&format!("&id_token_hint={wrong}"))).await;
            assert_eq!(view.url.path(), "/sign-in", "{wrong}");
        }
    });
}

/// NAT-7 (RFC 8252 §8.6): any program may listen on a loopback port or claim a scheme.
#[test]
fn a_program_that_could_be_anybody_is_never_answered_silently() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let (browser, _) = two_people(&app).await;
        let path = |client: &str, uri: &str, more: &str| {
            format!(
                "/authorize?client_id={client}&redirect_uri={uri}&response_type=code&scope=openid&state=s1&code_challenge={CHALLENGE}&code_challenge_method=S256{more}"
            )
        };
        for uri in ["http://127.0.0.1:51000/callback", "com.example.app:/callback"] {
            let silent = browser.get(&path("native", uri, "&prompt=none")).await.left_for.unwrap();
            assert_eq!(parameter(&silent, "error").as_deref(), Some("interaction_required"), "{uri}");
            for _ in 0..2 {
                let view = browser.get(&path("native", uri, "")).await;
                assert_eq!(view.h1(), "Choose an account", "{uri}");
                code_in(&view.follow(MAYA).await);
            }
        }
        // Who signs in for it has been asked.
        let fresh = app.browser();
        let view = fresh.get(&path("native", "com.example.app:/callback", "")).await;
        code_in(&fresh.sign_in_from(view, MAYA, PASSWORD).await);
    });
}

/// The same, of somebody else's: it asks for leave each time, and what was given before is no answer.
#[test]
fn a_native_app_of_others_asks_each_time() {
    peer::run(async {
        let toml =
            "[clients.phone]\nkind = \"native\"\nredirect_uris = [\"com.example.phone:/callback\", \"https://phone.test/callback\"]\n";
        let app = TestApp::with(On::Sqlite, toml).await;
        let (browser, _) = two_people(&app).await;
        let path = |uri: &str, more: &str| {
            format!(
                "/authorize?client_id=phone&redirect_uri={uri}&response_type=code&scope=openid&state=s1&code_challenge={CHALLENGE}&code_challenge_method=S256{more}"
            )
        };
        for _ in 0..2 {
            let view = browser.get(&path("com.example.phone:/callback", "")).await;
            code_in(&view.form_to("/consent").press("Allow").await);
            let silent = browser.get(&path("com.example.phone:/callback", "&prompt=none")).await.left_for.unwrap();
            assert_eq!(parameter(&silent, "error").as_deref(), Some("consent_required"));
        }
        // A claimed https address is one app's alone.
        assert!(browser.get(&path("https://phone.test/callback", "&prompt=none")).await.left_for.unwrap().contains("code="));
    });
}
