//! Looks at a token as a relying party does. Pure: the token is neither kept nor written anywhere.

use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{Jwk, JwkSet, KeyAlgorithm};
use serde_json::{Map, Value};

use super::{RelyingParty, differing};
use crate::key::signed_by;

/// What the token should fit.
pub struct Known<'a> {
    /// Our issuer.
    pub issuer: &'a str,
    /// The audience that the relying party was told: its `applicationID`, its client id.
    pub audience: &'a str,
    /// Our published keys.
    pub keys: &'a JwkSet,
    /// Seconds since 1970.
    pub now: i64,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it is about: a header, a claim.
    pub rule: &'static str,
    /// Whether it holds. Nothing: it does, with a reservation.
    pub holds: Option<bool>,
    /// What is there.
    pub found: String,
    /// What should be.
    pub expected: String,
    /// What the relying party answers where it does not hold.
    pub says: Option<&'static str>,
}

/// Convex drops a socket and signs in anew this many seconds before a token ends: below, it never rests.
const LEAST_LIFE: i64 = 60;
/// Claims that would replace Convex's own.
const TAKEN: [&str; 3] = ["tokenIdentifier", "subject", "issuer"];
/// Standard claims and what type they must have (OpenID Connect Core §5.1).
const TEXTS: [&str; 10] =
    ["name", "given_name", "family_name", "nickname", "preferred_username", "picture", "profile", "website", "email", "locale"];

/// A token as it was presented: read, not believed.
pub struct Presented<'a> {
    text: &'a str,
    parts: Result<Parts, String>,
}

impl<'a> Presented<'a> {
    /// Reads it.
    pub fn read(text: &'a str) -> Self {
        let text = text.trim();
        Self { text, parts: parse(text) }
    }

    /// The client that it says it is for.
    pub fn client(&self) -> Option<&str> {
        let (_, claims) = self.parts.as_ref().ok()?;
        ["client_id", "azp", "aud"].iter().find_map(|name| claims.get(*name)?.as_str())
    }

    /// Every rule in the order in which a relying party asks. What follows from a broken rule is not asked.
    pub fn examine(&self, party: RelyingParty, known: &Known<'_>) -> Vec<Line> {
        let mut examination = Examination { party, lines: Vec::new() };
        let form = self.parts.as_ref().map_or_else(String::clone, |_| "a JWT".to_owned());
        examination.add("form", self.parts.is_ok(), form, "three parts of base64url, JSON in the first two");
        if let Ok((header, claims)) = &self.parts {
            examination.claims(claims, known);
            examination.header(self.text, header, known);
            examination.life(claims, known.now);
            examination.types(claims);
        }
        examination.lines
    }
}

struct Examination {
    party: RelyingParty,
    lines: Vec<Line>,
}

impl Examination {
    fn add(&mut self, rule: &'static str, holds: bool, found: impl Into<String>, expected: impl Into<String>) {
        let says = if holds { None } else { self.party.says(rule) };
        self.lines.push(Line { rule, holds: Some(holds), found: found.into(), expected: expected.into(), says });
    }

    fn warn(&mut self, rule: &'static str, found: impl Into<String>, expected: impl Into<String>) {
        self.lines.push(Line { rule, holds: None, found: found.into(), expected: expected.into(), says: None });
    }

    fn claims(&mut self, claims: &Map<String, Value>, known: &Known<'_>) {
        let issuer = claims.get("iss").and_then(Value::as_str);
        self.add("iss", issuer == Some(known.issuer), differing(&shown(claims.get("iss")), known.issuer), known.issuer);
        let here = ["://localhost", "://127.", "://[::1]"].iter().any(|local| known.issuer.contains(local));
        if self.party.is_convex() && here {
            let remedy = "an address that Convex's cloud reaches; for a laptop, the keys in the configuration: housekey client snippet ID convex-jwt --inline-jwks";
            self.warn("iss", "an address of this machine, which only a local backend reaches", remedy);
        }
        let subject = claims.get("sub").and_then(Value::as_str);
        self.add("sub", subject.is_some_and(|sub| !sub.is_empty()), shown(claims.get("sub")), "a text");
        let several = matches!(claims.get("aud"), Some(Value::Array(all)) if all.len() > 1);
        let named = match claims.get("aud") {
            Some(Value::String(one)) => one == known.audience,
            Some(Value::Array(all)) => all.iter().any(|one| one == known.audience),
            _ => false,
        };
        let alone = !several || self.party == RelyingParty::ConvexJwt || claims.get("azp").is_some_and(|azp| azp == known.audience);
        let fits = named && alone && !(several && self.party == RelyingParty::ConvexOidc);
        self.add("aud", fits, differing(&shown(claims.get("aud")), known.audience), known.audience);
    }

    fn header(&mut self, token: &str, header: &Map<String, Value>, known: &Known<'_>) {
        let alg = header.get("alg").and_then(Value::as_str).unwrap_or_default();
        self.add("alg", self.party.algorithms().contains(&alg), shown(header.get("alg")), self.party.algorithms().join(" or "));
        if self.party != RelyingParty::ConvexJwt {
            let typ = header.get("typ").and_then(Value::as_str).map(str::to_lowercase);
            let plain = typ.as_deref().is_none_or(|typ| ["jwt", "jose", "application/jwt"].contains(&typ));
            let fits = plain || self.party == RelyingParty::Jose;
            self.add("typ", fits, shown(header.get("typ")), "JWT: an ID token; an access token is at+jwt");
            self.add("crit", !header.contains_key("crit"), shown(header.get("crit")), "none");
        }
        let strange = |key: &&Jwk| key.common.key_algorithm == Some(KeyAlgorithm::EdDSA);
        if self.party == RelyingParty::ConvexJwt && known.keys.keys.iter().any(|key| strange(&key)) {
            let remedy = format!("jwks: \"{}/.well-known/jwks.json?alg={alg}\", which has only keys that it reads", known.issuer);
            self.warn("jwks", "the whole set has an EdDSA key, for which customJwt refuses all of it", remedy);
        }
        let kid = header.get("kid").and_then(Value::as_str);
        let key = known.keys.keys.iter().find(|key| kid.is_some() && key.common.key_id.as_deref() == kid);
        let ours: Vec<_> = known.keys.keys.iter().filter_map(|key| key.common.key_id.as_deref()).collect();
        self.add("kid", key.is_some(), shown(header.get("kid")), format!("one of the published keys: {}", ours.join(", ")));
        if let Some(key) = key {
            self.add("signature", is_signed(token, key), "checked with that key", "made by it");
        }
    }

    fn life(&mut self, claims: &Map<String, Value>, now: i64) {
        let at = |name: &str| claims.get(name).and_then(Value::as_i64);
        let (issued, ends) = (at("iat"), at("exp"));
        self.add("iat", issued.is_some(), shown(claims.get("iat")), "seconds since 1970");
        let expected = format!("later than {} (now)", now - self.party.skew());
        let found = ends.map_or_else(|| shown(claims.get("exp")), |ends| format!("{ends}, {}", relative(ends - now)));
        self.add("exp", ends.is_some_and(|ends| ends > now - self.party.skew()), found, expected);
        if let Some(life) = issued.zip(ends).map(|(issued, ends)| ends - issued).filter(|_| self.party.is_convex()) {
            let expected = format!("{LEAST_LIFE} s or more: Convex's client loops on tokens that end within its margin of 10 s");
            self.add("lifetime", life >= LEAST_LIFE, format!("{life} s"), expected);
        }
        if issued.is_some_and(|issued| issued > now + self.party.skew()) {
            let found = format!("{} s ahead", issued.unwrap_or(now) - now);
            self.warn("iat", found, "not in the future: the clock here, or there, is wrong");
        }
    }

    /// Standard claims of another type make the whole token unreadable; some names replace Convex's own.
    fn types(&mut self, claims: &Map<String, Value>) {
        let mut wrong = Vec::new();
        for name in TEXTS {
            if claims.get(name).is_some_and(|value| !value.is_string() && !value.is_null()) {
                wrong.push(format!("{name} is not a text"));
            }
        }
        if claims.get("email_verified").is_some_and(|value| !value.is_boolean() && !value.is_null()) {
            wrong.push("email_verified is not true or false".to_owned());
        }
        let texts = |value: &Value| value.as_array().is_some_and(|all| all.iter().all(Value::is_string));
        if claims.get("amr").is_some_and(|value| !texts(value) && !value.is_null()) {
            wrong.push("amr is not a list of texts".to_owned());
        }
        if self.party.is_convex() {
            wrong.extend(TAKEN.iter().filter(|name| claims.contains_key(**name)).map(|name| format!("{name} replaces Convex's own")));
        }
        let strict = self.party == RelyingParty::ConvexOidc || wrong.iter().any(|what| what.contains("replaces"));
        let found = if wrong.is_empty() { "as the standard says".to_owned() } else { wrong.join("; ") };
        self.add("claims", wrong.is_empty() || !strict, found, "the standard's types, and no name that is taken");
    }
}

type Parts = (Map<String, Value>, Map<String, Value>);

fn parse(token: &str) -> Result<Parts, String> {
    use base64::Engine;
    let parts: Vec<_> = token.split('.').collect();
    let [header, claims, _] = parts.as_slice() else { return Err(format!("{} parts", parts.len())) };
    let read = |part: &str, name: &str| -> Result<Map<String, Value>, String> {
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).map_err(|why| format!("the {name}: {why}"))?;
        serde_json::from_slice(&bytes).map_err(|why| format!("the {name}: {why}"))
    };
    Ok((read(header, "header")?, read(claims, "claims")?))
}

fn is_signed(token: &str, key: &Jwk) -> bool {
    let (Ok(header), Ok(key)) = (jsonwebtoken::decode_header(token), DecodingKey::from_jwk(key)) else { return false };
    signed_by::<Value>(&key, header.alg, token).is_ok()
}

fn shown(value: Option<&Value>) -> String {
    match value {
        None => "nothing".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn relative(seconds: i64) -> String {
    if seconds < 0 { format!("{} s ago", -seconds) } else { format!("in {seconds} s") }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use serde_json::json;

    use super::*;

    fn unsigned(header: &Value, claims: &Value) -> String {
        let b64 = |value: &Value| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.AA", b64(header), b64(claims))
    }

    fn broken(header: &Value, claims: &Value, party: RelyingParty) -> Vec<&'static str> {
        let keys = JwkSet { keys: Vec::new() };
        let known = Known { issuer: "https://auth.example.com", audience: "web", keys: &keys, now: 1000 };
        let lines = Presented::read(&unsigned(header, claims)).examine(party, &known);
        // There are no keys here: what they say is another test's.
        lines.into_iter().filter(|line| line.holds == Some(false) && line.rule != "kid").map(|line| line.rule).collect()
    }

    #[test]
    fn each_rule_is_found_by_its_name() {
        use RelyingParty::{AuthJs, ConvexJwt, ConvexOidc, Jose};
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": "k" });
        let claims =
            json!({ "iss": "https://auth.example.com", "sub": "usr_1", "aud": "web", "iat": 990, "exp": 1290, "email_verified": true });
        for party in [ConvexOidc, ConvexJwt, AuthJs, Jose] {
            assert!(broken(&header, &claims, party).is_empty(), "{party:?}");
        }
        let with = |name: &str, value: Value| {
            let mut claims = claims.clone();
            claims[name] = value;
            claims
        };
        for (claims, party, rules) in [
            (with("iss", json!("https://auth.example.com/")), ConvexOidc, vec!["iss"]),
            (with("aud", json!("convex")), ConvexJwt, vec!["aud"]),
            (with("aud", json!(["web", "convex"])), ConvexOidc, vec!["aud"]),
            (with("aud", json!(["web", "convex"])), ConvexJwt, vec![]),
            (with("aud", json!(["web", "convex"])), AuthJs, vec!["aud"]),
            (with("sub", json!(7)), ConvexOidc, vec!["sub"]),
            (with("exp", json!(1000)), ConvexOidc, vec!["exp", "lifetime"]),
            (with("exp", json!(997)), ConvexJwt, vec!["lifetime"]),
            (with("exp", json!(980)), AuthJs, vec![]),
            (with("exp", json!(1020)), ConvexOidc, vec!["lifetime"]),
            (with("iat", Value::Null), ConvexOidc, vec!["iat"]),
            (with("email_verified", json!("true")), ConvexOidc, vec!["claims"]),
            (with("email_verified", json!("true")), ConvexJwt, vec![]),
            (with("amr", json!("pwd")), ConvexOidc, vec!["claims"]),
            (with("tokenIdentifier", json!("x")), ConvexJwt, vec!["claims"]),
        ] {
            assert_eq!(broken(&header, &claims, party), rules, "{claims} {party:?}");
        }
        let head = |name: &str, value: Value| {
            let mut header = header.clone();
            header[name] = value;
            header
        };
        for (header, party, rules) in [
            (head("typ", json!("at+jwt")), ConvexOidc, vec!["typ"]),
            (head("typ", json!("at+jwt")), ConvexJwt, vec![]),
            (head("alg", json!("ES256")), ConvexOidc, vec!["alg"]),
            (head("alg", json!("ES256")), ConvexJwt, vec![]),
            (head("alg", json!("EdDSA")), ConvexJwt, vec!["alg"]),
            (head("alg", json!("none")), Jose, vec!["alg"]),
            (head("crit", json!(["x"])), AuthJs, vec!["crit"]),
        ] {
            assert_eq!(broken(&header, &claims, party), rules, "{header} {party:?}");
        }
    }

    #[test]
    fn what_is_no_token_is_said_to_be_none() {
        let keys = JwkSet { keys: Vec::new() };
        let known = Known { issuer: "https://auth.example.com", audience: "web", keys: &keys, now: 0 };
        for wrong in ["", "a.b", "a.b.c", "....", "{}", "\u{e9}.\u{e9}.\u{e9}"] {
            let lines = Presented::read(wrong).examine(RelyingParty::ConvexOidc, &known);
            assert_eq!((lines.len(), lines[0].holds), (1, Some(false)), "{wrong}");
        }
    }
}
