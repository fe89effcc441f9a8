//! Asking for a passkey takes as long whoever's address was typed before: what is asked says nothing of anybody.

use super::add;
use crate::support::timing::{take_the_same_time, typed};
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
        let typed = typed(&owner, &["known@okafor.example", "plain@okafor.example", "other@okafor.example"]).await;
        let kinds = ["with a passkey", "without one", "an address nobody has"];
        take_the_same_time("POST /sign-in/passkey/options", &kinds, 2000, async |kind: usize, _| {
            let (browser, form) = &typed[kind];
            let fields = [("csrf", form.value("csrf")), ("flow", form.value("flow"))];
            let (took, status) = browser.timed("POST", "/sign-in/passkey/options", &fields).await;
            assert_eq!(status, 200);
            took
        })
        .await;
    });
}
