//! Discovery and keys, as a relying party reads them. Convex keeps them as HTTP says they may be kept: a header that
//! forbids it costs two calls for every token.

use jsonwebtoken::jwk::JwkSet;
use serde_json::{Map, Value, json};

use super::super::differing;
use super::{Answer, broken, header_of, or_fine, way};
use crate::config::Config;
use crate::doctor::Finding;

/// OpenID Connect Discovery: the document that every relying party begins with.
pub(super) fn discovery(config: &Config, address: &str, answer: &Answer, ours: &Value) -> Vec<Finding> {
    if let Some(finding) = way::astray(config, address, answer) {
        return vec![finding];
    }
    let mut findings = as_a_file(address, answer, &["application/json"]);
    findings.extend(members(address, answer, ours));
    or_fine(address, findings, "names the right issuer, and may be kept")
}

/// The same document for those who go by RFC 8414.
pub(super) fn twin(config: &Config, address: &str, answer: &Answer, ours: &Value) -> Vec<Finding> {
    if answer.status() == 404 && !config.issuer.path().is_empty() {
        let says = format!("{address} answers 404: clients that go by RFC 8414 look in front of the path; OpenID clients do not");
        return or_fine(address, vec![Finding::note(super::CHECK, says, "let the proxy pass this address on as well")], "");
    }
    if let Some(finding) = way::astray(config, address, answer) {
        return vec![finding];
    }
    or_fine(address, members(address, answer, ours), "says the same (RFC 8414)")
}

/// The published keys.
pub(super) fn keys(config: &Config, address: &str, answer: &Answer, ours: &JwkSet) -> Vec<Finding> {
    if let Some(finding) = way::astray(config, address, answer) {
        return vec![finding];
    }
    let mut findings = as_a_file(address, answer, &["application/json", "application/jwk-set+json"]);
    match serde_json::from_slice::<JwkSet>(answer.body()) {
        Ok(published) => findings.extend(same_keys(address, &published, ours)),
        Err(why) => findings.push(unreadable(address, answer, &why)),
    }
    or_fine(address, findings, "has the keys of this database, and may be kept")
}

fn same_keys(address: &str, published: &JwkSet, ours: &JwkSet) -> Option<Finding> {
    let kids = |set: &JwkSet| set.keys.iter().filter_map(|key| key.common.key_id.clone()).collect::<Vec<_>>();
    let (there, here) = (kids(published), kids(ours));
    let only = |these: &[String], those: &[String]| these.iter().filter(|kid| !those.contains(kid)).cloned().collect::<Vec<_>>().join(", ");
    let (missing, strange) = (only(&here, &there), only(&there, &here));
    let says = match (missing.as_str(), strange.as_str()) {
        ("", "") => return None,
        (missing, "") => format!("{address} lacks keys of this database ({missing}): what they sign is refused"),
        ("", strange) => format!("{address} has keys that this database does not know ({strange})"),
        (missing, strange) => {
            format!("{address} has other keys ({strange}) than this database ({missing}): what is signed here is refused")
        }
    };
    let remedy = "an old answer is kept, or a server with another database answers there: point doctor and server at one database, and start replicas anew";
    Some(broken(says, remedy).with(json!({ "found": there, "expected": here })))
}

/// What anybody may keep must say so, and carry nothing of anybody.
fn as_a_file(address: &str, answer: &Answer, types: &[&str]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut wrong = |name: &str, found: Option<String>, what: &str, remedy: String| {
        let shown = found.as_deref().unwrap_or("missing");
        let facts = json!({ "header": name, "found": found });
        findings.push(broken(format!("{address}: {name} is {shown}{what}"), remedy).with(facts));
    };
    let content = header_of(answer, "content-type");
    let media = content.as_deref().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_lowercase();
    if !types.contains(&media.as_str()) {
        let remedy = format!("let the proxy leave content-type alone: {}", types.join(" or "));
        wrong("content-type", content, ": Convex reads nothing else", remedy);
    }
    let cache = header_of(answer, "cache-control");
    if let Some(what) = uncacheable(cache.as_deref().unwrap_or_default()) {
        wrong("cache-control", cache, what, "let the proxy leave cache-control alone: public, max-age=60".to_owned());
    }
    if let Some(cookie) = header_of(answer, "set-cookie") {
        // Whose it is helps; what is in it is nobody's business.
        let name = cookie.split('=').next().unwrap_or_default().to_owned();
        let what = ": what carries a cookie is kept by nobody, so Convex asks for every token";
        wrong("set-cookie", Some(name), what, "let the proxy set no cookies below /.well-known (often those of load balancers)".to_owned());
    }
    let vary = header_of(answer, "vary");
    if vary.as_deref().unwrap_or_default().split(',').any(|one| one.trim() == "*") {
        wrong(
            "vary",
            vary,
            ": such an answer is kept by nobody, so Convex asks for every token",
            "let the proxy add no Vary: *".to_owned(),
        );
    }
    if let Some(encoding) = header_of(answer, "content-encoding") {
        let remedy = "let the proxy compress only for those who send accept-encoding";
        wrong("content-encoding", Some(encoding), " although nobody asked for it", remedy.to_owned());
    }
    let readers = header_of(answer, "access-control-allow-origin");
    if readers.as_deref() != Some("*") {
        let remedy = "let the proxy leave access-control-allow-origin alone: one *".to_owned();
        wrong("access-control-allow-origin", readers, ": apps in browsers cannot read this", remedy);
    }
    findings
}

/// What a cache makes of `cache-control`, if it keeps nothing or not long enough.
fn uncacheable(text: &str) -> Option<&'static str> {
    let directives: Vec<_> = text.split(',').map(|one| one.trim().to_lowercase()).collect();
    let has = |name: &str| directives.iter().any(|one| one == name || one.starts_with(&format!("{name}=")));
    let age = |name: &str| directives.iter().find_map(|one| one.strip_prefix(&format!("{name}="))?.trim_matches('"').parse::<u64>().ok());
    if ["no-store", "no-cache", "private"].iter().any(|name| has(name)) {
        return Some(": nobody may keep it, so Convex asks twice for every token");
    }
    if has("must-revalidate") {
        return Some(": while this server is away nobody may use what was kept, and Convex signs people out");
    }
    if age("s-maxage").or(age("max-age")).unwrap_or(0) == 0 {
        return Some(": without a max-age Convex asks twice for every token");
    }
    (!has("public")).then_some(": it should say public")
}

/// The document, member by member.
fn members(address: &str, answer: &Answer, ours: &Value) -> Vec<Finding> {
    let found: Map<String, Value> = match serde_json::from_slice(answer.body()) {
        Ok(found) => found,
        Err(why) => return vec![unreadable(address, answer, &why)],
    };
    let none = Map::new();
    let ours = ours.as_object().unwrap_or(&none);
    let text = |value: Option<&Value>| {
        value.map_or_else(|| "missing".to_owned(), |value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    };
    let names = ours.keys().chain(found.keys().filter(|name| !ours.contains_key(*name)));
    let differs = names.filter(|name| found.get(*name) != ours.get(*name));
    let judged = differs.map(|name| {
        let (there, here) = (text(found.get(name)), text(ours.get(name)));
        let (what, remedy) = if name == "issuer" {
            let what = "apps compare it byte for byte, and refuse every token";
            (what, "let the proxy leave the body alone; if another server answers there, point the name at this one, or set issuer to what that one says")
        } else {
            ("the document was changed on the way, or another version wrote it", "let the proxy leave the body alone, and run one version")
        };
        let says = format!("{address}: {name} is {}, not {here}: {what}", differing(&there, &here));
        broken(says, remedy).with(json!({ "member": name, "found": found.get(name), "expected": ours.get(name) }))
    });
    judged.collect()
}

fn unreadable(address: &str, answer: &Answer, why: &serde_json::Error) -> Finding {
    let begins: String = String::from_utf8_lossy(answer.body()).chars().take(40).filter(|c| !c.is_control()).collect();
    let says = format!("{address} is not the JSON that was sent ({why}); it begins: {begins}");
    broken(says, "let the proxy leave the body alone: no page of its own, no script added")
}

#[cfg(test)]
mod tests {
    use oauth2::http::Response;

    use super::*;
    use crate::doctor::Mark;

    const GOOD: [(&str, &str); 3] =
        [("content-type", "application/json"), ("cache-control", "public, max-age=60"), ("access-control-allow-origin", "*")];

    fn answer(headers: &[(&str, &str)], body: &str) -> Answer {
        let mut answer = Response::builder().status(200);
        for (name, value) in headers {
            answer = answer.header(*name, *value);
        }
        answer.body(body.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn each_header_is_one_finding() {
        let fine = |headers: &[(&str, &str)]| as_a_file("a", &answer(headers, "{}"), &["application/json"]);
        assert!(fine(&GOOD).is_empty());
        for (name, value, says) in [
            ("content-type", Some("text/html"), "content-type is text/html: Convex reads nothing else"),
            ("content-type", None, "content-type is missing"),
            ("cache-control", None, "cache-control is missing: without a max-age"),
            ("cache-control", Some("private, max-age=60"), "nobody may keep it"),
            ("cache-control", Some("no-store"), "nobody may keep it"),
            ("cache-control", Some("public, No-Cache=\"x\""), "nobody may keep it"),
            ("cache-control", Some("public, max-age=60, must-revalidate"), "signs people out"),
            ("cache-control", Some("public, max-age=0"), "without a max-age"),
            ("cache-control", Some("public, max-age=60, s-maxage=0"), "without a max-age"),
            ("cache-control", Some("max-age=60"), "it should say public"),
            ("set-cookie", Some("AWSALB=secret; Path=/"), "set-cookie is AWSALB:"),
            ("vary", Some("Accept, *"), "vary is Accept, *"),
            ("content-encoding", Some("gzip"), "although nobody asked"),
            ("access-control-allow-origin", None, "apps in browsers cannot read"),
            ("access-control-allow-origin", Some("https://app.example"), "apps in browsers cannot read"),
        ] {
            let mut headers: Vec<_> = GOOD.into_iter().filter(|(one, _)| *one != name).collect();
            headers.extend(value.map(|value| (name, value)));
            let found = fine(&headers);
            assert!(found.len() == 1 && found[0].says.contains(says) && found[0].remedy.is_some(), "{name} {value:?}: {found:?}");
            assert!(!found[0].says.contains("secret"));
        }
        let doubled = [GOOD.as_slice(), &[("access-control-allow-origin", "*")]].concat();
        assert!(fine(&doubled)[0].says.contains("is *, *"), "what a proxy adds a second time");
    }

    #[test]
    fn every_member_of_the_document_is_ours() {
        let ours = json!({ "issuer": "https://auth.example.com", "jwks_uri": "https://auth.example.com/k" });
        let found = |body: &str| members("a", &answer(&GOOD, body), &ours);
        assert!(found(&ours.to_string()).is_empty());
        for (body, says) in [
            (
                json!({ "issuer": "https://auth.example.com/", "jwks_uri": "https://auth.example.com/k" }),
                "issuer is https://auth.example.com⟨/⟩, not",
            ),
            (json!({ "issuer": "https://auth.example.com", "jwks_uri": "http://auth.example.com/k" }), "jwks_uri is ⟨http⟩://"),
            (json!({ "issuer": "https://auth.example.com" }), "jwks_uri is ⟨missing⟩"),
            (
                json!({ "issuer": "https://auth.example.com", "jwks_uri": "https://auth.example.com/k", "more": 1 }),
                "more is ⟨1⟩, not missing",
            ),
        ] {
            let found = found(&body.to_string());
            assert!(found.len() == 1 && found[0].says.contains(says), "{found:?}");
        }
        assert!(found("<html>")[0].says.contains("begins: <html>"));
    }

    #[test]
    fn a_missing_twin_is_a_note_where_the_issuer_has_a_path() {
        let config = crate::doctor::sample::house("https://auth.example.com", "").0;
        let missing = Response::builder().status(404).body(Vec::new()).unwrap();
        assert_eq!(twin(&config, "a", &missing, &json!({}))[0].mark, Mark::Broken);
        let config = Config { issuer: crate::types::IssuerUrl::parse("https://example.com/auth").unwrap(), ..config };
        assert_eq!(twin(&config, "a", &missing, &json!({}))[0].mark, Mark::Note);
    }

    #[test]
    fn keys_are_compared_by_their_names() {
        let set = |kids: &[&str]| -> JwkSet {
            let keys: Vec<_> = kids.iter().map(|kid| json!({ "kty": "oct", "k": "AA", "kid": kid })).collect();
            serde_json::from_value(json!({ "keys": keys })).unwrap()
        };
        for (there, says) in [
            (vec!["a", "b"], None),
            (vec!["b", "a"], None),
            (vec!["a"], Some("lacks keys of this database (b)")),
            (vec!["a", "b", "c"], Some("does not know (c)")),
            (vec!["c"], Some("has other keys (c) than this database (a, b)")),
        ] {
            let found = same_keys("x", &set(&there), &set(&["a", "b"]));
            assert_eq!(found.is_some(), says.is_some(), "{there:?}");
            assert!(found.is_none_or(|found| found.says.contains(says.unwrap())), "{there:?}");
        }
    }
}
