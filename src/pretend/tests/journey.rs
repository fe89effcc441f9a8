//! From the description to the claims.

use super::*;

#[actix_web::test]
async fn the_whole_way_round() {
    let scene = scene();
    let issuer = scene.origin.as_str();
    let about = scene.http.get(format!("{issuer}/.well-known/openid-configuration")).send().await.unwrap();
    let about: Value = about.json().await.unwrap();
    assert_eq!(about["issuer"], issuer);
    for (name, path) in [("authorization", "/authorize"), ("token", "/token"), ("userinfo", "/userinfo")] {
        assert_eq!(about[format!("{name}_endpoint")], format!("{issuer}{path}"));
    }

    let page = scene.page(&[("login_hint", "<b>ada@example.com")]).await;
    assert_eq!((page.status().as_u16(), &page.headers()["cache-control"]), (200, &"no-store".parse().unwrap()));
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none';") && policy.contains("form-action 'self' http://localhost:8085;"), "{policy}");
    let html = page.text().await.unwrap();
    assert!(html.contains("#60;b&#62;ada@example.com") && !html.contains("<b>"), "the hint is shown as text");
    let buttons = Selector::parse("form#people button[name=who], button[form=people][name=who]").unwrap();
    let document = Html::parse_document(&html);
    let values: Vec<_> = document.select(&buttons).map(|button| button.value().attr("value").unwrap()).collect();
    assert_eq!(values, ["ada", "ben", "cleo", "another-ada", "cancel"]);

    let mut form = fields(&html, "people");
    form.insert("who".into(), "ada".into());
    let answer = answer(&scene.press(&form).await);
    assert_eq!((answer["state"].as_str(), answer["iss"].as_str()), ("s & t", issuer));
    let now = scene.clock.now().seconds();
    let response = scene.redeem(&answer["code"], &[]).await;
    assert_eq!((response.status().as_u16(), &response.headers()["cache-control"]), (200, &"no-store".parse().unwrap()));
    let tokens: Value = response.json().await.unwrap();
    assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("Bearer"), &json!(600)));
    assert_eq!(tokens["scope"], "openid email profile");

    let mut claims = scene.verified(tokens["id_token"].as_str().unwrap()).await;
    let claims = claims.as_object_mut().unwrap();
    let mut take = |name: &str| claims.remove(name).unwrap();
    assert_eq!((take("iss"), take("aud"), take("nonce")), (json!(issuer), json!("house"), json!("n1")));
    let (iat, exp, auth_time) = (take("iat").as_i64().unwrap(), take("exp").as_i64().unwrap(), take("auth_time").as_i64().unwrap());
    assert!((now..now + 10).contains(&iat) && exp == iat + 600 && auth_time <= iat, "{iat} {exp} {auth_time}");
    let ada = json!({
        "sub": "ada", "email": "ada@example.com", "email_verified": true,
        "name": "Ada Example", "given_name": "Ada", "family_name": "Example", "preferred_username": "ada",
    });
    assert_eq!(json!(claims), ada);
    let token = tokens["access_token"].as_str().unwrap();
    assert_eq!(scene.userinfo(token).await.json::<Value>().await.unwrap(), ada);
    scene.clock.advance(TOKEN_LIVES);
    assert_eq!(error(scene.userinfo(token).await).await, (401, "invalid_token".into()));
}

#[actix_web::test]
async fn each_person_is_who_they_are() {
    let scene = scene();
    for (who, scope, claims) in [
        ("ben", "openid email", json!({ "sub": "ben", "email": "ben@example.com", "email_verified": false })),
        ("cleo", "openid email", json!({ "sub": "cleo" })),
        ("another-ada", "email openid", json!({ "sub": "another-ada", "email": "ada@example.com", "email_verified": true })),
        ("another-ada", "openid", json!({ "sub": "another-ada" })),
        ("cleo", "openid profile", json!({ "sub": "cleo", "name": "Cleo", "given_name": "Cleo", "preferred_username": "cleo" })),
    ] {
        let code = scene.code(who, &[("scope", scope)]).await;
        let tokens: Value = scene.redeem(&code, &[]).await.json().await.unwrap();
        let told: Value = scene.userinfo(tokens["access_token"].as_str().unwrap()).await.json().await.unwrap();
        assert_eq!(told, claims, "{who}");
        let token = scene.verified(tokens["id_token"].as_str().unwrap()).await;
        assert!(claims.as_object().unwrap().iter().all(|(name, value)| token[name] == *value), "{who}: {token}");
    }
}

#[actix_web::test]
async fn anybody_may_be_typed() {
    let scene = scene();
    let html = scene.page(&[("login_hint", "maya@okafor.example"), ("nonce", "-")]).await.text().await.unwrap();
    let mut form = fields(&html, "somebody");
    assert_eq!(form["email"], "maya@okafor.example");
    form.insert("who".into(), "somebody".into());
    let again = scene.press(&form).await;
    assert_eq!(again.status(), 400);
    let html = again.text().await.unwrap();
    assert!(html.contains("<details open>") && html.contains("A subject is needed"), "{html}");

    let mut form = fields(&html, "somebody");
    form.extend([("sub", "0|7"), ("name", "Maya Ngozi Okafor"), ("who", "somebody")].map(|(name, value)| (name.into(), value.into())));
    for (verified, tick) in [(false, None), (true, Some("true"))] {
        form.extend(tick.map(|tick| ("email_verified".into(), tick.into())));
        let code = answer(&scene.press(&form).await)["code"].clone();
        let tokens: Value = scene.redeem(&code, &[]).await.json().await.unwrap();
        assert_eq!(scene.verified(tokens["id_token"].as_str().unwrap()).await.get("nonce"), None);
        let told: Value = scene.userinfo(tokens["access_token"].as_str().unwrap()).await.json().await.unwrap();
        let maya = json!({
            "sub": "0|7", "email": "maya@okafor.example", "email_verified": verified,
            "name": "Maya Ngozi Okafor", "given_name": "Maya", "family_name": "Ngozi Okafor", "preferred_username": "maya",
        });
        assert_eq!(told, maya);
    }
}

#[actix_web::test]
async fn the_client_may_prove_itself_in_the_header() {
    let scene = scene();
    let code = scene.code("ada", &[]).await;
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let body = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", BACK), ("code_verifier", VERIFIER)];
    let ask = |secret: &str| {
        scene.http.post(format!("{}/token", scene.origin)).basic_auth(encode("house"), Some(encode(secret))).form(&body).send()
    };
    let refused = ask("another").await.unwrap();
    assert!(refused.headers()["www-authenticate"].to_str().unwrap().starts_with("Basic "));
    assert_eq!(error(refused).await, (401, "invalid_client".into()));
    assert_eq!(ask(SECRET).await.unwrap().status(), 200, "a stranger does not spend the code");
}

#[actix_web::test]
async fn every_file_is_served_and_nothing_is_inline() {
    let scene = scene();
    for (path, media_type, _) in FILES {
        let response = scene.http.get(format!("{}{path}", scene.origin)).send().await.unwrap();
        assert_eq!((response.status().as_u16(), &response.headers()["content-type"]), (200, &media_type.parse().unwrap()), "{path}");
    }
    for (path, status) in [("/", 200), ("/nowhere", 404), ("/authorize", 400)] {
        let response = scene.http.get(format!("{}{path}", scene.origin)).send().await.unwrap();
        assert_eq!(response.status(), status, "{path}");
        assert!(response.text().await.unwrap().contains("Development only."), "{path}");
    }
    let html = scene.page(&[]).await.text().await.unwrap();
    for inline in ["style=", " onclick", "<style", "<script", "javascript:"] {
        assert!(!html.contains(inline), "{inline}");
    }
}
