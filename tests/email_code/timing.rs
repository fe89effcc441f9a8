//! Whether somebody has an account must not show in how long an answer takes.

use crate::support::timing::take_the_same_time;
use crate::support::{Form, On, TestApp, View, peer, person};

const KINDS: [&str; 2] = ["an address somebody has", "an address nobody has"];

/// Two people type an address on one page and send a form of the next one in turns; `prepare` takes them to it. Each letter has
/// gone before the next one is asked for: who reads it is looked up when it is written.
fn takes_the_same_time_for_both(path: &str, samples: usize, prepare: &impl AsyncFn(View, &str) -> Form) {
    peer::run_alone(async {
        let app = TestApp::with(On::Sqlite, "[limits]\nenabled = false").await;
        person(&app, "known@okafor.example").await;
        let (base, mut forms) = (app.browser(), Vec::new());
        for address in ["known@okafor.example", "other@okafor.example"] {
            let page = base.another().get("/sign-in").await;
            forms.push(prepare(page, address).await);
        }
        take_the_same_time(&format!("POST {path}"), &KINDS, samples, async |kind: usize, _| {
            app.settle();
            let (took, status) = forms[kind].submit_timed().await;
            assert_eq!(status, 303);
            took
        })
        .await;
    });
}

#[test]
fn a_letter_that_signs_in_takes_the_same_time_to_ask_for() {
    takes_the_same_time_for_both("/sign-in/email", 500, &async |page, address| {
        page.form().fill("email", address).submit().await.form_to("/sign-in/email")
    });
}

#[test]
fn a_forgotten_password_takes_the_same_time_whether_there_was_one() {
    takes_the_same_time_for_both("/recover", 500, &async |page, address| {
        page.form().fill("email", address).submit().await.follow("Forgot password?").await.form_to("/recover")
    });
}

#[test]
fn signing_up_takes_the_same_time_with_an_address_that_is_taken() {
    // A hash takes longer than what is looked for, and not always as long.
    takes_the_same_time_for_both("/sign-up/password", 1000, &async |page, address| {
        let page = page.follow("Create an account").await.form().fill("email", address).submit().await;
        page.form_to("/sign-up/password").fill("new-password", "lantern orbit walnut quiet")
    });
}
