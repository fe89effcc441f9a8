//! People who come from another site: the pretend one of `housekey dev`, by the button that everybody sees.

use super::{Development, EMAIL, carried_to, develop, is_signed_in, is_told_of, says, sign_up};
use crate::support::chromium::Chromium;
use crate::support::peer::{self, Peer};

const BUTTON: &str = "a[href*='/oauth/pretend']";

/// From the demo app to the page that asks who you are today.
async fn leave(browser: &Chromium, development: &Development) {
    browser.driver.goto(&development.demo).await.unwrap();
    browser.click("#sign-in-code").await;
    assert_eq!(browser.text("a[href*='/oauth/pretend'] span:nth-child(2)").await, "Continue with Pretend");
    browser.click(BUTTON).await;
    is_at(browser, &development.provider).await;
}

/// Presses the button of somebody on that page.
async fn be(browser: &Chromium, who: &str) {
    browser.click(&format!("button[name=who][value={who}]")).await;
}

/// Somebody who is not among them.
async fn be_somebody(browser: &Chromium, subject: &str, address: &str, confirmed: bool) {
    browser.click("summary").await;
    browser.fill("#sub", subject).await;
    browser.fill("#somebody #email", address).await;
    if confirmed {
        browser.click("#email_verified").await;
    }
    browser.click("#somebody button").await;
}

async fn is_at(browser: &Chromium, origin: &str) {
    browser.find("h1").await;
    let at = browser.driver.current_url().await.unwrap();
    assert!(at.as_str().starts_with(origin), "at {at}, not at {origin}");
}

/// What the demo app was told.
async fn claim(browser: &Chromium, name: &str) -> String {
    browser.text(&format!("#claims [data-claim={name}]")).await
}

async fn sign_out(browser: &Chromium) {
    browser.click("#sign-out").await;
    browser.find("#sign-in-code").await;
}

/// The code of the letter to this address, typed into the page that waits for it.
async fn answer_the_letter(browser: &Chromium, development: &Development, address: &str) {
    browser.find("#code").await;
    browser.fill("#code", &carried_to(development, address, "code").await).await;
    browser.click("form[action$='/sign-in/check'] button[type=submit]").await;
}

#[test]
fn somebody_from_another_site_is_the_same_person_to_the_app_every_time() {
    if !peer::require(Peer::Chromium, "somebody_from_another_site_is_the_same_person_to_the_app_every_time") {
        return;
    }
    peer::run(async {
        let development = develop().await;
        let browser = Chromium::open().await;
        // A stranger with an address that the other site is sure of: no question at all.
        leave(&browser, &development).await;
        be(&browser, "ada").await;
        is_told_of(&browser, &development, "ada@example.com").await;
        assert_eq!(claim(&browser, "amr").await, r#"["fed"]"#);
        assert_eq!(claim(&browser, "name").await, "Ada Example");
        let ada = claim(&browser, "sub").await;
        sign_out(&browser).await;
        leave(&browser, &development).await;
        be(&browser, "ada").await;
        is_told_of(&browser, &development, "ada@example.com").await;
        assert_eq!(claim(&browser, "sub").await, ada);
        sign_out(&browser).await;
        // A second account there, with the same address: it opens the one account here, and the person is told.
        leave(&browser, &development).await;
        be(&browser, "another-ada").await;
        says(&browser, "Pretend is connected").await;
        browser.looks_right("linked").await;
        browser.click(".btn-primary").await;
        is_told_of(&browser, &development, "ada@example.com").await;
        assert_eq!(claim(&browser, "sub").await, ada);
        sign_out(&browser).await;
        // The second time there is nothing to tell.
        leave(&browser, &development).await;
        be(&browser, "another-ada").await;
        is_told_of(&browser, &development, "ada@example.com").await;
        sign_out(&browser).await;
        // A third one is not hers. Undone, nobody is signed in, and the journey to the app goes on from the sign-in page.
        leave(&browser, &development).await;
        be_somebody(&browser, "a-third-ada", "ada@example.com", true).await;
        says(&browser, "Pretend is connected").await;
        browser.click("form[action$='/linked'] button").await;
        says(&browser, "Welcome back").await;
        browser.click(BUTTON).await;
        be(&browser, "ada").await;
        is_told_of(&browser, &development, "ada@example.com").await;
        assert_eq!(claim(&browser, "sub").await, ada);
        browser.close().await;
    });
}

#[test]
fn an_address_that_the_other_site_is_not_sure_of_is_proved_once() {
    if !peer::require(Peer::Chromium, "an_address_that_the_other_site_is_not_sure_of_is_proved_once") {
        return;
    }
    peer::run(async {
        let development = develop().await;
        let browser = Chromium::open().await;
        leave(&browser, &development).await;
        browser.looks_right("pretend").await;
        be(&browser, "ben").await;
        says(&browser, "One more step").await;
        browser.looks_right("link").await;
        assert_eq!(browser.find("#email").await.value().await.unwrap().as_deref(), Some("ben@example.com"));
        browser.click("form[action$='/sign-in/email'] button[type=submit]").await;
        answer_the_letter(&browser, &development, "ben@example.com").await;
        says(&browser, "Connect Pretend?").await;
        browser.looks_right("link-connect").await;
        browser.click("button[name=connect]").await;
        is_told_of(&browser, &development, "ben@example.com").await;
        let ben = claim(&browser, "sub").await;
        sign_out(&browser).await;
        // From then on, straight in.
        leave(&browser, &development).await;
        be(&browser, "ben").await;
        is_told_of(&browser, &development, "ben@example.com").await;
        assert_eq!(claim(&browser, "sub").await, ben);
        sign_out(&browser).await;
        // Cleo has no address there, and types one here.
        leave(&browser, &development).await;
        be(&browser, "cleo").await;
        says(&browser, "One more step").await;
        browser.fill("#email", "cleo@example.com").await;
        browser.click("form[action$='/sign-in/email'] button[type=submit]").await;
        answer_the_letter(&browser, &development, "cleo@example.com").await;
        says(&browser, "Connect Pretend?").await;
        browser.click("button[name=connect]").await;
        is_told_of(&browser, &development, "cleo@example.com").await;
        assert_eq!(claim(&browser, "name").await, "Cleo");
        assert_ne!(claim(&browser, "sub").await, ben);
        browser.close().await;
    });
}

/// The address in the middle of a page that is the hardest to fit.
const LONG: &str = "a-person-with-a-rather-long-name-indeed-as-some-have@mail.department-of-long-addresses.example.com";

#[test]
fn who_changes_their_mind_signs_up_here_and_connects_the_other_site_later() {
    if !peer::require(Peer::Chromium, "who_changes_their_mind_signs_up_here_and_connects_the_other_site_later") {
        return;
    }
    peer::run(async {
        let development = develop().await;
        let browser = Chromium::open().await;
        browser.driver.goto(format!("{}/sign-in", development.issuer)).await.unwrap();
        browser.find(BUTTON).await;
        browser.looks_right("sign-in-with-provider").await;
        // There and back with nothing, and still on the way to the app.
        leave(&browser, &development).await;
        be(&browser, "cancel").await;
        says(&browser, "Pretend didn’t finish signing you in").await;
        browser.looks_right("error-provider").await;
        browser.click("a[href*='/sign-in?flow=']").await;
        sign_up(&browser, &development).await;
        is_signed_in(&browser, &development).await;
        let maya = claim(&browser, "sub").await;
        // With scripts and without: the page in between goes on by itself.
        for scripts in [true, false] {
            browser.devtools("Emulation.setScriptExecutionDisabled", serde_json::json!({ "value": !scripts })).await;
            browser.driver.goto(format!("{}/account/connections", development.issuer)).await.unwrap();
            browser.wait_for("main", |text| text.contains("Not connected")).await;
            if scripts {
                browser.looks_right("connections-none").await;
            }
            browser.click("button[name=connect]").await;
            browser.find("button[name=who]").await;
            is_at(&browser, &development.provider).await;
            be_somebody(&browser, "maya", LONG, false).await;
            browser.wait_for("main", |text| text.contains(&format!("{LONG}\nConnected 20"))).await;
            if scripts {
                browser.looks_right("connections").await;
                browser.click("button[name=disconnect]").await;
                browser.wait_for("main", |text| text.contains("Not connected")).await;
            }
        }
        browser.devtools("Emulation.setScriptExecutionDisabled", serde_json::json!({ "value": false })).await;
        // Connected, it opens the account, whatever its address is.
        browser.driver.goto(format!("{}/sign-out", development.issuer)).await.unwrap();
        browser.click("form[action$='/sign-out'] button").await;
        says(&browser, "You’re signed out").await;
        leave(&browser, &development).await;
        be_somebody(&browser, "maya", LONG, false).await;
        is_told_of(&browser, &development, EMAIL).await;
        assert_eq!(claim(&browser, "sub").await, maya);
        // Changed their mind while connecting: back where they were.
        browser.driver.goto(format!("{}/account/connections", development.issuer)).await.unwrap();
        browser.click("button[name=disconnect]").await;
        browser.click("button[name=connect]").await;
        be(&browser, "cancel").await;
        says(&browser, "Pretend didn’t finish").await;
        browser.click("a[href$='/account/connections']").await;
        browser.wait_for("main", |text| text.contains("Not connected")).await;
        browser.close().await;
    });
}
