//! A browser without scripts: cookies, links and the page's real forms. Whatever passes through it is
//! held to the rules that every page follows.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use reqwest::header::{HeaderMap, LOCATION, SET_COOKIE};
use scraper::{ElementRef, Html, Selector};
use url::Url;

/// One browser, with its cookies.
#[derive(Clone)]
pub struct Browser {
    issuer: Url,
    http: reqwest::Client,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
    headers: Vec<(String, String)>,
}

/// What came back, after redirects on this server.
pub struct View {
    pub status: u16,
    pub url: Url,
    pub headers: HeaderMap,
    pub html: String,
    /// Where a redirect would have led away from this server.
    pub left_for: Option<String>,
    browser: Browser,
}

impl Browser {
    pub fn new(issuer: &str) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        // The server hangs up after five seconds: a question must not meet it doing so.
        let http = http.pool_idle_timeout(std::time::Duration::from_secs(2)).build().unwrap();
        Self { issuer: Url::parse(issuer).unwrap(), http, cookies: Arc::default(), headers: Vec::new() }
    }

    /// Somebody else's browser, without cookies, over the same connections.
    pub fn another(&self) -> Self {
        Self { cookies: Arc::default(), ..self.clone() }
    }

    /// The same browser, at another replica of the server.
    pub fn at(&self, replica: &str) -> Self {
        Self { issuer: Url::parse(replica).unwrap(), ..self.clone() }
    }

    /// Sends this header with every request from now on.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    pub fn cookie_header(&self) -> String {
        self.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// Opens an address: a path of the issuer, or a whole URL on its origin.
    pub async fn get(&self, address: &str) -> View {
        let url = if address.starts_with("http") {
            Url::parse(address).unwrap()
        } else {
            Url::parse(&format!("{}{address}", self.issuer.as_str().trim_end_matches('/'))).unwrap()
        };
        self.go("GET", url, None).await
    }

    /// Sends a form that no page of ours made.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> View {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.go("POST", self.issuer.join(path).unwrap(), Some(body)).await
    }

    /// Asks without looking at the answer or following it: how long it took, and the status.
    pub async fn timed(&self, method: &str, path: &str, fields: &[(&str, &str)]) -> (std::time::Duration, u16) {
        let request = self.http.request(method.parse().unwrap(), self.issuer.join(path).unwrap()).header("cookie", self.cookie_header());
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
        let began = std::time::Instant::now();
        let response = request.send().await.unwrap();
        let (took, status) = (began.elapsed(), response.status().as_u16());
        // The next one goes over the same connection.
        response.bytes().await.unwrap();
        (took, status)
    }

    async fn go(&self, method: &str, mut url: Url, mut body: Option<String>) -> View {
        let mut method = method.to_owned();
        for _ in 0..10 {
            let mut request = self.http.request(method.parse().unwrap(), url.clone()).header("cookie", self.cookie_header());
            request = request.header("accept", "text/html,*/*;q=0.8");
            for (name, value) in &self.headers {
                request = request.header(name, value);
            }
            if let Some(body) = &body {
                request = request.header("content-type", "application/x-www-form-urlencoded").body(body.clone());
            }
            let response = request.send().await.unwrap();
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            self.keep_cookies(&headers);
            let to = headers.get(LOCATION).map(|to| url.join(to.to_str().unwrap()).unwrap());
            match to {
                Some(to) if status == 303 && to.origin() == self.issuer.origin() => {
                    (method, url, body) = ("GET".to_owned(), to, None);
                }
                to => {
                    let html = response.text().await.unwrap();
                    let view = View { status, url, headers, html, left_for: to.map(String::from), browser: self.clone() };
                    view.obeys_the_rules();
                    return view;
                }
            }
        }
        panic!("too many redirects, the last to {url}");
    }

    fn keep_cookies(&self, headers: &HeaderMap) {
        for header in headers.get_all(SET_COOKIE) {
            let text = header.to_str().unwrap();
            assert!(text.len() < 4096, "a cookie of {} bytes", text.len());
            let (pair, attributes) = text.split_once(';').unwrap_or_else(|| panic!("a cookie without attributes: {text}"));
            let (name, value) = pair.split_once('=').unwrap();
            assert!(name.starts_with("__Host-"), "{text}");
            for wanted in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
                assert!(attributes.split(';').any(|one| one.trim() == wanted), "no {wanted}: {text}");
            }
            assert!(!attributes.to_lowercase().contains("domain"), "{text}");
            let mut cookies = self.cookies.lock().unwrap();
            if attributes.contains("Max-Age=0") {
                cookies.remove(name)
            } else {
                cookies.insert(name.to_owned(), value.to_owned())
            };
        }
    }
}

fn all<'a>(html: &'a Html, css: &str) -> Vec<ElementRef<'a>> {
    let selector = Selector::parse(css).unwrap();
    let found: Vec<ElementRef<'a>> = html.select(&selector).collect();
    found
}

fn words(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

impl View {
    fn html(&self) -> Html {
        Html::parse_document(&self.html)
    }

    fn first(&self, css: &str) -> Option<String> {
        all(&self.html(), css).into_iter().next().map(words)
    }

    pub fn title(&self) -> String {
        self.first("title").unwrap_or_default()
    }

    pub fn h1(&self) -> String {
        self.first("h1").unwrap_or_default()
    }

    /// The summary of what is wrong.
    pub fn problem(&self) -> String {
        self.first("[role=alert]").unwrap_or_default()
    }

    pub fn text(&self) -> String {
        self.first("body").unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Where the page sends the browser by itself.
    pub fn refresh(&self) -> Option<String> {
        let html = self.html();
        let meta = all(&html, "meta[http-equiv=refresh]").into_iter().next()?;
        meta.value().attr("content")?.split_once("url=").map(|(_, url)| url.to_owned())
    }

    /// Follows a link by its words.
    pub async fn follow(&self, text: &str) -> View {
        let href = {
            let html = self.html();
            let links = all(&html, "a[href]");
            let link = links.iter().find(|link| words(**link).contains(text));
            let link =
                link.unwrap_or_else(|| panic!("no link says {text:?}: {:?}", links.iter().map(|one| words(*one)).collect::<Vec<_>>()));
            self.url.join(link.value().attr("href").unwrap()).unwrap()
        };
        self.browser.go("GET", href, None).await
    }

    /// The first form of the page.
    pub fn form(&self) -> Form {
        self.form_to("")
    }

    /// The form whose action ends so.
    pub fn form_to(&self, action: &str) -> Form {
        let html = self.html();
        let forms = all(&html, "form");
        let form = forms.into_iter().find(|form| form.value().attr("action").unwrap_or("").ends_with(action));
        let form = form.unwrap_or_else(|| panic!("no form to {action:?} on {:?} ({}): {}", self.h1(), self.status, self.text()));
        assert_eq!(form.value().attr("method"), Some("post"));
        let mut fields = Vec::new();
        for input in form.select(&Selector::parse("input[name]").unwrap()) {
            let element = input.value();
            let name = element.attr("name").unwrap().to_owned();
            let boxed = matches!(element.attr("type"), Some("checkbox" | "radio"));
            let ticked = !boxed || element.attr("checked").is_some();
            fields.push((name, element.attr("value").unwrap_or(if boxed { "on" } else { "" }).to_owned(), ticked));
        }
        let buttons = form
            .select(&Selector::parse("button").unwrap())
            .map(|button| {
                (words(button), button.value().attr("name").map(str::to_owned), button.value().attr("value").unwrap_or("").to_owned())
            })
            .collect();
        let action = self.url.join(form.value().attr("action").unwrap_or("")).unwrap();
        Form { action, fields, buttons, browser: self.browser.clone() }
    }

    fn obeys_the_rules(&self) {
        assert_ne!(self.status, 500, "{}: {}", self.url, self.html);
        if !self.header("content-type").starts_with("text/html") || self.url.path().ends_with("/html") {
            return;
        }
        let csp = self.header("content-security-policy");
        assert!(csp.contains("default-src 'none'") && csp.contains("frame-ancestors 'none'"), "{csp}");
        for (name, value) in [
            ("x-frame-options", "DENY"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(self.header(name), value, "{name} of {}", self.url);
        }
        let html = self.html();
        assert_eq!(all(&html, "h1").len(), 1, "one h1: {}", self.html);
        assert!(!all(&html, "html[lang]").is_empty());
        assert!(
            all(&html, "style, [style], script:not([src]), [onclick], [onload], [onsubmit]").is_empty(),
            "something inline: {}",
            self.html
        );
        for input in all(&html, "input:not([type=hidden]):not(.vh)") {
            let id = input.value().attr("id");
            let labelled = id.is_some_and(|id| !all(&html, &format!("label[for=\"{id}\"]")).is_empty());
            let wrapped = input.ancestors().filter_map(ElementRef::wrap).any(|one| one.value().name() == "label");
            assert!(labelled || wrapped, "a field without a label: {}", input.html());
        }
    }
}

/// A form, being filled in.
pub struct Form {
    pub action: Url,
    fields: Vec<(String, String, bool)>,
    buttons: Vec<(String, Option<String>, String)>,
    browser: Browser,
}

impl Form {
    /// What the page put into a field.
    pub fn value(&self, name: &str) -> &str {
        self.fields.iter().find(|(one, ..)| one == name).map_or("", |(_, value, _)| value)
    }

    pub fn fill(mut self, name: &str, value: &str) -> Self {
        let names: Vec<_> = self.fields.iter().map(|(name, ..)| name.clone()).collect();
        let field = self.fields.iter_mut().find(|(one, ..)| one == name);
        field.unwrap_or_else(|| panic!("the form has no field {name:?}, only {names:?}")).1 = String::from(value);
        self
    }

    /// The same form, sent to another process of the server.
    pub fn to(mut self, address: &str) -> Self {
        self.browser = self.browser.at(address);
        self.action.set_port(self.browser.issuer.port()).unwrap();
        self
    }

    pub fn tick(mut self, name: &str) -> Self {
        self.fields.iter_mut().find(|(one, ..)| one == name).unwrap_or_else(|| panic!("no box {name:?}")).2 = true;
        self
    }

    /// Whether it has a button that says so.
    pub fn button(&self, text: &str) -> bool {
        self.buttons.iter().any(|(says, ..)| says.contains(text))
    }

    /// Presses the button that says so.
    pub async fn press(self, text: &str) -> View {
        let button = self.buttons.iter().find(|(says, ..)| says.contains(text));
        let (_, name, value) = button.unwrap_or_else(|| panic!("no button says {text:?}: {:?}", self.buttons)).clone();
        let mut pairs = self.pairs();
        pairs.extend(name.map(|name| (name, value)));
        self.send(&pairs).await
    }

    pub async fn submit(self) -> View {
        let pairs = self.pairs();
        self.send(&pairs).await
    }

    /// Sends it, as often as one likes, without following where the answer leads: how long that took, and the status.
    pub async fn submit_timed(&self) -> (std::time::Duration, u16) {
        let pairs = self.pairs();
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.browser.timed("POST", self.action.path(), &pairs).await
    }

    /// What would be sent.
    pub fn pairs(&self) -> Vec<(String, String)> {
        self.fields.iter().filter(|(.., ticked)| *ticked).map(|(name, value, _)| (name.clone(), value.clone())).collect()
    }

    async fn send(self, pairs: &[(String, String)]) -> View {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        self.browser.go("POST", self.action.clone(), Some(body)).await
    }
}
