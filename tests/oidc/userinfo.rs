//! `/userinfo`: only our access tokens, only while what they descend from lives.

use std::time::Duration;

use crate::on_each_database;
use crate::support::relying_party::Answer;
use crate::support::{On, RelyingParty, TestApp, maya_at_a_browser, peer};

async fn signed_in(app: &TestApp) -> (crate::support::Browser, RelyingParty, Answer) {
    let browser = maya_at_a_browser(app).await;
    let (spa, tokens) = RelyingParty::with_tokens(app, &browser, "spa").await;
    (browser, spa, tokens)
}

on_each_database!(claims_follow_the_scopes, |app: TestApp| async move {
    let (_, spa, tokens) = signed_in(&app).await;
    let answer = spa.userinfo(tokens.text("access_token")).await;
    assert_eq!(answer.status, 200);
    assert_eq!((answer.text("email"), answer.text("name"), &answer.body["email_verified"]), ("maya@okafor.example", "Maya", &true.into()));
    let narrow = [("grant_type", "refresh_token"), ("refresh_token", tokens.text("refresh_token")), ("scope", "openid")];
    let narrow = spa.token(&narrow).await;
    let answer = spa.userinfo(narrow.text("access_token")).await;
    assert_eq!(answer.body.as_object().unwrap().keys().collect::<Vec<_>>(), ["sub"]);
    // By POST, in the header or in the body.
    let url = format!("{}/userinfo", app.issuer);
    let token = tokens.text("access_token");
    assert_eq!(spa.http.post(&url).bearer_auth(token).send().await.unwrap().status(), 200);
    assert_eq!(spa.http.post(&url).form(&[("access_token", token)]).send().await.unwrap().status(), 200);
    assert_eq!(spa.http.post(&url).bearer_auth(token).form(&[("access_token", token)]).send().await.unwrap().status(), 400);
    assert_eq!(spa.http.get(format!("{url}?access_token={token}")).send().await.unwrap().status(), 401, "never from the query");
});

#[test]
fn a_token_of_another_kind_opens_nothing() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let (browser, spa, tokens) = signed_in(&app).await;
        let access = tokens.text("access_token");
        let session = browser.cookie("__Host-hk-session").unwrap();
        let (head, rest) = access.split_once('.').unwrap();
        let (payload, signature) = rest.split_once('.').unwrap();
        let b64 = |text: &str| housekey::key::b64(text);
        let kid = crate::support::relying_party::part(access, 0)["kid"].as_str().unwrap().to_owned();
        for wrong in [
            tokens.text("id_token").to_owned(),
            tokens.text("refresh_token").to_owned(),
            session,
            access[..access.len() - 2].to_owned(),
            format!("{access}A"),
            format!("{head}.{payload}."),
            format!("{}.{payload}.", b64("{\"alg\":\"none\",\"typ\":\"at+jwt\"}")),
            format!("{}.{payload}.{signature}", b64(&format!("{{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"kid\":\"{kid}\"}}"))),
            format!("{}.{payload}.{signature}", b64("{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"other\"}")),
            format!("{}.{payload}.{signature}", b64("{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"jku\":\"https://evil.test\"}")),
            String::from("x"),
            String::from("a.b.c"),
            "A".repeat(6000),
        ] {
            let answer = spa.userinfo(&wrong).await;
            assert_eq!((answer.status, answer.error()), (401, "invalid_token"), "{wrong}");
        }
    });
}

#[test]
fn an_access_token_ends_by_age_by_sign_out_and_by_lockout() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let (browser, spa, tokens) = signed_in(&app).await;
        assert_eq!(spa.userinfo(tokens.text("access_token")).await.status, 200);
        app.travel(Duration::from_mins(10));
        assert_eq!(spa.userinfo(tokens.text("access_token")).await.status, 401);
        let tokens = spa.redeem(&spa.code(&browser).await).await;
        browser.get("/sign-out").await.form().press("Sign out").await;
        assert_eq!(spa.userinfo(tokens.text("access_token")).await.status, 401);
    });
}
