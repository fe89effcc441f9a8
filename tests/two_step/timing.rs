//! Whether somebody has a second step must not show in how long an answer takes to whoever has not shown the first.

use sea_orm::ConnectionTrait;

use super::equip;
use crate::support::timing::{take_the_same_time, typed};
use crate::support::{Browser, Form, On, TestApp, peer, person};

const KINDS: [&str; 3] = ["with a second step", "without one", "an address nobody has"];

const ADDRESSES: [&str; 3] = ["known@okafor.example", "plain@okafor.example", "other@okafor.example"];

/// One of each kind.
async fn one_of_each() -> (TestApp, Vec<(Browser, Form)>) {
    let app = TestApp::with(On::Sqlite, "[limits]\nenabled = false").await;
    let user = person(&app, ADDRESSES[0]).await;
    equip(&app, user).await;
    person(&app, ADDRESSES[1]).await;
    let typed = typed(&app.browser(), &ADDRESSES).await;
    (app, typed)
}

fn takes_the_same_time_for_whoever_was_typed(path: &str, expected: u16) {
    peer::run_alone(async {
        let (_app, typed) = one_of_each().await;
        let paths: Vec<_> = typed.iter().map(|(_, form)| format!("{path}?flow={}", form.value("flow"))).collect();
        take_the_same_time(&format!("GET {path}"), &KINDS, 2000, async |kind: usize, _| {
            let (took, status) = typed[kind].0.timed("GET", &paths[kind], &[]).await;
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
        let (app, typed) = one_of_each().await;
        let forms: Vec<_> = typed.into_iter().map(|(_, form)| form.fill("password", "not the password at all")).collect();
        take_the_same_time("POST /sign-in/password", &KINDS, 500, async |kind: usize, round| {
            if round % 4 == 0 {
                app.app.db.write().execute_unprepared("DELETE FROM lockouts").await.unwrap();
            }
            let (took, status) = forms[kind].submit_timed().await;
            assert_eq!(status, 422);
            took
        })
        .await;
    });
}
