//! The API against an issuer that signs real tokens and, now and then, wrong ones.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::{App, HttpServer, rt, test};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{EncodingKey, Header, encode, get_current_timestamp};

use super::*;

/// An issuer that serves its keys, and the API that trusts it.
struct Scene {
    api: web::Data<Api>,
    issuer: String,
    ed: EncodingKey,
    ec: EncodingKey,
    fetches: Arc<AtomicUsize>,
}

/// An issuer's JWKS on a port of its own, counting how often it is asked.
fn publish(keys: Value) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let fetches = Arc::new(AtomicUsize::new(0));
    let counted = fetches.clone();
    let server = HttpServer::new(move || {
        let (keys, fetches) = (keys.clone(), counted.clone());
        App::new().route(
            "/.well-known/jwks.json",
            web::get().to(move || {
                fetches.fetch_add(1, Ordering::Relaxed);
                std::future::ready(HttpResponse::Ok().json(keys.clone()))
            }),
        )
    });
    rt::spawn(server.workers(1).disable_signals().listen(listener).unwrap().run());
    (issuer, fetches)
}

fn scene() -> Scene {
    let ed = Ed25519KeyPair::generate().unwrap();
    let ec = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    // An uncompressed point: 4, x, y.
    let point = ec.public_key().as_ref();
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let (issuer, fetches) = publish(json!({ "keys": [
        { "kty": "OKP", "crv": "Ed25519", "x": text(ed.public_key().as_ref()), "kid": "ed", "use": "sig", "alg": "EdDSA" },
        { "kty": "EC", "crv": "P-256", "x": text(&point[1..33]), "y": text(&point[33..]), "kid": "ec", "use": "sig", "alg": "ES256" },
        { "kty": "from-the-future", "kid": "odd" },
    ]}));
    let api = Api::new(&IssuerUrl::parse(&issuer).unwrap(), &["demo", "demo-code"]).unwrap();
    let ed = EncodingKey::from_ed_der(ed.to_pkcs8v1().unwrap().as_ref());
    let ec = EncodingKey::from_ec_der(ec.to_pkcs8v1().unwrap().as_ref());
    Scene { api: web::Data::new(api), issuer, ed, ec, fetches }
}

impl Scene {
    fn claims(&self) -> Value {
        let now = get_current_timestamp();
        json!({ "iss": self.issuer, "sub": "usr_1", "aud": "demo", "client_id": "demo", "iat": now, "exp": now + 600, "jti": "1" })
    }

    fn header(algorithm: Algorithm, kid: &str) -> Header {
        let mut header = Header::new(algorithm);
        header.typ = Some("at+jwt".to_owned());
        header.kid = Some(kid.to_owned());
        header
    }

    fn token(&self, claims: &Value) -> String {
        encode(&Self::header(Algorithm::EdDSA, "ed"), claims, &self.ed).unwrap()
    }

    /// The claims with one of them changed, or taken away by null.
    fn with(&self, name: &str, value: Value) -> String {
        let mut claims = self.claims();
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value;
        }
        self.token(&claims)
    }

    /// Status, challenge and body of `GET /api/me`.
    async fn ask(&self, authorization: Option<&str>) -> (u16, String, Value) {
        let app = test::init_service(App::new().app_data(self.api.clone()).route("/api/me", web::get().to(get_me))).await;
        let mut request = test::TestRequest::get().uri("/api/me");
        if let Some(value) = authorization {
            request = request.insert_header((AUTHORIZATION, value));
        }
        let response = test::call_service(&app, request.to_request()).await;
        let challenge = response.headers().get(WWW_AUTHENTICATE).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
        (response.status().as_u16(), challenge, test::read_body_json(response).await)
    }

    async fn refuses(&self, token: &str, words: &str) {
        let (status, challenge, body) = self.ask(Some(&format!("Bearer {token}"))).await;
        assert_eq!((status, &body["error"]), (401, &json!("invalid_token")), "{words}: {body}");
        assert!(body["error_description"].as_str().unwrap().contains(words), "{words}: {body}");
        assert!(challenge.starts_with("Bearer ") && challenge.contains("error=\"invalid_token\""), "{challenge}");
    }
}

#[actix_web::test]
async fn a_good_token_is_greeted() {
    let scene = scene();
    let (status, _, body) = scene.ask(Some(&format!("Bearer {}", scene.token(&scene.claims())))).await;
    assert_eq!((status, &body["message"], &body["claims"]["sub"]), (200, &json!("Hello usr_1"), &json!("usr_1")), "{body}");
    let elliptic = encode(&Scene::header(Algorithm::ES256, "ec"), &scene.claims(), &scene.ec).unwrap();
    assert_eq!(scene.ask(Some(&format!("bearer {elliptic}"))).await.0, 200);
    let named = scene.with("name", json!("Ada"));
    assert_eq!(scene.ask(Some(&format!("Bearer {named}"))).await.2["message"], "Hello Ada");
    let other_client = scene.with("aud", json!(["elsewhere", "demo-code"]));
    assert_eq!(scene.ask(Some(&format!("Bearer {other_client}"))).await.0, 200);
    assert_eq!(scene.fetches.load(Ordering::Relaxed), 1, "keys are kept");
}

#[actix_web::test]
async fn without_a_token_it_says_how_to_bring_one() {
    let scene = scene();
    for authorization in [None, Some("Basic ZGVtbzo="), Some("Bearer")] {
        let (status, challenge, body) = scene.ask(authorization).await;
        assert_eq!((status, challenge.as_str(), &body["error"]), (401, "Bearer realm=\"demo\"", &json!("missing_token")));
    }
    assert_eq!(scene.fetches.load(Ordering::Relaxed), 0);
}

#[actix_web::test]
async fn claims_of_others_are_refused() {
    let scene = scene();
    let now = get_current_timestamp();
    scene.refuses(&scene.with("iss", json!("https://evil.example")), "another issuer").await;
    scene.refuses(&scene.with("aud", json!("other-app")), "another audience").await;
    scene.refuses(&scene.with("exp", json!(now - 60)), "expired").await;
    scene.refuses(&scene.with("nbf", json!(now + 60)), "not valid yet").await;
    for claim in ["iss", "aud", "exp", "sub"] {
        scene.refuses(&scene.with(claim, Value::Null), "lacks one of").await;
    }
}

#[actix_web::test]
async fn an_unsigned_or_symmetric_token_is_refused() {
    let scene = scene();
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"at+jwt","kid":"ed"}"#);
    let payload = URL_SAFE_NO_PAD.encode(scene.claims().to_string());
    scene.refuses(&format!("{header}.{payload}."), "not a token").await;
    // The public key as a shared secret: everybody knows it.
    let secret = EncodingKey::from_secret(b"whatever the JWKS says");
    let symmetric = encode(&Scene::header(Algorithm::HS256, "ed"), &scene.claims(), &secret).unwrap();
    scene.refuses(&symmetric, "not accepted here").await;
    let confused = encode(&Scene::header(Algorithm::ES256, "ed"), &scene.claims(), &scene.ec).unwrap();
    scene.refuses(&confused, "not its key's").await;
    for rubbish in ["", "a", "a.b.c", "....", "ü.ü.ü"] {
        let (status, _, body) = scene.ask(Some(&format!("Bearer {rubbish}"))).await;
        assert_eq!(status, 401, "{rubbish}: {body}");
    }
}

#[actix_web::test]
async fn a_token_of_another_key_or_changed_on_the_way_is_refused() {
    let scene = scene();
    let other = Ed25519KeyPair::generate().unwrap();
    let other = EncodingKey::from_ed_der(other.to_pkcs8v1().unwrap().as_ref());
    let forged = encode(&Scene::header(Algorithm::EdDSA, "ed"), &scene.claims(), &other).unwrap();
    scene.refuses(&forged, "signature does not match").await;
    let token = scene.token(&scene.claims());
    let mut parts: Vec<&str> = token.split('.').collect();
    let changed = URL_SAFE_NO_PAD.encode(scene.claims().to_string().replace("usr_1", "usr_2"));
    parts[1] = &changed;
    scene.refuses(&parts.join("."), "signature does not match").await;
}

#[actix_web::test]
async fn an_id_token_does_not_open_the_api() {
    let scene = scene();
    for typ in [Some("JWT"), None] {
        let mut header = Scene::header(Algorithm::EdDSA, "ed");
        header.typ = typ.map(str::to_owned);
        scene.refuses(&encode(&header, &scene.claims(), &scene.ed).unwrap(), "typ is not at+jwt").await;
    }
}

#[actix_web::test]
async fn made_up_keys_do_not_make_the_api_ask_each_time() {
    let scene = scene();
    for kid in ["new-1", "new-2", "new-3", "odd"] {
        let token = encode(&Scene::header(Algorithm::EdDSA, kid), &scene.claims(), &scene.ed).unwrap();
        let (status, _, body) = scene.ask(Some(&format!("Bearer {token}"))).await;
        assert_eq!(status, 401, "{body}");
    }
    assert_eq!(scene.fetches.load(Ordering::Relaxed), 1);
}

#[actix_web::test]
async fn when_keys_cannot_be_had_nobody_is_told_to_sign_in_again() {
    let mut scene = scene();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    scene.api = web::Data::new(Api::new(&IssuerUrl::parse(&format!("http://{closed}")).unwrap(), &["demo"]).unwrap());
    let (status, challenge, body) = scene.ask(Some(&format!("Bearer {}", scene.token(&scene.claims())))).await;
    assert_eq!((status, challenge.as_str(), &body["error"]), (503, "", &json!("temporarily_unavailable")));
}
