//! What access tokens are for (RFC 8707, security.md RI-1), and what an operator adds to them.

use std::time::Duration;

use serde_json::json;

use crate::on_each_database_itself;
use crate::support::relying_party::{CALLBACK, VERIFIER, claims, code_in, parameter};
use crate::support::{On, RelyingParty, SECRET, TestApp, maya_at_a_browser, peer};

const NOTES: &str = "https://notes.test/api";
const BILLS: &str = "https://bills.test/";

fn client() -> String {
    format!(
        "[clients.apis]\nkind = 'spa'\nfirst_party = true\nredirect_uris = ['{CALLBACK}']\nresources = ['{NOTES}', '{BILLS}']\n\
         [clients.worker]\nkind = 'service'\nauth = 'post'\nsecret = '{SECRET}'\nresources = ['{NOTES}']\n"
    )
}

fn asking(resources: &[&str]) -> String {
    resources.iter().map(|one| format!("&resource={one}")).collect()
}

on_each_database_itself!(a_token_is_for_one_api_and_worth_nothing_at_another, |on| async move {
    let app = TestApp::with(on, &client()).await;
    let browser = maya_at_a_browser(&app).await;
    let party = RelyingParty::new(&app, "apis");
    let begin = async |resources: &[&str]| code_in(&browser.get(&party.authorize_path(&asking(resources))).await);
    let redeem = async |code: &str, resource: Option<&str>| {
        let mut fields =
            vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)];
        fields.extend(resource.map(|resource| ("resource", resource)));
        party.token(&fields).await
    };
    let audience = |answer: &crate::support::relying_party::Answer| claims(answer.text("access_token"))["aud"].clone();
    // One asked for, one given; the ID token is for the client as ever.
    let first = redeem(&begin(&[NOTES]).await, None).await;
    assert_eq!((audience(&first), &claims(first.text("id_token"))["aud"]), (json!(NOTES), &json!("apis")));
    assert_eq!(party.userinfo(first.text("access_token")).await.status, 401, "an API cannot use what it was given here");
    // Two asked for: one at a time.
    let code = begin(&[NOTES, BILLS, NOTES]).await;
    for wrong in ["https://other.test/", &format!("{NOTES} {BILLS}"), "nonsense"] {
        let refused = redeem(&code, Some(wrong)).await;
        assert_eq!((refused.status, refused.error()), (400, "invalid_target"), "{wrong}");
    }
    let both = redeem(&code, Some(BILLS)).await;
    assert_eq!(audience(&both), json!(BILLS), "and the code was not spent by that: {both:?}");
    let mut token = both.text("refresh_token").to_owned();
    for (resource, expected) in [(Some(NOTES), json!(NOTES)), (Some(BILLS), json!(BILLS)), (None, json!("apis"))] {
        let mut fields = vec![("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
        fields.extend(resource.map(|resource| ("resource", resource)));
        let answer = party.token(&fields).await;
        assert_eq!(audience(&answer), expected);
        token = answer.text("refresh_token").to_owned();
    }
    // What was not asked for at first cannot be had later.
    let plain = redeem(&begin(&[]).await, None).await;
    assert_eq!(audience(&plain), json!("apis"));
    assert_eq!(party.userinfo(plain.text("access_token")).await.status, 200);
    let more = [("grant_type", "refresh_token"), ("refresh_token", plain.text("refresh_token")), ("resource", NOTES)];
    assert_eq!(party.token(&more).await.error(), "invalid_target");
    assert_eq!(party.refresh(plain.text("refresh_token")).await.status, 200);
});

#[test]
fn only_registered_apis_can_be_asked_for() {
    peer::run(async {
        let app = TestApp::with(On::Sqlite, &client()).await;
        let browser = maya_at_a_browser(&app).await;
        for (id, resource) in [("apis", "https://other.test/"), ("apis", "https://notes.test"), ("spa", NOTES)] {
            let view = browser.get(&RelyingParty::new(&app, id).authorize_path(&asking(&[resource]))).await;
            let to = view.left_for.unwrap();
            assert_eq!(parameter(&to, "error").as_deref(), Some("invalid_target"), "{id} {resource}: {to}");
        }
        // Whoever acts for itself asks for what is registered.
        let worker = RelyingParty::new(&app, "worker");
        let ask = async |resource: Option<&'static str>| {
            let mut fields = vec![("grant_type", "client_credentials"), ("client_secret", SECRET)];
            fields.extend(resource.map(|resource| ("resource", resource)));
            worker.token(&fields).await
        };
        assert_eq!(claims(ask(Some(NOTES)).await.text("access_token"))["aud"], NOTES);
        assert_eq!(claims(ask(None).await.text("access_token"))["aud"], "worker");
        assert_eq!(ask(Some(BILLS)).await.error(), "invalid_target");
    });
}

/// A mistake in a request is told of, and the token that came with it stays what it is.
#[test]
fn a_refresh_that_asks_for_too_much_loses_nothing() {
    peer::run(async {
        let app = TestApp::with(On::Sqlite, &client()).await;
        let browser = maya_at_a_browser(&app).await;
        let party = RelyingParty::new(&app, "apis");
        let view = browser.get(&party.authorize_path(&asking(&[NOTES])).replace("+profile", "")).await;
        let first = party.redeem(&code_in(&view)).await;
        let token = first.text("refresh_token");
        for (name, value, error) in [("scope", "openid profile", "invalid_scope"), ("resource", BILLS, "invalid_target")] {
            let fields = [("grant_type", "refresh_token"), ("refresh_token", token), (name, value)];
            let refused = party.token(&fields).await;
            assert_eq!((refused.status, refused.error()), (400, error));
            app.travel(Duration::from_mins(1));
        }
        assert_eq!(party.refresh(token).await.status, 200, "it had not been replaced");
    });
}

#[test]
fn an_operator_adds_claims_and_shortens_id_tokens() {
    peer::run(async {
        let toml = format!(
            "[clients.hasura]\nkind = 'spa'\nfirst_party = true\nredirect_uris = ['{CALLBACK}']\nid_token = 'minimal'\n\
             claims = '{{\"role\": \"authenticated\", \"https://hasura.io/jwt/claims\": {{\"x-hasura-user-id\": \"{{sub}}\", \"at\": \"{{email_domain}}\"}}}}'\n"
        );
        let app = TestApp::with(On::Sqlite, &toml).await;
        let browser = maya_at_a_browser(&app).await;
        let (party, first) = RelyingParty::with_tokens(&app, &browser, "hasura").await;
        let (id, access) = (claims(first.text("id_token")), claims(first.text("access_token")));
        for token in [&id, &access] {
            assert_eq!(token["role"], "authenticated");
            let ours = &token["https://hasura.io/jwt/claims"];
            assert_eq!((&ours["x-hasura-user-id"], &ours["at"]), (&token["sub"], &json!("okafor.example")));
        }
        assert!(id.get("email").is_none() && id.get("name").is_none(), "{id}");
        let told = party.userinfo(first.text("access_token")).await;
        assert_eq!((&told.body["email"], told.body.get("role")), (&json!("maya@okafor.example"), None));
        // Without the scope, nothing of the address: not through the back door either.
        let view = browser.get(&party.authorize_path("").replace("+email", "")).await;
        let less = claims(party.redeem(&code_in(&view)).await.text("id_token"));
        assert_eq!(less["https://hasura.io/jwt/claims"], json!({ "x-hasura-user-id": less["sub"] }));
    });
}
