//! `/token` with a code: once, for whom it was given, with the verifier.

use std::time::Duration;

use crate::on_each_database;
use crate::support::relying_party::{CALLBACK, VERIFIER, claims, code_in, part};
use crate::support::{On, PASSWORD, RelyingParty, TestApp, peer, person};

on_each_database!(tokens_say_what_relying_parties_need, |app: TestApp| async move {
    let user = person(&app, "maya@okafor.example").await;
    let browser = app.browser();
    browser.sign_in("maya@okafor.example", PASSWORD).await;
    for (client, alg) in [("spa", "RS256"), ("spa-es256", "ES256"), ("spa-eddsa", "EdDSA"), ("web", "RS256"), ("web2", "RS256")] {
        let party = RelyingParty::new(&app, client);
        let answer = party.redeem(&party.code(&browser).await).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let (id, access) = (answer.text("id_token"), answer.text("access_token"));
        assert_eq!((part(id, 0)["alg"].as_str(), part(id, 0)["typ"].as_str()), (Some(alg), Some("JWT")));
        assert_eq!((part(access, 0)["alg"].as_str(), part(access, 0)["typ"].as_str()), (Some(alg), Some("at+jwt")));
        let id = claims(id);
        assert_eq!(id["iss"], app.issuer);
        assert_eq!(id["sub"], user.to_string());
        assert_eq!(id["aud"], client, "one audience, a string");
        assert_eq!(id["nonce"], "n1");
        assert_eq!(id["email"], "maya@okafor.example");
        assert_eq!(id["email_verified"], true);
        assert_eq!(id["amr"], serde_json::json!(["pwd"]));
        for number in ["iat", "exp", "auth_time"] {
            assert!(id[number].is_i64(), "{number}");
        }
        let access = claims(access);
        assert_eq!(
            (&access["iss"], &access["aud"], &access["client_id"], &access["sub"]),
            (&id["iss"], &id["aud"], &id["aud"], &id["sub"])
        );
        assert_eq!(access["scope"], "openid profile email offline_access");
        assert_eq!(access["exp"].as_i64().unwrap() - access["iat"].as_i64().unwrap(), 600);
        assert_eq!(answer.body["token_type"], "Bearer");
        assert_eq!(answer.body["expires_in"], 600);
    }
});

on_each_database!(fifty_redemptions_of_one_code_at_two_processes_give_one_success_and_revoke_nothing, |app: TestApp| async move {
    person(&app, "maya@okafor.example").await;
    let browser = app.browser();
    browser.sign_in("maya@okafor.example", PASSWORD).await;
    let second = app.process().await;
    let spa = RelyingParty::new(&app, "spa");
    let servers = [&spa, &spa.at(&second)];
    for _ in 0..3 {
        let code = spa.code(&browser).await;
        let answers = futures_util::future::join_all((0..50).map(|n| servers[n % 2].redeem(&code))).await;
        let good: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
        assert_eq!(good.len(), 1);
        assert!(answers.iter().filter(|answer| answer.status != 200).all(|answer| answer.error() == "invalid_grant"));
        // The winner keeps what it won.
        assert_eq!(spa.userinfo(good[0].text("access_token")).await.status, 200);
        assert_eq!(spa.refresh(good[0].text("refresh_token")).await.status, 200);
    }
});

// Whichever comes first, nothing that the code brought outlives the session.
on_each_database!(an_exchange_and_a_sign_out_at_once_leave_no_tokens, |app: TestApp| async move {
    person(&app, "maya@okafor.example").await;
    let spa = RelyingParty::new(&app, "spa");
    let mut given = 0;
    for round in 0..20 {
        let browser = app.browser();
        browser.sign_in("maya@okafor.example", PASSWORD).await;
        let first = spa.redeem(&spa.code(&browser).await).await;
        let codes = [spa.code(&browser).await, spa.code(&browser).await, spa.code(&browser).await];
        let end = format!("/end-session?id_token_hint={}", first.text("id_token"));
        let exchange = futures_util::future::join_all(codes.iter().enumerate().map(async |(at, code)| {
            tokio::time::sleep(Duration::from_millis(at as u64 * (round % 4))).await;
            spa.redeem(code).await
        }));
        // The sign-out comes first, in the middle and last, however slow the machine is.
        let sign_out = async {
            tokio::time::sleep(Duration::from_millis((round % 5).pow(3) * 4)).await;
            browser.get(&end).await
        };
        let (answers, _) = tokio::join!(exchange, sign_out);
        for answer in answers.iter().filter(|answer| answer.status == 200) {
            given += 1;
            assert_eq!(spa.refresh(answer.text("refresh_token")).await.error(), "invalid_grant", "round {round}");
            assert_eq!(spa.userinfo(answer.text("access_token")).await.status, 401, "round {round}");
        }
    }
    assert!(given > 0, "no exchange ever came first");
});

#[test]
fn a_code_that_comes_back_later_ends_what_it_began() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, "maya@okafor.example").await;
        let browser = app.browser();
        browser.sign_in("maya@okafor.example", PASSWORD).await;
        let spa = RelyingParty::new(&app, "spa");
        let code = spa.code(&browser).await;
        let tokens = spa.redeem(&code).await;
        app.travel(Duration::from_secs(30));
        assert_eq!(spa.redeem(&code).await.error(), "invalid_grant");
        assert_eq!(spa.userinfo(tokens.text("access_token")).await.status, 401);
        assert_eq!(spa.refresh(tokens.text("refresh_token")).await.error(), "invalid_grant");
        // A thief without the verifier ends it at once.
        let code = spa.code(&browser).await;
        let tokens = spa.redeem(&code).await;
        let stolen = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", CALLBACK),
            ("code_verifier", "x".repeat(43).leak() as &str),
        ];
        assert_eq!(spa.token(&stolen).await.error(), "invalid_grant");
        assert_eq!(spa.refresh(tokens.text("refresh_token")).await.error(), "invalid_grant");
    });
}

#[test]
fn a_code_of_one_client_is_worth_nothing_to_another() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, "maya@okafor.example").await;
        let browser = app.browser();
        browser.sign_in("maya@okafor.example", PASSWORD).await;
        let (web, web2) = (RelyingParty::new(&app, "web"), RelyingParty::new(&app, "web2"));
        let code = web.code(&browser).await;
        assert_eq!(web2.redeem(&code).await.error(), "invalid_grant");
        assert_eq!(web.redeem(&code).await.error(), "invalid_grant", "it is burned");
        let tokens = web.redeem(&web.code(&browser).await).await;
        assert_eq!(web2.refresh(tokens.text("refresh_token")).await.error(), "invalid_grant");
        assert_eq!(web.refresh(tokens.text("refresh_token")).await.status, 200);
    });
}

#[test]
fn only_the_verifier_of_the_challenge_opens_a_code() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, "maya@okafor.example").await;
        let browser = app.browser();
        browser.sign_in("maya@okafor.example", PASSWORD).await;
        let spa = RelyingParty::new(&app, "spa");
        let wrong = "x".repeat(43);
        for verifier in [
            None,
            Some(""),
            Some(wrong.as_str()),
            Some(crate::support::relying_party::CHALLENGE),
            Some(&VERIFIER[..42]),
            Some("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk "),
        ] {
            let code = spa.code(&browser).await;
            let mut fields = vec![("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", CALLBACK)];
            fields.extend(verifier.map(|verifier| ("code_verifier", verifier)));
            assert_eq!(spa.token(&fields).await.error(), "invalid_grant", "{verifier:?}");
        }
        let code = spa.code(&browser).await;
        let twice =
            [("grant_type", "authorization_code"), ("code", code.as_str()), ("code_verifier", VERIFIER), ("code_verifier", VERIFIER)];
        assert_eq!(spa.token(&twice).await.error(), "invalid_request");
        let other = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("code_verifier", VERIFIER),
            ("redirect_uri", "https://app.test/other"),
        ];
        assert_eq!(spa.token(&other).await.error(), "invalid_grant");
        let code = spa.code(&browser).await;
        let without = [("grant_type", "authorization_code"), ("code", code.as_str()), ("code_verifier", VERIFIER)];
        assert_eq!(spa.token(&without).await.status, 200, "redirect_uri may be left out (OAuth 2.1)");
    });
}

#[test]
fn a_code_has_its_minute_and_dies_with_its_session_and_its_person() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let user = person(&app, "maya@okafor.example").await;
        let browser = app.browser();
        browser.sign_in("maya@okafor.example", PASSWORD).await;
        let spa = RelyingParty::new(&app, "spa");
        let code = spa.code(&browser).await;
        app.travel(Duration::from_secs(61));
        assert_eq!(spa.redeem(&code).await.error(), "invalid_grant");
        let code = spa.code(&browser).await;
        let view = browser.get("/sign-out").await.form().press("Sign out").await;
        assert_eq!(view.url.path(), "/signed-out");
        assert_eq!(spa.redeem(&code).await.error(), "invalid_grant");
        let view = browser.get(&spa.authorize_path("")).await;
        let code = code_in(&browser.sign_in_from(view, "maya@okafor.example", PASSWORD).await);
        crate::support::person::set_state(&app, user, housekey::user::State::Locked).await;
        assert_eq!(spa.redeem(&code).await.error(), "invalid_grant");
    });
}

on_each_database!(
    /// Whoever registers an app tries it at once.
    a_client_is_known_from_the_moment_it_is_registered,
    |app: TestApp| async move {
        let asks = async |client: &str| {
            let form = [("grant_type", "authorization_code"), ("client_id", client)];
            let response = reqwest::Client::new().post(format!("{}/token", app.issuer)).form(&form).send().await.unwrap();
            response.json::<serde_json::Value>().await.unwrap()["error"].as_str().unwrap().to_owned()
        };
        for id in ["first", "second", "third"] {
            assert_eq!(asks(id).await, "invalid_client");
            app.register(id).await;
            assert_eq!(asks(id).await, "invalid_request", "its code is missing");
        }
    }
);

#[test]
fn clients_prove_themselves_as_registered() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let http = reqwest::Client::new();
        let url = format!("{}/token", app.issuer);
        let secret = crate::support::SECRET;
        let grant = ("grant_type", "authorization_code");
        let requests = [
            http.post(&url).form(&[grant, ("client_id", "web")]),
            http.post(&url).form(&[grant, ("client_id", "web"), ("client_secret", secret)]),
            http.post(&url).basic_auth("web", Some("wrong")).form(&[grant]),
            http.post(&url).basic_auth("web2", Some(secret)).form(&[grant]),
            http.post(&url).basic_auth("spa", Some("")).form(&[grant]),
            http.post(&url).basic_auth("nobody", Some(secret)).form(&[grant]),
            http.post(&url).form(&[grant, ("client_id", "nobody")]),
            http.post(&url).form(&[grant, ("client_id", "web2"), ("client_secret", "wrong")]),
            http.post(&url).header("authorization", "Basic !!!").form(&[grant]),
            http.post(&url).header("authorization", "Bearer x").form(&[grant]),
        ];
        for request in requests {
            let response = request.send().await.unwrap();
            let status = response.status().as_u16();
            let body: serde_json::Value = response.json().await.unwrap();
            assert_eq!((status, body["error"].as_str()), (401, Some("invalid_client")), "{body}");
        }
        for (request, error) in [
            (http.post(&url).basic_auth("web", Some(secret)).form(&[grant, ("client_secret", secret)]), "invalid_request"),
            (http.post(&url).basic_auth("web", Some(secret)).form(&[grant, ("client_id", "web2")]), "invalid_request"),
            (http.post(&url).form(&[grant]), "invalid_request"),
            (http.post(&url).form(&[("client_id", "spa")]), "invalid_request"),
            (
                http.post(&url).form(&[("client_id", "spa"), ("grant_type", "password"), ("username", "a"), ("password", "b")]),
                "unsupported_grant_type",
            ),
            (http.post(&url).form(&[("client_id", "spa"), ("grant_type", "client_credentials")]), "unauthorized_client"),
            (http.post(&url).form(&[("client_id", "spa"), grant]), "invalid_request"),
            (http.post(&url).form(&[("client_id", "spa"), grant, ("code", "nonsense")]), "invalid_grant"),
            (http.post(&url).header("content-type", "application/json").body("{}"), "invalid_request"),
        ] {
            let response = request.send().await.unwrap();
            let status = response.status().as_u16();
            let body: serde_json::Value = response.json().await.unwrap();
            assert_eq!((status, body["error"].as_str()), (400, Some(error)), "{body}");
        }
    });
}
