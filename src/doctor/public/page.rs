//! The sign-in page as a browser gets it: what protects it must arrive as it was sent.

use serde_json::json;

use super::super::differing;
use super::{Answer, broken, header_of, or_fine, way};
use crate::config::Config;
use crate::doctor::Finding;
use crate::page::CSP;

/// Its headers and its cookie.
pub(super) fn page(config: &Config, address: &str, answer: &Answer) -> Vec<Finding> {
    if let Some(finding) = way::astray(config, address, answer) {
        return vec![finding];
    }
    let mut findings = Vec::new();
    let mut wrong = |name: &str, what: &str, remedy: &str| {
        let found = header_of(answer, name);
        let shown = found
            .as_deref()
            .map_or_else(|| "missing".to_owned(), |found| if name == CSP_NAME { differing(found, CSP) } else { found.to_owned() });
        let facts = json!({ "header": name, "found": if name == "set-cookie" { None } else { found.as_deref() } });
        let shown = if name == "set-cookie" { "not the one that was sent".to_owned() } else { shown };
        findings.push(broken(format!("{address}: {name} is {shown}: {what}"), remedy).with(facts));
    };
    let is = |name: &str, passes: fn(&str) -> bool| header_of(answer, name).is_some_and(|found| passes(&found.to_lowercase()));
    if header_of(answer, CSP_NAME).as_deref() != Some(CSP) {
        let framed = !is(CSP_NAME, |found| found.contains("frame-ancestors 'none'"));
        let what = if framed {
            "another site can show this page in a frame and have people click there"
        } else {
            "pages may not load what they need, or load more"
        };
        wrong(CSP_NAME, what, "let the proxy leave content-security-policy alone, and add none");
    }
    if !is("x-content-type-options", |found| found.starts_with("nosniff")) {
        wrong("x-content-type-options", "browsers may take a file for something else", "let the proxy leave it alone: nosniff");
    }
    if !is("cache-control", |found| found.contains("no-store")) {
        wrong(
            "cache-control",
            "one person's page can be kept and shown to another",
            "let the proxy leave cache-control of pages alone: no-store",
        );
    }
    if config.issuer.is_https() && !is("strict-transport-security", |found| !found.contains("max-age=0")) {
        let remedy = "let the proxy leave strict-transport-security alone: max-age=31536000";
        wrong("strict-transport-security", "browsers will try without TLS again", remedy);
    }
    if !answer.headers().get_all("set-cookie").iter().any(|cookie| is_whole(&String::from_utf8_lossy(cookie.as_bytes()))) {
        let remedy = "let the proxy leave set-cookie alone: no other path, domain or flags";
        wrong("set-cookie", "browsers will not keep it, and nobody can sign in", remedy);
    }
    or_fine(address, findings, "is protected as it was sent, and kept by nobody")
}

const CSP_NAME: &str = "content-security-policy";

/// A browser refuses a `__Host-` cookie that is not `Secure`, has a domain or another path (RFC 6265bis §4.1.3.2).
fn is_whole(cookie: &str) -> bool {
    let parts: Vec<_> = cookie.split(';').map(|part| part.trim().to_lowercase()).collect();
    let has = |wanted: &str| parts.iter().any(|part| part == wanted);
    cookie.starts_with("__Host-")
        && has("secure")
        && has("httponly")
        && has("path=/")
        && !parts.iter().any(|part| part.starts_with("domain="))
}

#[cfg(test)]
mod tests {
    use oauth2::http::Response;

    use super::*;
    use crate::doctor::Mark;

    #[test]
    fn what_protects_a_page_must_arrive() {
        let config = crate::doctor::sample::house("https://auth.example.com", "").0;
        let good = [
            (CSP_NAME, CSP),
            ("x-content-type-options", "nosniff"),
            ("cache-control", "no-store"),
            ("strict-transport-security", "max-age=31536000"),
            ("set-cookie", "__Host-hk-browser=private; HttpOnly; SameSite=Lax; Secure; Path=/"),
        ];
        let found = |headers: &[(&str, &str)]| {
            let answer = headers.iter().fold(Response::builder().status(200), |answer, (name, value)| answer.header(*name, *value));
            page(&config, "a", &answer.body(Vec::new()).unwrap())
        };
        assert_eq!(found(&good)[0].mark, Mark::Fine);
        for (name, value, says) in [
            (CSP_NAME, None, "is missing: another site can show this page in a frame"),
            (CSP_NAME, Some("frame-ancestors *"), "another site can show this page in a frame"),
            (CSP_NAME, Some(&*format!("{CSP}, default-src *")), "⟩: pages may not load"),
            ("x-content-type-options", None, "browsers may take a file"),
            ("cache-control", Some("public, max-age=60"), "shown to another"),
            ("strict-transport-security", None, "without TLS again"),
            ("set-cookie", None, "nobody can sign in"),
            ("set-cookie", Some("__Host-hk-browser=private; HttpOnly; Secure; Path=/auth"), "nobody can sign in"),
            ("set-cookie", Some("__Host-hk-browser=private; HttpOnly; Secure; Path=/; Domain=example.com"), "nobody can sign in"),
        ] {
            let mut headers: Vec<_> = good.into_iter().filter(|(one, _)| *one != name).collect();
            headers.extend(value.map(|value| (name, value)));
            let found = found(&headers);
            assert!(found.len() == 1 && found[0].says.contains(says), "{name} {value:?}: {found:?}");
            assert!(!format!("{found:?}").contains("private"), "a cookie is not repeated");
        }
    }
}
