//! The recipes for phones: their commands and facts, and the session of the Expo recipe, whose native edge is made up here.

use std::time::Duration;

use serde_json::{Value, json};

use super::QUICK;
use crate::support::development::{Development, EMAIL, PASSWORD, develop_with};
use crate::support::example::FOLDER;
use crate::support::peer::{self, Peer};
use crate::support::relying_party::{CHALLENGE, VERIFIER, parameter};
use crate::support::{Browser, Script};

const CALLBACK: &str = "com.example.app:/callback";

fn recipe(name: &str) -> String {
    std::fs::read_to_string(format!("{FOLDER}/{name}/README.md")).unwrap()
}

/// A house where the client was registered by the recipe's very command.
async fn house(recipe: &str) -> Development {
    let development = develop_with(&[QUICK]).await.with_maya();
    let joined = recipe.replace("\\\n", " ");
    let line = joined.lines().find(|line| line.starts_with("housekey client add ")).expect("the recipe registers a client");
    let mut words: Vec<String> = Vec::new();
    for (index, part) in line.split('"').enumerate() {
        if index % 2 == 1 { words.push(part.to_owned()) } else { words.extend(part.split_whitespace().map(str::to_owned)) }
    }
    let words: Vec<_> = words.iter().skip(1).map(String::as_str).collect();
    let said = development.command(&words, "");
    assert!(said.contains("my-phone-app"), "{said}");
    // A running server looks for an unknown client every half second.
    tokio::time::sleep(Duration::from_millis(600)).await;
    development
}

/// What the phone's browser does with an address that the app opens.
async fn through_our_pages(browser: &Browser, url: &str) -> String {
    let mut view = browser.get(url).await;
    if view.left_for.is_none() && view.refresh().is_none() {
        view = browser.sign_in_from(view, EMAIL, PASSWORD).await;
    }
    view.left_for.clone().or_else(|| view.refresh()).unwrap_or_else(|| panic!("not sent back: {} {}", view.status, view.text()))
}

#[test]
fn the_recipes_for_phones_say_what_the_snippets_say() {
    peer::run(async {
        for name in ["expo", "flutter"] {
            let recipe = recipe(name);
            let code = if name == "expo" { std::fs::read_to_string(format!("{FOLDER}/expo/auth.ts")).unwrap() } else { recipe.clone() };
            let session =
                if name == "expo" { std::fs::read_to_string(format!("{FOLDER}/expo/session.ts")).unwrap() } else { recipe.clone() };
            let development = house(&recipe).await;
            let snippet = development.command(&["client", "snippet", "my-phone-app", name], "");
            let quote = if name == "expo" { '"' } else { '\'' };
            for fact in ["my-phone-app", CALLBACK] {
                let fact = format!("{quote}{fact}{quote}");
                assert!(snippet.contains(&fact) && code.contains(&fact), "{name}: {fact} in {snippet}");
            }
            signs_in_and_refreshes(&development).await;
            for scope in ["openid", "profile", "email", "offline_access"] {
                assert!(snippet.contains(&format!("{quote}{scope}{quote}")), "{name}: {scope} in {snippet}");
                assert!(session.contains(scope), "{name}: {scope} in the recipe");
            }
        }
    });
}

/// As any native app does it: PKCE, an answer by its own scheme, and a refresh token that is replaced at each use.
async fn signs_in_and_refreshes(development: &Development) {
    let issuer = &development.issuer;
    let browser = Browser::new(issuer);
    let query = "client_id=my-phone-app&response_type=code&scope=openid+profile+email+offline_access&state=s1&code_challenge_method=S256";
    let back = through_our_pages(&browser, &format!("{issuer}/authorize?{query}&redirect_uri={CALLBACK}&code_challenge={CHALLENGE}")).await;
    assert!(back.starts_with(&format!("{CALLBACK}?")), "{back}");
    let token = async |fields: &[(&str, &str)]| {
        let answer = reqwest::Client::new().post(format!("{issuer}/token")).form(fields).send().await.unwrap();
        answer.json::<Value>().await.unwrap()
    };
    let code = parameter(&back, "code").unwrap();
    let client = ("client_id", "my-phone-app");
    let first =
        token(&[client, ("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)])
            .await;
    let kept = first["refresh_token"].as_str().unwrap_or_else(|| panic!("{first}"));
    let next = token(&[client, ("grant_type", "refresh_token"), ("refresh_token", kept)]).await;
    assert!(next["id_token"].is_string() && next["refresh_token"] != first["refresh_token"], "{next}");
}

/// A phone with the recipe's app on it.
struct Phone {
    script: Script,
    browser: Browser,
    development: Development,
}

impl Phone {
    async fn with_the_recipe() -> Self {
        let development = house(&recipe("expo")).await;
        let script = Script::of_issuer("expo", &development.issuer, "my-phone-app", None, CALLBACK);
        let browser = Browser::new(&development.issuer);
        Self { script, browser, development }
    }

    async fn signs_in(&mut self) {
        let url = self.script.says("leave", &[]);
        let back = through_our_pages(&self.browser, &url).await;
        assert!(back.starts_with("com.example.app:/callback?"), "{back}");
        assert_eq!(self.script.does("back", &[json!(back)]), json!(true));
        self.is_maya().await;
    }

    async fn is_maya(&mut self) {
        let state = self.script.does("state", &[]);
        assert_eq!(
            (&state["status"], &state["user"]["name"], &state["user"]["email"]),
            (&json!("signed-in"), &json!("Maya"), &json!(EMAIL))
        );
        let token = self.script.says("accessToken", &[]);
        let answer = reqwest::Client::new().get(format!("{}/userinfo", self.development.issuer)).bearer_auth(token).send().await.unwrap();
        assert_eq!(answer.json::<Value>().await.unwrap()["email"], EMAIL);
    }

    fn status(&mut self) -> Value {
        self.script.does("state", &[])["status"].clone()
    }
}

fn is_here(test: &str) -> bool {
    peer::require(Peer::Examples, test)
}

#[test]
fn a_phone_signs_in_by_its_own_scheme_and_stays_signed_in() {
    if !is_here("a_phone_signs_in_by_its_own_scheme_and_stays_signed_in") {
        return;
    }
    peer::run(async {
        let mut phone = Phone::with_the_recipe().await;
        assert_eq!(phone.script.does("start", &[]), json!({ "status": "signed-out" }));
        // The person closes the browser, and then does not.
        phone.script.says("leave", &[]);
        assert_eq!(phone.script.does("back", &[Value::Null]), json!(false));
        assert_eq!(phone.status(), "signed-out");
        phone.signs_in().await;
        // A restart: the keychain is enough. What it holds is replaced at each use.
        let kept = phone.script.says("keychain", &[]);
        assert_eq!(phone.script.does("start", &[])["status"], "signed-in");
        phone.is_maya().await;
        assert_ne!(phone.script.says("keychain", &[]), kept);
        // Several parts of the app want a fresh token at once, and one request is made.
        let before = phone.script.does("asked", &[]).as_u64().unwrap();
        let tokens = phone.script.does("together", &[json!(5)]);
        assert!(tokens.as_array().unwrap().iter().all(|token| token == &tokens[0] && token.is_string()));
        assert_eq!(phone.script.does("asked", &[]).as_u64(), Some(before + 1));
        phone.is_maya().await;
        // And out: here at once, and at Housekey.
        let url = phone.script.says("leaveToSignOut", &[]);
        assert_eq!((phone.status(), phone.script.does("keychain", &[])), (json!("signed-out"), Value::Null));
        let back = through_our_pages(&phone.browser, &url).await;
        assert!(back.starts_with("com.example.app:/signed-out"), "{back}");
        phone.script.does("back", &[json!(back)]);
        phone.script.does("start", &[]);
        let url = phone.script.says("leave", &[]);
        assert_eq!(phone.browser.get(&url).await.left_for, None, "the next person is asked who they are");
    });
}

#[test]
fn a_phone_without_a_network_is_still_signed_in_and_one_whose_session_ended_is_not() {
    if !is_here("a_phone_without_a_network_is_still_signed_in_and_one_whose_session_ended_is_not") {
        return;
    }
    peer::run(async {
        let mut phone = Phone::with_the_recipe().await;
        phone.script.does("start", &[]);
        phone.signs_in().await;
        for trouble in ["offline", "unavailable"] {
            phone.script.does(trouble, &[]);
            let kept = phone.script.says("keychain", &[]);
            assert_eq!(phone.script.does("start", &[]), json!({ "status": "signed-in", "user": null }), "{trouble}");
            assert!(phone.script.tries("accessToken", &[json!(true)]).is_err(), "{trouble}: later, and not null");
            phone.script.does("wake", &[]);
            assert_eq!((phone.status(), phone.script.says("keychain", &[])), (json!("signed-in"), kept), "{trouble}");
            phone.script.does("online", &[]);
            phone.script.does("wake", &[]);
            phone.is_maya().await;
        }
        // An answer to somebody else's question, or of somebody else, changes nothing.
        for wrong in ["state", "iss"] {
            let asked = phone.script.says("leave", &[]);
            let (state, issuer) = (parameter(&asked, "state").unwrap(), phone.development.issuer.clone());
            let (state, iss) = if wrong == "state" { ("theirs", &*issuer) } else { (&*state, "https://evil.example") };
            let back = format!("{CALLBACK}?code=theirs&state={state}&iss={iss}");
            assert_eq!(phone.script.tries("back", &[json!(back)]).unwrap_err()["code"], "state_mismatch", "{wrong}");
            phone.is_maya().await;
        }
        // The server ends the session.
        phone.development.command(&["user", "lock", EMAIL], "");
        assert_eq!(phone.script.does("accessToken", &[json!(true)]), Value::Null);
        assert_eq!((phone.status(), phone.script.does("keychain", &[])), (json!("signed-out"), Value::Null));
    });
}
