//! Nonsense of every kind: a clear answer, never a 500, never a hang, nothing lost.

use crate::support::relying_party::{CALLBACK, CHALLENGE};
use crate::support::{On, PASSWORD, RelyingParty, TestApp, peer, person};

const PAGES: [&str; 17] = [
    "/",
    "/sign-in",
    "/sign-in/password",
    "/sign-up",
    "/sign-up/password",
    "/sign-in/check",
    "/sign-out",
    "/signed-out",
    "/continue",
    "/account",
    "/account/applications",
    "/authorize",
    "/end-session",
    "/sign-in/check/status",
    "/l/7Qm2xV4nTtZ0r8cJpYd1Bg",
    "/recover",
    "/recover/new",
];
const FORMS: [&str; 14] = [
    "/sign-in/email",
    "/l/7Qm2xV4nTtZ0r8cJpYd1Bg",
    "/l/7Qm2xV4nTtZ0r8cJpYd1Bg/cancel",
    "/recover",
    "/recover/new",
    "/sign-in",
    "/sign-in/password",
    "/sign-up",
    "/sign-up/password",
    "/sign-in/check",
    "/sign-in/resend",
    "/sign-out",
    "/consent",
    "/account/applications",
];
const PROGRAMS: [&str; 4] = ["/token", "/userinfo", "/session/token", "/session/end"];

#[test]
fn malformed_cookies_and_headers_are_nobody() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let long = "x".repeat(7000);
        for value in ["", "x", "%00", "\u{7f}", "a=b=c", "\"", "AAAA", "hks_", "hks_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &long] {
            for name in ["__Host-hk-session", "__Host-hk-browser", "__Host-hk-device", "__Host-hk-refresh-spa-token"] {
                let browser = app.browser();
                if value.bytes().all(|b| b.is_ascii_graphic()) {
                    browser.set_cookie(name, value);
                }
                let view = browser.get("/account").await;
                assert_eq!((view.status, view.url.path()), (200, "/sign-in"), "{name}={value}");
            }
        }
        for (name, value) in [
            ("accept-language", ";;q=,,*"),
            ("accept-language", &long),
            ("user-agent", &long),
            ("x-forwarded-for", "a"),
            ("x-forwarded-for", &long),
            ("origin", "null"),
            ("referer", "\\"),
            ("if-none-match", "*"),
            ("host", "evil.test"),
            ("forwarded", "host=evil.test"),
            ("x-forwarded-host", "evil.test"),
        ] {
            let view = app.browser().with_header(name, value).get("/sign-in").await;
            assert_eq!(view.status, 200, "{name}");
            assert!(!view.html.contains("evil.test"), "{name}");
        }
    });
}

#[test]
fn a_form_without_its_proof_changes_nothing() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, "maya@okafor.example").await;
        let browser = app.browser();
        browser.sign_in("maya@okafor.example", PASSWORD).await;
        let other = app.browser();
        let theirs = other.get("/sign-in").await.form().value("csrf").to_owned();
        for path in FORMS {
            for csrf in ["", "x", &theirs] {
                let view = browser
                    .post(path, &[("csrf", csrf), ("flow", "x"), ("email", "a@b.example"), ("all", "on"), ("decision", "allow")])
                    .await;
                assert_eq!(view.status, 403, "{path} {csrf}");
            }
            let stranger = app.browser();
            assert_eq!(stranger.post(path, &[("csrf", &theirs)]).await.status, 400, "{path}: cookies are off");
            let good = browser.get("/sign-out").await.form().value("csrf").to_owned();
            for (name, value) in [
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-site", "same-site"),
                ("origin", "https://evil.test"),
                ("origin", "http://localhost:1"),
            ] {
                let view = browser.clone().with_header(name, value).post(path, &[("csrf", &good), ("flow", "x")]).await;
                assert_eq!(view.status, 403, "{path} {name}: {value}");
            }
        }
        assert_eq!(browser.get("/account").await.url.path(), "/account", "still signed in");
    });
}

#[test]
fn bodies_that_are_too_large_too_odd_or_doubled_are_refused() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let browser = app.browser();
        let csrf = browser.get("/sign-in").await.form().value("csrf").to_owned();
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let large = format!("csrf={csrf}&email={}", "a".repeat(1 << 20));
        let doubled = format!("csrf={csrf}&email=a%40b.example&email=c%40d.example");
        for path in FORMS.into_iter().chain(PROGRAMS).chain(["/authorize", "/end-session"]) {
            let url = format!("{}{path}", app.issuer);
            for (kind, body) in [
                ("application/x-www-form-urlencoded", large.as_str()),
                ("application/x-www-form-urlencoded", doubled.as_str()),
                ("application/x-www-form-urlencoded", "%%%=&&=&%zz=%ff"),
                ("text/plain", "csrf=x"),
                ("application/json", "{}"),
                ("multipart/form-data; boundary=x", "--x--"),
                ("", ""),
                ("application/json", &"[".repeat(10_000)),
            ] {
                let request =
                    http.post(&url).header("content-type", kind).header("cookie", browser.cookie_header()).header("origin", &app.issuer);
                let response = request.header("x-housekey-client", "spa-token").body(body.to_owned()).send().await.unwrap();
                let status = response.status().as_u16();
                assert!((300..500).contains(&status), "{path} {kind}: {status}");
            }
            for method in ["PUT", "DELETE", "PATCH", "TRACE"] {
                let response = http.request(method.parse().unwrap(), &url).send().await.unwrap();
                assert_eq!(response.status(), 405, "{method} {path}");
            }
        }
    });
}

#[test]
fn strange_queries_are_answered() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        for path in PAGES {
            for query in [
                "flow=",
                "flow=x",
                "flow=%00",
                "flow=a&flow=b",
                "%",
                "=",
                "&&",
                "client_id=",
                "request=x",
                "id_token_hint=x",
                &format!("flow={}", "A".repeat(8000)),
                "client_id[]=a",
                "redirect_uri=%ff",
            ] {
                let view = app.browser().get(&format!("{path}?{query}")).await;
                assert!(view.status < 500, "{path}?{query}: {}", view.status);
            }
        }
        for path in [
            "/nothing",
            "/sign-in/",
            "//sign-in",
            "/SIGN-IN",
            "/assets/nothing.css",
            "/assets/../Cargo.toml",
            "/assets/%2e%2e/x",
            "/dev/inbox/9",
            "/dev/inbox/x",
            "/.env",
            "/\u{e9}",
        ] {
            let view = app.browser().get(path).await;
            assert_eq!(view.status, 404, "{path}");
        }
    });
}

#[test]
fn script_in_any_parameter_stays_text() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let attack = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'";
        let encoded: String = url::form_urlencoded::byte_serialize(attack.as_bytes()).collect();
        for path in [
            format!("/authorize?client_id={encoded}"),
            format!("/authorize?client_id=spa&redirect_uri={encoded}"),
            format!("/authorize?{encoded}=1&{encoded}=2"),
            format!(
                "/authorize?client_id=spa&redirect_uri={CALLBACK}&state={encoded}&response_type=code&scope=openid&code_challenge={CHALLENGE}&code_challenge_method=S256&login_hint={encoded}"
            ),
            format!("/sign-in?client_id=spa-token&redirect_uri={encoded}"),
            format!("/sign-up?flow={encoded}"),
        ] {
            let view = app.browser().get(&path).await;
            assert!(!view.html.contains("<script>alert") && !view.html.contains("<img src=x"), "{path}");
        }
        let browser = app.browser();
        let view = browser.get("/sign-in").await.form().fill("email", attack).submit().await;
        assert_eq!(view.status, 422);
        assert_eq!(view.form().value("email"), attack, "what was typed is still there");
        assert!(!view.html.contains("<script>alert"));
        // `state` goes back byte for byte.
        person(&app, "maya@okafor.example").await;
        let path = format!(
            "/authorize?client_id=spa&redirect_uri={CALLBACK}&state={encoded}&response_type=code&scope=openid&code_challenge={CHALLENGE}&code_challenge_method=S256"
        );
        let view = browser.get(&path).await;
        let to = browser.sign_in_from(view, "maya@okafor.example", PASSWORD).await.refresh().unwrap();
        assert_eq!(crate::support::relying_party::parameter(&to, "state").as_deref(), Some(attack));
    });
}

#[test]
fn sixty_malformed_authorization_headers_are_sixty_refusals() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let spa = RelyingParty::new(&app, "spa");
        let mut shapes: Vec<String> = [
            "",
            " ",
            "Bearer",
            "Bearer ",
            "bearer",
            "Basic",
            "Basic :",
            "Digest x",
            "Bearer  x",
            "Bearer x y",
            "Bearer\tx",
            "x",
            "Bearer .",
            "Bearer ..",
            "Bearer ...",
            "Bearer null",
            "Bearer {}",
            "Bearer eyJ.eyJ.x",
        ]
        .map(String::from)
        .into();
        shapes.extend((1..=42).map(|n| format!("Bearer {}", "a.".repeat(n * 7))));
        assert_eq!(shapes.len(), 60);
        for shape in shapes {
            let response = spa.http.get(format!("{}/userinfo", app.issuer)).header("authorization", &shape).send().await.unwrap();
            assert_eq!(response.status(), 401, "{shape:?}");
            assert!(response.headers().contains_key("www-authenticate"));
        }
    });
}

/// The pages of ux.md 4.6 that exist so far: to a developer at this machine everything, to anybody else one sentence and a reference.
#[test]
fn errors_have_two_faces() {
    peer::run(async {
        let development = TestApp::start(On::Sqlite).await;
        let production = TestApp::in_mode(On::Sqlite, housekey::config::Mode::Production, "").await;
        let pkce = format!("&response_type=code&scope=openid&code_challenge={CHALLENGE}&code_challenge_method=S256");
        for (path, code, says) in [
            (
                format!("/authorize?client_id=spa&redirect_uri=https%3A%2F%2Fapp.test%2Fcalback{pkce}"),
                "redirect_uri_mismatch",
                vec![
                    "https://app.test/calback",
                    "https://app.test/callback",
                    "housekey client edit spa --add-redirect-uri https://app.test/calback",
                ],
            ),
            (format!("/authorize?client_id=spa{pkce}"), "redirect_uri_missing", vec!["https://app.test/callback"]),
            (
                format!("/authorize?client_id=spaa&redirect_uri={CALLBACK}{pkce}"),
                "unknown_client",
                vec!["spaa", "spa", "housekey client list"],
            ),
            (format!("/authorize?client_id=spa&client_id=web{pkce}"), "repeated_parameter", vec!["client_id"]),
            (
                "/sign-in?client_id=spa&redirect_uri=https%3A%2F%2Fapp.test%2Fcallback&state=s".to_owned(),
                "delivery_mismatch",
                vec!["--delivery token"],
            ),
            ("/sign-in?client_id=spa-token&redirect_uri=https%3A%2F%2Fspa.test%2F".to_owned(), "state_missing", vec!["state"]),
        ] {
            let open = development.browser().get(&path).await;
            assert_eq!(open.status, 400, "{path}");
            for text in says.iter().chain([&code]) {
                assert!(open.text().contains(text), "{code}: {text} is not in {}", open.text());
            }
            let closed = production.browser().get(&path).await;
            assert_eq!(closed.status, 400);
            for text in ["app.test", "spaa", "housekey client", code] {
                assert!(!closed.text().contains(text), "{code}: production says {text}");
            }
            assert!(closed.text().contains("reference"), "{}", closed.text());
        }
        assert_eq!(production.browser().get("/dev/inbox").await.status, 404, "no inbox in production");
        assert_eq!(development.browser().get("/dev/inbox").await.status, 200);
        // A page of somebody else whose name leads to this machine: its host is not ours.
        let rebound = |host: &'static str| development.browser().with_header("host", host);
        for host in ["evil.test", "evil.test:8085", "localhost.evil.test", "127.0.0.1.evil.test"] {
            for path in ["/dev/inbox", "/dev/inbox/latest?to=maya@okafor.example"] {
                assert_eq!(rebound(host).get(path).await.status, 404, "{host}{path}");
            }
        }
        for host in ["localhost:8085", "127.0.0.1:8085", "[::1]:8085", "app.localhost"] {
            assert_eq!(rebound(host).get("/dev/inbox").await.status, 200, "{host}");
        }
    });
}
