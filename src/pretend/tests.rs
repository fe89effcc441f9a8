//! The provider against a client that does everything right, and then one thing wrong at a time.

use std::collections::BTreeMap;

use actix_web::rt;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use reqwest::Response;
use scraper::{Html, Selector};
use serde_json::{Value, json};

use super::*;

const BACK: &str = "http://localhost:8085/sign-in/with/pretend?way=back";
/// RFC 7636, Appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// What form-encoding changes.
const SECRET: &str = "a secret: 50% + &=";

struct Scene {
    origin: String,
    http: reqwest::Client,
    clock: Clock,
}

type Changes<'a> = &'a [(&'a str, &'a str)];

fn changed(usual: &[(&str, &str)], changes: Changes<'_>) -> BTreeMap<String, String> {
    let mut all: BTreeMap<_, _> = usual.iter().chain(changes).map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    all.retain(|_, value| value != "-");
    all
}

fn request(changes: Changes<'_>) -> BTreeMap<String, String> {
    let usual = [
        ("client_id", "house"),
        ("redirect_uri", BACK),
        ("response_type", "code"),
        ("scope", "openid email profile offline_access"),
        ("state", "s & t"),
        ("nonce", "n1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    changed(&usual, changes)
}

fn scene() -> Scene {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let settings = Settings {
        origin: Origin::parse(&origin).unwrap(),
        client_id: "house".into(),
        client_secret: SECRET.into(),
        redirect_uris: vec![BACK.into()],
    };
    let clock = Clock::default();
    rt::spawn(serve_at(listener, settings, clock.clone()).unwrap());
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    Scene { origin, http, clock }
}

impl Scene {
    async fn page(&self, changes: Changes<'_>) -> Response {
        let query: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(request(changes)).finish();
        self.http.get(format!("{}/authorize?{query}", self.origin)).send().await.unwrap()
    }

    async fn press(&self, fields: &BTreeMap<String, String>) -> Response {
        self.http.post(format!("{}/authorize", self.origin)).form(fields).send().await.unwrap()
    }

    /// A code for that person, without the page.
    async fn code(&self, who: &str, changes: Changes<'_>) -> String {
        let mut fields = request(changes);
        fields.insert("who".into(), who.into());
        answer(&self.press(&fields).await)["code"].clone()
    }

    async fn redeem(&self, code: &str, changes: Changes<'_>) -> Response {
        let usual = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", BACK),
            ("code_verifier", VERIFIER),
            ("client_id", "house"),
            ("client_secret", SECRET),
        ];
        self.http.post(format!("{}/token", self.origin)).form(&changed(&usual, changes)).send().await.unwrap()
    }

    async fn userinfo(&self, token: &str) -> Response {
        self.http.get(format!("{}/userinfo", self.origin)).bearer_auth(token).send().await.unwrap()
    }

    /// The claims of an ID token, checked as a client must.
    async fn verified(&self, token: &str) -> Value {
        let keys: JwkSet = self.http.get(format!("{}/jwks", self.origin)).send().await.unwrap().json().await.unwrap();
        let key = keys.find(&jsonwebtoken::decode_header(token).unwrap().kid.unwrap()).unwrap();
        let mut rule = Validation::new(Algorithm::ES256);
        rule.set_issuer(&[&self.origin]);
        rule.set_audience(&["house"]);
        rule.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        jsonwebtoken::decode::<Value>(token, &DecodingKey::from_jwk(key).unwrap(), &rule).unwrap().claims
    }
}

/// What the client was told by a redirect to its own address.
fn answer(response: &Response) -> BTreeMap<String, String> {
    assert_eq!(response.status(), 303);
    let location = response.headers()["location"].to_str().unwrap();
    let answer = location.strip_prefix(BACK).and_then(|rest| rest.strip_prefix('&')).expect(location);
    url::form_urlencoded::parse(answer.as_bytes()).into_owned().collect()
}

/// The fields that a browser would send with this form, before anything is typed.
fn fields(html: &str, form: &str) -> BTreeMap<String, String> {
    let inputs = Selector::parse(&format!("form#{form}[method=post][action='/authorize'] input:not([type=checkbox])")).unwrap();
    let attribute = |input: scraper::ElementRef<'_>, name| input.value().attr(name).unwrap().to_owned();
    Html::parse_document(html).select(&inputs).map(|input| (attribute(input, "name"), attribute(input, "value"))).collect()
}

async fn error(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap();
    (status, body["error"].as_str().unwrap().to_owned())
}

mod journey;
mod refusals;
