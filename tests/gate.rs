//! The gate (`security.md` A-30, V-17, V-44, V-59): a person is barred at the last moment of every way that issues a session,
//! a code or a token, and gets nothing. The ways are those of the list of routes: one that is new has to be judged here.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::time::Duration;

use housekey::types::UserId;
use housekey::user::State;
use sea_orm::{ConnectionTrait, Statement};

use crate::support::{Browser, On, PASSWORD, Provider, RelyingParty, TestApp, View, peer, person};

const MAYA: &str = "maya@okafor.example";
const NEW: &str = "walnut quiet lantern orbit";
const SPA: &str = "/sign-in?client_id=spa-token&redirect_uri=https%3A%2F%2Fspa.test%2F&state=s1";

/// What issues or opens something: each is walked to its last step.
const ISSUES: &[&str] = &[
    "POST /sign-in/password",
    "POST /sign-in/check",
    "POST /l/{link}",
    "POST /recover/new",
    "POST /sign-in/passkey",
    "POST /sign-in/two-step",
    "POST /sign-in/two-step/set-up",
    "GET /oauth/{provider}/callback",
    "POST /oauth/{provider}/callback",
    "GET /authorize",
    "GET /authorize, pushed",
    "GET /continue",
    "POST /consent",
    "POST /token, code",
    "POST /token, refresh token",
    "POST /token, device code",
    "POST /session/token",
    "GET /userinfo",
    "POST /userinfo",
    "POST /account/providers/{provider}/token",
];

/// The reader of a letter has just proved the address: who was barred for want of that is so no more.
const PROVES_THE_ADDRESS: &[&str] = &["POST /sign-in/check", "POST /l/{link}", "POST /recover/new"];

/// What begins a session: whoever has a second step is asked for it on each, even if they have it since a moment ago.
const BEGINS_A_SESSION: &[&str] = &[
    "POST /sign-in/password",
    "POST /sign-in/check",
    "POST /l/{link}",
    "POST /recover/new",
    "GET /oauth/{provider}/callback",
    "POST /oauth/{provider}/callback",
];

/// What issues nothing: it asks, tells, ends, or leads to one of the above.
const ISSUES_NOTHING: &[&str] = &[
    "/",
    "/.well-known/change-password",
    "/.well-known/jwks.json",
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration",
    "/.well-known/passkey-endpoints",
    "/.well-known/webauthn",
    "/account",
    "/account/applications",
    "/account/connections",
    "/account/data",
    "/account/data/copy",
    "/account/delete",
    "/account/devices",
    "/account/email",
    "/account/email/change",
    "/account/email/check",
    "/account/email/replace",
    "/account/email/waiting",
    "/account/password",
    "/account/password/remove",
    "/account/security",
    "/account/security/codes",
    "/account/security/passkeys",
    "/account/security/passkeys/options",
    "/account/security/passkeys/remove",
    "/account/security/passkeys/rename",
    "/account/security/two-step",
    "/account/security/two-step/off",
    "/assets/{name:.*}",
    "/device",
    "/device/authorize",
    "/device/confirm",
    "/end-session",
    "/health",
    "/l/{link}/cancel",
    "/l/{link}/keep",
    "/introspect",
    "/link",
    "/linked",
    "/par",
    "/passkey/offer",
    "/oauth/{provider}",
    "/ready",
    "/reauth",
    "/recover",
    "/revoke",
    "/session/end",
    "/session/status",
    "/sign-in",
    "/sign-in/check/status",
    "/sign-in/email",
    "/sign-in/passkey/options",
    "/sign-in/resend",
    "/sign-in/two-step/saved",
    "/sign-out",
    "/sign-up",
    "/sign-up/password",
    "/signed-out",
];

#[test]
fn every_route_has_been_judged() {
    let source = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/routes.rs")).unwrap();
    let named = source.split('"').filter(|text| text.starts_with('/') && !text.starts_with("/dev/") && !text.contains(' '));
    let routes: BTreeSet<_> = named.filter(|path| *path != "/.well-known/oauth-authorization-server{prefix}").collect();
    let issuing = ISSUES.iter().map(|way| way.split(' ').nth(1).unwrap().trim_end_matches(','));
    let judged: BTreeSet<_> = issuing.chain(ISSUES_NOTHING.iter().copied()).collect();
    assert_eq!(routes, judged, "a route that issues something belongs into ISSUES and into `walk`");
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Barred {
    /// Not at all: the way works, or the rest would prove nothing.
    No,
    Locked,
    Unverified,
    /// Not yet: they have a second step.
    SecondStep,
}

/// A way that is being walked.
struct Walk<'a> {
    app: &'a TestApp,
    provider: &'a Provider,
    user: UserId,
    barred: Barred,
    before: Cell<Option<[i64; 4]>>,
}

impl Walk<'_> {
    /// The last moment.
    async fn bar(&self) {
        match self.barred {
            Barred::No => {}
            Barred::Locked => {
                crate::support::person::set_state(self.app, self.user, State::Locked).await;
            }
            Barred::Unverified => {
                let db = &self.app.app.db;
                db.write().execute_raw(Statement::from_string(db.backend(), "UPDATE emails SET verified_at = NULL")).await.unwrap();
            }
            Barred::SecondStep => drop(crate::two_step::equip(self.app, self.user).await),
        }
        self.before.set(Some(self.issued().await));
    }

    /// Sessions, codes, families of refresh tokens, and how often these were made new.
    async fn issued(&self) -> [i64; 4] {
        let mut counts = [0; 4];
        for (count, what) in counts.iter_mut().zip([
            "COUNT(*) AS n FROM sessions",
            "COUNT(*) AS n FROM authorization_codes",
            "COUNT(*) AS n FROM token_families",
            "COALESCE(SUM(generation), 0) AS n FROM token_families",
        ]) {
            let db = &self.app.app.db;
            let row = db.write().query_one_raw(Statement::from_string(db.backend(), format!("SELECT {what}"))).await.unwrap();
            *count = row.unwrap().try_get("", "n").unwrap();
        }
        counts
    }

    async fn signed_in(&self) -> Browser {
        let browser = self.app.browser();
        assert_eq!(browser.sign_in(MAYA, PASSWORD).await.url.path(), "/account");
        browser
    }

    /// The page that waits for a letter's code.
    async fn asked(&self, browser: &Browser) -> View {
        let view = browser.get("/sign-in").await.form_to("/sign-in").fill("email", MAYA).submit().await;
        view.form_to("/sign-in/email").submit().await
    }

    fn link(&self) -> String {
        self.app.letter_to(MAYA).link.unwrap().strip_prefix(&self.app.issuer).unwrap().to_owned()
    }

    /// Back from the provider with an identity that is hers.
    async fn away(&self, browser: &Browser) -> String {
        let away = browser.get("/sign-in").await.follow("Continue with u1").await.left_for.unwrap();
        self.provider.approve(&away, &serde_json::json!({ "sub": "maya-at-u1", "email": MAYA, "email_verified": true }))
    }

    async fn access_token(&self) -> String {
        let (browser, web) = (self.app.browser(), RelyingParty::new(self.app, "web"));
        browser.get(&self.away(&browser).await).await;
        web.redeem(&web.code(&browser).await).await.text("access_token").to_owned()
    }

    /// Walks to the last step, where the person is barred, and takes it. Says whether a door opened that leaves no row.
    async fn walk(&self, way: &str) -> bool {
        let (app, browser, spa) = (self.app, self.app.browser(), RelyingParty::new(self.app, "spa"));
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        match way {
            "POST /sign-in/password" => {
                let view = browser.get("/sign-in").await.form_to("/sign-in").fill("email", MAYA).submit().await;
                self.bar().await;
                view.form_to("/sign-in/password").fill("password", PASSWORD).submit().await;
            }
            "POST /sign-in/check" => {
                let view = self.asked(&browser).await;
                let code = app.letter_to(MAYA).code.unwrap();
                self.bar().await;
                view.form_to("/sign-in/check").fill("code", &code).submit().await;
            }
            "POST /l/{link}" => {
                self.asked(&browser).await;
                let landing = browser.get(&self.link()).await;
                self.bar().await;
                landing.form_to(&self.link()).submit().await;
            }
            "POST /recover/new" => {
                let view = browser.get("/sign-in").await.form().fill("email", MAYA).submit().await.follow("Forgot password?").await;
                view.form().press("reset link").await;
                let view = browser.get(&self.link()).await.form().submit().await;
                self.bar().await;
                view.form().fill("new-password", NEW).submit().await;
            }
            "POST /sign-in/passkey" => {
                let mut passkey = crate::passkey::add(app, &self.signed_in().await).await;
                let page = browser.get("/sign-in").await;
                let (state, options) = crate::passkey::asked_to_sign_in(&browser, &page).await;
                self.bar().await;
                crate::passkey::answered(&page, &state, &passkey.answer(&app.issuer, &options)).submit().await;
            }
            "POST /sign-in/two-step" => {
                let phone = crate::two_step::equip(app, self.user).await;
                let view = browser.sign_in(MAYA, PASSWORD).await;
                self.bar().await;
                view.form_to("/sign-in/two-step").fill("code", &phone.shows(app.clock.now())).submit().await;
            }
            "POST /sign-in/two-step/set-up" => {
                let view = browser.sign_in(MAYA, PASSWORD).await;
                let key = view.html.split_once("<code id=\"key\">").unwrap().1.split_once('<').unwrap().0;
                let phone = crate::two_step::Phone::typed(key);
                self.bar().await;
                view.form_to("/set-up").fill("code", &phone.shows(app.clock.now())).submit().await;
            }
            "GET /oauth/{provider}/callback" => {
                // Known already: her identity is linked by her address, with the first visit.
                browser.get(&self.away(&browser).await).await;
                let again = self.app.browser();
                let back = self.away(&again).await;
                self.bar().await;
                again.get(&back).await;
            }
            "POST /oauth/{provider}/callback" => {
                browser.get(&self.away(&browser).await).await;
                let again = self.app.browser();
                let back = self.away(&again).await;
                let (path, query) = back.split_once('?').unwrap();
                let fields: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
                let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                self.bar().await;
                again.post(path.strip_prefix(&app.issuer).unwrap(), &fields).await;
            }
            "GET /authorize" => {
                let browser = self.signed_in().await;
                self.bar().await;
                browser.get(&spa.authorize_path("")).await;
            }
            "GET /authorize, pushed" => {
                let browser = self.signed_in().await;
                let pushed = spa.push(&[]).await;
                self.bar().await;
                spa.send(&browser, &pushed).await;
            }
            "GET /continue" => {
                let browser = self.signed_in().await;
                let page = browser.get(SPA).await;
                assert_eq!(page.url.path(), "/continue");
                self.bar().await;
                browser.get(page.url.as_str()).await;
            }
            "POST /consent" => {
                let browser = self.signed_in().await;
                let page = browser.get(&RelyingParty::new(app, "third-party").authorize_path("")).await;
                self.bar().await;
                page.form_to("/consent").press("Allow").await;
            }
            "POST /token, code" => {
                let code = spa.code(&self.signed_in().await).await;
                self.bar().await;
                spa.redeem(&code).await;
            }
            "POST /token, refresh token" => {
                let tokens = spa.redeem(&spa.code(&self.signed_in().await).await).await;
                self.bar().await;
                spa.refresh(tokens.text("refresh_token")).await;
            }
            "POST /token, device code" => {
                let (browser, tv) = (self.signed_in().await, RelyingParty::new(app, "tv"));
                let device = crate::oidc::device::begin(&tv).await;
                crate::oidc::device::decide(&browser, device.text("user_code"), "Connect").await;
                self.bar().await;
                crate::oidc::device::poll(&tv, device.text("device_code")).await;
            }
            "POST /session/token" => {
                let browser = self.signed_in().await;
                browser.get(SPA).await;
                self.bar().await;
                let request = http.post(format!("{}/session/token", app.issuer)).header("cookie", browser.cookie_header());
                request.header("origin", "https://spa.test").header("x-housekey-client", "spa-token").send().await.unwrap();
            }
            "GET /userinfo" | "POST /userinfo" => {
                let tokens = spa.redeem(&spa.code(&self.signed_in().await).await).await;
                self.bar().await;
                let method = way.split(' ').next().unwrap().parse().unwrap();
                let request = http.request(method, format!("{}/userinfo", app.issuer)).bearer_auth(tokens.text("access_token"));
                return request.send().await.unwrap().status() == 200;
            }
            "POST /account/providers/{provider}/token" => {
                let token = self.access_token().await;
                self.bar().await;
                let request = http.post(format!("{}/account/providers/u1/token", app.issuer)).bearer_auth(token);
                return request.send().await.unwrap().status() == 200;
            }
            other => panic!("{other} is not walked"),
        }
        false
    }
}

/// Whether somebody who is barred at the last moment of this way gets anything.
async fn issues(way: &str, barred: Barred) -> bool {
    let provider = Provider::start();
    let required = if way.ends_with("/set-up") { "[sign_in.two_step]\npolicy = \"required\"\n" } else { "" };
    let toml = provider.toml("u1", "trust_email = true\nkeep_tokens = true");
    let app = TestApp::with(On::Sqlite, &format!("{toml}\n{required}")).await;
    let user = person(&app, MAYA).await;
    let walk = Walk { app: &app, provider: &provider, user, barred, before: Cell::new(None) };
    walk.walk(way).await || walk.before.get().unwrap() != walk.issued().await
}

#[test]
fn whoever_is_barred_at_the_last_moment_gets_nothing_on_any_way() {
    peer::run(async {
        for &way in ISSUES {
            for barred in [Barred::No, Barred::Locked, Barred::Unverified, Barred::SecondStep] {
                // Who is asked for one already, or sets one up, has come to it.
                if barred == Barred::SecondStep && way.starts_with("POST /sign-in/two-step") {
                    continue;
                }
                let issued = tokio::time::timeout(Duration::from_mins(1), issues(way, barred)).await;
                let issued = issued.unwrap_or_else(|_| panic!("{way}, {barred:?}: no end to it"));
                let proved = barred == Barred::Unverified && PROVES_THE_ADDRESS.contains(&way);
                let goes_on = barred == Barred::SecondStep && !BEGINS_A_SESSION.contains(&way);
                assert_eq!(issued, barred == Barred::No || proved || goes_on, "{way}, {barred:?}");
            }
        }
    });
}
