//! What the page that waits for a letter says when the relay does not take it: to the journey that asked, and to
//! nobody else, and the same whether or not there is an account.

use std::time::{Duration, Instant};

use super::{MAYA, ask};
use crate::on_each_database_with;
use crate::support::peer::Peer;
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

/// What the page's script is told.
async fn has_news(browser: &Browser, view: &View) -> bool {
    let path = view.html.split("data-elsewhere=\"").nth(1).unwrap().split('"').next().unwrap();
    let html = browser.get(&path.replace("&#38;", "&").replace("&amp;", "&")).await.html;
    assert!(matches!(html.as_str(), "{\"done\":true}" | "{\"done\":false}"), "{html}");
    html.contains("true")
}

/// The page without what differs between any two journeys.
fn alike(view: &View, address: &str) -> String {
    let tag = view.text().split("The email shows ").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    view.text().replace(address, "ADDRESS").replace(&tag, "TAG")
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

on_each_database_with!(
    /// Where a sign-up goes on must not depend on what an operator has decided about somebody.
    a_sign_up_page_does_not_tell_that_an_account_is_locked,
    Peer::Smtp,
    async |on: On| {
        let relay = Relay::start("implicit", "localhost");
        let app = TestApp::with(on, &relay.toml()).await;
        let user = person(&app, MAYA).await;
        let mut work = app.app.begin(housekey::work::Actor::Operator).await.unwrap();
        housekey::user::set_state(&mut work, user, housekey::user::State::Locked).await.unwrap();
        work.commit().await.unwrap();
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
