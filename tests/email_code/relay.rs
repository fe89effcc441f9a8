//! What the page that waits for a letter says when the relay does not take it: to the journey that asked, and to
//! nobody else, and the same whether or not there is an account.

use std::time::{Duration, Instant};

use super::{MAYA, ask};
use crate::on_each_database_with;
use crate::support::chromium::Chromium;
use crate::support::peer::{self, Peer};
use crate::support::smtp::Relay;
use crate::support::{Browser, On, TestApp, View, person};

const CAME_BACK: &str = "Email to this address came back. Check the spelling, or sign in another way.";

/// Waits until nothing is left in the queue but what has failed.
async fn settled(app: &TestApp) {
    let began = Instant::now();
    loop {
        let standing = housekey::job::letters(&app.app.db).await.unwrap();
        if standing.waiting == standing.failing {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "{standing:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until every letter has gone.
async fn gone(app: &TestApp) {
    let began = Instant::now();
    while housekey::job::letters(&app.app.db).await.unwrap().waiting > 0 {
        assert!(began.elapsed() < Duration::from_secs(30));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn ask_by_mail(browser: &Browser) -> View {
    browser.get("/sign-in").await.form().fill("email", MAYA).press("Continue with email").await
}

/// What the page's script is told.
async fn has_news(browser: &Browser, view: &View) -> bool {
    let path = view.html.split("data-elsewhere=\"").nth(1).unwrap().split('"').next().unwrap();
    let html = browser.get(&path.replace("&#38;", "&").replace("&amp;", "&")).await.html;
    assert!(matches!(html.as_str(), "{\"done\":true}" | "{\"done\":false}"), "{html}");
    html.contains("true")
}

/// The page without what differs between any two journeys.
fn alike(view: &View, address: &str) -> String {
    let text = view.text();
    let after = |words: &str| text.split(words).nth(1).unwrap().split(' ').next().unwrap();
    let (tag, until) = (after("The email shows "), after("It works until "));
    text.replace(address, "ADDRESS").replace(tag, "TAG").replace(until, "TIME")
}

on_each_database_with!(a_letter_that_came_back_is_told_to_the_journey_that_asked, Peer::Smtp, async |on: On| {
    let relay = Relay::start("implicit", "localhost");
    let app = TestApp::with(on, &relay.toml()).await;
    person(&app, MAYA).await;
    relay.fault("reject");
    let mut pages = Vec::new();
    for address in [MAYA, "nobody@okafor.example"] {
        let browser = app.browser();
        let waiting = ask(&browser, address).await;
        assert!(waiting.status == 200 && !waiting.text().contains("came back"));
        settled(&app).await;
        assert!(has_news(&browser, &waiting).await);
        let view = browser.get(waiting.url.as_str()).await;
        assert_eq!((view.status, view.h1()), (200, "Check your email".into()));
        assert!(view.title().starts_with("Error: ") && view.text().contains(CAME_BACK), "{}", view.text());
        assert!(!has_news(&browser, &view).await, "it says so already");
        pages.push(alike(&view, address));
        // The link leads to where the address can be mended.
        assert_eq!(view.follow("Check the spelling").await.form_to("/sign-in").value("email"), address);
        // Whoever has the page's address has not the journey, and another journey knows nothing of it.
        let stranger = app.browser().get(waiting.url.as_str()).await;
        assert!(!stranger.text().contains("came back"));
        relay.fault("none");
        let elsewhere = app.browser();
        let other = ask(&elsewhere, address).await;
        settled(&app).await;
        assert!(!elsewhere.get(other.url.as_str()).await.text().contains("came back"));
        relay.fault("reject");
    }
    assert_eq!(pages[0], pages[1], "it does not tell who has an account");
});

on_each_database_with!(a_letter_that_goes_after_all_takes_the_note_away, Peer::Smtp, async |on: On| {
    let relay = Relay::start("starttls", "localhost");
    let app = TestApp::with(on, &relay.toml()).await;
    relay.fault("reject");
    let browser = app.browser();
    let waiting = ask(&browser, MAYA).await;
    settled(&app).await;
    let view = browser.get(waiting.url.as_str()).await;
    assert!(view.text().contains(CAME_BACK));
    // What is wrong with a code comes first.
    let wrong = view.form_to("/sign-in/check").fill("code", "000000").submit().await;
    assert!(wrong.status == 422 && !wrong.text().contains("came back"), "{}", wrong.text());
    // The mailbox exists now.
    relay.fault("none");
    app.travel(Duration::from_secs(31));
    let again = view.form_to("/sign-in/resend").submit().await;
    assert_eq!(again.status, 200);
    settled(&app).await;
    let view = browser.get(waiting.url.as_str()).await;
    assert!(view.status == 200 && !view.text().contains("came back"), "{}", view.text());
    assert_eq!(relay.count("message"), 1);
});

on_each_database_with!(mail_that_is_down_says_so_and_offers_what_is_left, Peer::Smtp, async |on: On| {
    let relay = Relay::start("implicit", "localhost");
    let app = TestApp::with(on, &relay.toml()).await;
    person(&app, MAYA).await;
    relay.fault("refuse-connection");
    let mut pages = Vec::new();
    for address in [MAYA, "nobody@okafor.example"] {
        let browser = app.browser();
        let waiting = ask(&browser, address).await;
        settled(&app).await;
        assert!(has_news(&browser, &waiting).await);
        let view = browser.get(waiting.url.as_str()).await;
        assert_eq!((view.status, view.h1(), view.header("retry-after")), (503, "We couldn’t send the email".into(), "15"));
        let (text, reference) = (view.text(), view.text().split("Reference ").nth(1).unwrap()[..11].to_owned());
        assert!(text.contains("Nothing is wrong with your account") && reference.as_bytes()[5] == b'-', "{text}");
        assert!(!has_news(&browser, &view).await, "it says so already");
        pages.push(text.replace(address, "ADDRESS").replace(&reference, "REFERENCE"));
        // The way that is left.
        let password = view.follow("Use your password").await;
        assert_eq!(password.form_to("/sign-in/password").value("username"), address);
        // Not at once, and then it may be tried again.
        let early = view.form_to("/sign-in/resend").submit().await;
        assert!(early.status == 429 && early.text().contains("You can do this again in"), "{}", early.text());
        assert_eq!(early.h1(), "We couldn’t send the email");
        assert_eq!(app.browser().get(waiting.url.as_str()).await.status, 410, "another browser has no such journey");
    }
    assert_eq!(pages[0], pages[1], "it does not tell who has an account");
});

on_each_database_with!(a_letter_that_was_held_up_goes_and_the_page_is_the_usual_one_again, Peer::Smtp, async |on: On| {
    let relay = Relay::start("implicit", "localhost");
    let app = TestApp::with(on, &relay.toml()).await;
    person(&app, MAYA).await;
    relay.fault("bad-auth");
    let browser = app.browser();
    let waiting = ask(&browser, MAYA).await;
    settled(&app).await;
    let view = browser.get(waiting.url.as_str()).await;
    assert_eq!(view.status, 503);
    // A code that nobody can know yet is only a wrong code.
    let wrong = waiting.form_to("/sign-in/check").fill("code", "000000").submit().await;
    assert_eq!(wrong.status, 422);
    app.travel(Duration::from_secs(31));
    let again = view.form_to("/sign-in/resend").submit().await;
    assert_eq!(again.status, 503, "still down");
    relay.fault("none");
    app.travel(Duration::from_secs(61));
    gone(&app).await;
    assert!(has_news(&browser, &view).await);
    let back = browser.get(waiting.url.as_str()).await;
    assert_eq!((back.status, back.h1()), (200, "Check your email".into()));
    // Once a letter has gone, the code works, whatever becomes of another one.
    relay.fault("refuse-connection");
    app.travel(Duration::from_secs(121));
    let again = back.form_to("/sign-in/resend").submit().await;
    assert_eq!(again.status, 200);
    settled(&app).await;
    assert_eq!(browser.get(waiting.url.as_str()).await.status, 200);
    let raw = relay.all("message")[0]["raw"].as_str().unwrap().to_owned();
    let code = raw.lines().find(|line| line.len() == 7 && line.as_bytes()[3] == b' ').unwrap().to_owned();
    assert_eq!(back.form_to("/sign-in/check").fill("code", &code).submit().await.url.path(), "/account");
});

on_each_database_with!(
    /// A mailbox that takes nothing for now is not an outage: others get their letters.
    a_letter_that_is_put_off_says_nothing,
    Peer::Smtp,
    async |on: On| {
        let relay = Relay::start("starttls", "localhost");
        let app = TestApp::with(on, &format!("{}\n[sign_in]\nmethods = [\"email\"]\n", relay.toml())).await;
        let browser = app.browser();
        for fault in ["greylist", "full"] {
            relay.fault(fault);
            let waiting = ask_by_mail(&browser).await;
            settled(&app).await;
            assert_eq!(browser.get(waiting.url.as_str()).await.status, 200, "{fault}");
        }
        // Where mail is the only way, no other is offered.
        relay.fault("drop-data");
        let waiting = ask_by_mail(&browser).await;
        settled(&app).await;
        let view = browser.get(waiting.url.as_str()).await;
        assert!(view.status == 503 && !view.text().contains("password"), "{}", view.text());
    }
);

on_each_database_with!(
    /// Where a sign-up goes on must not depend on what an operator has decided about somebody.
    a_sign_up_page_does_not_tell_that_an_account_is_locked,
    Peer::Smtp,
    async |on: On| {
        let relay = Relay::start("implicit", "localhost");
        let app = TestApp::with(on, &relay.toml()).await;
        let user = person(&app, MAYA).await;
        crate::support::person::set_state(&app, user, housekey::user::State::Locked).await;
        for address in [MAYA, "nobody@okafor.example"] {
            let browser = app.browser();
            let view = browser.get("/sign-up").await.form().fill("email", address).submit().await;
            let view = view.form_to("/sign-up/password").fill("new-password", "walnut quiet lantern orbit").submit().await;
            settled(&app).await;
            let view = browser.get(view.url.as_str()).await;
            assert!(view.html.contains("/sign-up?flow="), "{address}");
        }
    }
);

#[test]
fn a_page_that_somebody_looks_at_follows_its_letter_by_itself() {
    let name = "a_page_that_somebody_looks_at_follows_its_letter_by_itself";
    if !peer::require(Peer::Chromium, name) || !peer::require(Peer::Smtp, name) {
        return;
    }
    peer::run(async {
        let relay = Relay::start("implicit", "localhost");
        let app = TestApp::with(On::Sqlite, &relay.toml()).await;
        let browser = Chromium::open().await;
        for (fault, words) in [("reject", "Email to this address came back"), ("none", "Type the 6-digit code")] {
            relay.fault("refuse-connection");
            browser.driver.goto(format!("{}/sign-in", app.issuer)).await.unwrap();
            browser.fill("#email", MAYA).await;
            browser.click("main button[type=submit]").await;
            browser.click("form[action$='/sign-in/email'] button[type=submit]").await;
            browser.wait_for("h1", |text| text == "We couldn’t send the email").await;
            relay.fault(fault);
            app.travel(Duration::from_secs(16));
            browser.wait_for("main", |text| text.contains(words)).await;
        }
        browser.close().await;
    });
}
