//! Another login server, as Housekey meets it: it signs real tokens, and misbehaves where a test says so. People do not visit
//! it; the test says who they are and gets the address that they come back to.

use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as B64};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::relying_party::parameter;

pub const CLIENT: &str = "housekey-at-the-provider";
pub const SECRET: &str = "a secret with spaces & signs";

/// A key that signs.
struct Key {
    kid: String,
    pkcs8: Vec<u8>,
    public: Vec<u8>,
}

/// What the token endpoint is about to answer, for a fault to change.
pub struct Token {
    pub header: Header,
    pub claims: Value,
    /// The whole answer; the signed token is put in as `id_token` afterwards, unless there is one.
    pub body: Value,
    pub status: u16,
    pub delay: Duration,
}

type Fault = Arc<dyn Fn(&mut Token) + Send + Sync>;

struct Visit {
    claims: Value,
    nonce: String,
    challenge: String,
    redirect_uri: String,
}

struct State {
    issuer: String,
    keys: Vec<Key>,
    visits: HashMap<String, Visit>,
    /// Access token → whose.
    tokens: HashMap<String, Value>,
    /// Refresh tokens that are good for once more.
    refresh: HashMap<String, Value>,
    fault: Option<Fault>,
    /// Answers in the place of others, by path.
    instead: HashMap<String, (u16, Value)>,
    delays: HashMap<String, Duration>,
    /// Whoever proves themselves in a way of their own is let through.
    trusting: bool,
    calls: Vec<String>,
    count: usize,
}

impl State {
    /// New tokens for somebody.
    fn give(&mut self, claims: Value) -> Value {
        self.count += 1;
        let (access, refresh) = (format!("access-{}", self.count), format!("refresh-{}", self.count));
        self.tokens.insert(access.clone(), claims.clone());
        self.refresh.insert(refresh.clone(), claims);
        json!({ "access_token": access, "token_type": "Bearer", "expires_in": 3600, "refresh_token": refresh, "scope": "openid files" })
    }
}

/// The server.
pub struct Provider {
    pub issuer: String,
    state: Arc<Mutex<State>>,
    handle: actix_web::dev::ServerHandle,
}

impl Provider {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let state = Arc::new(Mutex::new(State {
            issuer: issuer.clone(),
            keys: vec![key("one")],
            visits: HashMap::new(),
            tokens: HashMap::new(),
            refresh: HashMap::new(),
            fault: None,
            instead: HashMap::new(),
            delays: HashMap::new(),
            trusting: false,
            calls: Vec::new(),
            count: 0,
        }));
        let data = web::Data::from(Arc::clone(&state));
        let server = HttpServer::new(move || App::new().app_data(data.clone()).default_service(web::to(answer)));
        let server = server.workers(1).disable_signals().shutdown_timeout(0).listen(listener).unwrap().run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { issuer, state, handle }
    }

    /// Settings that let people come from here.
    pub fn toml(&self, id: &str, more: &str) -> String {
        let issuer = &self.issuer;
        format!(
            "[providers.{id}]\nlike = \"oidc\"\nname = \"{id}\"\nclient_id = \"{CLIENT}\"\nclient_secret = \"{SECRET}\"\n{more}\n[providers.{id}.settings]\nissuer = \"{issuer}\"\n"
        )
    }

    /// Settings that let people come from here as if it were this provider of the catalogue: its file, with other addresses.
    pub fn as_if(&self, id: &str, folder: &std::path::Path, secret: &str) -> String {
        let text = std::fs::read_to_string(format!("{}/src/upstream/catalogue/{id}.toml", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let mut questions = ["userinfo", "emails"].into_iter();
        let line = |line: &str| match line.split(" = ").next().unwrap() {
            "issuer" => "issuer = \"{here}\"".to_owned(),
            "issuer_in_tokens" => "issuer_in_tokens = \"{here}/{tenantid}\"".to_owned(),
            name @ ("authorization" | "token") if line.contains("https://") => {
                format!("{name} = \"{{here}}/{}\"", if name == "token" { "token" } else { "authorize" })
            }
            "url" => format!("url = \"{{here}}/{}\"", questions.next().unwrap()),
            _ => line.to_owned(),
        };
        let text = text.lines().map(line).collect::<Vec<_>>().join("\n");
        let file = folder.join(format!("{id}.toml"));
        std::fs::write(
            &file,
            format!("{text}\n[settings.here]\nmeaning = \"This test\"\nexample = \"https://x.example\"\nkind = \"url\"\n"),
        )
        .unwrap();
        self.state.lock().unwrap().trusting = true;
        format!(
            "[providers.{id}]\nfile = \"{}\"\nclient_id = \"{CLIENT}\"\nclient_secret = '''\n{secret}'''\n[providers.{id}.settings]\nhere = \"{}\"\n",
            file.display(),
            self.issuer
        )
    }

    /// Lets somebody with these claims say yes to the request that the browser was sent here with. Where they come back to.
    pub fn approve(&self, left_for: &str, claims: &Value) -> String {
        assert!(left_for.starts_with(&self.issuer), "{left_for} is not at {}", self.issuer);
        let of = |name: &str| parameter(left_for, name).unwrap_or_default();
        assert_eq!((of("response_type"), of("client_id")), ("code".to_owned(), CLIENT.to_owned()), "{left_for}");
        let mut state = self.state.lock().unwrap();
        state.count += 1;
        let code = format!("code-{}", state.count);
        let visit = Visit { claims: claims.clone(), nonce: of("nonce"), challenge: of("code_challenge"), redirect_uri: of("redirect_uri") };
        state.visits.insert(code.clone(), visit);
        format!("{}?code={code}&state={}", of("redirect_uri"), of("state"))
    }

    /// From now on, answers of the token endpoint are changed so.
    pub fn fault(&self, fault: impl Fn(&mut Token) + Send + Sync + 'static) {
        self.state.lock().unwrap().fault = Some(Arc::new(fault));
    }

    pub fn heal(&self) {
        let mut state = self.state.lock().unwrap();
        state.fault = None;
        state.instead.clear();
        state.delays.clear();
    }

    /// From now on this path answers so.
    pub fn instead(&self, path: &str, status: u16, body: Value) {
        self.state.lock().unwrap().instead.insert(path.to_owned(), (status, body));
    }

    /// From now on this path takes that long.
    pub fn slow(&self, path: &str, delay: Duration) {
        self.state.lock().unwrap().delays.insert(path.to_owned(), delay);
    }

    /// Signs with a new key from now on, and publishes it beside the old ones.
    pub fn rotate(&self, kid: &str) {
        self.state.lock().unwrap().keys.push(key(kid));
    }

    /// How often this path was called.
    pub fn calls(&self, path: &str) -> usize {
        self.state.lock().unwrap().calls.iter().filter(|one| *one == path).count()
    }

    pub async fn stop(&self) {
        self.handle.stop(false).await;
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let handle = self.handle.clone();
        tokio::spawn(async move { handle.stop(false).await });
    }
}

fn key(kid: &str) -> Key {
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref()).unwrap();
    Key { kid: kid.to_owned(), public: pair.public_key().as_ref().to_vec(), pkcs8: pkcs8.as_ref().to_vec() }
}

fn jwks(state: &State) -> Value {
    let one = |key: &Key| {
        let (x, y) = key.public[1..].split_at(32);
        json!({ "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": key.kid, "x": B64.encode(x), "y": B64.encode(y) })
    };
    json!({ "keys": state.keys.iter().map(one).collect::<Vec<_>>() })
}

async fn answer(request: HttpRequest, body: web::Bytes, state: web::Data<Mutex<State>>) -> HttpResponse {
    let path = request.path().to_owned();
    let (instead, delay) = {
        let mut state = state.lock().unwrap();
        state.calls.push(path.clone());
        (state.instead.get(&path).cloned(), state.delays.get(&path).copied())
    };
    if let Some(delay) = delay {
        tokio::time::sleep(delay).await;
    }
    if let Some((status, body)) = instead {
        let mut response = HttpResponse::build(actix_web::http::StatusCode::from_u16(status).unwrap());
        if let Some(to) = body.get("location").and_then(Value::as_str) {
            response.insert_header(("location", to));
        }
        return response.json(body);
    }
    match path.as_str() {
        "/.well-known/openid-configuration" => {
            let issuer = state.lock().unwrap().issuer.clone();
            HttpResponse::Ok().json(json!({
                "issuer": issuer,
                "authorization_endpoint": format!("{issuer}/authorize"),
                "token_endpoint": format!("{issuer}/token"),
                "userinfo_endpoint": format!("{issuer}/userinfo"),
                "jwks_uri": format!("{issuer}/jwks"),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"],
            }))
        }
        "/jwks" => HttpResponse::Ok().json(jwks(&state.lock().unwrap())),
        "/token" => token(&request, &body, &state).await,
        "/userinfo" | "/emails" => {
            let bearer =
                request.headers().get("authorization").and_then(|value| value.to_str().ok()?.strip_prefix("Bearer ").map(str::to_owned));
            match bearer.and_then(|bearer| state.lock().unwrap().tokens.get(&bearer).cloned()) {
                Some(claims) => HttpResponse::Ok().json(claims.get(&path[1..]).cloned().unwrap_or(claims)),
                None => HttpResponse::Unauthorized().finish(),
            }
        }
        _ => HttpResponse::NotFound().finish(),
    }
}

async fn token(request: &HttpRequest, body: &[u8], state: &Mutex<State>) -> HttpResponse {
    let form: HashMap<String, String> = url::form_urlencoded::parse(body).into_owned().collect();
    let of = |name: &str| form.get(name).cloned().unwrap_or_default();
    let wrong = |error: &str| HttpResponse::BadRequest().json(json!({ "error": error, "error_description": "says the provider" }));
    let basic = request.headers().get("authorization").and_then(|value| value.to_str().ok()?.strip_prefix("Basic ").map(str::to_owned));
    let proof = match basic {
        Some(basic) => {
            let pair = String::from_utf8(STANDARD.decode(basic).unwrap()).unwrap();
            let (id, secret) = pair.split_once(':').unwrap();
            // RFC 6749 §2.3.1: both are form-encoded first.
            let decoded = |text: &str| url::form_urlencoded::parse(format!("x={text}").as_bytes()).next().unwrap().1.into_owned();
            (decoded(id), decoded(secret))
        }
        None => (of("client_id"), of("client_secret")),
    };
    if proof != (CLIENT.to_owned(), SECRET.to_owned()) && !state.lock().unwrap().trusting {
        return wrong("invalid_client");
    }
    let (token, delay, pkcs8) = {
        let mut state = state.lock().unwrap();
        if of("grant_type") == "refresh_token" {
            let Some(claims) = state.refresh.remove(&of("refresh_token")) else { return wrong("invalid_grant") };
            return HttpResponse::Ok().json(state.give(claims));
        }
        let Some(visit) = state.visits.remove(&of("code")) else { return wrong("invalid_grant") };
        let challenge = B64.encode(digest(&SHA256, of("code_verifier").as_bytes()));
        // Some do without.
        let fits = visit.challenge.is_empty() || challenge == visit.challenge;
        if !fits || of("redirect_uri") != visit.redirect_uri || of("grant_type") != "authorization_code" {
            return wrong("invalid_grant");
        }
        let now = jsonwebtoken::get_current_timestamp();
        let mut claims = json!({ "iss": state.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": visit.nonce });
        for (name, value) in visit.claims.as_object().unwrap() {
            if !matches!(name.as_str(), "userinfo" | "emails") {
                claims[name] = value.clone();
            }
        }
        let body = state.give(visit.claims);
        let key = state.keys.last().unwrap();
        let mut token = Token {
            header: Header { kid: Some(key.kid.clone()), ..Header::new(Algorithm::ES256) },
            claims,
            body,
            status: 200,
            delay: Duration::ZERO,
        };
        let pkcs8 = key.pkcs8.clone();
        if let Some(fault) = &state.fault {
            fault(&mut token);
        }
        let delay = token.delay;
        (token, delay, pkcs8)
    };
    tokio::time::sleep(delay).await;
    let mut answer = token.body;
    if answer.get("id_token").is_none() {
        answer["id_token"] = jsonwebtoken::encode(&token.header, &token.claims, &EncodingKey::from_ec_der(&pkcs8)).unwrap().into();
    }
    HttpResponse::build(actix_web::http::StatusCode::from_u16(token.status).unwrap()).json(answer)
}
