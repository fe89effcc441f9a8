//! Many tabs of one app, short tokens, a network that loses answers, and a thief: the SDK as it is published, in a real
//! browser, with each way of keeping a refresh token.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::WindowHandle;

use crate::support::chromium::Chromium;
use crate::support::development::{Development, EMAIL, carried, develop_at, free_port, sign_up};
use crate::support::lossy::{Lossy, Refresh};
use crate::support::peer::{self, Peer};
use crate::support::spa;

/// One auth object a client: the refresh token in the page's storage, in a cookie after a code, in a cookie after a token.
const CLIENTS: [&str; 3] = ["body", "cookie", "token"];
const TABS: usize = 20;
/// Tokens live for 60 seconds and are made new after 42 at the earliest.
const EARLIEST: Duration = Duration::from_secs(40);

struct Tabs {
    browser: Chromium,
    handles: Vec<WindowHandle>,
    app: String,
    development: Development,
    network: Lossy,
    /// The server itself, without that network.
    server: String,
}

/// How long the tabs are left alone: long enough for some rounds, or for as many minutes as somebody asks for.
fn while_away() -> Duration {
    let minutes = std::env::var_os("HOUSEKEY_TEST_MINUTES").and_then(|text| text.to_str()?.parse().ok());
    minutes.map_or(Duration::from_secs(190), Duration::from_mins)
}

impl Tabs {
    async fn open() -> Self {
        let (port, listener) = (free_port(), TcpListener::bind("127.0.0.1:0").unwrap());
        let app = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let network = Lossy::before(port, 3).await;
        let issuer = format!("http://localhost:{}", network.port);
        let client = |name: &str, more: &str| {
            format!("[clients.{name}]\nkind = \"spa\"\nfirst_party = true\nredirect_uris = [\"{app}/arrived/{name}\"]\n{more}\n")
        };
        let clients = [client("body", ""), client("cookie", "refresh = \"cookie\""), client("token", "delivery = \"token\"")].join("");
        let toml = format!("issuer = \"{issuer}\"\n[tokens]\naccess_ttl = \"60s\"\nid_ttl = \"60s\"\n{clients}");
        let mut development = develop_at(port, &toml, &[]).await;
        development.issuer.clone_from(&issuer);
        let options = json!([{ "name": "body" }, { "name": "cookie", "refresh": "cookie" }, { "name": "token", "delivery": "token" }]);
        spa::serve(listener, &issuer, &options);
        let browser = Chromium::open().await;
        let handles = vec![browser.driver.window().await.unwrap()];
        Self { browser, handles, app, development, network, server: format!("http://localhost:{port}") }
    }

    /// Signs in to every client in the first tab, and opens the others.
    async fn sign_in(&mut self) {
        self.browser.driver.goto(&self.app).await.unwrap();
        for (at, client) in CLIENTS.into_iter().enumerate() {
            self.shows(client, "signed-out never").await;
            self.run(&format!("auths.{client}.signIn({{ returnTo: '/' }})")).await;
            if at == 0 {
                sign_up(&self.browser, &self.development).await;
            }
            self.shows(client, &format!("signed-in {EMAIL}")).await;
        }
        while self.handles.len() < TABS {
            let tab = self.browser.driver.new_tab().await.unwrap();
            self.browser.driver.switch_to_window(tab.clone()).await.unwrap();
            self.browser.driver.goto(&self.app).await.unwrap();
            self.handles.push(tab);
        }
        self.in_every_tab(async |tabs| tabs.show_signed_in().await).await;
    }

    async fn show_signed_in(&self) {
        for client in CLIENTS {
            self.shows(client, &format!("signed-in {EMAIL}")).await;
        }
    }

    async fn in_every_tab(&self, mut look: impl AsyncFnMut(&Self)) {
        for tab in &self.handles {
            self.browser.driver.switch_to_window(tab.clone()).await.unwrap();
            look(self).await;
        }
        self.browser.driver.switch_to_window(self.handles[0].clone()).await.unwrap();
    }

    async fn shows(&self, client: &str, words: &str) {
        self.browser.wait_for(&format!("#{client}"), |text| text.trim() == words).await;
    }

    async fn run(&self, script: &str) -> Value {
        self.browser.driver.execute(script, vec![]).await.unwrap().json().clone()
    }

    /// What a promise of the page resolves to.
    async fn resolved(&self, promise: &str) -> Value {
        let script = format!("const done = arguments[arguments.length - 1]; {promise}.then(done, (why) => done(String(why)))");
        self.browser.driver.execute_async(&script, vec![]).await.unwrap().json().clone()
    }
}

/// The answers that arrived, of one client.
fn answered<'a>(seen: &'a [Refresh], client: &str) -> Vec<&'a Refresh> {
    seen.iter().filter(|one| one.client == client && !one.lost).collect()
}

#[test]
fn twenty_tabs_stay_signed_in_on_a_bad_network_until_somebody_ends_it() {
    let name = "twenty_tabs_stay_signed_in_on_a_bad_network_until_somebody_ends_it";
    if !peer::require(Peer::Chromium, name) || !peer::require(Peer::Sdk, name) {
        return;
    }
    peer::run(async {
        let mut tabs = Tabs::open().await;
        tabs.sign_in().await;
        nobody_is_signed_out_and_tokens_are_asked_for_once(&tabs).await;
        // A reload shows who is signed in from the first picture on.
        tabs.browser.driver.refresh().await.unwrap();
        tabs.show_signed_in().await;
        a_thief_ends_it_and_the_person_sees_it(&tabs).await;
        a_sign_out_reaches_every_tab(&tabs).await;
        tabs.browser.close().await;
    });
}

async fn nobody_is_signed_out_and_tokens_are_asked_for_once(tabs: &Tabs) {
    tabs.in_every_tab(async |tab| {
        tab.run("for (const events of Object.values(told)) events.length = 0").await;
    })
    .await;
    let _ = tabs.network.seen();
    let began = Instant::now();
    tokio::time::sleep(while_away()).await;
    let seen = tabs.network.seen();
    for client in CLIENTS {
        let answered = answered(&seen, client);
        let lost = seen.iter().filter(|one| one.client == client && one.lost).count();
        for pair in answered.windows(2) {
            let between = pair[1].at - pair[0].at;
            assert!(between >= EARLIEST, "{client}: two refreshes within {between:?} of twenty tabs");
        }
        let (fewest, most) = (began.elapsed().as_secs() / 60, began.elapsed().as_secs() / 40 + 1);
        assert!((fewest..=most).contains(&(answered.len() as u64)) && lost >= 1, "{client}: {} and {lost} lost", answered.len());
    }
    tabs.in_every_tab(async |tab| {
        tab.show_signed_in().await;
        for client in CLIENTS {
            let told = tab.run(&format!("return told.{client}")).await;
            let told: Vec<_> = told.as_array().unwrap().iter().filter_map(Value::as_str).collect();
            assert!(!told.contains(&"signed-out") && !told.contains(&"loading"), "{client}: {told:?}");
            let token = tab.resolved(&format!("auths.{client}.getAccessToken({{ minValiditySeconds: 0 }})")).await;
            assert!(token.as_str().is_some_and(|token| token.starts_with("eyJ")), "{client}: {token}");
        }
    })
    .await;
}

/// Somebody has copied a refresh token, and uses it after the app has.
async fn a_thief_ends_it_and_the_person_sees_it(tabs: &Tabs) {
    let kept =
        tabs.run("return JSON.parse(localStorage.getItem(Object.keys(localStorage).find((key) => key.endsWith(':body')))).refresh").await;
    let stolen = kept.as_str().unwrap();
    // The first call may give what this tab has not given yet; each after it asks the server.
    for _ in 0..3 {
        let fresh = tabs.resolved("auths.body.fetchToken({ forceRefreshToken: true })").await;
        assert!(fresh.as_str().unwrap().starts_with("eyJ"), "{fresh}");
    }
    let form = [("grant_type", "refresh_token"), ("client_id", "body"), ("refresh_token", stolen)];
    let thief = reqwest::Client::new().post(format!("{}/token", tabs.server)).form(&form);
    let answer: Value = thief.send().await.unwrap().json().await.unwrap();
    assert_eq!((&answer["error"], &answer["reason"]), (&"invalid_grant".into(), &"revoked".into()), "{answer}");
    assert_eq!(tabs.resolved("auths.body.fetchToken({ forceRefreshToken: true })").await, Value::Null);
    tabs.in_every_tab(async |tab| tab.shows("body", "signed-out revoked").await).await;
    let subject = carried(&tabs.development, "subject").await;
    assert!(subject.contains("We signed you out"), "{subject}");
}

async fn a_sign_out_reaches_every_tab(tabs: &Tabs) {
    tabs.resolved("auths.cookie.getIdToken()").await;
    tabs.resolved("auths.token.signOut()").await;
    tabs.shows("token", "signed-out signed-out").await;
    // The other app hears of it from the server, when it next asks.
    assert_eq!(tabs.resolved("auths.cookie.fetchToken({ forceRefreshToken: true })").await, Value::Null);
    let mut first = true;
    tabs.in_every_tab(async |tab| {
        let here = if std::mem::take(&mut first) { "signed-out" } else { "signed-out-elsewhere" };
        tab.shows("token", &format!("signed-out {here}")).await;
        tab.shows("cookie", "signed-out signed-out-elsewhere").await;
    })
    .await;
}
