//! The `openidconnect` crate's client discovers us, signs somebody in and verifies what it gets; and
//! refuses it as soon as anything about it is altered.

use std::future::Future;
use std::pin::Pin;

use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreProviderMetadata};
use openidconnect::{
    AsyncHttpClient, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpClientError, HttpRequest, HttpResponse, IssuerUrl, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, RedirectUrl, RefreshToken, Scope, TokenResponse,
};

use crate::support::relying_party::{CALLBACK, claims, parameter, part};
use crate::support::{On, PASSWORD, SECRET, TestApp, peer, person};

/// The client's HTTP, by the reqwest of this project.
struct Http(reqwest::Client);

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpClientError<reqwest::Error>;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Self::Error>> + Send + Sync + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        let sent = tokio::spawn({
            let http = self.0.clone();
            async move {
                let response = http.execute(request.try_into().unwrap()).await.unwrap();
                let mut answer = HttpResponse::new(Vec::new());
                *answer.status_mut() = response.status();
                *answer.headers_mut() = response.headers().clone();
                *answer.body_mut() = response.bytes().await.unwrap().to_vec();
                answer
            }
        });
        Box::pin(async move { Ok(sent.await.unwrap()) })
    }
}

async fn verified(client_id: &str, secret: Option<&str>, alg: &str) {
    let app = TestApp::start(On::Sqlite).await;
    let user = person(&app, "maya@okafor.example").await;
    let http = Http(reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap());
    let metadata = CoreProviderMetadata::discover_async(IssuerUrl::new(app.issuer.clone()).unwrap(), &http).await.unwrap();
    let client = CoreClient::from_provider_metadata(
        metadata,
        ClientId::new(client_id.into()),
        secret.map(|secret| ClientSecret::new(secret.into())),
    )
    .set_redirect_uri(RedirectUrl::new(CALLBACK.into()).unwrap());
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state, nonce) = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
        .add_scopes(["email", "profile", "offline_access"].map(|scope| Scope::new(scope.into())))
        .set_pkce_challenge(challenge)
        .url();
    let browser = app.browser();
    let view = browser.get(url.as_str()).await;
    let to = browser.sign_in_from(view, "maya@okafor.example", PASSWORD).await.refresh().unwrap();
    assert_eq!(parameter(&to, "state").as_deref(), Some(state.secret().as_str()));
    let code = AuthorizationCode::new(parameter(&to, "code").unwrap());
    let tokens = client.exchange_code(code).unwrap().set_pkce_verifier(verifier).request_async(&http).await.unwrap();
    let id_token = tokens.id_token().unwrap();
    let read = id_token.claims(&client.id_token_verifier(), &nonce).unwrap();
    assert_eq!(read.subject().as_str(), user.to_string());
    assert_eq!(read.email().unwrap().as_str(), "maya@okafor.example");
    assert_eq!(part(&id_token.to_string(), 0)["alg"], alg);
    let info: openidconnect::core::CoreUserInfoClaims =
        client.user_info(tokens.access_token().clone(), Some(read.subject().clone())).unwrap().request_async(&http).await.unwrap();
    assert_eq!(info.email_verified(), Some(true));
    let refreshed = client
        .exchange_refresh_token(&RefreshToken::new(tokens.refresh_token().unwrap().secret().clone()))
        .unwrap()
        .request_async(&http)
        .await
        .unwrap();
    let without_nonce = |_: Option<&Nonce>| Ok(());
    assert_eq!(refreshed.id_token().unwrap().claims(&client.id_token_verifier(), without_nonce).unwrap().subject(), read.subject());

    // Altered in any way, it is refused by the same client.
    let text = id_token.to_string();
    let (header, payload, signature) = (part(&text, 0), claims(&text), text.rsplit_once('.').unwrap().1);
    let with = |object: &serde_json::Value, name: &str, value: serde_json::Value| {
        let mut object = object.clone();
        object[name] = value;
        object
    };
    let signed = |header: &serde_json::Value, payload: &serde_json::Value, signature: &str| {
        format!("{}.{}.{signature}", housekey::key::b64(header.to_string()), housekey::key::b64(payload.to_string()))
    };
    let bent: String = signature.chars().rev().collect();
    let alterations = [
        ("signature", format!("{}.{bent}", text.rsplit_once('.').unwrap().0)),
        ("kid", signed(&with(&header, "kid", "another".into()), &payload, signature)),
        ("alg", signed(&with(&header, "alg", "none".into()), &payload, "")),
        ("iss", signed(&header, &with(&payload, "iss", format!("{}/", app.issuer).into()), signature)),
        ("aud", signed(&header, &with(&payload, "aud", "another".into()), signature)),
        ("exp", signed(&header, &with(&payload, "exp", (payload["exp"].as_i64().unwrap() + 1).into()), signature)),
        ("sub", signed(&header, &with(&payload, "sub", "usr_0".into()), signature)),
    ];
    for (what, altered) in alterations {
        let refused = altered.parse::<CoreIdToken>().map_or(true, |token| token.claims(&client.id_token_verifier(), &nonce).is_err());
        assert!(refused, "{what} was altered");
    }
    // And when what *we* signed says another issuer, audience or time, the claims alone are refused.
    let keys = housekey::key::Keys::load(&app.app).await.unwrap();
    let algorithm = housekey::config::SigningAlgorithm::parse(alg).unwrap();
    for (what, name, value) in [
        ("iss", "iss", serde_json::json!("https://evil.test")),
        ("aud", "aud", serde_json::json!("another")),
        ("exp", "exp", serde_json::json!(1)),
        ("nonce", "nonce", serde_json::json!("x")),
    ] {
        let token: CoreIdToken = keys.sign(algorithm, "JWT", &with(&payload, name, value)).unwrap().parse().unwrap();
        assert!(token.claims(&client.id_token_verifier(), &nonce).is_err(), "{what}");
    }
    let token: CoreIdToken = keys.sign(algorithm, "JWT", &payload).unwrap().parse().unwrap();
    assert!(token.claims(&client.id_token_verifier(), &nonce).is_ok(), "unaltered, it is accepted");
}

#[test]
fn a_public_client_with_rs256() {
    peer::run(verified("spa", None, "RS256"));
}

#[test]
fn a_confidential_client_with_rs256() {
    peer::run(verified("web", Some(SECRET), "RS256"));
}

#[test]
fn a_public_client_with_es256() {
    peer::run(verified("spa-es256", None, "ES256"));
}

#[test]
fn a_public_client_with_eddsa() {
    peer::run(verified("spa-eddsa", None, "EdDSA"));
}
