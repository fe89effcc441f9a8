//! Nothing on any page that axe-core calls a violation, and nothing beside the screen of a small phone.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use serde_json::{Value, json};

use super::{FIELDNOTES, names};
use crate::support::chromium::Chromium;
use crate::support::peer::{self, Peer};
use crate::support::{On, TestApp};

/// How a page is looked at: the width of the screen, day or night, and where lines begin.
const MODES: [(&str, u32, &str, &str); 5] = [
    ("light", 1280, "light", "ltr"),
    ("dark", 1280, "dark", "ltr"),
    ("390 px", 390, "light", "ltr"),
    ("320 px", 320, "light", "ltr"),
    ("right to left", 1280, "light", "rtl"),
];

/// Judges the page as it is now: everything that axe finds, and everything that can be seen and is at least partly beside the
/// screen. What scrolls by itself may be wider. `target-size` is asked for by name: axe leaves it out otherwise.
const JUDGE: &str = "
    const [direction, done] = arguments, root = document.documentElement;
    root.dir = direction;
    const scrolls = (e) => e && (['auto', 'scroll'].includes(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
    const beside = [...document.querySelectorAll('main, main *')].filter((e) => {
        const box = e.getBoundingClientRect();
        const seen = box.width > 1 && box.height > 1 && !e.closest('.vh');
        return seen && (box.right > innerWidth + 1 || box.left < -1) && !scrolls(e);
    }).map((e) => `beside the screen: ${e.outerHTML.slice(0, 200)}`);
    if (root.scrollWidth > root.clientWidth) beside.push('the page scrolls sideways');
    axe.run(document, {
        runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
        rules: { 'target-size': { enabled: true } },
        resultTypes: ['violations'],
        iframes: false,
        preload: false,
    }).then((found) => done({
        wrong: beside.concat(found.violations.flatMap((v) =>
            v.nodes.map((node) => `${v.id} at ${node.target.join(' ')}: ${node.failureSummary}`))),
        passes: found.passes.length,
    }), (error) => done({ wrong: [String(error)], passes: 0 }));
";

async fn open() -> Chromium {
    let source = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/node_modules/axe-core/axe.min.js")).unwrap();
    let browser = Chromium::open().await;
    // The page's policy is about the page's own scripts; this one comes with the browser.
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": source })).await;
    browser
}

/// What is wrong with the page as it is now, and how many rules it keeps.
async fn judge(browser: &Chromium, direction: &str) -> (Vec<String>, u64) {
    let found = browser.driver.execute_async(JUDGE, vec![Value::from(direction)]).await.unwrap().json().clone();
    (serde_json::from_value(found["wrong"].clone()).unwrap(), found["passes"].as_u64().unwrap())
}

/// Takes one address after another, as long as there are any. What is wrong, and how much was looked at.
async fn look_at(addresses: &[String], next: &AtomicUsize) -> (Vec<String>, u64) {
    let browser = open().await;
    let (mut wrong, mut passes) = (Vec::new(), 0);
    while let Some(address) = addresses.get(next.fetch_add(1, Ordering::Relaxed)) {
        let name = address.rsplit('/').next().unwrap();
        browser.driver.goto(address).await.unwrap();
        for (mode, width, scheme, direction) in MODES {
            browser.screen(width, scheme).await;
            let (here, kept) = judge(&browser, direction).await;
            wrong.extend(here.into_iter().map(|what| format!("{name}, {mode}: {what}")));
            passes += kept;
        }
        wrong.extend(browser.complaints().await.into_iter().map(|what| format!("{name}: {what}")));
    }
    browser.close().await;
    (wrong, passes)
}

#[test]
fn axe_finds_nothing_on_any_page_by_day_by_night_on_phones_and_from_right_to_left() {
    const NAME: &str = "axe_finds_nothing_on_any_page_by_day_by_night_on_phones_and_from_right_to_left";
    if !peer::require(Peer::Chromium, NAME) || !peer::require(Peer::Axe, NAME) {
        return;
    }
    peer::run(async {
        let app = TestApp::with(On::Sqlite, FIELDNOTES).await;
        let mut addresses: Vec<_> = names(&app.app.looks.of(None)).iter().map(|name| format!("{}/dev/pages/{name}", app.issuer)).collect();
        addresses.push(format!("{}/dev/pages/sign-in?strip=on", app.issuer));
        addresses.push(format!("{}/dev/pages", app.issuer));
        let (next, began) = (AtomicUsize::new(0), Instant::now());
        let (one, other) = tokio::join!(look_at(&addresses, &next), look_at(&addresses, &next));
        let (wrong, passes) = ([one.0, other.0].concat(), one.1 + other.1);
        eprintln!("axe: {} pages in {} modes, {passes} rules kept, {:?}", addresses.len(), MODES.len(), began.elapsed());
        assert!(wrong.is_empty(), "{} violations\n{}", wrong.len(), wrong.join("\n\n"));
        assert!(passes > 1000, "axe has looked at something");
    });
}

#[test]
fn axe_finds_what_is_wrong() {
    if !peer::require(Peer::Chromium, "axe_finds_what_is_wrong") || !peer::require(Peer::Axe, "axe_finds_what_is_wrong") {
        return;
    }
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let browser = open().await;
        browser.driver.goto(format!("{}/dev/pages/sign-in", app.issuer)).await.unwrap();
        browser.screen(320, "light").await;
        assert_eq!(judge(&browser, "ltr").await.0, Vec::<String>::new());
        let spoil = "
            const add = (name, style, text) => {
                const e = document.createElement(name);
                Object.assign(e.style, style);
                e.textContent = text;
                document.querySelector('.door-body').append(e);
            };
            add('img', {}, '');
            add('p', { color: '#ccc' }, 'Can you read this?');
            add('button', { width: '12px', height: '12px', padding: 0 }, 'x');
            add('button', { width: '12px', height: '12px', padding: 0, marginTop: '-22px' }, 'y');
            add('p', { width: '400px' }, 'And this?');
        ";
        browser.driver.execute(spoil, vec![]).await.unwrap();
        let wrong = judge(&browser, "ltr").await.0.join("\n");
        for rule in ["image-alt at", "color-contrast at", "target-size at", "beside the screen: <p"] {
            assert!(wrong.contains(rule), "{rule}: {wrong}");
        }
        browser.close().await;
    });
}
