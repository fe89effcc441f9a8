//! Devices without a browser (RFC 8628), and the tricks that are played with their codes (`security.md` A-25, V-58, DEV-1 to DEV-4).

use std::time::Duration;

use serde_json::Value;

use crate::on_each_database;
use crate::support::relying_party::{Answer, claims};
use crate::support::{Browser, On, PASSWORD, RelyingParty, TestApp, View, peer, person};

const MAYA: &str = "maya@okafor.example";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// The device asks for a code to show.
pub async fn begin(tv: &RelyingParty) -> Answer {
    let request = tv.http.post(format!("{}/device/authorize", tv.issuer)).header("user-agent", "FieldnotesTV/3.1");
    let response = request.form(&[("client_id", tv.client)]).send().await.unwrap();
    let status = response.status().as_u16();
    if status == 200 {
        assert_eq!(response.headers()["cache-control"], "no-store");
    }
    Answer { status, body: response.json().await.unwrap_or(Value::Null) }
}

/// The device asks whether it is connected.
pub async fn poll(tv: &RelyingParty, device_code: &str) -> Answer {
    tv.token(&[("grant_type", GRANT), ("device_code", device_code)]).await
}

/// A person types the code and answers.
pub async fn decide(browser: &Browser, user_code: &str, answer: &str) -> View {
    let view = browser.get("/device").await.form_to("/device").fill("user_code", user_code).submit().await;
    view.form_to("/device/confirm").press(answer).await
}

on_each_database!(a_television_is_connected_by_its_person_on_a_phone, |app: TestApp| async move {
    let user = person(&app, MAYA).await;
    let tv = RelyingParty::new(&app, "tv");
    let device = begin(&tv).await;
    assert_eq!((&device.body["expires_in"], &device.body["interval"]), (&600.into(), &5.into()));
    assert_eq!(device.text("verification_uri"), format!("{}/device", app.issuer));
    let (code, shown) = (device.text("device_code"), device.text("user_code"));
    assert_eq!(poll(&tv, code).await.error(), "authorization_pending");
    // On the phone: typed as people type, signed in on the way, asked, and only then connected.
    let phone = app.browser();
    let typed = shown.to_lowercase().replace('-', " ");
    let view = phone.get("/device").await.form_to("/device").fill("user_code", &typed).submit().await;
    assert_eq!(view.url.path(), "/sign-in");
    let view = phone.sign_in_from(view, MAYA, PASSWORD).await;
    assert_eq!((view.url.path(), view.h1()), ("/device/confirm", "Is this your device?".into()));
    for fact in [shown, "Fieldnotes for TV", "127.0.0.1, just now", "it is a trick"] {
        assert!(view.text().contains(fact), "{fact}: {}", view.text());
    }
    app.travel(Duration::from_secs(6));
    assert_eq!(poll(&tv, code).await.error(), "authorization_pending", "seeing the question connects nothing");
    assert_eq!(view.form_to("/device/confirm").press("Connect").await.h1(), "Device connected");
    app.travel(Duration::from_secs(6));
    let tokens = poll(&tv, code).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
    let id = claims(tokens.text("id_token"));
    assert_eq!((id["sub"].as_str(), id["aud"].as_str()), (Some(user.to_string().as_str()), Some("tv")));
    assert_eq!(tv.userinfo(tokens.text("access_token")).await.status, 200);
    assert_eq!(poll(&tv, code).await.error(), "invalid_grant", "once");
    // Its session is its own: what the phone does is the phone's. Everywhere is everywhere.
    phone.get("/sign-out").await.form().press("Sign out").await;
    let fresh = tv.refresh(tokens.text("refresh_token")).await;
    assert_eq!(fresh.status, 200, "{fresh:?}");
    phone.sign_in(MAYA, PASSWORD).await;
    phone.get("/sign-out").await.form().tick("all").press("Sign out").await;
    assert_eq!(tv.refresh(fresh.text("refresh_token")).await.error(), "invalid_grant");
});

on_each_database!(fifty_questions_at_once_at_two_processes_bring_one_answer_with_tokens, |app: TestApp| async move {
    person(&app, MAYA).await;
    let second = app.process().await;
    let (tv, phone) = (RelyingParty::new(&app, "tv"), app.browser());
    phone.sign_in(MAYA, PASSWORD).await;
    let device = begin(&tv).await;
    decide(&phone, device.text("user_code"), "Connect").await;
    let servers = [&tv, &tv.at(&second)];
    let answers = futures_util::future::join_all((0..50).map(|n| poll(servers[n % 2], device.text("device_code")))).await;
    let good = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(good, 1);
    assert!(answers.iter().all(|answer| answer.status == 200 || answer.error() == "invalid_grant"), "{answers:?}");
});

on_each_database!(of_fifty_people_who_answer_at_once_at_two_processes_one_is_heard, |app: TestApp| async move {
    person(&app, MAYA).await;
    let (tv, phone) = (RelyingParty::new(&app, "tv"), app.browser());
    phone.sign_in(MAYA, PASSWORD).await;
    let device = begin(&tv).await;
    let view = phone.get("/device").await.form_to("/device").fill("user_code", device.text("user_code")).submit().await;
    let second = app.process().await;
    let answers = (0..50).map(|n| {
        let form = view.form_to("/device/confirm");
        let form = if n % 4 < 2 { form } else { form.to(&second.address) };
        form.press(if n % 2 == 0 { "Connect" } else { "Don’t connect" })
    });
    let answers = futures_util::future::join_all(answers).await;
    let heard: Vec<_> = answers.iter().filter(|view| view.status == 200).map(View::h1).collect();
    assert_eq!(heard.len(), 1, "{heard:?}");
    let expected = if heard[0] == "Device connected" { "" } else { "access_denied" };
    assert_eq!(poll(&tv, device.text("device_code")).await.error(), expected);
});

#[test]
fn a_device_that_hurries_waits_longer() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let tv = RelyingParty::new(&app, "tv");
        let device = begin(&tv).await;
        let ask = async |after: u64| {
            app.travel(Duration::from_secs(after));
            poll(&tv, device.text("device_code")).await.error().to_owned()
        };
        assert_eq!(ask(0).await, "authorization_pending");
        assert_eq!(ask(5).await, "authorization_pending");
        assert_eq!(ask(3).await, "slow_down");
        assert_eq!(ask(6).await, "slow_down", "ten seconds from now on");
        assert_eq!(ask(15).await, "authorization_pending");
    });
}

#[test]
fn a_code_that_nobody_types_in_time_or_that_is_refused_brings_nothing() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, MAYA).await;
        let (tv, phone) = (RelyingParty::new(&app, "tv"), app.browser());
        phone.sign_in(MAYA, PASSWORD).await;
        let refused = begin(&tv).await;
        assert_eq!(decide(&phone, refused.text("user_code"), "Don’t connect").await.h1(), "Not connected");
        assert_eq!(poll(&tv, refused.text("device_code")).await.error(), "access_denied");
        let late = begin(&tv).await;
        app.travel(Duration::from_mins(11));
        assert_eq!(poll(&tv, late.text("device_code")).await.error(), "expired_token");
        let view = phone.get("/device").await.form_to("/device").fill("user_code", late.text("user_code")).submit().await;
        assert_eq!(view.status, 422);
        assert!(view.text().contains("No device is waiting for this code"), "{}", view.text());
    });
}

/// Somebody sends their own device's code, as a link, and hopes for a habit (RFC 8628 §5.4).
#[test]
fn a_link_with_a_strangers_code_connects_nothing_by_itself() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, MAYA).await;
        let (tv, victim) = (RelyingParty::new(&app, "tv"), app.browser());
        victim.sign_in(MAYA, PASSWORD).await;
        let device = begin(&tv).await;
        let view = victim.get(device.text("verification_uri_complete")).await;
        assert_eq!(view.form_to("/device").value("user_code"), device.text("user_code"));
        let question = view.form_to("/device").submit().await;
        assert!(question.text().contains("it is a trick"));
        assert_eq!(poll(&tv, device.text("device_code")).await.error(), "authorization_pending");
        // Another site's form carries no cookies of ours and no proof.
        let forged = app.browser().post("/device/confirm", &[("decision", "connect"), ("flow", "x")]).await;
        assert!(matches!(forged.status, 400 | 403), "{}", forged.status);
        let nonsense = victim.get("/device?user_code=%3Cscript%3E").await;
        assert_eq!(nonsense.form_to("/device").value("user_code"), "");
    });
}

#[test]
fn a_device_code_is_for_the_device_that_asked() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, MAYA).await;
        let (tv, radio, phone) = (RelyingParty::new(&app, "tv"), RelyingParty::new(&app, "radio"), app.browser());
        phone.sign_in(MAYA, PASSWORD).await;
        let device = begin(&tv).await;
        decide(&phone, device.text("user_code"), "Connect").await;
        assert_eq!(poll(&radio, device.text("device_code")).await.error(), "invalid_grant");
        for changed in ["", "hkd_", &device.text("device_code")[..20], &device.text("device_code").to_uppercase()] {
            assert!(matches!(poll(&tv, changed).await.error(), "invalid_grant" | "invalid_request"), "{changed}");
        }
        assert_eq!(poll(&tv, device.text("device_code")).await.status, 200);
        let spa = begin(&RelyingParty::new(&app, "spa")).await;
        assert_eq!((spa.status, spa.error()), (400, "unauthorized_client"));
    });
}

#[test]
fn codes_cannot_be_tried_without_end() {
    peer::run(async {
        let app = TestApp::with(On::Sqlite, "[limits]\ncodes_per_address = \"5/15m\"\ndevices_per_address = \"3/10m\"").await;
        let (tv, guesser) = (RelyingParty::new(&app, "tv"), app.browser());
        let guess = async || guesser.get("/device").await.form_to("/device").fill("user_code", "BCDF-GHJK").submit().await.status;
        for _ in 0..5 {
            assert_eq!(guess().await, 422);
        }
        assert_eq!(guess().await, 429);
        for _ in 0..3 {
            assert_eq!(begin(&tv).await.status, 200);
        }
        assert_eq!(begin(&tv).await.status, 429);
    });
}
