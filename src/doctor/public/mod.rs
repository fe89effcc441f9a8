//! The public address as an outsider sees it: what a relying party, a browser and a proxy make of what we answer. Our own
//! answers are known, so whatever differs was done on the way.

mod document;
mod page;
mod plain;
mod preflight;
mod unanswered;
mod way;

use jsonwebtoken::jwk::JwkSet;
use oauth2::http::{Request, Response, header};
use serde_json::{Value, json};

use super::Finding;
use super::clock::{Other, midway};
use crate::app::App;
use crate::http_client::{HttpClient, NoAnswer};
use crate::oidc::discovery::Discovery;
use crate::types::{Origin, UnixMillis};

/// Every finding here is about this.
const CHECK: &str = "public";

/// What an answer looks like here.
type Answer = Response<Vec<u8>>;

/// What was seen.
pub struct Seen {
    /// What it comes to.
    pub findings: Vec<Finding>,
    /// What time it is there.
    pub clock: Option<Other>,
}

/// Looks at the public address. `keys` are ours; `origin` is one that some app has registered.
pub async fn look(app: &App, keys: &JwkSet, origin: Option<&Origin>) -> Seen {
    let http = HttpClient::outsider(&app.config);
    let address = app.config.issuer.join("/.well-known/openid-configuration");
    let asked = app.clock.now();
    let answer = http.get(&address).await;
    let now = midway(asked, app.clock.now());
    let answer = match answer {
        Ok(answer) => answer,
        Err(why) => return Seen { findings: vec![unanswered::finding(&app.config, &why).await], clock: None },
    };
    if let Some(idle) = unanswered::behind_a_proxy(&app.config, answer.status().as_u16()).await {
        return Seen { findings: vec![idle], clock: None };
    }
    let ours = serde_json::from_slice(Discovery::new(&app.config).body()).unwrap_or_default();
    let mut findings = document::discovery(&app.config, &address, &answer, &ours);
    // An app goes on with the address that it was given.
    let document: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    let jwks = document["jwks_uri"].as_str().map_or_else(|| app.config.issuer.join("/.well-known/jwks.json"), str::to_owned);
    let rest = Rest { app, http: &http, ours: &ours };
    let (keys, twin, page, preflight, plain) =
        tokio::join!(rest.keys(&jwks, keys), rest.twin(), rest.page(), rest.preflight(origin), rest.plain());
    findings.extend([keys, twin, page, preflight, plain].into_iter().flatten());
    Seen { findings, clock: clock(&answer, now) }
}

/// What is asked beside the first document, all at once.
struct Rest<'a> {
    app: &'a App,
    http: &'a HttpClient,
    ours: &'a Value,
}

impl Rest<'_> {
    async fn keys(&self, address: &str, keys: &JwkSet) -> Vec<Finding> {
        self.judged(address, self.http.get(address).await, |answer| document::keys(&self.app.config, address, answer, keys))
    }

    /// RFC 8414 §3.1 puts it in front of the issuer's path.
    async fn twin(&self) -> Vec<Finding> {
        let issuer = &self.app.config.issuer;
        let address = format!("{}/.well-known/oauth-authorization-server{}", issuer.origin(), issuer.path());
        self.judged(&address, self.http.get(&address).await, |answer| document::twin(&self.app.config, &address, answer, self.ours))
    }

    async fn page(&self) -> Vec<Finding> {
        let address = self.app.config.issuer.join("/sign-in");
        let request = Request::get(&address).header(header::ACCEPT, "text/html").body(Vec::new());
        self.judged(&address, self.sent(request).await, |answer| page::page(&self.app.config, &address, answer))
    }

    async fn preflight(&self, origin: Option<&Origin>) -> Vec<Finding> {
        let address = self.app.config.issuer.join("/token");
        let request = Request::options(&address)
            .header(header::ORIGIN, origin.map_or("https://app.example", Origin::as_str))
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
            .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "content-type")
            .body(Vec::new());
        self.judged(&address, self.sent(request).await, |answer| preflight::preflight(&self.app.config, &address, answer, origin))
    }

    async fn plain(&self) -> Vec<Finding> {
        let Some(address) = plain::address(&self.app.config.issuer) else { return Vec::new() };
        vec![plain::plain(&address, &self.http.get(&address).await)]
    }

    async fn sent(&self, request: oauth2::http::Result<Request<Vec<u8>>>) -> Result<Answer, NoAnswer> {
        let unwritten = |why: oauth2::http::Error| NoAnswer::Unreachable { host: self.app.config.issuer.host(), why: why.to_string() };
        self.http.send(request.map_err(unwritten)?).await
    }

    /// The findings about one address: what is wrong, or that nothing is.
    fn judged(&self, address: &str, answer: Result<Answer, NoAnswer>, judge: impl FnOnce(&Answer) -> Vec<Finding>) -> Vec<Finding> {
        match answer {
            Ok(answer) => judge(&answer),
            Err(why) => {
                let remedy = format!("the other addresses answer: {}", way::pass_on(&self.app.config));
                vec![about(address, Finding::broken(CHECK, format!("{address}: {why}"), remedy))]
            }
        }
    }
}

fn clock(answer: &Answer, ours: UnixMillis) -> Option<Other> {
    let text = |name| answer.headers().get(name)?.to_str().ok();
    let said = http_date(text(header::DATE)?)?;
    // An answer that a cache kept is as old as it says (RFC 9111 §5.1).
    let age = text(header::AGE).and_then(|age| age.parse::<u32>().ok()).unwrap_or(0);
    Some(Other { whose: "the public address".into(), said: UnixMillis(said.0 + i64::from(age) * 1000), ours })
}

/// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7). It names the second that has begun: its middle is the better guess.
fn http_date(text: &str) -> Option<UnixMillis> {
    let format = time::macros::format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
    let at = time::PrimitiveDateTime::parse(text, format).ok()?.assume_utc().unix_timestamp();
    Some(UnixMillis(at * 1000 + 500))
}

/// A finding, or a line that says that there is none.
fn or_fine(address: &str, findings: Vec<Finding>, fine: &str) -> Vec<Finding> {
    let findings = if findings.is_empty() { vec![Finding::fine(CHECK, format!("{address} {fine}"))] } else { findings };
    findings.into_iter().map(|finding| about(address, finding)).collect()
}

/// Every finding says for programs which address it is about.
fn about(address: &str, mut finding: Finding) -> Finding {
    finding.facts["address"] = json!(address);
    finding
}

fn broken(says: impl Into<String>, remedy: impl Into<String>) -> Finding {
    Finding::broken(CHECK, says, remedy)
}

/// The values of a header, in one line; nothing, if it is not there.
fn header_of(answer: &Answer, name: &str) -> Option<String> {
    let values: Vec<_> = answer.headers().get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_of_an_answer_is_read() {
        assert_eq!(http_date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(UnixMillis(784_111_777_500)));
        assert_eq!(http_date("yesterday"), None);
        let kept = Response::builder().header("date", "Sun, 06 Nov 1994 08:49:37 GMT").header("age", "50").body(Vec::new()).unwrap();
        assert_eq!(clock(&kept, UnixMillis(0)).unwrap().said, UnixMillis(784_111_827_500), "a cache says how old its answer is");
    }
}
