//! What must hold whatever somebody sends: each function takes any bytes and panics where it does not. The fuzz targets in `fuzz/` call
//! them, and the tests below, which any machine can run, with the same corpus.

#![expect(clippy::expect_used, clippy::missing_panics_doc, reason = "to panic is how a promise that does not hold is told")]

use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::jwk::{CommonParameters, Jwk};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use url::Url;

use crate::config::{ClientAuth, ClientEntry, ClientKind, Pkce, SigningAlgorithm};
use crate::form::Parameters;
use crate::key::{SigningKey, b64, is_b64_sha256};
use crate::oidc::authorize::first_wrong;
use crate::oidc::client::{Client, basic};
use crate::oidc::{dpop, error, resource, scope};
use crate::types::{ClientId, RedirectUri, UnixMillis};

const CALLBACK: &str = "https://app.example/callback";
const NOW: i64 = 1_800_000_000;
const TARGET: &str = "https://id.example/token";

/// An authorization request: read alike however it came, and either wrong in a way that can be told, or right in every way.
pub fn authorize(data: &[u8]) {
    let Ok(parameters) = Parameters::parse(data) else { return };
    let written: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters.iter()).finish();
    let again = Parameters::parse(written.as_bytes()).expect("no name twice");
    assert!(again.iter().eq(parameters.iter()), "what a POST keeps and a GET reads again is the same");
    for client in clients() {
        match first_wrong(&parameters, client) {
            Some((code, description)) => {
                let told = error::printable(&description);
                assert!(told.bytes().all(|b| (b' '..=b'~').contains(&b) && b != b'"' && b != b'\\'), "{told}");
                assert!(code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{code}");
            }
            None => is_right(&parameters, client),
        }
    }
}

fn is_right(parameters: &Parameters, client: &Client) {
    let get = |name| parameters.get(name);
    assert_eq!((get("response_type"), get("request"), get("request_uri")), (Some("code"), None, None));
    assert!(scope::has(parameters.text("scope"), "openid"));
    match get("code_challenge") {
        Some(challenge) => assert!(challenge.len() == 43 && get("code_challenge_method") == Some("S256")),
        None => assert!(client.may_go_without_pkce() && (get("nonce").is_some() || get("state").is_some())),
    }
    let prompts: Vec<_> = parameters.text("prompt").split(' ').filter(|word| !word.is_empty()).collect();
    assert!(!prompts.contains(&"none") || prompts.iter().all(|word| *word == "none"));
    let asked = resource::asked(client, parameters).expect("asked for before");
    assert!(asked.is_none_or(|asked| asked.split(' ').all(|one| client.entry.resources.iter().any(|known| known == one))));
    assert!(get("dpop_jkt").is_none_or(is_b64_sha256));
    assert!(parameters.text("state").len() <= 4000 && parameters.text("nonce").len() <= 1000);
}

fn clients() -> &'static [Client] {
    static CLIENTS: OnceLock<Vec<Client>> = OnceLock::new();
    CLIENTS.get_or_init(|| {
        let client = |id: &str, entry: ClientEntry| {
            let redirect_uris = vec![RedirectUri::parse(CALLBACK).expect("an address")];
            let entry = ClientEntry { redirect_uris, resources: vec!["https://api.example/".into()], ..entry };
            Client::without_secret(ClientId::parse(id).expect("an identifier"), entry)
        };
        let legacy = ClientEntry { auth: ClientAuth::Basic, pkce: Pkce::Optional, ..ClientEntry::new(ClientKind::Web) };
        vec![client("spa", ClientEntry::new(ClientKind::Spa)), client("legacy", legacy)]
    })
}

/// A registered address in the first line and a presented one in the second: a match is one to the URL Standard's eyes as well.
pub fn redirect_uri(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (registered, presented) = text.split_once('\n').unwrap_or((text, text));
    let Ok(registered) = RedirectUri::parse(registered) else { return };
    let url = Url::parse(registered.as_str()).expect("what can be registered can be opened");
    assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none());
    assert!(!["javascript", "data", "vbscript", "blob", "file", "about", "view-source"].contains(&url.scheme()));
    assert!(registered.matches(registered.as_str(), false) && registered.matches(registered.as_str(), true));
    let exact = registered.as_str() == presented;
    assert_eq!(registered.matches(presented, false), exact);
    let native = registered.matches(presented, true);
    if native && !exact {
        assert!(is_same_but_for_the_port(registered.as_str(), presented), "{registered:?} {presented:?}");
    }
    // And the other way round, where the text says nothing that the parser would have to mend.
    let canonical = |text: &str| Url::parse(text).is_ok_and(|url| url.as_str() == text);
    if canonical(registered.as_str()) && canonical(presented) && is_same_but_for_the_port(registered.as_str(), presented) {
        assert!(native, "{registered:?} {presented:?}");
    }
}

/// The second implementation: by the parts of a parsed address, and not by its text.
fn is_same_but_for_the_port(registered: &str, presented: &str) -> bool {
    let (Ok(a), Ok(b)) = (Url::parse(registered), Url::parse(presented)) else { return false };
    let is_loopback = |url: &Url| url.scheme() == "http" && matches!(url.host_str(), Some("127.0.0.1" | "[::1]"));
    let rest = |url: &Url| {
        let mut url = url.clone();
        url.set_port(None).expect("http has ports");
        url
    };
    is_loopback(&a) && is_loopback(&b) && rest(&a) == rest(&b)
}

/// An `Authorization` header of a client: what is read from it is what somebody could have meant.
pub fn client_header(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Some((id, secret)) = basic(text) else { return };
    let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let header = format!("Basic {}", STANDARD.encode(format!("{}:{}", encoded(&id), encoded(secret.expose_secret()))));
    let (same_id, same_secret) = basic(&header).expect("as RFC 6749 §2.3.1 writes it");
    assert_eq!((same_id, same_secret.expose_secret()), (id, secret.expose_secret()));
}

fn key() -> &'static SigningKey {
    static KEY: OnceLock<SigningKey> = OnceLock::new();
    KEY.get_or_init(|| {
        let pkcs8 = SigningKey::generate(SigningAlgorithm::EdDsa).expect("a key");
        SigningKey::from_pkcs8(SigningAlgorithm::EdDsa, &pkcs8).expect("the same key")
    })
}

/// A token, altered at the places that the bytes say (three each: where, where, what), or the bytes themselves: no other text verifies.
pub fn compact_jws(data: &[u8]) {
    static TOKEN: OnceLock<String> = OnceLock::new();
    let token =
        TOKEN.get_or_init(|| key().sign("at+jwt", &json!({ "iss": "https://id.example", "sub": "usr_1", "exp": NOW })).expect("signed"));
    let mut altered = token.clone().into_bytes();
    for edit in data.chunks_exact(3) {
        let at = usize::from(u16::from_be_bytes([edit[0], edit[1]])) % altered.len();
        altered[at] = edit[2];
    }
    for text in [std::str::from_utf8(data), std::str::from_utf8(&altered)].into_iter().flatten() {
        assert!(key().verify::<Value>(text).is_err() || text == token, "{text}");
    }
}

/// A proof of possession with any header (first line) and any claims (second line), signed all the same; `"jwk": true` stands for the
/// key that signs. What is believed is right in every way.
pub fn dpop_proof(data: &[u8]) {
    let now = UnixMillis(NOW * 1000);
    let Ok(text) = std::str::from_utf8(data) else { return };
    let _ = dpop::read(text, ("POST", TARGET), None, now);
    let (header, claims) = text.split_once('\n').unwrap_or((text, ""));
    let Ok(mut header) = serde_json::from_str::<Value>(header) else { return };
    let mut jwk = serde_json::to_value(Jwk { common: CommonParameters::default(), ..key().jwk.clone() }).expect("a key");
    if header["jwk"] == true {
        header["jwk"].clone_from(&jwk);
    }
    let input = format!("{}.{}", b64(header.to_string()), b64(claims));
    let proof = format!("{input}.{}", b64(key().signature(input.as_bytes()).expect("signed")));
    let Ok(read) = dpop::read(&proof, ("POST", TARGET), None, now) else { return };
    let claims: Value = serde_json::from_str(claims).expect("claims");
    for member in ["kty", "crv", "x"] {
        assert_eq!(header["jwk"][member], jwk[member].take(), "another key's signature");
    }
    assert_eq!(
        (&header["typ"], &header["alg"], header.get("crit").is_none_or(Value::is_null)),
        (&json!("dpop+jwt"), &json!("EdDSA"), true)
    );
    assert_eq!((&claims["htm"], claims["jti"].as_str()), (&json!("POST"), Some(read.jti.as_str())));
    let htu = Url::parse(claims["htu"].as_str().expect("htu")).expect("an address");
    assert_eq!((htu.host_str(), htu.path(), htu.scheme()), (Some("id.example"), "/token", "https"));
    assert!((claims["iat"].as_f64().expect("iat") - 1_800_000_000.0).abs() < 61.0);
    assert!(is_b64_sha256(&read.jkt) && read.until > now);
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// Every file of a target's corpus, and many variations of each. The same ones on every run.
    fn run(target: &str, holds: fn(&[u8])) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
        let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        let corpus: Vec<_> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
        assert!(corpus.len() >= 4, "{target} has a corpus");
        let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
        for one in &corpus {
            holds(one);
            for _ in 0..2000 {
                holds(&chance.vary(one, &corpus));
            }
        }
    }

    /// What texts are taken apart by, and a few others.
    const SIGNS: &[u8] = b"&=%+ \n\0\xff.:/?#[]@{}\"',0aA";

    /// xorshift64*: variations need no better chance.
    struct Chance(u64);

    impl Chance {
        fn below(&mut self, end: usize) -> usize {
            self.0 ^= self.0 >> 12;
            self.0 ^= self.0 << 25;
            self.0 ^= self.0 >> 27;
            usize::try_from(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33).unwrap() % end.max(1)
        }

        fn vary(&mut self, one: &[u8], corpus: &[Vec<u8>]) -> Vec<u8> {
            let mut varied = one.to_vec();
            for _ in 0..=self.below(4) {
                let (at, length) = (self.below(varied.len() + 1), self.below(8));
                let to = (at + length).min(varied.len());
                match self.below(5) {
                    0 => drop(varied.drain(at..to)),
                    1 => varied.insert(at, SIGNS[self.below(SIGNS.len())]),
                    2 => drop(varied.splice(at..to, one[one.len() - self.below(one.len() + 1)..].to_vec())),
                    3 => {
                        let other = &corpus[self.below(corpus.len())];
                        let from = self.below(other.len() + 1);
                        varied.splice(at..to, other[from..].to_vec());
                    }
                    _ if at < varied.len() => varied[at] ^= 1 << self.below(8),
                    _ => {}
                }
            }
            varied
        }
    }

    #[test]
    fn authorization_requests() {
        run("authorize", super::authorize);
    }

    #[test]
    fn redirect_uris() {
        run("redirect_uri", super::redirect_uri);
    }

    #[test]
    fn client_headers() {
        run("client_header", super::client_header);
    }

    #[test]
    fn compact_jws() {
        run("compact_jws", super::compact_jws);
    }

    #[test]
    fn dpop_proofs() {
        run("dpop_proof", super::dpop_proof);
    }
}
