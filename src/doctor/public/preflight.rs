//! A browser's question before an app's script may call us. Proxies like to answer it themselves, or to add to our answer.

use serde_json::json;

use super::{Answer, about, broken, header_of, or_fine, way};
use crate::config::Config;
use crate::doctor::Finding;
use crate::types::Origin;

/// It reaches us, and nobody adds to what we say.
pub(super) fn preflight(config: &Config, address: &str, answer: &Answer, origin: Option<&Origin>) -> Vec<Finding> {
    let status = answer.status().as_u16();
    if status != 204 {
        if let Some(finding) = way::astray(config, address, answer).filter(|_| status != 405) {
            return vec![finding];
        }
        let says = format!("OPTIONS {address} answers {status}, which is not this server's answer: no app in a browser can get tokens");
        return vec![about(address, broken(says, "let the proxy pass OPTIONS on instead of answering it"))];
    }
    let allowed = header_of(answer, "access-control-allow-origin");
    let facts = json!({ "origin": origin, "access-control-allow-origin": allowed });
    let finding = match (origin.map(Origin::as_str), allowed.as_deref()) {
        (Some(origin), Some(found)) if found == origin => None,
        (None, None) => None,
        (Some(origin), None) => Some(broken(
            format!("OPTIONS {address} does not let scripts of {origin} in, although an app has registered them"),
            "let the proxy pass OPTIONS and the Origin header on, and keep access-control-allow-origin in the answer",
        )),
        (_, Some(found)) => Some(broken(
            format!("OPTIONS {address} comes with access-control-allow-origin: {found}, which is not what this server says"),
            "let the proxy add no access-control headers: this server sends them for the apps that are registered",
        )),
    };
    let findings = finding.map(|finding| finding.with(facts)).into_iter().collect();
    or_fine(address, findings, "answers a browser's question before a script calls (CORS)")
}

#[cfg(test)]
mod tests {
    use oauth2::http::Response;

    use super::*;
    use crate::doctor::Mark;

    #[test]
    fn nobody_answers_for_us_and_nobody_adds() {
        let config = crate::doctor::sample::house("https://auth.example.com", "").0;
        let origin = Origin::parse("https://app.example.com").unwrap();
        for (status, allowed, registered, says) in [
            (204, vec!["https://app.example.com"], true, "answers a browser"),
            (204, vec![], false, "answers a browser"),
            (204, vec![], true, "does not let scripts of https://app.example.com in"),
            (204, vec!["*"], false, "not what this server says"),
            (204, vec!["https://app.example.com", "*"], true, "https://app.example.com, *, which is not"),
            (200, vec!["*"], true, "no app in a browser"),
            (405, vec![], true, "no app in a browser"),
            (502, vec![], true, "does not reach the server"),
        ] {
            let mut answer = Response::builder().status(status);
            for value in &allowed {
                answer = answer.header("access-control-allow-origin", *value);
            }
            let found = preflight(&config, "https://a/token", &answer.body(Vec::new()).unwrap(), registered.then_some(&origin));
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].says.contains(says), "{status} {allowed:?}: {}", found[0].says);
            assert_eq!(found[0].mark == Mark::Fine, says == "answers a browser");
        }
    }
}
