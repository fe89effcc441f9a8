//! The floors: an actix server that does, for each workload, only what cannot be left out.

use std::sync::Mutex;
use std::sync::mpsc::{Sender, channel};

use actix_web::cookie::Cookie;
use actix_web::{App, HttpResponse, HttpServer, web};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use askama::Template;
use aws_lc_rs::rand::{SystemRandom, generate};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::sync::oneshot;

#[derive(Template)]
#[template(
    ext = "html",
    source = "<!doctype html><title>Sign in</title><h1>Sign in</h1><form method=post><input type=hidden name=csrf value={{ a }}><input type=hidden name=flow value={{ b }}><label for=email>Email</label><input id=email name=email><button>Continue</button></form>"
)]
struct Page {
    a: String,
    b: String,
}

struct Floor {
    key: Ed25519KeyPair,
    rsa: RsaKeyPair,
    token: Signed,
    reader: Mutex<rusqlite::Connection>,
    rotations: Mutex<Sender<(usize, oneshot::Sender<()>)>>,
}

/// A token like ours, and the key that checks it.
struct Signed {
    text: String,
    verify: jsonwebtoken::DecodingKey,
}

impl Signed {
    fn by(key: &Ed25519KeyPair) -> Self {
        let b64 = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let claims = serde_json::json!({
            "iss": "http://localhost:8085", "sub": "usr_01a2192e118a71fba80a3980286d18a4", "aud": "bench", "client_id": "bench",
            "scope": "openid email offline_access", "iat": 1_795_718_992, "exp": 4_000_000_000_u64, "auth_time": 1_795_718_779,
            "sid": "ses_01a2192e118a74c9b662f668a28f48b1", "jti": "fam_01a2192e118a74c9b662f668a28f48b1.24R1QkJnKUfm0syB",
        });
        let signed = format!("{}.{}", b64(br#"{"alg":"EdDSA","kid":"k","typ":"at+jwt"}"#), b64(claims.to_string().as_bytes()));
        let text = format!("{signed}.{}", b64(key.sign(signed.as_bytes()).as_ref()));
        let verify = jsonwebtoken::DecodingKey::from_ed_der(aws_lc_rs::signature::KeyPair::public_key(key).as_ref());
        Self { text, verify }
    }
}

/// Serves until the process is ended.
pub fn serve(port: &str) {
    let port: u16 = port.parse().expect("a port");
    let folder = tempfile::tempdir().expect("a folder");
    let key = Ed25519KeyPair::generate().expect("a key");
    let path = folder.path().join("floor.db");
    let rotations = Mutex::new(writer(&path));
    let reader = Mutex::new(rusqlite::Connection::open(&path).expect("a reader"));
    let floor = web::Data::new(Floor {
        token: Signed::by(&key),
        key,
        rsa: RsaKeyPair::generate(KeySize::Rsa2048).expect("a key"),
        reader,
        rotations,
    });
    let hashes = web::Data::new(Mutex::new(hasher()));
    actix_web::rt::System::new()
        .block_on(
            HttpServer::new(move || {
                App::new()
                    .app_data(floor.clone())
                    .app_data(hashes.clone())
                    .route("/empty", web::get().to(|| async { HttpResponse::Ok().body("hello") }))
                    .route("/page", web::get().to(page))
                    .route("/rotate", web::get().to(rotate))
                    .route("/rotate-rs256", web::get().to(rotate_rs256))
                    .route("/sign", web::get().to(sign))
                    .route("/commit", web::get().to(commit))
                    .route("/userinfo", web::get().to(userinfo))
                    .route("/argon2", web::get().to(argon2))
            })
            .workers(1)
            .bind(("127.0.0.1", port))
            .expect("a free port")
            .run(),
        )
        .expect("served");
}

async fn page() -> HttpResponse {
    let random = SystemRandom::new();
    let token = || URL_SAFE_NO_PAD.encode(generate::<[u8; 24]>(&random).expect("random").expose());
    let page = Page { a: token(), b: token() };
    let cookie = Cookie::build("__Host-floor", token()).path("/").secure(true).http_only(true).finish();
    HttpResponse::Ok().cookie(cookie).content_type("text/html; charset=utf-8").body(page.render().expect("rendered"))
}

/// One row replaced, on the disk, and two tokens signed.
async fn rotate(floor: web::Data<Floor>) -> HttpResponse {
    replace(&floor).await;
    let claims = [b'x'; 480];
    let (a, b) = (floor.key.sign(&claims), floor.key.sign(&claims));
    HttpResponse::Ok().json(serde_json::json!({ "a": URL_SAFE_NO_PAD.encode(a), "b": URL_SAFE_NO_PAD.encode(b), "t": "Bearer" }))
}

/// The same with RSA.
async fn rotate_rs256(floor: web::Data<Floor>) -> HttpResponse {
    replace(&floor).await;
    let sign = || {
        let mut signature = vec![0; floor.rsa.public_modulus_len()];
        floor.rsa.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), &[b'x'; 480], &mut signature).expect("signed");
        URL_SAFE_NO_PAD.encode(signature)
    };
    HttpResponse::Ok().json(serde_json::json!({ "a": sign(), "b": sign(), "t": "Bearer" }))
}

/// A token signed.
async fn sign(floor: web::Data<Floor>) -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "a": URL_SAFE_NO_PAD.encode(floor.key.sign(&[b'x'; 380])), "t": "Bearer" }))
}

/// An access token checked, and a row read by its key.
async fn userinfo(floor: web::Data<Floor>) -> HttpResponse {
    let token = &floor.token;
    let mut rule = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::EdDSA);
    rule.validate_aud = false;
    rule.required_spec_claims.clear();
    let checked = jsonwebtoken::decode::<serde_json::Value>(&token.text, &token.verify, &rule).expect("a good token");
    let row: Vec<u8> = floor
        .reader
        .lock()
        .expect("a reader")
        .prepare_cached("SELECT current FROM t WHERE id = ?1")
        .and_then(|mut query| query.query_row([7], |row| row.get(0)))
        .expect("a row");
    HttpResponse::Ok().json(serde_json::json!({ "sub": checked.claims["sub"], "n": row.len() }))
}

/// One row replaced, on the disk.
async fn commit(floor: web::Data<Floor>) -> HttpResponse {
    replace(&floor).await;
    HttpResponse::Ok().body("committed")
}

async fn replace(floor: &Floor) {
    let (done, committed) = oneshot::channel();
    let row = usize::from(generate::<[u8; 1]>(&SystemRandom::new()).expect("random").expose()[0]);
    floor.rotations.lock().expect("a sender").send((row, done)).expect("a writer");
    committed.await.expect("committed");
}

/// A writer that commits whatever has queued, with the durability of ours (`synchronous=FULL`).
fn writer(path: &std::path::Path) -> Sender<(usize, oneshot::Sender<()>)> {
    let (sender, receiver) = channel::<(usize, oneshot::Sender<()>)>();
    let db = rusqlite::Connection::open(path).expect("a database");
    db.execute_batch(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (id INTEGER PRIMARY KEY, current BLOB, previous BLOB, n INTEGER)",
    )
    .expect("a table");
    for id in 0..256 {
        db.execute("INSERT INTO t VALUES (?1, randomblob(32), randomblob(32), 0)", [id]).expect("a row");
    }
    std::thread::spawn(move || {
        while let Ok(first) = receiver.recv() {
            let batch: Vec<_> = std::iter::once(first).chain(receiver.try_iter().take(63)).collect();
            db.execute_batch("BEGIN IMMEDIATE").expect("begun");
            for (id, _) in &batch {
                db.prepare_cached("UPDATE t SET previous = current, current = randomblob(32), n = n + 1 WHERE id = ?1")
                    .and_then(|mut statement| statement.execute([i64::try_from(*id).expect("a byte")]))
                    .expect("updated");
            }
            db.execute_batch("COMMIT").expect("committed");
            for (_, done) in batch {
                let _ = done.send(());
            }
        }
    });
    sender
}

async fn argon2(jobs: web::Data<Mutex<Sender<oneshot::Sender<()>>>>) -> HttpResponse {
    let (done, hashed) = oneshot::channel();
    jobs.lock().expect("a sender").send(done).expect("a hasher");
    hashed.await.expect("hashed");
    HttpResponse::Ok().body("hashed")
}

/// One thread that hashes with memory of its own, as ours does.
fn hasher() -> Sender<oneshot::Sender<()>> {
    let (sender, jobs) = channel::<oneshot::Sender<()>>();
    std::thread::spawn(move || {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(19456, 2, 1, Some(32)).expect("parameters"));
        let mut memory = vec![Block::default(); 19456];
        while let Ok(done) = jobs.recv() {
            let mut hash = [0; 32];
            argon2.hash_password_into_with_memory(b"correct horse battery", &[7; 16], &mut hash, &mut memory).expect("hashed");
            let _ = done.send(());
        }
    });
    sender
}
