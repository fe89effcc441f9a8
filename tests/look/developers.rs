//! `/dev/pages`, for developers and for nobody else.

use housekey::config::Mode;

use super::{FIELDNOTES, names};
use crate::support::{On, TestApp, peer};

#[test]
fn every_page_can_be_looked_at_on_a_development_server() {
    peer::run(async {
        let app = TestApp::with(On::Sqlite, FIELDNOTES).await;
        let browser = app.browser();
        let list = browser.get("/dev/pages").await;
        assert_eq!(list.status, 200);
        for name in names(&app.app.looks.of(None)) {
            assert!(list.html.contains(&format!("href=\"/dev/pages/{name}\"")), "{name} is not on the list");
            let view = browser.get(&format!("/dev/pages/{name}")).await;
            assert_eq!(view.status, 200, "{name}");
            assert!(!view.html.contains("http-equiv=\"refresh\"") && !view.html.contains(" data-submit"), "{name} goes away by itself");
        }
        for (name, _) in housekey::gallery::letters(&super::page(&app.app.looks.of(None))) {
            assert!(list.html.contains(&format!("href=\"/dev/pages/{name}\"")), "{name} is not on the list");
            let letter = reqwest::get(format!("{}/dev/pages/{name}", app.issuer)).await.unwrap();
            assert!(letter.status().is_success() && letter.text().await.unwrap().contains("Fieldnotes"), "{name}");
        }
        let html = browser.get("/dev/pages/sign-in?theme=dark&dir=rtl&strip=on").await.html;
        assert!(html.contains("<html data-theme=\"dark\" dir=\"rtl\" ") && html.contains("class=\"dev-strip\""), "{html}");
        let html = browser.get("/dev/pages/sign-in?theme=%22x&dir=up").await.html;
        assert!(html.contains("<html lang=\"en\"") && !html.contains("class=\"dev-strip\""), "{html}");
        assert_eq!(browser.get("/dev/pages/nothing").await.status, 404);
    });
}

#[test]
fn nobody_else_sees_them() {
    peer::run(async {
        let app = TestApp::in_mode(On::Sqlite, Mode::Production, "").await;
        for path in ["/dev/pages", "/dev/pages/sign-in", "/dev/pages/mail-sign-in", "/dev/inbox"] {
            assert_eq!(app.browser().get(path).await.status, 404, "{path}");
        }
    });
}
