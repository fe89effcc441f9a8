//! an address is the registered one or it is not. One byte off, in whatever way other readers of URLs forgive
//! (V-31 to V-38), for each kind of address that an app registers.

use housekey::types::RedirectUri;

use crate::support::relying_party::CHALLENGE;
use crate::support::{On, RelyingParty, TestApp, peer};

const REGISTERED: [&str; 4] =
    ["https://app.test/callback", "https://app.test/callback?tenant=1", "http://127.0.0.1/callback", "com.example.app:/callback"];

/// Every single byte of an address left out, doubled or changed, and the tricks that have names.
fn mutations(uri: &str) -> Vec<String> {
    let mut all = Vec::new();
    for at in 0..uri.len() {
        let (head, tail) = uri.split_at(at);
        all.push(format!("{head}{}", &tail[1..]));
        all.push(format!("{head}{}{tail}", &tail[..1]));
        let c = tail.chars().next().unwrap();
        let other = if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { 'x' };
        all.push(format!("{head}{other}{}", &tail[1..]));
        all.push(format!("{head}%{:02X}{}", u32::from(c), &tail[1..]));
    }
    let path = uri.rfind("/callback").unwrap();
    let (front, back) = uri.split_at(path);
    for trick in [
        "/..;",
        "/.",
        "/x/..",
        "/%2e%2e",
        "/x/%2e%2e",
        "//",
        "/;",
        "\\",
        "/\t",
        "@evil.test",
        ":80",
        ":443",
        ".evil.test",
        ":443@evil.test",
        "#",
        "?x=/",
    ] {
        all.push(format!("{front}{trick}{back}"));
    }
    for end in [
        "/",
        "?",
        "#",
        "#x",
        "&",
        "?x=1",
        "&x=1",
        ";",
        "/..",
        "/../callback",
        "%00",
        "%20",
        " ",
        "\t",
        "\r\nx: y",
        ".evil.test",
        "@evil.test",
        "\u{200b}",
    ] {
        all.push(format!("{uri}{end}"));
    }
    for start in [" ", "\t", "\u{feff}", "x", "//", "view-source:", "javascript:", "blob:", "https://evil.test/?"] {
        all.push(format!("{start}{uri}"));
    }
    all
}

#[test]
fn one_byte_off_is_another_address() {
    for native in [false, true] {
        for uri in REGISTERED {
            let registered = RedirectUri::parse(uri).unwrap();
            assert!(registered.matches(uri, native));
            for wrong in mutations(uri) {
                assert_eq!(registered.matches(&wrong, native), as_written(uri, &wrong, native), "{uri}: {wrong}");
            }
        }
    }
    // The port of a loopback literal is the only thing that may differ, and only for native apps.
    let loopback = RedirectUri::parse("http://127.0.0.1/callback").unwrap();
    let with_port = |port: &str| format!("http://127.0.0.1:{port}/callback");
    for (port, fine) in
        [("1", true), ("65535", true), ("", false), ("655350", false), ("8x", false), ("80@evil.test", false), ("+80", false)]
    {
        assert_eq!(loopback.matches(&with_port(port), true), fine, "{port}");
        assert!(!loopback.matches(&with_port(port), false), "{port}");
    }
}

/// The rule once more, read from RFC 8252 §7.3 instead of from the code.
fn as_written(registered: &str, presented: &str, native: bool) -> bool {
    let literal = ["http://127.0.0.1", "http://[::1]"].into_iter().find(|host| registered.starts_with(host));
    let Some(host) = literal.filter(|_| native && registered != presented) else { return registered == presented };
    let path = registered[host.len()..].trim_start_matches(|c: char| c == ':' || c.is_ascii_digit());
    let Some(port) = presented.strip_prefix(host).and_then(|rest| rest.strip_suffix(path)) else { return false };
    port.is_empty() || port.strip_prefix(':').is_some_and(|port| (1..=5).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit()))
}

/// Some bytes of an address replaced by some others, thirty thousand times, the same ones in every run.
#[test]
fn two_readings_of_the_rule_agree() {
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut below = |limit: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % limit as u64).unwrap()
    };
    let letters: Vec<char> = ('0'..='9').chain(":/@.?#%;\\ x".chars()).collect();
    let mut matched = 0;
    for _ in 0..30_000 {
        let (uri, native) = (REGISTERED[below(4)], below(2) == 0);
        let at = below(uri.len() + 1);
        let end = (at + below(4)).min(uri.len());
        let put: String = (0..below(7)).map(|_| letters[below(letters.len())]).collect();
        let presented = format!("{}{put}{}", &uri[..at], &uri[end..]);
        let expected = as_written(uri, &presented, native);
        assert_eq!(RedirectUri::parse(uri).unwrap().matches(&presented, native), expected, "{uri}: {presented}");
        matched += usize::from(expected && presented != uri);
    }
    assert!(matched > 0, "no port was tried");
}

/// V-38: what runs code is registered nowhere, so that it can be matched nowhere.
#[test]
fn what_runs_code_cannot_be_registered() {
    for scheme in ["javascript", "JaVaScRiPt", "data", "vbscript", "file", "blob", "about", "view-source", "intent", "x"] {
        for rest in [":alert(1)", "://app.test/callback", ":/callback", "://%0aalert(1)"] {
            assert!(RedirectUri::parse(&format!("{scheme}{rest}")).is_err(), "{scheme}{rest}");
        }
    }
    for wrong in [
        "https://app.test/..;/x",
        "https://app.test/a/%2e%2E/x",
        "https://u@app.test/x",
        "https://app.test@evil.test/",
        "https://*.app.test/x",
        "https://app.test/#x",
        "http://app.test/x",
        "https:/app.test/x",
        "//app.test/x",
    ] {
        assert!(RedirectUri::parse(wrong).is_err(), "{wrong}");
    }
}

/// The same over HTTP, where an address is decoded once: at the authorization endpoint and after a sign-out.
#[test]
fn nobody_is_sent_to_what_is_nearly_registered() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let (browser, spa) = (app.browser(), RelyingParty::new(&app, "spa"));
        for wrong in mutations("https://app.test/callback").into_iter().step_by(3) {
            let uri: String = url::form_urlencoded::byte_serialize(wrong.as_bytes()).collect();
            let path = format!(
                "/authorize?client_id={}&redirect_uri={uri}&response_type=code&scope=openid&prompt=none&code_challenge={CHALLENGE}&code_challenge_method=S256",
                spa.client
            );
            let view = browser.get(&path).await;
            assert_eq!((view.status, view.left_for.as_deref()), (400, None), "{wrong}");
            let view = browser.get(&format!("/end-session?client_id=spa&post_logout_redirect_uri={uri}")).await;
            assert_eq!(view.left_for, None, "{wrong}");
        }
    });
}
