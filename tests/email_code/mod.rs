//! Signing in by mail: one letter, two ways to answer it, and everything that mailboxes do to links.

mod addresses;
mod lost_mailbox;
pub mod recover;
mod relay;
mod timing;

use std::time::Duration;

use crate::on_each_database;
use crate::support::relying_party::CALLBACK;
use crate::support::{Browser, Form, On, PASSWORD, RelyingParty, TestApp, View, peer, person};

pub const MAYA: &str = "maya@okafor.example";

/// Asks for a letter, as far as the page that waits for its code.
async fn ask(browser: &Browser, address: &str) -> View {
    ask_from(browser.get("/sign-in").await, address).await
}

async fn ask_from(view: View, address: &str) -> View {
    let view = view.form_to("/sign-in").fill("email", address).submit().await;
    view.form_to("/sign-in/email").submit().await
}

/// The path of the link in the latest letter.
fn link(app: &TestApp, address: &str) -> String {
    let link = app.letter_to(address).link.expect("a link");
    link.strip_prefix(&app.issuer).expect("our own address").to_owned()
}

fn code(app: &TestApp, address: &str) -> String {
    app.letter_to(address).code.expect("a code")
}

pub async fn is_signed_in(browser: &Browser) -> bool {
    browser.get("/account").await.url.path() == "/account"
}

pub async fn events(app: &TestApp, user: housekey::types::UserId) -> Vec<(String, String)> {
    let lines = housekey::audit::list_of_user(app.app.db.read(), user, 200).await.unwrap();
    lines.into_iter().map(|line| (line.name, line.data)).collect()
}

on_each_database!(a_link_in_the_browser_that_asked_signs_in, |app: TestApp| async move {
    person(&app, MAYA).await;
    let browser = app.browser();
    let view = ask(&browser, " Maya@okafor.example").await;
    assert_eq!((view.status, view.url.path()), (200, "/sign-in/check"));
    let letter = app.letter_to(MAYA);
    let tag = letter.subject.split(':').next().unwrap();
    assert!(view.text().contains(tag), "the page shows the letter's tag");
    let landing = browser.get(&link(&app, MAYA)).await;
    assert_eq!(landing.h1(), "Finish signing in");
    assert!(!is_signed_in(&browser).await, "opening a link changes nothing");
    let view = landing.form_to(&link(&app, MAYA)).submit().await;
    assert_eq!(view.url.path(), "/account");
    // The link and the code have done their work.
    let again = browser.get(&link(&app, MAYA)).await;
    assert_eq!((again.status, again.h1()), (410, "This link has been used".into()));
});

on_each_database!(the_code_signs_in_where_it_was_asked_for, |app: TestApp| async move {
    person(&app, MAYA).await;
    let browser = app.browser();
    let view = ask(&browser, MAYA).await;
    let digits = code(&app, MAYA);
    let typed = format!(" {}-{} ", &digits[..3], &digits[3..]);
    let view = view.form_to("/sign-in/check").fill("code", &typed).submit().await;
    assert_eq!(view.url.path(), "/account");
    assert_eq!(browser.get(&link(&app, MAYA)).await.status, 410);
});

on_each_database!(a_stranger_gets_an_account_by_mail, |app: TestApp| async move {
    let browser = app.browser();
    ask(&browser, "noor@okafor.example").await;
    let letter = app.letter_to("noor@okafor.example");
    assert!(letter.subject.contains("create your"), "{}", letter.subject);
    let view = browser.get(&link(&app, "noor@okafor.example")).await.form().submit().await;
    assert_eq!(view.url.path(), "/account");
    assert_eq!(housekey::user::count(app.app.db.read()).await.unwrap(), 1);
    // The next letter signs in.
    ask(&app.browser(), "noor@okafor.example").await;
    assert!(app.letter_to("noor@okafor.example").subject.contains("sign in"));
});

#[test]
fn a_link_on_the_phone_asks_first_and_never_signs_in_the_first_device() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, MAYA).await;
        let (desk, phone) = (app.browser(), app.browser());
        let waiting = ask(&desk, MAYA).await;
        let landing = phone.get(&link(&app, MAYA)).await;
        assert_eq!(landing.h1(), "Is this you?");
        let tag = app.letter_to(MAYA).subject.split(':').next().unwrap().to_owned();
        for fact in [MAYA, "Housekey", &tag, "just now"] {
            assert!(landing.text().contains(fact), "{fact}: {}", landing.text());
        }
        let digits = code(&app, MAYA);
        assert!(landing.text().contains(&format!("{} {}", &digits[..3], &digits[3..])));
        assert!(!landing.html.contains("data-submit"), "no script goes on by itself here");
        landing.form_to(&link(&app, MAYA)).submit().await;
        assert!(is_signed_in(&phone).await);
        assert!(!is_signed_in(&desk).await, "an attacker who waits at a page gets nothing from somebody's click");
        assert_eq!(waiting.form_to("/sign-in/check").fill("code", &digits).submit().await.status, 410);
    });
}

#[test]
fn a_code_read_on_the_phone_signs_in_the_desk() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, MAYA).await;
        let (desk, phone) = (app.browser(), app.browser());
        let waiting = ask(&desk, MAYA).await;
        phone.get(&link(&app, MAYA)).await;
        waiting.form_to("/sign-in/check").fill("code", &code(&app, MAYA)).submit().await;
        assert!(is_signed_in(&desk).await && !is_signed_in(&phone).await);
    });
}

#[test]
fn a_scanner_that_opens_everything_burns_nothing_and_is_seen() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let user = person(&app, MAYA).await;
        let browser = app.browser();
        ask(&browser, MAYA).await;
        let path = link(&app, MAYA);
        let scanner = app.browser().with_header("user-agent", "Mozilla/5.0 SafeLinks").with_header("purpose", "prefetch");
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        for method in ["GET", "HEAD", "OPTIONS", "GET", "PROPFIND"] {
            let url = format!("{}{path}", app.issuer);
            let response = http.request(method.parse().unwrap(), url).send().await.unwrap();
            assert!(response.status().as_u16() < 500, "{method}");
        }
        // Even one that keeps cookies, and comes back with them.
        scanner.get(&path).await;
        scanner.get(&path).await;
        // And one that posts what it finds without the page's proof.
        assert!(matches!(app.browser().post(&path, &[]).await.status, 400 | 403));
        let opened: Vec<_> = events(&app, user).await.into_iter().filter(|(name, _)| name == "email_challenge.link_opened").collect();
        assert!(opened.len() >= 4, "{opened:?}");
        assert!(opened.iter().all(|(_, data)| data.contains("\"same_browser\":false")));
        // The person gets in as if nothing had happened.
        let view = browser.get(&path).await.form().submit().await;
        assert_eq!(view.url.path(), "/account");
        // A flood of openings is not a flood of writes.
        ask(&app.browser(), MAYA).await;
        let path = link(&app, MAYA);
        for _ in 0..40 {
            app.browser().get(&path).await;
        }
        let opened = events(&app, user).await.into_iter().filter(|(name, _)| name == "email_challenge.link_opened").count();
        assert!(opened <= 30, "{opened}");
    });
}

#[test]
fn an_old_link_a_cut_link_and_a_made_up_link_say_so() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, MAYA).await;
        let browser = app.browser();
        ask(&browser, MAYA).await;
        let path = link(&app, MAYA);
        for wrong in
            [&path[..path.len() - 9], &format!("{path}x"), "/l/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "/l/x", "/l/%00", "/l/../l"]
        {
            let view = browser.get(wrong).await;
            assert_eq!(view.status, 404, "{wrong}");
        }
        assert!(browser.get(&path[..path.len() - 9]).await.text().contains("cut long links"));
        app.travel(Duration::from_mins(15));
        let view = browser.get(&path).await;
        assert_eq!((view.status, view.h1()), (410, "This link has expired".into()));
        assert!(view.text().contains(MAYA));
        // One press, and the journey goes on with a new letter.
        let view = view.form_to("/sign-in/email").submit().await;
        assert_eq!(view.url.path(), "/sign-in/check");
        assert_ne!(link(&app, MAYA), path);
        browser.get(&link(&app, MAYA)).await.form().submit().await;
        assert!(is_signed_in(&browser).await);
    });
}

#[test]
fn i_did_not_ask_for_this_ends_link_and_code() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let user = person(&app, MAYA).await;
        let waiting = ask(&app.browser(), MAYA).await;
        let path = link(&app, MAYA);
        let reader = app.browser();
        let view = reader.get(&path).await.form_to("/cancel").submit().await;
        assert_eq!((view.status, view.h1()), (410, "This link no longer works".into()));
        assert_eq!(waiting.form_to("/sign-in/check").fill("code", &code(&app, MAYA)).submit().await.status, 410);
        assert_eq!(reader.get(&path).await.status, 410);
        assert!(events(&app, user).await.iter().any(|(name, _)| name == "email_challenge.cancelled"));
    });
}

#[test]
fn two_tabs_two_letters_and_the_first_to_finish_ends_the_other() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, MAYA).await;
        let browser = app.browser();
        let one = ask(&browser, MAYA).await;
        let first = (link(&app, MAYA), code(&app, MAYA));
        let two = ask(&browser, MAYA).await;
        let second = code(&app, MAYA);
        assert_ne!(first.1, second);
        // Each tab takes the code of its own letter.
        assert_eq!(two.form_to("/sign-in/check").fill("code", &first.1).submit().await.status, 422);
        assert_eq!(one.form_to("/sign-in/check").fill("code", &first.1).submit().await.url.path(), "/account");
        // The other tab has nothing left to do, and its letter is void.
        let view = two.form_to("/sign-in/check").fill("code", &second).submit().await;
        assert_eq!(view.status, 410);
        // The tab that was finished, looked at again.
        let view = browser.get(one.url.as_str()).await;
        assert_eq!((view.status, view.h1()), (200, "You’re signed in".into()));
        let status = browser.get(&one.url.as_str().replace("/check?", "/check/status?")).await;
        assert_eq!(status.html, "{\"done\":true}");
    });
}

#[test]
fn a_new_letter_in_the_same_journey_takes_the_place_of_the_old_one() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, MAYA).await;
        let browser = app.browser();
        let view = ask(&browser, MAYA).await;
        let (old, digits) = (link(&app, MAYA), code(&app, MAYA));
        let view = ask_from(view.follow("Change").await, MAYA).await;
        assert_eq!(browser.get(&old).await.status, 410);
        assert_eq!(view.form_to("/sign-in/check").fill("code", &digits).submit().await.status, 422);
        assert_eq!(view.form_to("/sign-in/check").fill("code", &code(&app, MAYA)).submit().await.url.path(), "/account");
    });
}

#[test]
fn a_journey_of_an_app_ends_there_and_on_the_phone_where_the_app_begins() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, MAYA).await;
        let spa = RelyingParty::new(&app, "spa");
        // In the browser that asked: a code for the app.
        let browser = app.browser();
        ask_from(browser.get(&spa.authorize_path("")).await, MAYA).await;
        let view = browser.get(&link(&app, MAYA)).await.form().submit().await;
        let to = view.refresh().expect("the way back");
        assert!(to.starts_with(&format!("{CALLBACK}?code=")), "{to}");
        // On a phone: the app's front page, because the code could never be redeemed there.
        let (desk, phone) = (app.browser(), app.browser());
        ask_from(desk.get(&spa.authorize_path("")).await, MAYA).await;
        let view = phone.get(&link(&app, MAYA)).await.form_to(&link(&app, MAYA)).submit().await;
        assert_eq!(view.refresh().as_deref(), Some("https://app.test/"));
        assert!(is_signed_in(&phone).await);
        // An app that says where it begins is begun there, and finds the person signed in.
        let web = RelyingParty::new(&app, "web");
        ask_from(desk.get(&web.authorize_path("")).await, MAYA).await;
        let view = phone.get(&link(&app, MAYA)).await.form_to(&link(&app, MAYA)).submit().await;
        let to = url::Url::parse(&view.refresh().unwrap()).unwrap();
        let pairs: Vec<_> = to.query_pairs().into_owned().collect();
        assert_eq!((to.path(), pairs[0].0.as_str(), pairs[0].1.as_str()), ("/login", "iss", app.issuer.as_str()));
        assert_eq!(pairs[1], ("login_hint".into(), MAYA.into()));
    });
}

#[test]
fn a_password_typed_by_a_stranger_does_not_come_with_the_owners_click() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        // Mallory signs up with the victim's address, and waits for the victim to open the letter.
        let mallory = app.browser();
        let view = mallory.get("/sign-up").await.form().fill("email", MAYA).submit().await;
        view.form_to("/sign-up/password").fill("new-password", "mallory knows this one").submit().await;
        let victim = app.browser();
        victim.get(&link(&app, MAYA)).await.form_to(&link(&app, MAYA)).submit().await;
        assert!(is_signed_in(&victim).await);
        assert_eq!(app.browser().sign_in(MAYA, "mallory knows this one").await.status, 422);
        assert!(!is_signed_in(&mallory).await);
    });
}

on_each_database!(fifty_uses_of_a_link_at_once_at_two_processes_are_one, |app: TestApp| async move {
    person(&app, MAYA).await;
    let browser = app.browser();
    ask(&browser, MAYA).await;
    let landing = browser.get(&link(&app, MAYA)).await;
    let second = app.process().await;
    let forms = (0..50).map(|n| if n % 2 == 0 { landing.form() } else { landing.form().to(&second.address) });
    let views = futures_util::future::join_all(forms.map(Form::submit)).await;
    assert!(views.iter().all(|view| view.status < 500));
    assert_eq!(views.iter().filter(|view| view.status == 410).count(), 49);
    sessions_are(&app, 1).await;
});

on_each_database!(link_and_code_at_once_are_one, |app: TestApp| async move {
    person(&app, MAYA).await;
    for round in 1..=4 {
        let (desk, phone) = (app.browser(), app.browser());
        let waiting = ask(&desk, MAYA).await;
        let landing = phone.get(&link(&app, MAYA)).await;
        let digits = code(&app, MAYA);
        let codes = (0..5).map(|_| waiting.form_to("/sign-in/check").fill("code", &digits).submit());
        let path = link(&app, MAYA);
        let links = (0..45).map(|_| landing.form_to(&path).submit());
        let (codes, links) = tokio::join!(futures_util::future::join_all(codes), futures_util::future::join_all(links));
        assert!(codes.iter().chain(&links).all(|view| view.status < 500));
        sessions_are(&app, round).await;
    }
});

pub async fn sessions_are(app: &TestApp, expected: u64) {
    let users = housekey::user::list(app.app.db.read(), None, 10).await.unwrap();
    let count = housekey::session::count_of_user(app.app.db.read(), users[0].person.id, app.clock.now()).await.unwrap();
    assert_eq!(count, expected);
}

on_each_database!(guesses_from_everywhere_are_counted_for_the_mailbox, |app: TestApp| async move {
    person(&app, MAYA).await;
    let mut tried = 0;
    let mut waited = false;
    for _ in 0..10 {
        let mut view = ask(&app.browser(), MAYA).await;
        for _ in 0..5 {
            view = view.form_to("/sign-in/check").fill("code", "000000").submit().await;
            waited |= view.status == 429;
            if view.status != 422 {
                break;
            }
            tried += 1;
        }
    }
    assert!(waited && tried <= 30, "{tried}");
});

#[test]
fn a_letter_is_made_of_our_own_address_whatever_the_request_says() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, MAYA).await;
        for (name, value) in [("x-forwarded-host", "evil.test"), ("forwarded", "host=evil.test;proto=https"), ("x-forwarded-proto", "ftp")]
        {
            let browser = app.browser().with_header(name, value);
            ask(&browser, MAYA).await;
            let letter = app.letter_to(MAYA);
            assert!(
                letter.link.unwrap().starts_with(&app.issuer) && !letter.html.contains("evil.test") && !letter.text.contains("evil.test")
            );
        }
    });
}

#[test]
fn two_addresses_in_one_form_get_no_letter() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let view = app.browser().get("/sign-in").await;
        let form = view.form();
        let (csrf, flow) = (form.value("csrf").to_owned(), form.value("flow").to_owned());
        let browser = app.browser();
        browser.set_cookie("x", "y");
        for path in ["/sign-in/email", "/recover", "/sign-up"] {
            let pairs = [("csrf", csrf.as_str()), ("flow", &flow), ("email", MAYA), ("email", "mallory@evil.test")];
            assert_eq!(browser.post(path, &pairs).await.status, 400, "{path}");
        }
        assert_eq!(app.letters(), 0);
    });
}

#[test]
fn a_letter_goes_to_the_address_as_it_is_kept() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, "Maya.O+x@okafor.example").await;
        ask(&app.browser(), "MAYA.O+X@OKAFOR.EXAMPLE").await;
        assert_eq!(app.letter_to("maya.o+x@okafor.example").to.to_string(), "Maya.O+x@okafor.example");
        // Twins that only look alike are nobody.
        for twin in ["mаya.o+x@okafor.example", "ｍaya.o+x@okafor.example"] {
            let view = app.browser().get("/sign-in").await.form().fill("email", twin).submit().await;
            assert_eq!(view.status, 422, "{twin}");
        }
    });
}

#[test]
fn whoever_may_not_come_in_is_told_so_in_the_letter_only() {
    peer::run(async {
        let app = TestApp::with(On::Sqlite, "[sign_in]\nsign_up = \"closed\"").await;
        let user = person(&app, MAYA).await;
        person(&app, "jonas@lind.example").await;
        crate::support::person::set_state(&app, user, housekey::user::State::Locked).await;
        let mut pages = Vec::new();
        for (address, says) in [(MAYA, "locked"), ("jonas@lind.example", "sign in to"), ("nobody@okafor.example", "closed")] {
            let view = ask(&app.browser(), address).await;
            let letter = app.letter_to(address);
            assert!(letter.subject.contains(says) || letter.text.contains(says), "{address}: {}", letter.text);
            assert_eq!(letter.link.is_some(), address.starts_with("jonas"));
            let tag = letter.subject.split(':').next().unwrap().to_owned();
            pages.push((view.status, view.text().replace(address, "ADDRESS").replace(&tag, "TAG")));
        }
        assert_eq!(pages[0], pages[1]);
        assert_eq!(pages[1], pages[2]);
    });
}

#[test]
fn where_mail_comes_first_a_password_is_the_other_way() {
    peer::run(async {
        let app = TestApp::with(On::Sqlite, "[sign_in]\nmethods = [\"email\", \"password\"]").await;
        person(&app, MAYA).await;
        let browser = app.browser();
        let view = browser.get("/sign-in").await;
        assert!(view.form().action.path().ends_with("/sign-in/email") && view.text().contains("Use a password"));
        let view = view.form().fill("email", MAYA).press("Continue with email").await;
        assert_eq!(view.url.path(), "/sign-in/check");
        // A sign-up needs no password here.
        let view = app.browser().get("/sign-up").await.form().fill("email", "noor@okafor.example").submit().await;
        assert_eq!(view.url.path(), "/sign-in/check");
        // Without mail there is nothing to ask for.
        let app = TestApp::with(On::Sqlite, "[sign_in]\nmethods = [\"password\"]").await;
        let view = app.browser().get("/sign-in").await.form().fill("email", MAYA).submit().await;
        assert!(!view.text().contains("Email me"));
        let form = view.form();
        let pairs = form.pairs();
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(app.browser().post("/sign-in/email", &pairs).await.status, 400, "another browser's form");
        assert_eq!(app.letters(), 0);
    });
}

#[test]
fn a_mail_sign_in_does_not_skip_a_second_step() {
    peer::run(async {
        let app = TestApp::with(On::Sqlite, "[sign_in.two_step]\npolicy = \"required\"").await;
        person(&app, MAYA).await;
        let browser = app.browser();
        let view = ask(&browser, MAYA).await;
        let half = view.form_to("/sign-in/check").fill("code", &code(&app, MAYA)).submit().await;
        assert_eq!((half.url.path(), is_signed_in(&browser).await), ("/sign-in/two-step", false));
        ask(&browser, MAYA).await;
        let half = browser.get(&link(&app, MAYA)).await.form().submit().await;
        assert_eq!((half.url.path(), is_signed_in(&browser).await), ("/sign-in/two-step", false));
        assert_eq!(app.browser().sign_in(MAYA, PASSWORD).await.url.path(), "/sign-in/two-step");
    });
}
