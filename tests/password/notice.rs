//! Whoever signs in with somebody's password at a browser of their own is told of to the account's mailbox.

use crate::on_each_database;
use crate::support::{Browser, On, PASSWORD, TestApp, peer, person};

const MAYA: &str = "maya@okafor.example";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

async fn sign_in(browser: &Browser) {
    assert_eq!(browser.sign_in(MAYA, PASSWORD).await.url.path(), "/account");
}

/// Asks for a letter and goes on from the page behind its link.
async fn by_letter(app: &TestApp, browser: &Browser) {
    let view = browser.get("/sign-in").await.form().fill("email", MAYA).submit().await;
    view.form_to("/sign-in/email").submit().await;
    let link = app.letter_to(MAYA).link.expect("a link");
    assert_eq!(browser.get(&link).await.form().submit().await.url.path(), "/account");
}

on_each_database!(a_sign_in_at_a_new_browser_is_told_to_the_mailbox, |app: TestApp| async move {
    person(&app, "Maya@okafor.example").await;
    let (desk, thief) = (app.browser(), app.browser().with_header("user-agent", FIREFOX));
    sign_in(&desk).await;
    assert_eq!(app.letters(), 0, "the first sign-in of an account is nobody else's");
    desk.get("/sign-out").await.form().submit().await;
    sign_in(&desk).await;
    assert_eq!(app.letters(), 0, "this browser is known");
    assert_eq!(thief.sign_in(MAYA, "not the password at all").await.status, 422);
    assert_eq!(app.letters(), 0, "nobody came in");
    sign_in(&thief).await;
    let letter = app.letter_to(MAYA);
    assert_eq!((app.letters(), letter.to.to_string().as_str()), (1, "Maya@okafor.example"), "as the address is kept");
    assert_eq!(letter.subject, "New sign-in to Housekey");
    for fact in ["Firefox on Linux", "nothing to do", "Forgot password?"] {
        assert!(letter.text.contains(fact) && letter.html.contains(fact), "{fact}: {}", letter.text);
    }
    assert!(letter.link.is_none() && letter.code.is_none() && !letter.html.contains("href"), "no button, in any such letter");
    thief.get("/sign-out").await.form().submit().await;
    sign_in(&thief).await;
    assert_eq!(app.letters(), 1, "told once");
});

on_each_database!(a_browser_is_new_to_each_account_by_itself, |app: TestApp| async move {
    person(&app, MAYA).await;
    person(&app, "jonas@lind.example").await;
    let (desk, shared) = (app.browser(), app.browser());
    sign_in(&desk).await;
    shared.sign_in("jonas@lind.example", PASSWORD).await;
    shared.get("/sign-out").await.form().submit().await;
    sign_in(&shared).await;
    assert_eq!(app.letter_to(MAYA).subject, "New sign-in to Housekey");
});

/// Whoever can answer a letter to the mailbox need not be written to: they have just read it.
#[test]
fn whoever_came_by_letter_is_not_told_but_has_been_here_before() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, MAYA).await;
        by_letter(&app, &app.browser()).await;
        let phone = app.browser();
        by_letter(&app, &phone).await;
        assert_eq!(app.letters(), 2, "the two that were asked for");
        // A password that was never used before, in an account that was.
        sign_in(&app.browser()).await;
        assert_eq!(app.letter_to(MAYA).subject, "New sign-in to Housekey");
        // And the phone is known, however it came in.
        phone.get("/sign-out").await.form().submit().await;
        sign_in(&phone).await;
        assert_eq!(app.letters(), 3);
    });
}

#[test]
fn a_new_password_by_letter_is_one_notice_and_not_two() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, MAYA).await;
        sign_in(&app.browser()).await;
        let browser = app.browser();
        let view = browser.get("/sign-in").await.form().fill("email", MAYA).submit().await;
        view.follow("Forgot password?").await.form().press("reset link").await;
        let link = app.letter_to(MAYA).link.unwrap();
        let view = browser.get(&link).await.form().submit().await;
        view.form().fill("new-password", "walnut quiet lantern orbit").submit().await;
        assert!(app.letter_to(MAYA).subject.contains("password was changed"));
        assert_eq!(app.letters(), 2);
    });
}

#[test]
fn an_operator_may_turn_it_off_and_nothing_is_told_that_did_not_happen() {
    peer::run(async {
        let off = TestApp::with(On::Sqlite, "[email]\nnew_sign_in_notice = false").await;
        person(&off, MAYA).await;
        sign_in(&off.browser()).await;
        sign_in(&off.browser()).await;
        assert_eq!(off.letters(), 0);
        // Somebody with the password who may not come in has not signed in.
        let app = TestApp::start(On::Sqlite).await;
        let user = person(&app, MAYA).await;
        sign_in(&app.browser()).await;
        crate::support::person::set_state(&app, user, housekey::user::State::Locked).await;
        assert_eq!(app.browser().sign_in(MAYA, PASSWORD).await.status, 422);
        assert_eq!(app.letters(), 0);
    });
}

#[test]
fn a_server_that_sends_no_letters_keeps_none() {
    use housekey::config::Mode;
    peer::run(async {
        let app = TestApp::in_mode(On::Sqlite, Mode::Production, "").await;
        person(&app, MAYA).await;
        sign_in(&app.browser()).await;
        sign_in(&app.browser()).await;
        assert_eq!(housekey::job::letters(&app.app.db).await.unwrap().waiting, 0);
    });
}
