//! The pictures of the README: `just pictures`.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::FIELDNOTES;
use crate::support::chromium::Chromium;
use crate::support::{On, TestApp};

/// File, page, day or night, width and height: a door with the archway around it, or a sheet with what stands beside it.
const PICTURES: [(&str, &str, &str, (u32, u32)); 5] = [
    ("sign-in", "sign-in-passkey", "light", DOOR),
    ("sign-in-dark", "sign-in-passkey", "dark", DOOR),
    ("check-email", "check-email", "light", DOOR),
    ("consent", "consent", "light", DOOR),
    ("security", "account-security-passkeys", "light", (1120, 900)),
];
const DOOR: (u32, u32) = (640, 780);

#[test]
#[ignore = "writes docs/*.png"]
fn take_pictures() {
    crate::support::peer::run(async {
        let app = TestApp::with(On::Sqlite, FIELDNOTES).await;
        let browser = Chromium::open().await;
        browser.devtools("Emulation.setScrollbarsHidden", json!({ "hidden": true })).await;
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
        for (file, page, scheme, (width, height)) in PICTURES {
            browser.screen(width, scheme).await;
            let screen = json!({ "width": width, "height": height, "deviceScaleFactor": 2, "mobile": false });
            browser.devtools("Emulation.setDeviceMetricsOverride", screen).await;
            browser.driver.goto(format!("{}/dev/pages/{page}", app.issuer)).await.unwrap();
            // Nobody has pressed a key yet.
            browser.driver.execute("document.activeElement.blur()", vec![]).await.unwrap();
            let picture = browser.devtools("Page.captureScreenshot", json!({ "format": "png" })).await;
            let picture = STANDARD.decode(picture["data"].as_str().unwrap()).unwrap();
            eprintln!("docs/{file}.png: {} bytes", picture.len());
            std::fs::write(docs.join(format!("{file}.png")), picture).unwrap();
        }
        browser.close().await;
    });
}
