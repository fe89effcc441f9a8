//! How much it takes to see the sign-in page for the first time.

use std::io::Write;

use housekey::config::Mode;
use housekey::page::asset;

use super::FIELDNOTES;
use crate::support::chromium::Chromium;
use crate::support::peer::{self, Peer};
use crate::support::{On, TestApp};

const KB: u64 = 1000;

/// Two other sites, so that their marks are on the page.
const PROVIDERS: &str = "
[providers.google]
client_id = \"fieldnotes\"
[providers.github]
client_id = \"fieldnotes\"
";

/// How small a file gets.
fn packed(bytes: &[u8]) -> u64 {
    let mut packer = brotli::CompressorWriter::new(Vec::new(), 4096, 11, 22);
    packer.write_all(bytes).unwrap();
    packer.into_inner().len() as u64
}

#[test]
fn a_first_sight_of_the_sign_in_page_is_small() {
    if !peer::require(Peer::Chromium, "a_first_sight_of_the_sign_in_page_is_small") {
        return;
    }
    peer::run(async {
        let app = TestApp::in_mode(On::Sqlite, Mode::Production, &format!("{PROVIDERS}{FIELDNOTES}")).await;
        let html = app.browser().get("/sign-in").await.html;
        assert!(html.contains("data-passkey") && html.contains("/oauth/google") && html.contains("/oauth/github"), "{html}");
        let file = |name: &str| asset::built().iter().find(|asset| asset.name == name).unwrap().brotli.unwrap().len() as u64;
        let files = [("HTML", packed(html.as_bytes()), 4), ("CSS", file("css/app.css"), 8), ("JS", file("js/app.js"), 4)];
        for (what, bytes, most) in files {
            eprintln!("{what}: {bytes} bytes as brotli, at most {most} kB");
            assert!(bytes <= most * KB, "{what}: {bytes} bytes");
        }
        let browser = Chromium::open_counting().await;
        browser.driver.goto(format!("{}/sign-in", app.issuer)).await.unwrap();
        browser.find("form[data-passkey] button").await;
        let received = browser.received().await;
        let bytes: u64 = received.iter().map(|(_, bytes)| bytes).sum();
        for (url, bytes) in &received {
            eprintln!("{bytes} bytes with headers: {url}");
            assert!(url.starts_with(&app.issuer), "{url} is somebody else's");
        }
        eprintln!("{bytes} bytes in {} requests, at most 20 kB in 4", received.len());
        assert!(bytes > 5 * KB && bytes <= 20 * KB, "{bytes} bytes");
        assert!((3..=4).contains(&received.len()), "{received:?}");
        browser.close().await;
    });
}
