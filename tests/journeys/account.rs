//! People who look after their own account, in a real browser with a virtual authenticator: the last way in, the second step, leaving,
//! and passkeys that are offered or made by themselves.

use serde_json::json;

use super::passkey::with_authenticator;
use crate::support::chromium::Chromium;
use crate::support::peer::{self, Peer};
use crate::support::{On, PASSWORD, TestApp, person};
use crate::two_step::equip;

const MAYA: &str = "maya@okafor.example";

async fn goto(browser: &Chromium, app: &TestApp, path: &str) {
    browser.driver.goto(format!("{}{path}", app.issuer)).await.unwrap();
}

async fn sign_in(browser: &Chromium, app: &TestApp) {
    goto(browser, app, "/sign-in").await;
    browser.fill("#email", MAYA).await;
    browser.click("main form:not([data-passkey]) button[type=submit]").await;
    browser.fill("#password", PASSWORD).await;
    browser.click("main button[type=submit]").await;
}

async fn is_in(browser: &Chromium) {
    browser.wait_for("h1", |text| text == "Profile").await;
}

async fn add_a_passkey(browser: &Chromium, app: &TestApp) {
    goto(browser, app, "/account/security").await;
    browser.click("[data-passkey=create] button").await;
    browser.wait_for("#passkeys", |text| text.contains("Added ")).await;
}

#[test]
fn the_last_way_in_is_refused_and_leaving_asks_for_the_passkey_first() {
    if !peer::require(Peer::Chromium, "the_last_way_in_is_refused_and_leaving_asks_for_the_passkey_first") {
        return;
    }
    peer::run(async {
        // No letters let people in here: a passkey or a password does.
        let app = TestApp::with(On::Sqlite, "[sign_in]\nmethods = [\"password\", \"passkey\"]\n").await;
        person(&app, MAYA).await;
        let browser = Chromium::open().await;
        with_authenticator(&browser).await;
        sign_in(&browser, &app).await;
        is_in(&browser).await;
        add_a_passkey(&browser, &app).await;
        browser.click("#passkeys details summary").await;
        browser.driver.execute("document.querySelector('#passkeys input[name=name]').value = 'Pocket key'", vec![]).await.unwrap();
        browser.click("#passkeys details button").await;
        browser.wait_for("#passkeys", |text| text.contains("Pocket key")).await;
        browser.looks_right("account-security-both").await;
        browser.click("form[action$='/password/remove'] button").await;
        browser.wait_for("#password", |text| text.contains("You don’t use a password")).await;
        browser.click("form[action$='/passkeys/remove'] button").await;
        browser.wait_for("main", |text| text.contains("Add another way to sign in first")).await;
        browser.looks_right("account-security-last").await;
        // Leaving: the passkey first, however short ago she came in.
        goto(&browser, &app, "/account/data").await;
        browser.looks_right("account-data").await;
        browser.click("a[href$='/account/delete']").await;
        browser.wait_for("h1", |text| text == "Confirm it’s you").await;
        browser.looks_right("reauth").await;
        browser.click("[data-passkey=get] button").await;
        browser.wait_for("h1", |text| text == "Delete your account?").await;
        browser.fill("#confirm", "somebody@else.example").await;
        browser.click("main button[type=submit]").await;
        browser.wait_for("main", |text| text.contains("Type the email address of this account")).await;
        browser.looks_right("account-delete-error").await;
        browser.driver.execute("document.querySelector('#confirm').value = ''", vec![]).await.unwrap();
        browser.fill("#confirm", MAYA).await;
        browser.click("main button[type=submit]").await;
        browser.wait_for("main", |text| text.contains("Your account will be deleted on")).await;
        browser.looks_right("account-delete-done").await;
        // And back, by the passkey that the email field offers.
        goto(&browser, &app, "/account").await;
        is_in(&browser).await;
        goto(&browser, &app, "/account/devices").await;
        browser.wait_for("main", |text| text.contains("Deletion cancelled")).await;
        assert_eq!(browser.complaints().await, Vec::<String>::new());
        browser.looks_right("account-devices").await;
        browser.close().await;
    });
}

#[test]
fn a_passkey_is_the_second_step_of_a_password_in_a_browser() {
    if !peer::require(Peer::Chromium, "a_passkey_is_the_second_step_of_a_password_in_a_browser") {
        return;
    }
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let user = person(&app, MAYA).await;
        let browser = Chromium::open().await;
        let authenticator = with_authenticator(&browser).await;
        sign_in(&browser, &app).await;
        is_in(&browser).await;
        add_a_passkey(&browser, &app).await;
        equip(&app, user).await;
        goto(&browser, &app, "/sign-out").await;
        browser.click("main button[type=submit]").await;
        // The field offers it, and she types her password nevertheless.
        let looks = async |at_it: bool| {
            let asks = json!({ "authenticatorId": authenticator, "enabled": at_it });
            browser.devtools("WebAuthn.setAutomaticPresenceSimulation", asks).await;
        };
        looks(false).await;
        sign_in(&browser, &app).await;
        browser.find("#code").await;
        browser.click("details.more summary").await;
        browser.click("details.more a[href*='with=passkey']").await;
        browser.wait_for("h1", |text| text == "Use your passkey").await;
        browser.looks_right("two-step-passkey").await;
        looks(true).await;
        browser.click("[data-passkey=get] button").await;
        is_in(&browser).await;
        assert_eq!(browser.complaints().await, Vec::<String>::new());
        browser.close().await;
    });
}

#[test]
fn a_newcomer_is_offered_a_passkey_and_a_browser_makes_one_by_itself() {
    if !peer::require(Peer::Chromium, "a_newcomer_is_offered_a_passkey_and_a_browser_makes_one_by_itself") {
        return;
    }
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let browser = Chromium::open().await;
        with_authenticator(&browser).await;
        // The browser says what it can do on the first page that it sees.
        goto(&browser, &app, "/sign-in").await;
        browser.fill("#email", "new@okafor.example").await;
        browser.click("main form:not([data-passkey]) button[type=submit]").await;
        browser.click("form[action$='/sign-in/email'] button").await;
        browser.find("#code").await;
        browser.fill("#code", &app.letter_to("new@okafor.example").code.unwrap()).await;
        browser.click("main button[type=submit]").await;
        browser.wait_for("h1", |text| text == "Sign in faster next time").await;
        browser.looks_right("passkey-offer").await;
        browser.click("[data-passkey=create] button").await;
        is_in(&browser).await;
        goto(&browser, &app, "/account/security").await;
        browser.wait_for("#passkeys", |text| text.contains("Added ")).await;
        assert_eq!(browser.complaints().await, Vec::<String>::new());
        browser.close().await;
        // Somebody with a password, on the way to an app. No browser under a driver has a password manager that would
        // vouch for the password, so this one is told that it can, and asked without that condition.
        person(&app, MAYA).await;
        let browser = Chromium::open().await;
        with_authenticator(&browser).await;
        let unconditional = "{ const make = navigator.credentials.create.bind(navigator.credentials); \
             navigator.credentials.create = ({ mediation, ...rest }) => make(rest); \
             PublicKeyCredential.getClientCapabilities = async () => ({ conditionalCreate: true }); }";
        browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": unconditional })).await;
        let spa = crate::support::RelyingParty::new(&app, "spa");
        goto(&browser, &app, &spa.authorize_path("")).await;
        browser.fill("#email", MAYA).await;
        browser.click("main form:not([data-passkey]) button[type=submit]").await;
        browser.fill("#password", PASSWORD).await;
        browser.click("main button[type=submit]").await;
        let began = std::time::Instant::now();
        while !browser.driver.current_url().await.unwrap().as_str().starts_with("https://app.test/") {
            assert!(began.elapsed() < std::time::Duration::from_secs(15), "the app waits: {}", browser.driver.current_url().await.unwrap());
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        app.settle();
        assert!(app.inbox.list().iter().any(|(_, letter)| letter.subject == "A passkey was added to Housekey"), "one was made on the way");
        browser.close().await;
    });
}
