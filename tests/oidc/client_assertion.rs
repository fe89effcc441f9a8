//! `private_key_jwt`: a client proves itself by what only it can sign, for us, now and once (security.md V-46, V-47, A-14).

use housekey::config::SigningAlgorithm;
use housekey::key::{SigningKey, b64};
use serde_json::{Value, json};

use crate::on_each_database_itself;
use crate::support::{On, SECRET, TestApp, peer};

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A program with a key, and the server that knows its public half.
struct Program {
    app: TestApp,
    key: SigningKey,
    pkcs8: Vec<u8>,
}

impl Program {
    async fn start(on: On, algorithm: SigningAlgorithm) -> Self {
        let pkcs8 = SigningKey::generate(algorithm).unwrap().to_vec();
        let key = SigningKey::from_pkcs8(algorithm, &pkcs8).unwrap();
        let jwks = json!({ "keys": [key.jwk] });
        let client = |id: &str| format!("[clients.{id}]\nkind = 'service'\nauth = 'private_key_jwt'\njwks = '{jwks}'\n");
        let app = TestApp::with(on, &format!("{}{}", client("signer"), client("signer2"))).await;
        Self { app, key, pkcs8 }
    }

    /// What it says when all is well.
    fn claims(&self) -> Value {
        let now = self.app.clock.now().seconds();
        json!({ "iss": "signer", "sub": "signer", "aud": self.app.issuer, "iat": now, "exp": now + 60, "jti": b64(self.app.app.random.bytes::<12>()) })
    }

    fn signed(&self, claims: &Value) -> String {
        self.key.sign("JWT", claims).unwrap()
    }

    async fn ask(&self, server: &str, path: &str, fields: &[(&str, &str)]) -> (u16, Value) {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let response = http.post(format!("{server}{path}")).form(fields).send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// A token for itself, by this assertion.
    async fn token(&self, assertion: &str) -> (u16, Value) {
        let fields = [("grant_type", "client_credentials"), ("client_assertion_type", TYPE), ("client_assertion", assertion)];
        self.ask(&self.app.issuer, "/token", &fields).await
    }

    async fn is_refused(&self, assertion: &str, why: &str) {
        let (status, body) = self.token(assertion).await;
        assert_eq!((status, &body["error"]), (401, &json!("invalid_client")), "{why}: {body}");
        assert_eq!(body["error_description"], "client authentication failed", "which part was wrong is not said");
    }
}

#[test]
fn a_signature_opens_what_a_secret_opens() {
    peer::run(async {
        for algorithm in [SigningAlgorithm::Rs256, SigningAlgorithm::Es256, SigningAlgorithm::EdDsa] {
            let program = Program::start(On::Sqlite, algorithm).await;
            let (status, body) = program.token(&program.signed(&program.claims())).await;
            assert_eq!(status, 200, "{algorithm}: {body}");
            let token = body["access_token"].as_str().unwrap();
            for kind in ["JWT", "jwt", "client-authentication+jwt"] {
                let assertion = program.key.sign(kind, &program.claims()).unwrap();
                let fields = [("token", token), ("client_id", "signer"), ("client_assertion_type", TYPE), ("client_assertion", &assertion)];
                let (status, body) = program.ask(&program.app.issuer, "/introspect", &fields).await;
                assert_eq!((status, &body["active"]), (200, &json!(true)), "{kind}");
            }
            let mut alone = program.claims();
            alone["aud"] = json!([program.app.issuer]);
            assert_eq!(program.token(&program.signed(&alone)).await.0, 200, "a list of one");
            // Given back: dead, although nobody wrote down that it lived.
            let assertion = program.signed(&program.claims());
            let fields = [("token", token), ("client_assertion_type", TYPE), ("client_assertion", assertion.as_str())];
            assert_eq!(program.ask(&program.app.issuer, "/revoke", &fields).await, (200, Value::Null));
            let assertion = program.signed(&program.claims());
            let fields = [("token", token), ("client_assertion_type", TYPE), ("client_assertion", assertion.as_str())];
            assert_eq!(program.ask(&program.app.issuer, "/introspect", &fields).await.1, json!({ "active": false }));
        }
    });
}

// V-46.
on_each_database_itself!(fifty_uses_of_one_assertion_at_two_processes_are_one, |on| async move {
    let program = Program::start(on, SigningAlgorithm::EdDsa).await;
    let other = program.app.process().await;
    for _ in 0..3 {
        let assertion = program.signed(&program.claims());
        let fields = [("grant_type", "client_credentials"), ("client_assertion_type", TYPE), ("client_assertion", assertion.as_str())];
        let servers = [program.app.issuer.as_str(), other.address.as_str()];
        let answers = futures_util::future::join_all((0..50).map(|n| program.ask(servers[n % 2], "/token", &fields))).await;
        assert_eq!(answers.iter().filter(|(status, _)| *status == 200).count(), 1);
        assert!(answers.iter().filter(|(status, _)| *status != 200).all(|(status, _)| matches!(status, 401 | 429)), "{answers:?}");
    }
});

#[test]
fn an_assertion_that_was_used_stays_used_for_as_long_as_it_would_be_believed() {
    peer::run(async {
        let program = Program::start(On::Sqlite, SigningAlgorithm::EdDsa).await;
        let assertion = program.signed(&program.claims());
        assert_eq!(program.token(&assertion).await.0, 200);
        for _ in 0..4 {
            program.app.travel(std::time::Duration::from_secs(29));
            housekey::schedule::clean_up(&program.app.app).await.unwrap();
            program.is_refused(&assertion, "again").await;
        }
        let count = async || {
            use sea_orm::ConnectionTrait;
            let query = housekey::db::sql(program.app.app.db.read(), "SELECT COUNT(*) AS n FROM spent_jtis", []);
            program.app.app.db.read().query_one_raw(query).await.unwrap().unwrap().try_get::<i64>("", "n").unwrap()
        };
        assert_eq!(count().await, 1);
        program.app.travel(std::time::Duration::from_secs(10));
        housekey::schedule::clean_up(&program.app.app).await.unwrap();
        assert_eq!(count().await, 0, "then it is over by age");
        program.is_refused(&assertion, "too old").await;
    });
}

// V-47.
#[test]
fn an_assertion_for_somebody_else_or_of_another_time_proves_nothing() {
    peer::run(async {
        let program = Program::start(On::Sqlite, SigningAlgorithm::Es256).await;
        let issuer = program.app.issuer.clone();
        let now = program.app.clock.now().seconds();
        for (claim, value) in [
            ("aud", json!("https://other.test")),
            ("aud", json!(format!("{issuer}/token"))),
            ("aud", json!("https://other.test/token")),
            ("aud", json!([issuer, "https://other.test"])),
            ("aud", json!(format!("{issuer}/"))),
            ("aud", json!([])),
            ("aud", Value::Null),
            ("iss", json!("signer2")),
            ("iss", json!(issuer)),
            ("iss", Value::Null),
            ("exp", Value::Null),
            ("exp", json!("soon")),
            ("exp", json!(now - 61)),
            ("exp", json!(now + 3600)),
            ("iat", json!(now + 300)),
            ("nbf", json!(now + 300)),
            ("jti", Value::Null),
            ("jti", json!("")),
            ("jti", json!(7)),
            ("jti", json!("x".repeat(300))),
        ] {
            let mut claims = program.claims();
            claims[claim] = value.clone();
            program.is_refused(&program.signed(&claims), &format!("{claim} {value}")).await;
        }
        assert_eq!(program.token(&program.signed(&program.claims())).await.0, 200, "and nothing of that has used anything up");
    });
}

//
#[test]
fn only_the_registered_key_signs_and_only_as_it_may() {
    peer::run(async {
        let program = Program::start(On::Sqlite, SigningAlgorithm::Rs256).await;
        let claims = program.claims();
        let good = program.signed(&claims);
        let (input, signature) = good.rsplit_once('.').unwrap();
        let payload = input.split_once('.').unwrap().1;
        let with = |header: Value| format!("{}.{payload}.{signature}", b64(header.to_string()));
        let kid = program.key.kid.as_str();
        let other = SigningKey::from_pkcs8(SigningAlgorithm::Rs256, &SigningKey::generate(SigningAlgorithm::Rs256).unwrap()).unwrap();
        // HMAC with the public key as its secret.
        let public = serde_json::to_vec(&program.key.jwk).unwrap();
        let hmac = jsonwebtoken::Header { kid: Some(kid.into()), ..jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256) };
        let hmac = jsonwebtoken::encode(&hmac, &claims, &jsonwebtoken::EncodingKey::from_secret(&public)).unwrap();
        // A key of its own in the header, and a critical extension, both truly signed.
        let pem = format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &program.pkcs8)
        );
        let rsa = jsonwebtoken::EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap();
        let crit = jsonwebtoken::Header { crit: Some(vec!["exp".into()]), ..jsonwebtoken::Header::new(jsonwebtoken::Algorithm::RS256) };
        let crit = jsonwebtoken::encode(&crit, &claims, &rsa).unwrap();
        let rs512 = jsonwebtoken::encode(&jsonwebtoken::Header::new(jsonwebtoken::Algorithm::RS512), &claims, &rsa).unwrap();
        for (assertion, why) in [
            (other.sign("JWT", &claims).unwrap(), "another key"),
            (hmac, "HS256"),
            (crit, "crit"),
            (rs512, "an algorithm that is not listed"),
            (with(json!({ "alg": "none" })), "none"),
            (format!("{}.{payload}.", b64("{\"alg\":\"none\"}")), "none, unsigned"),
            (format!("{input}."), "unsigned"),
            (with(json!({ "alg": "RS256", "kid": "other" })), "kid"),
            (with(json!({ "alg": "RS256", "kid": kid, "jwk": other.jwk, "jku": "https://evil.test/jwks" })), "jwk and jku"),
            (program.key.sign("at+jwt", &claims).unwrap(), "typ"),
            (format!("{good}A"), "more"),
            (good[..good.len() - 2].to_owned(), "less"),
        ] {
            program.is_refused(&assertion, why).await;
        }
        assert_eq!(program.token(&good).await.0, 200);
    });
}

#[test]
fn a_client_proves_itself_in_one_way_and_that_is_its_own() {
    peer::run(async {
        let program = Program::start(On::Sqlite, SigningAlgorithm::EdDsa).await;
        let grant = ("grant_type", "client_credentials");
        let kind = ("client_assertion_type", TYPE);
        let fresh = || program.signed(&program.claims());
        let issuer = program.app.issuer.clone();
        for (fields, status, error) in [
            (vec![grant, ("client_id", "signer")], 401, "invalid_client"),
            (vec![grant, ("client_id", "signer"), ("client_secret", SECRET)], 401, "invalid_client"),
            (vec![grant, kind, ("client_assertion", &fresh()), ("client_id", "signer"), ("client_secret", SECRET)], 400, "invalid_request"),
            (vec![grant, kind, ("client_assertion", &fresh()), ("client_id", "signer2")], 400, "invalid_request"),
            (vec![grant, ("client_assertion", &fresh())], 400, "invalid_request"),
            (
                vec![
                    grant,
                    ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"),
                    ("client_assertion", &fresh()),
                ],
                400,
                "invalid_request",
            ),
            (vec![grant, kind, ("client_assertion", "nonsense")], 401, "invalid_client"),
        ] {
            let (got, body) = program.ask(&issuer, "/token", &fields).await;
            assert_eq!((got, &body["error"]), (status, &json!(error)), "{fields:?}");
        }
        // Both, with a header.
        let http = reqwest::Client::new();
        let assertion = fresh();
        let both =
            http.post(format!("{issuer}/token")).basic_auth("signer", Some(SECRET)).form(&[grant, kind, ("client_assertion", &assertion)]);
        assert_eq!(both.send().await.unwrap().status(), 400);
        // A client with a secret is not let in by a signature.
        let mut claims = program.claims();
        (claims["iss"], claims["sub"]) = (json!("service"), json!("service"));
        program.is_refused(&program.signed(&claims), "a client that registered a secret").await;
        // Nor one client by another's name, though they share a key.
        claims["sub"] = json!("signer2");
        program.is_refused(&program.signed(&claims), "iss and sub differ").await;
    });
}

/// Where a client publishes its keys.
#[derive(Clone, Default)]
struct KeyServer(std::sync::Arc<std::sync::Mutex<(Value, u16, usize)>>);

impl KeyServer {
    /// Serves until the test ends; gives its address.
    fn start(&self) -> String {
        use actix_web::{App, HttpResponse, HttpServer, http::StatusCode, web};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://127.0.0.1:{}/jwks", listener.local_addr().unwrap().port());
        let this = self.clone();
        let answer = move |this: web::Data<KeyServer>| async move {
            let mut state = this.0.lock().unwrap();
            state.2 += 1;
            HttpResponse::build(StatusCode::from_u16(state.1).unwrap()).json(&state.0)
        };
        let server = HttpServer::new(move || App::new().app_data(web::Data::new(this.clone())).route("/jwks", web::get().to(answer)));
        tokio::spawn(server.workers(1).disable_signals().listen(listener).unwrap().run());
        address
    }

    fn set(&self, keys: &Value, status: u16) {
        let mut state = self.0.lock().unwrap();
        (state.0, state.1) = (json!({ "keys": keys }), status);
    }

    fn asked(&self) -> usize {
        self.0.lock().unwrap().2
    }
}

#[test]
fn keys_that_a_client_publishes_may_change_and_their_server_may_fail() {
    peer::run(async {
        let published = KeyServer::default();
        let toml = format!("[clients.signer]\nkind = 'service'\nauth = 'private_key_jwt'\njwks_uri = '{}'\n", published.start());
        let app = TestApp::with(On::Sqlite, &toml).await;
        let pkcs8 = SigningKey::generate(SigningAlgorithm::Es256).unwrap().to_vec();
        let key = SigningKey::from_pkcs8(SigningAlgorithm::Es256, &pkcs8).unwrap();
        let mut program = Program { app, key, pkcs8 };
        let ask = async |program: &Program| program.token(&program.signed(&program.claims())).await;
        let encrypts = json!({ "kty": "EC", "crv": "P-384", "use": "enc", "x": "AA", "y": "AA" });
        // Nobody answers, and there is nothing of before.
        published.set(&json!([]), 503);
        let (status, body) = ask(&program).await;
        assert_eq!((status, &body["error"]), (503, &json!("temporarily_unavailable")));
        // A key that is not for this does not spoil the others; one question is enough.
        published.set(&json!([encrypts, program.key.jwk]), 200);
        let before = published.asked();
        for _ in 0..5 {
            assert_eq!(ask(&program).await.0, 200);
        }
        assert_eq!(published.asked(), before + 1);
        // Down: what is known counts, for a day.
        published.set(&json!([]), 500);
        program.app.travel(std::time::Duration::from_mins(10));
        assert_eq!(ask(&program).await.0, 200);
        // A new key is found at once, but made-up signatures do not make us ask without end.
        let next = SigningKey::from_pkcs8(SigningAlgorithm::EdDsa, &SigningKey::generate(SigningAlgorithm::EdDsa).unwrap()).unwrap();
        published.set(&json!([next.jwk]), 200);
        let old = std::mem::replace(&mut program.key, next);
        program.app.travel(std::time::Duration::from_secs(11));
        assert_eq!(ask(&program).await.0, 200, "the new key");
        let before = published.asked();
        for _ in 0..5 {
            assert_eq!(program.token(&old.sign("JWT", &program.claims()).unwrap()).await.0, 401, "the old one is gone");
        }
        assert_eq!(published.asked(), before);
        published.set(&json!([]), 500);
        program.app.travel(std::time::Duration::from_hours(25));
        assert_eq!(ask(&program).await.0, 503, "and not for ever");
    });
}
