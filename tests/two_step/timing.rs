//! Whether somebody has a second step must not show in how long an answer takes to whoever has not shown the first.

use sea_orm::ConnectionTrait;

use super::equip;
use crate::support::timing::take_the_same_time;
use crate::support::{Browser, On, TestApp, peer, person};

const KINDS: [&str; 3] = ["with a second step", "without one", "an address nobody has"];

const ADDRESSES: [&str; 3] = ["known@okafor.example", "plain@okafor.example", "other@okafor.example"];

/// A browser that has typed an address, with the proof of its form and its journey.
struct Typed {
    browser: Browser,
    csrf: String,
    flow: String,
}

/// One of each kind.
async fn typed() -> (TestApp, Vec<Typed>) {
    let app = TestApp::with(On::Sqlite, "[limits]\nenabled = false").await;
    let user = person(&app, ADDRESSES[0]).await;
    equip(&app, user).await;
    person(&app, ADDRESSES[1]).await;
    let (base, mut typed) = (app.browser(), Vec::new());
    for address in ADDRESSES {
        let browser = base.another();
        let page = browser.get("/sign-in").await.form().fill("email", address).submit().await;
        let form = page.form_to("/sign-in/password");
        let (csrf, flow) = (form.value("csrf").to_owned(), form.value("flow").to_owned());
        typed.push(Typed { browser, csrf, flow });
    }
    (app, typed)
}

fn takes_the_same_time_for_whoever_was_typed(path: &str, expected: u16) {
    peer::run_alone(async {
        let (_app, typed) = typed().await;
        let paths: Vec<_> = typed.iter().map(|of| format!("{path}?flow={}", of.flow)).collect();
        take_the_same_time(&format!("GET {path}"), &KINDS, 2000, async |kind: usize, _| {
            let (took, status) = typed[kind].browser.timed("GET", &paths[kind], &[]).await;
            assert_eq!(status, expected);
            took
        })
        .await;
    });
}

#[test]
fn the_page_for_the_password_takes_the_same_time_whoever_was_typed() {
    takes_the_same_time_for_whoever_was_typed("/sign-in/password", 200);
}

#[test]
fn the_page_for_a_second_step_turns_everybody_away_in_the_same_time() {
    takes_the_same_time_for_whoever_was_typed("/sign-in/two-step", 303);
}

/// Passwords take long to hash: fewer samples, at the small cost of tests. After five wrong ones an account waits, so they are
/// forgotten in between.
#[test]
fn a_wrong_password_does_not_tell_who_has_a_second_step() {
    peer::run_alone(async {
        let (app, typed) = typed().await;
        take_the_same_time("POST /sign-in/password", &KINDS, 500, async |kind: usize, round| {
            if round % 4 == 0 {
                app.app.db.write().execute_unprepared("DELETE FROM lockouts").await.unwrap();
            }
            let Typed { browser, csrf, flow } = &typed[kind];
            let fields = [("csrf", csrf.as_str()), ("flow", flow), ("password", "not the password at all")];
            let (took, status) = browser.timed("POST", "/sign-in/password", &fields).await;
            assert_eq!(status, 422);
            took
        })
        .await;
    });
}
