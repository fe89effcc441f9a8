//! A pretend app that does the protocol by hand, so that it can also do it wrongly.

use serde_json::Value;

use super::process::Process;
use super::{Browser, SECRET, TestApp, View};

pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub const CALLBACK: &str = "https://app.test/callback";

/// One app at one server.
pub struct RelyingParty {
    pub client: &'static str,
    pub issuer: String,
    pub http: reqwest::Client,
}

/// What `/token` answered.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Answer {
    pub fn text(&self, name: &str) -> &str {
        self.body[name].as_str().unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }

    pub fn error(&self) -> &str {
        self.body["error"].as_str().unwrap_or("")
    }
}

impl RelyingParty {
    pub fn new(app: &TestApp, client: &'static str) -> Self {
        Self { client, issuer: app.issuer.clone(), http: reqwest::Client::builder().no_proxy().build().unwrap() }
    }

    /// The same app, at another process of the server.
    pub fn at(&self, process: &Process) -> Self {
        Self { client: self.client, issuer: process.address.clone(), http: self.http.clone() }
    }

    pub fn authorize_path(&self, more: &str) -> String {
        format!(
            "/authorize?client_id={}&redirect_uri={CALLBACK}&response_type=code&scope=openid+profile+email+offline_access&state=s1&nonce=n1&code_challenge={CHALLENGE}&code_challenge_method=S256{more}",
            self.client
        )
    }

    /// This app with the tokens of whoever is signed in at this browser.
    pub async fn with_tokens(app: &TestApp, browser: &Browser, client: &'static str) -> (Self, Answer) {
        let party = Self::new(app, client);
        let answer = party.redeem(&party.code(browser).await).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        (party, answer)
    }

    /// A code for whoever is signed in at this browser.
    pub async fn code(&self, browser: &Browser) -> String {
        let view = browser.get(&self.authorize_path("")).await;
        code_in(&view)
    }

    pub async fn redeem(&self, code: &str) -> Answer {
        self.token(&[("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)]).await
    }

    pub async fn refresh(&self, token: &str) -> Answer {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    /// Asks `/token`, proving itself as this client does.
    pub async fn token(&self, fields: &[(&str, &str)]) -> Answer {
        self.ask("/token", fields).await
    }

    pub async fn revoke(&self, token: &str) -> Answer {
        self.ask("/revoke", &[("token", token)]).await
    }

    pub async fn introspect(&self, token: &str) -> Answer {
        self.ask("/introspect", &[("token", token)]).await
    }

    /// Asks any endpoint of programs, proving itself as this client does.
    pub async fn ask(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = self.http.post(format!("{}{path}", self.issuer));
        let mut fields = fields.to_vec();
        let request = match self.client {
            client @ ("web" | "web-legacy" | "service") => request.basic_auth(client, Some(SECRET)),
            "web2" => {
                fields.extend([("client_id", "web2"), ("client_secret", SECRET)]);
                request
            }
            client => {
                fields.push(("client_id", client));
                request
            }
        };
        let response = request.form(&fields).send().await.unwrap();
        let status = response.status().as_u16();
        assert_eq!(response.headers()["cache-control"], "no-store");
        assert_ne!(status, 500);
        let has_type = response.headers().contains_key("content-type");
        let body = response.text().await.unwrap();
        assert_eq!(body.is_empty(), !has_type, "a body and its type come together: {body}");
        Answer { status, body: if body.is_empty() { Value::Null } else { serde_json::from_str(&body).unwrap() } }
    }

    /// Pushes a request (RFC 9126).
    pub async fn push(&self, more: &[(&'static str, &'static str)]) -> Answer {
        self.ask("/par", &request(more)).await
    }

    /// Sends the browser with nothing but the reference.
    pub async fn send(&self, browser: &Browser, pushed: &Answer) -> View {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("client_id", self.client), ("request_uri", pushed.text("request_uri"))])
            .finish();
        browser.get(&format!("/authorize?{query}")).await
    }

    pub async fn userinfo(&self, token: &str) -> Answer {
        let response = self.http.get(format!("{}/userinfo", self.issuer)).bearer_auth(token).send().await.unwrap();
        Answer { status: response.status().as_u16(), body: response.json().await.unwrap() }
    }
}

/// An authorization request, with these parameters instead of the usual ones.
pub fn request(more: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let usual = [
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid email offline_access"),
        ("state", "s1"),
        ("nonce", "n1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let kept = usual.into_iter().filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
    kept.chain(more.iter().copied()).collect()
}

/// The code with which the browser was sent back, by a redirect or by the hand-off page.
pub fn code_in(view: &View) -> String {
    let to = view.left_for.clone().or_else(|| view.refresh()).unwrap_or_else(|| panic!("not sent back: {} {}", view.status, view.text()));
    parameter(&to, "code").unwrap_or_else(|| panic!("no code in {to}"))
}

/// What the page's form takes to the app, and the button that a person without scripts presses.
pub fn sent(view: &View) -> std::collections::BTreeMap<String, String> {
    let form = view.form_to(CALLBACK);
    assert_eq!(form.action.as_str(), CALLBACK);
    assert!(view.html.contains("data-submit") && form.button("Continue to"), "{}", view.html);
    form.pairs().into_iter().collect()
}

/// A parameter of a URL's query or fragment.
pub fn parameter(url: &str, name: &str) -> Option<String> {
    let mut parts = url.split(['?', '#']).skip(1);
    parts.find_map(|part| url::form_urlencoded::parse(part.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned()))
}

/// The claims of a token, unverified.
pub fn claims(token: &str) -> Value {
    part(token, 1)
}

pub fn part(token: &str, index: usize) -> Value {
    use base64::Engine;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(token.split('.').nth(index).unwrap()).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}
