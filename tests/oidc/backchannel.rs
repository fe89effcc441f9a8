//! Apps' servers are told that a session ended: once, soon, and by a token that is nothing else.

use std::time::{Duration, Instant};

use housekey::key::Keys;
use serde_json::{Value, json};

use crate::on_each_database_itself;
use crate::support::receiver::HANGS;
use crate::support::relying_party::{Answer, claims, part};
use crate::support::{Browser, On, PASSWORD, Receiver, RelyingParty, TestApp, peer, person};

fn toml(clients: &[(&str, u16)]) -> String {
    let client = |(id, port): &(&str, u16)| {
        format!(
            "[clients.{id}]\nkind = \"spa\"\nfirst_party = true\nredirect_uris = [\"https://app.test/callback\"]\n\
             post_logout_redirect_uris = [\"https://app.test/goodbye\"]\nbackchannel_logout_uri = \"http://127.0.0.1:{port}/told\"\n"
        )
    };
    clients.iter().map(client).collect()
}

async fn sign_in(app: &TestApp, client: &'static str) -> (Browser, Answer) {
    let browser = app.browser();
    browser.sign_in("maya@okafor.example", PASSWORD).await;
    let party = RelyingParty::new(app, client);
    let tokens = party.redeem(&party.code(&browser).await).await;
    (browser, tokens)
}

async fn sign_out(browser: &Browser) {
    let view = browser.get("/sign-out").await.form().press("Sign out").await;
    assert_eq!(view.url.path(), "/signed-out");
}

fn token(body: &str) -> &str {
    body.strip_prefix("logout_token=").filter(|token| !token.contains('&')).unwrap()
}

async fn jobs(app: &TestApp) -> i64 {
    use sea_orm::{ConnectionTrait, Statement};
    let count = Statement::from_string(app.app.db.backend(), "SELECT COUNT(*) AS n FROM jobs WHERE kind = 'backchannel_logout'");
    app.app.db.read().query_one_raw(count).await.unwrap().unwrap().try_get("", "n").unwrap()
}

/// The module's flow (`oidcc-backchannel-rp-initiated-logout`), and BCL-2, BCL-4.
#[test]
fn oidcc_backchannel_rp_initiated_logout() {
    peer::run(async {
        let receiver = Receiver::start();
        let app = TestApp::with(On::Sqlite, &toml(&[("told", receiver.port)])).await;
        let user = person(&app, "maya@okafor.example").await;
        let (browser, tokens) = sign_in(&app, "told").await;
        let path = format!(
            "/end-session?id_token_hint={}&post_logout_redirect_uri=https%3A%2F%2Fapp.test%2Fgoodbye&state=s2",
            tokens.text("id_token")
        );
        assert_eq!(browser.get(&path).await.left_for.as_deref(), Some("https://app.test/goodbye?state=s2"));
        let bodies = receiver.has(1).await;
        let token = token(&bodies[0]);
        assert_eq!((part(token, 0)["typ"].as_str(), part(token, 0)["alg"].as_str()), (Some("logout+jwt"), Some("RS256")));
        let keys = Keys::load(&app.app).await.unwrap();
        let said: Value = keys.verify(token, "logout+jwt").unwrap();
        assert_eq!((&said["iss"], &said["aud"]), (&json!(app.issuer), &json!("told")));
        assert_eq!((&said["sub"], &said["sid"]), (&json!(user.to_string()), &claims(tokens.text("id_token"))["sid"]));
        assert_eq!(said["events"], json!({ "http://schemas.openid.net/event/backchannel-logout": {} }));
        assert!(said.get("nonce").is_none() && said["jti"].as_str().unwrap().len() > 16);
        assert_eq!(said["exp"].as_i64().unwrap() - said["iat"].as_i64().unwrap(), 120);
        let silent = browser.get(&RelyingParty::new(&app, "told").authorize_path("&prompt=none")).await;
        assert!(silent.left_for.unwrap().contains("error=login_required"));
        // V-56: it opens nothing here.
        assert_eq!(RelyingParty::new(&app, "told").userinfo(token).await.status, 401);
        let (browser, _) = sign_in(&app, "told").await;
        assert_eq!(browser.get(&format!("/end-session?id_token_hint={token}")).await.url.path(), "/sign-out");
    });
}

#[test]
fn oidcc_backchannel_rp_initiated_logout_discovery() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let document: Value = reqwest::get(format!("{}/.well-known/openid-configuration", app.issuer)).await.unwrap().json().await.unwrap();
        assert_eq!(document["backchannel_logout_supported"], true);
        assert_eq!(document["backchannel_logout_session_supported"], true);
        assert_eq!(document["end_session_endpoint"], format!("{}/end-session", app.issuer));
        // SM-1, FC-1: browsers block what these need.
        assert!(document.get("check_session_iframe").is_none() && document.get("frontchannel_logout_supported").is_none());
    });
}

// BCL-5. Two servers share the jobs; each app hears of each session once, and of nobody else's.
on_each_database_itself!(every_way_a_session_ends_is_told_once_to_each_of_its_apps, |on| async move {
    let (one, other) = (Receiver::start(), Receiver::start());
    let app = TestApp::with(on, &toml(&[("told", one.port), ("other", other.port)])).await;
    let user = person(&app, "maya@okafor.example").await;
    let (_house, running, _) = app.replica().await;
    let (desk, _) = sign_in(&app, "told").await;
    let party = RelyingParty::new(&app, "other");
    party.redeem(&party.code(&desk).await).await;
    party.redeem(&party.code(&desk).await).await;
    sign_out(&desk).await;
    one.has(1).await;
    other.has(1).await;
    // Everywhere: one for each session. Two who ask at once end each but once.
    let ((desk, _), (phone, _)) = (sign_in(&app, "told").await, sign_in(&app, "told").await);
    let (desk, phone) = (desk.get("/sign-out").await, phone.get("/sign-out").await);
    tokio::join!(desk.form().tick("all").press("Sign out"), phone.form().tick("all").press("Sign out"));
    one.has(3).await;
    // By an operator.
    sign_in(&app, "told").await;
    let mut work = app.app.begin(housekey::work::Actor::Operator).await.unwrap();
    housekey::session::end_all(&mut work, user).await.unwrap();
    work.commit().await.unwrap();
    one.has(4).await;
    // From the list of devices at another browser.
    let ((desk, _), (phone, _)) = (sign_in(&app, "told").await, sign_in(&app, "told").await);
    desk.get("/account/devices").await.form_to("/account/devices").press("Sign out").await;
    one.has(5).await;
    assert!(desk.get("/account").await.left_for.is_none() && phone.get("/account").await.url.path() == "/sign-in");
    while jobs(&app).await > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let tokens: std::collections::BTreeSet<_> = one.bodies().iter().map(|body| claims(token(body))["sid"].to_string()).collect();
    assert_eq!((one.bodies().len(), tokens.len(), other.bodies().len()), (5, 5, 1));
    running.quit();
    running.handle.stop(false).await;
});

#[test]
fn an_app_that_fails_is_told_again_and_one_that_hangs_keeps_nobody_waiting() {
    peer::run(async {
        let receiver = Receiver::start();
        let app = TestApp::with(On::Sqlite, &toml(&[("told", receiver.port)])).await;
        person(&app, "maya@okafor.example").await;
        let (browser, _) = sign_in(&app, "told").await;
        receiver.answer(HANGS);
        let began = Instant::now();
        sign_out(&browser).await;
        assert!(began.elapsed() < Duration::from_secs(2), "the page waits for the app");
        receiver.has(1).await;
        for (status, wait) in [(500, 16), (400, 61), (204, 301)] {
            receiver.answer(status);
            let before = receiver.bodies().len();
            // A hanging attempt is over after five seconds of everybody's time.
            let began = Instant::now();
            while receiver.bodies().len() == before {
                assert!(began.elapsed() < Duration::from_secs(12), "{status}");
                tokio::time::sleep(Duration::from_millis(200)).await;
                if began.elapsed() > Duration::from_millis(5500) || status != 500 {
                    app.travel(Duration::from_secs(wait));
                }
            }
        }
        while jobs(&app).await > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let bodies = receiver.bodies();
        let unique: std::collections::BTreeSet<_> = bodies.iter().map(|body| claims(token(body))["jti"].to_string()).collect();
        assert_eq!(unique.len(), bodies.len(), "an app that remembers tokens takes the next attempt's");
        // For an hour, and no longer.
        receiver.answer(500);
        let (browser, _) = sign_in(&app, "told").await;
        sign_out(&browser).await;
        receiver.has(bodies.len() + 1).await;
        app.travel(Duration::from_mins(61));
        while jobs(&app).await > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
}

/// A session that replaces another of the same person keeps its apps; they know it by the old name, or by the new one.
#[test]
fn signing_in_again_tells_nobody_and_the_end_after_it_names_the_person_alone() {
    peer::run(async {
        let receiver = Receiver::start();
        let app = TestApp::with(On::Sqlite, &toml(&[("told", receiver.port)])).await;
        let user = person(&app, "maya@okafor.example").await;
        let (browser, _) = sign_in(&app, "told").await;
        app.travel(Duration::from_secs(5));
        let view = browser.get(&RelyingParty::new(&app, "spa").authorize_path("&prompt=login")).await;
        browser.sign_in_from(view, "maya@okafor.example", PASSWORD).await;
        assert_eq!(jobs(&app).await, 0);
        sign_out(&browser).await;
        let bodies = receiver.has(1).await;
        let said = claims(token(&bodies[0]));
        assert_eq!((&said["sub"], said.get("sid")), (&json!(user.to_string()), None));
    });
}

/// BCL-7, V-119: what an operator registers by mistake does not make this server call its own network.
#[test]
fn an_address_of_a_private_network_is_not_called() {
    peer::run(async {
        let toml = toml(&[("told", 1)]).replace("http://127.0.0.1:1/told", "https://10.0.0.1/told");
        let app = TestApp::with(On::Sqlite, &toml).await;
        person(&app, "maya@okafor.example").await;
        let (browser, _) = sign_in(&app, "told").await;
        sign_out(&browser).await;
        let began = Instant::now();
        while jobs(&app).await > 0 {
            assert!(began.elapsed() < Duration::from_secs(3), "it is given up at once");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let config = housekey::config::ClientEntry {
            backchannel_logout_uri: housekey::types::RedirectUri::parse("com.example.app:/told").ok(),
            ..housekey::config::ClientEntry::new(housekey::config::ClientKind::Spa)
        };
        let problems = config.check(&housekey::types::ClientId::parse("x").unwrap());
        assert!(problems.iter().any(|problem| problem.to_string().contains("this server cannot call it")), "{problems:?}");
    });
}
