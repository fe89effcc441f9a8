//! Whether somebody has a second step must not show in how long an answer takes to whoever has not shown the first.

use super::equip;
use crate::support::timing::take_the_same_time;
use crate::support::{Browser, On, TestApp, peer, person};

const KINDS: [&str; 3] = ["with a second step", "without one", "an address nobody has"];

/// A browser that has typed an address, with the proof of its form and its journey.
struct Typed {
    browser: Browser,
    csrf: String,
    flow: String,
}

/// So many of each kind.
async fn typed(many: usize) -> (TestApp, [Vec<Typed>; 3]) {
    let app = TestApp::with(On::Sqlite, "[limits]\nenabled = false").await;
    let (base, mut typed) = (app.browser(), [const { Vec::new() }; 3]);
    for (kind, name) in ["known", "plain", "other"].into_iter().enumerate() {
        for number in 0..many {
            let address = format!("{name}{number:02}@okafor.example");
            if kind < 2 {
                let user = person(&app, &address).await;
                if kind == 0 {
                    equip(&app, user).await;
                }
            }
            let browser = base.another();
            let page = browser.get("/sign-in").await.form().fill("email", &address).submit().await;
            let form = page.form_to("/sign-in/password");
            let (csrf, flow) = (form.value("csrf").to_owned(), form.value("flow").to_owned());
            typed[kind].push(Typed { browser, csrf, flow });
        }
    }
    (app, typed)
}

fn takes_the_same_time_for_whoever_was_typed(path: &str, expected: u16) {
    peer::run_alone(async {
        let (_app, typed) = typed(1).await;
        let paths: Vec<_> = typed.iter().map(|of| format!("{path}?flow={}", of[0].flow)).collect();
        take_the_same_time(&format!("GET {path}"), &KINDS, 2000, async |kind: usize, _| {
            let (took, status) = typed[kind][0].browser.timed("GET", &paths[kind], &[]).await;
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

/// Passwords take long to hash: fewer samples, at the small cost of tests. An account stands a hundred wrong ones.
#[test]
fn a_wrong_password_does_not_tell_who_has_a_second_step() {
    const MANY: usize = 24;
    peer::run_alone(async {
        let (_app, typed) = typed(MANY).await;
        take_the_same_time("POST /sign-in/password", &KINDS, 500, async |kind: usize, round| {
            let Typed { browser, csrf, flow } = &typed[kind][round % MANY];
            let fields = [("csrf", csrf.as_str()), ("flow", flow), ("password", "not the password at all")];
            let (took, status) = browser.timed("POST", "/sign-in/password", &fields).await;
            assert_eq!(status, 422);
            took
        })
        .await;
    });
}
