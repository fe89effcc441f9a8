//! Every provider of the catalogue, through the whole journey: sent away, brought back, exchanged, asked. Its file is used as
//! it is, but for the hosts, which become a server of this test; that server holds us to what the file says, and answers
//! with the file's own examples.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use aws_lc_rs::signature::KeyPair;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as B64};
use housekey::upstream::{Authentication, Document, Example, Kind, Method, Part, Protocol, Provider, Request, TokenIn, Values, catalogue};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde_json::{Value, json};

use super::NO_LIMITS;
use crate::support::relying_party::parameter;
use crate::support::{On, PASSWORD, TestApp, person};

const CLIENT: &str = "client-1";
const SECRET: &str = "a secret with spaces & signs";

/// A provider as the test's server plays it.
struct Played {
    facts: Provider,
    settings: BTreeMap<String, String>,
}

/// Somebody who is on the way back.
struct Visit {
    provider: String,
    example: Example,
    /// By the names of the standard.
    sent: HashMap<String, String>,
}

struct Stage {
    origin: String,
    pkcs8: Vec<u8>,
    jwks: Value,
    /// The public half of Apple's key.
    p8: Vec<u8>,
    played: HashMap<String, Played>,
    visits: Vec<Visit>,
    /// What did not hold.
    wrong: Vec<String>,
}

/// The key of the test's server, and its public form; Apple's as PEM, and its public half.
fn keys() -> (Vec<u8>, Value, String, Vec<u8>) {
    let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let signing =
        aws_lc_rs::signature::EcdsaKeyPair::from_pkcs8(&aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING, &pair.serialize_der());
    let signing = signing.unwrap();
    let (x, y) = signing.public_key().as_ref()[1..].split_at(32);
    let jwks = json!({ "keys": [{ "kty": "EC", "crv": "P-256", "kid": "k", "use": "sig", "alg": "ES256", "x": B64.encode(x), "y": B64.encode(y) }] });
    let apple = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    (pair.serialize_der(), jwks, apple.serialize_pem(), apple.public_key_raw().to_vec())
}

/// The text of a provider's file, with this server in the place of its hosts.
fn moved(text: &str) -> String {
    let mut moved = String::new();
    for line in text.lines() {
        let is_address = ["issuer", "discovery", "issuer_in_tokens", "authorization", "token", "url"]
            .iter()
            .any(|key| line.starts_with(&format!("{key} = \"https://")));
        let _ = writeln!(moved, "{}", if is_address { line.replacen("https://", "{here}/", 1) } else { line.to_owned() });
    }
    format!("{moved}\n[settings.here]\nmeaning = \"This test\"\nexample = \"https://here.example\"\nkind = \"url\"\n")
}

#[test]
fn every_provider_is_met_as_its_file_says() {
    crate::support::peer::run(async {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let (pkcs8, jwks, pem, p8) = keys();
        let folder = tempfile::tempdir().unwrap();
        let (mut toml, mut played) = (NO_LIMITS.to_owned(), HashMap::new());
        for id in catalogue::ids() {
            let text = std::fs::read_to_string(format!("{}/src/upstream/catalogue/{id}.toml", env!("CARGO_MANIFEST_DIR"))).unwrap();
            let facts = Provider::read(&moved(&text)).unwrap_or_else(|why| panic!("{id}: {why}"));
            let given: BTreeMap<_, _> = facts
                .settings
                .iter()
                .map(|(name, setting)| {
                    let here = format!("{origin}/at/{id}");
                    let value = if name == "here" {
                        here
                    } else if setting.kind == Kind::Url {
                        format!("{here}/{name}")
                    } else {
                        // As it is for most: with an example's tenant, people of another are not let in.
                        setting.default.clone().unwrap_or_else(|| setting.example.clone())
                    };
                    (name.clone(), value)
                })
                .collect();
            let file = folder.path().join(format!("{id}.toml"));
            std::fs::write(&file, moved(&text)).unwrap();
            let secret = if facts.token.authentication == Authentication::SignedSecret { &pem } else { SECRET };
            let _ = write!(
                toml,
                "[providers.{id}]\nfile = \"{}\"\nclient_id = \"{CLIENT}\"\nclient_secret = '''\n{secret}'''\n[providers.{id}.settings]\n",
                file.display()
            );
            for (name, value) in &given {
                let _ = writeln!(toml, "{name} = {}", json!(value));
            }
            played.insert(id.to_owned(), Played { settings: facts.settle(&given, true).unwrap(), facts });
        }
        let stage = Arc::new(Mutex::new(Stage { origin, pkcs8, jwks, p8, played, visits: Vec::new(), wrong: Vec::new() }));
        let data = web::Data::from(Arc::clone(&stage));
        let server = HttpServer::new(move || App::new().app_data(data.clone()).default_service(web::to(answer)));
        let server = server.workers(1).disable_signals().shutdown_timeout(0).listen(listener).unwrap().run();
        let handle = server.handle();
        tokio::spawn(server);
        let app = TestApp::with(On::Sqlite, &toml).await;
        let user = person(&app, "maya@okafor.example").await;
        let browser = app.browser();
        browser.sign_in("maya@okafor.example", PASSWORD).await;
        let csrf = browser.get("/account/connections").await.form_to("/account/connections").value("csrf").to_owned();
        let (mut met, mut wrong) = (0, Vec::new());
        for id in catalogue::ids() {
            let examples = catalogue::find(id).unwrap().unwrap().facts.examples;
            for example in examples {
                let page = browser.post("/account/connections", &[("csrf", &csrf), ("connect", id)]).await;
                let Some(away) = page.refresh() else {
                    wrong.push(format!("{id}: nobody is sent there: {}", page.text()));
                    continue;
                };
                let back = come_back(&app, &stage, id, example.clone(), &away).await;
                let view = browser.get(&back).await;
                let linked = housekey::identity::of_user(app.app.db.read(), &app.app.crypto, user).await.unwrap();
                let mine = linked.iter().find(|linked| linked.identity.provider.as_str() == id);
                let got = mine.map(|linked| {
                    let one = &linked.identity;
                    (one.subject.clone(), one.email.clone(), one.name.clone(), one.username.clone())
                });
                let profile = example.profile;
                if got != Some((profile.subject, profile.email, profile.name, profile.username)) {
                    wrong.push(format!("{id}, {}: {got:?}\n  {}", example.says, view.text()));
                }
                if let Some(linked) = mine {
                    let mut work = app.app.begin(housekey::work::Actor::Operator).await.unwrap();
                    housekey::identity::unlink(&mut work, user, linked).await.unwrap();
                    work.commit().await.unwrap();
                }
                met += 1;
            }
        }
        handle.stop(false).await;
        wrong.extend(std::mem::take(&mut stage.lock().unwrap().wrong));
        assert!(wrong.is_empty(), "{} of {met}:\n{}", wrong.len(), wrong.join("\n"));
        assert!(met >= 180, "{met}");
    });
}

/// Where the provider sends the browser; by a form of its own, if that is its way.
async fn come_back(app: &TestApp, stage: &Mutex<Stage>, id: &str, example: Example, away: &str) -> String {
    let (code, form_post, ticket, user, back) = {
        let mut stage = stage.lock().unwrap();
        let facts = stage.played[id].facts.clone();
        let mut wrong = |what: String| stage.wrong.push(format!("{id}, sent to {away}: {what}"));
        let rename = &facts.authorization.rename;
        let standard = |name: &str| parameter(away, rename.get(name).map_or(name, String::as_str));
        let names = ["client_id", "redirect_uri", "state", "scope", "code_challenge", "code_challenge_method", "nonce", "response_mode"];
        let sent: HashMap<String, String> = names.iter().filter_map(|name| Some(((*name).to_owned(), standard(name)?))).collect();
        if sent.get("client_id").map(String::as_str) != Some(CLIENT) {
            wrong(format!("as {:?}", sent.get("client_id")));
        }
        if sent.contains_key("code_challenge") != facts.authorization.pkce {
            wrong("PKCE is not as the file says".to_owned());
        }
        if facts.protocol == Protocol::Oidc && sent.contains_key("nonce") != facts.authorization.nonce {
            wrong("the nonce is not as the file says".to_owned());
        }
        let scope = facts.scopes().join(&facts.authorization.scope_separator);
        let asked = sent.get("scope").cloned().unwrap_or_default();
        if asked != scope && !facts.authorization.parameters.contains_key("scope") {
            wrong(format!("asks for {asked:?} and not {scope:?}"));
        }
        let form = example.form.as_deref().map(|form| serde_json::from_str::<Value>(form).unwrap());
        let user = form.and_then(|form| form.get("user").map(Value::to_string));
        let (ticket, back) = (sent["state"].clone(), sent["redirect_uri"].clone());
        let form_post = sent.get("response_mode").is_some_and(|mode| mode == "form_post");
        stage.visits.push(Visit { provider: id.to_owned(), example, sent });
        (format!("code-{}-", stage.visits.len() - 1), form_post, ticket, user, back)
    };
    assert!(back.starts_with(&app.issuer));
    if !form_post {
        return format!("{back}?code={code}&state={ticket}");
    }
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    let mut form = vec![("code", code), ("state", ticket)];
    form.extend(user.map(|user| ("user", user)));
    client.post(back).form(&form).send().await.unwrap().headers()["location"].to_str().unwrap().to_owned()
}

async fn answer(request: HttpRequest, body: web::Bytes, stage: web::Data<Mutex<Stage>>) -> HttpResponse {
    let mut stage = stage.lock().unwrap();
    let path = request.path().to_owned();
    let id = path.split('/').nth(2).unwrap_or_default().to_owned();
    let Some(Played { facts, settings }) =
        stage.played.get(&id).map(|played| Played { facts: played.facts.clone(), settings: played.settings.clone() })
    else {
        return HttpResponse::NotFound().finish();
    };
    let values = Values::new(&settings, CLIENT);
    let here = format!("{}{}", stage.origin, request.uri());
    if facts.discovery(&values).unwrap().as_deref() == Some(here.as_str()) {
        let issuer = facts.issuer.as_ref().unwrap().url(&values).unwrap();
        let base = format!("{}/at/{id}", stage.origin);
        return HttpResponse::Ok().json(json!({
            "issuer": issuer, "authorization_endpoint": format!("{base}/authorize"), "token_endpoint": format!("{base}/token"),
            "userinfo_endpoint": format!("{base}/userinfo"), "jwks_uri": format!("{base}/jwks"),
        }));
    }
    if path == format!("/at/{id}/jwks") {
        return HttpResponse::Ok().json(&stage.jwks);
    }
    let everything = format!("{} {:?} {}", request.uri(), request.headers(), String::from_utf8_lossy(&body));
    let token_endpoint = match &facts.endpoints {
        Some(endpoints) => endpoints.token.url(&values).unwrap(),
        None => format!("{}/at/{id}/token", stage.origin),
    };
    let bare = |address: &str| address.split(['?', '#']).next().unwrap_or_default().to_owned();
    let number = |before: &str| everything.split(before).nth(1).and_then(|rest| rest.split('-').next()?.parse::<usize>().ok());
    if bare(&here) == bare(&token_endpoint)
        && let Some(at) = number("code-")
    {
        return token(&mut stage, (&facts, &values), at, (&request, &body));
    }
    let Some(at) = number("granted-") else {
        stage.wrong.push(format!("{id}: an unexpected request: {everything}"));
        return HttpResponse::NotFound().finish();
    };
    let example = stage.visits[at].example.clone();
    let access = format!("granted-{at}-");
    let document = answered(&example, &access);
    let values = values.word("access_token", &access).answers(document.value());
    for (question, text) in [(&facts.userinfo, &example.userinfo), (&facts.emails, &example.emails)] {
        let (Some(question), Some(text)) = (question, text) else { continue };
        let Some(url) = question.url.as_ref().and_then(|url| url.url(&values).ok()) else { continue };
        if bare(&url) == bare(&here) {
            if let Err(why) = holds(question, &request, &body, &access) {
                stage.wrong.push(format!("{id}, {path}: {why}"));
            }
            return HttpResponse::Ok().json(serde_json::from_str::<Value>(text).unwrap());
        }
    }
    // An OpenID provider's own endpoint: what the ID token has not said.
    if path == format!("/at/{id}/userinfo") {
        let claims = example.claims.as_deref().map_or(json!({}), |claims| serde_json::from_str(claims).unwrap());
        return HttpResponse::Ok().json(claims);
    }
    stage.wrong.push(format!("{id}: an unexpected question: {everything}"));
    HttpResponse::NotFound().finish()
}

/// The answers of an example, as far as questions may need them; the token is this test's.
fn answered(example: &Example, access: &str) -> Document {
    let mut token = example.token.as_deref().map_or(json!({}), |token| serde_json::from_str(token).unwrap());
    token["access_token"] = access.into();
    let mut document = example.document().unwrap().with(Part::Token, token);
    if let Some(userinfo) = &example.userinfo {
        document = document.with(Part::Userinfo, serde_json::from_str(userinfo).unwrap());
    }
    document
}

fn token(stage: &mut Stage, (facts, values): (&Provider, &Values<'_>), at: usize, (request, body): (&HttpRequest, &[u8])) -> HttpResponse {
    let Visit { provider: id, example, sent } = &stage.visits[at];
    let rules = &facts.token;
    let by_get = request.method() == actix_web::http::Method::GET;
    let pairs = if by_get { request.query_string().as_bytes() } else { body };
    let form: HashMap<String, String> = url::form_urlencoded::parse(pairs).into_owned().collect();
    let of = |name: &str| form.get(rules.rename.get(name).map_or(name, String::as_str)).cloned().unwrap_or_default();
    let mut wrong = Vec::new();
    if by_get != (rules.method == Method::Get) {
        wrong.push("not the method of the file".to_owned());
    }
    match rules.authentication {
        Authentication::Basic => {
            let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            let expected = format!("Basic {}", STANDARD.encode(format!("{}:{}", encoded(CLIENT), encoded(SECRET))));
            if request.headers().get("authorization").is_none_or(|value| value.to_str().unwrap() != expected) {
                wrong.push("no basic authentication".to_owned());
            }
        }
        Authentication::Post if (of("client_id"), of("client_secret")) == (CLIENT.to_owned(), SECRET.to_owned()) => {}
        // Some take the identifier elsewhere.
        Authentication::Post if of("client_secret") == SECRET && rules.parameters.contains_key("client_assertion_type") => {}
        Authentication::Post => wrong.push(format!("not the id and secret: {form:?}")),
        Authentication::SignedSecret => {
            let mut rule = Validation::new(Algorithm::ES256);
            rule.set_audience(&[facts.issuer.as_ref().unwrap().url(values).unwrap()]);
            let claims = jsonwebtoken::decode::<Value>(of("client_secret"), &DecodingKey::from_ec_der(&stage.p8), &rule);
            match claims {
                Ok(token)
                    if token.claims["sub"] == CLIENT
                        && token.claims["iss"] == "A1B2C3D4E5"
                        && token.header.kid.as_deref() == Some("F6G7H8J9K0") => {}
                other => wrong.push(format!("the signed secret: {other:?}")),
            }
        }
    }
    if !rules.parameters.contains_key("grant_type") && of("grant_type") != "authorization_code" {
        wrong.push("not a code grant".to_owned());
    }
    if of("redirect_uri") != sent["redirect_uri"] {
        wrong.push(format!("back to {:?}", of("redirect_uri")));
    }
    let verifier = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, of("code_verifier").as_bytes());
    if facts.authorization.pkce && sent["code_challenge"] != B64.encode(verifier) {
        wrong.push("the verifier does not fit".to_owned());
    }
    let access = format!("granted-{at}-");
    let mut answer = answered(example, &access).value()["token"].clone();
    if facts.protocol == Protocol::Oidc {
        let mut claims: Value = example.claims.as_deref().map_or(json!({}), |claims| serde_json::from_str(claims).unwrap());
        let now = jsonwebtoken::get_current_timestamp();
        let tenant = claims["tid"].as_str().unwrap_or_default().to_owned();
        let issuer = facts.issuer_in_tokens.as_ref().or(facts.issuer.as_ref()).unwrap();
        let issuer = issuer.url(&values.clone().word("tenantid", &tenant)).unwrap();
        for (name, value) in [
            ("iss", json!(issuer)),
            ("aud", json!(CLIENT)),
            ("iat", json!(now)),
            ("exp", json!(now + 300)),
            ("nonce", json!(sent.get("nonce"))),
        ] {
            claims[name] = value;
        }
        claims.as_object_mut().unwrap().remove("azp");
        let header = Header { kid: Some("k".into()), ..Header::new(Algorithm::ES256) };
        answer["id_token"] = jsonwebtoken::encode(&header, &claims, &EncodingKey::from_ec_der(&stage.pkcs8)).unwrap().into();
    }
    let said = wrong.into_iter().map(|what| format!("{id}, token: {what}")).collect::<Vec<_>>();
    stage.wrong.extend(said);
    HttpResponse::Ok().json(answer)
}

/// Whether a question came as the file says.
fn holds(question: &Request, request: &HttpRequest, body: &[u8], access: &str) -> Result<(), String> {
    let header = request.headers().get("authorization").map(|value| value.to_str().unwrap().to_owned());
    match &question.token_in {
        TokenIn::Header if header.as_deref() != Some(&format!("Bearer {access}")) => return Err(format!("no bearer token: {header:?}")),
        TokenIn::Query(name) if parameter(&format!("http://x/?{}", request.query_string()), name).as_deref() != Some(access) => {
            return Err(format!("no {name} in the query"));
        }
        _ => {}
    }
    let by_post = request.method() == actix_web::http::Method::POST;
    if by_post != (question.method == Method::Post) {
        return Err("not the method of the file".into());
    }
    for name in question.headers.keys() {
        if !request.headers().contains_key(name.as_str()) {
            return Err(format!("no header {name}"));
        }
    }
    if question.body.as_deref().unwrap_or_default().as_bytes() != body {
        return Err("another body".into());
    }
    Ok(())
}
