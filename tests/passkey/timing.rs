//! Asking for a passkey takes as long whoever's address was typed before: what is asked says nothing of anybody.

use super::add;
use crate::support::timing::take_the_same_time;
use crate::support::{On, PASSWORD, TestApp, peer, person};

#[test]
fn whoever_asks_for_a_passkey_does_not_learn_whether_somebody_has_one() {
    peer::run_alone(async {
        let app = TestApp::with(On::Sqlite, "[limits]\nenabled = false").await;
        for address in ["known@okafor.example", "plain@okafor.example"] {
            person(&app, address).await;
        }
        let owner = app.browser();
        owner.sign_in("known@okafor.example", PASSWORD).await;
        add(&app, &owner).await;
        let mut asking = Vec::new();
        for address in ["known@okafor.example", "plain@okafor.example", "other@okafor.example"] {
            let browser = owner.another();
            let page = browser.get("/sign-in").await.form().fill("email", address).submit().await;
            let form = page.form_to("/sign-in/password");
            asking.push((browser, form.value("csrf").to_owned(), form.value("flow").to_owned()));
        }
        let kinds = ["with a passkey", "without one", "an address nobody has"];
        take_the_same_time("POST /sign-in/passkey/options", &kinds, 2000, async |kind: usize, _| {
            let (browser, csrf, flow) = &asking[kind];
            let (took, status) = browser.timed("POST", "/sign-in/passkey/options", &[("csrf", csrf), ("flow", flow)]).await;
            assert_eq!(status, 200);
            took
        })
        .await;
    });
}
