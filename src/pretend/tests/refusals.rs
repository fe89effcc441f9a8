//! One thing wrong at a time.

use futures_util::future::join_all;

use super::*;

#[actix_web::test]
async fn a_stranger_is_shown_a_page_and_sent_nowhere() {
    let scene = scene();
    for change in [
        ("client_id", "other"),
        ("client_id", "-"),
        ("redirect_uri", "-"),
        ("redirect_uri", "http://localhost:8085/sign-in/with/pretend"),
        ("redirect_uri", "http://localhost:8085/sign-in/with/pretend?way=back&x=1"),
        ("redirect_uri", "https://evil.example/"),
    ] {
        let mut form = request(&[change]);
        form.insert("who".into(), "ada".into());
        for response in [scene.page(&[change]).await, scene.press(&form).await] {
            assert_eq!(response.status(), 400, "{change:?}");
            assert!(!response.headers().contains_key("location"), "{change:?}");
            assert!(response.text().await.unwrap().contains("This request is not right"), "{change:?}");
        }
    }
    let twice = format!("{}/authorize?client_id=house&client_id=house", scene.origin);
    assert_eq!(scene.http.get(twice).send().await.unwrap().status(), 400);
}

#[actix_web::test]
async fn the_client_hears_what_is_wrong_with_its_request() {
    let scene = scene();
    let long = "n".repeat(4001);
    for (change, code) in [
        (("response_type", "-"), "invalid_request"),
        (("response_type", "id_token"), "unsupported_response_type"),
        (("response_mode", "form_post"), "invalid_request"),
        (("scope", "-"), "invalid_scope"),
        (("scope", "email openid2"), "invalid_scope"),
        (("code_challenge", "-"), "invalid_request"),
        (("code_challenge", VERIFIER.get(1..).unwrap()), "invalid_request"),
        (("code_challenge_method", "-"), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("prompt", "none"), "login_required"),
        (("request", "e30"), "request_not_supported"),
        (("request_uri", "https://a.example"), "request_uri_not_supported"),
        (("nonce", &long), "invalid_request"),
    ] {
        let mut form = request(&[change]);
        form.insert("who".into(), "ada".into());
        for response in [scene.page(&[change]).await, scene.press(&form).await] {
            let answer = answer(&response);
            assert_eq!(answer["error"], code, "{change:?}");
            assert_eq!((answer["state"].as_str(), answer["iss"].as_str()), ("s & t", scene.origin.as_str()));
            assert!(!answer.contains_key("code"), "{change:?}");
        }
    }
    let mut form = request(&[("state", "-")]);
    form.insert("who".into(), "cancel".into());
    let answer = answer(&scene.press(&form).await);
    assert_eq!((answer["error"].as_str(), answer.get("state")), ("access_denied", None));
    form.insert("who".into(), "nobody".into());
    assert_eq!(scene.press(&form).await.status(), 400);
}

#[actix_web::test]
async fn a_code_is_worth_nothing_with_anything_wrong() {
    let scene = scene();
    let other = VERIFIER.replace('d', "e");
    for (change, status, code) in [
        (("client_secret", "wrong"), 401, "invalid_client"),
        (("client_secret", "-"), 401, "invalid_client"),
        (("client_id", "other"), 401, "invalid_client"),
        (("grant_type", "-"), 400, "invalid_request"),
        (("grant_type", "password"), 400, "unsupported_grant_type"),
        (("code", "-"), 400, "invalid_request"),
        (("code", "guess"), 400, "invalid_grant"),
        (("code_verifier", "-"), 400, "invalid_request"),
        (("code_verifier", CHALLENGE), 400, "invalid_grant"),
        (("code_verifier", &other), 400, "invalid_grant"),
        (("redirect_uri", "-"), 400, "invalid_request"),
        (("redirect_uri", "http://localhost:8085/"), 400, "invalid_grant"),
    ] {
        let asked = scene.code("ada", &[]).await;
        assert_eq!(error(scene.redeem(&asked, &[change]).await).await, (status, code.into()), "{change:?}");
    }
    let late = scene.code("ada", &[]).await;
    scene.clock.advance(CODE_LIVES);
    assert_eq!(error(scene.redeem(&late, &[]).await).await, (400, "invalid_grant".into()));
    let guessed = scene.code("ada", &[]).await;
    scene.redeem(&guessed, &[("code_verifier", &other)]).await;
    assert_eq!(error(scene.redeem(&guessed, &[]).await).await, (400, "invalid_grant".into()), "one guess");
    let json = scene.http.post(format!("{}/token", scene.origin)).json(&json!({})).send().await.unwrap();
    assert_eq!(error(json).await, (400, "invalid_request".into()));
}

#[actix_web::test]
async fn a_code_used_twenty_times_at_once_gives_one_token() {
    let scene = scene();
    let code = scene.code("ada", &[]).await;
    let answers = join_all((0..20).map(|_| scene.redeem(&code, &[]))).await;
    let mut granted = 0;
    for answer in answers {
        if answer.status() == 200 {
            granted += 1;
        } else {
            assert_eq!(error(answer).await, (400, "invalid_grant".into()));
        }
    }
    assert_eq!(granted, 1);
    assert_eq!(error(scene.redeem(&code, &[]).await).await, (400, "invalid_grant".into()));
}

#[actix_web::test]
async fn only_a_token_of_ours_opens_userinfo() {
    let scene = scene();
    let code = scene.code("ada", &[]).await;
    let tokens: Value = scene.redeem(&code, &[]).await.json().await.unwrap();
    for wrong in ["guess", &code, tokens["id_token"].as_str().unwrap()] {
        assert_eq!(error(scene.userinfo(wrong).await).await, (401, "invalid_token".into()), "{wrong}");
    }
    let none = scene.http.get(format!("{}/userinfo", scene.origin)).send().await.unwrap();
    assert_eq!(none.headers()["www-authenticate"], "Bearer realm=\"pretend\"");
    assert_eq!(error(none).await, (401, "invalid_token".into()));
}
