//! The public address, behind a proxy that does one thing wrong at a time: each is one finding, with its remedy.

use std::time::Duration;

use housekey::config::Mode;
use housekey::doctor::{self, Finding, Mark, Seen};
use housekey::key::Keys;
use housekey::types::Origin;

use super::{broken, run_in};
use crate::support::peer::Peer;
use crate::support::proxy::{Asked, Reply};
use crate::support::{Fault, On, Proxy, TestApp, peer};

/// A server behind a proxy whose address is its issuer.
async fn behind_a_proxy() -> (Proxy, TestApp) {
    below_a_proxy("").await
}

/// The same, with an issuer that has a path.
async fn below_a_proxy(path: &str) -> (Proxy, TestApp) {
    let proxy = Proxy::start(None);
    let (app, port) = TestApp::behind(&format!("http://localhost:{}{path}", proxy.port), Mode::Development).await;
    proxy.forward_to(port);
    (proxy, app)
}

async fn look(app: &TestApp) -> Seen {
    let keys = Keys::load(&app.app).await.unwrap().public_set(housekey::config::SigningAlgorithm::ALL).unwrap();
    let origin = Origin::parse("https://app.test").unwrap();
    doctor::public(&app.app, &serde_json::from_slice(&keys.body).unwrap(), Some(&origin)).await
}

fn in_full(findings: &[Finding]) -> String {
    findings.iter().map(|one| format!("{:?} {} | {}\n", one.mark, one.says, one.remedy.as_deref().unwrap_or_default())).collect()
}

type Case = (fn(&mut Reply), &'static str, &'static str);

/// Each of these faults at this address makes exactly one finding, which says this and helps so.
async fn one_finding_each(concerns: fn(&Asked) -> bool, cases: &[Case]) {
    let (proxy, app) = behind_a_proxy().await;
    for (rewrite, says, remedy) in cases {
        proxy.fault(Fault::Rewrite(concerns, *rewrite));
        let seen = look(&app).await.findings;
        let wrong = broken(&seen);
        assert_eq!(wrong.len(), 1, "{says}:\n{}", in_full(&seen));
        assert!(wrong[0].says.contains(says), "{says}:\n{}", in_full(&seen));
        assert!(wrong[0].remedy.as_deref().unwrap().contains(remedy), "{remedy}:\n{}", in_full(&seen));
        assert!(wrong[0].facts["address"].as_str().unwrap().starts_with(&app.issuer), "{:?}", wrong[0]);
    }
    proxy.fault(Fault::None);
    assert!(broken(&look(&app).await.findings).is_empty(), "the proxy is well again");
}

fn discovery(asked: &Asked) -> bool {
    asked.path.ends_with("/openid-configuration")
}

fn keys(asked: &Asked) -> bool {
    asked.path.ends_with("/jwks.json")
}

#[test]
fn a_proxy_that_passes_everything_on_is_fine() {
    peer::run(async {
        for path in ["", "/auth"] {
            let (proxy, app) = below_a_proxy(path).await;
            let seen = look(&app).await;
            assert!(seen.findings.len() == 5 && seen.findings.iter().all(|one| one.mark == Mark::Fine), "{}", in_full(&seen.findings));
            let clock = doctor::clocks(&[seen.clock.unwrap()]);
            assert_eq!(clock[0].mark, Mark::Fine, "{clock:?}");
            // In front of the path only those look who go by RFC 8414.
            proxy.fault(Fault::Rewrite(|asked| asked.path.starts_with("/.well-known/oauth-"), |reply| *reply = Reply::of(404)));
            let missing = look(&app).await.findings.into_iter().find(|one| one.mark != Mark::Fine).unwrap();
            assert_eq!(missing.mark, if path.is_empty() { Mark::Broken } else { Mark::Note }, "{missing:?}");
        }
    });
}

#[test]
fn each_way_to_lead_a_caller_astray_is_told_apart() {
    peer::run(async {
        let cases: [Case; 5] = [
            (|reply| reply.redirect("openid-configuration/"), "configuration⟨/⟩: Auth.js", "adds a slash at the end: serve exactly"),
            (
                |reply| reply.redirect("https://sso.test/login"),
                "redirects to ⟨https://sso.test/login",
                "a redirect to https://sso.test/login: serve exactly",
            ),
            (
                |reply| *reply = Reply::of(401),
                "401 Unauthorized: something in front of the server does not let strangers in",
                "without a password",
            ),
            (|reply| *reply = Reply::of(404), "does not reach this server as it was sent", "pass every path below"),
            (|reply| *reply = Reply::of(502), "502 Bad Gateway: the proxy in front does not reach the server", "server.listen (127.0.0.1:"),
        ];
        one_finding_each(discovery, &cases).await;
        one_finding_each(keys, &[(|reply| reply.redirect("/keys"), "/.well-known/jwks.json redirects to", "serve exactly")]).await;
        let twin = |asked: &Asked| asked.path.ends_with("/oauth-authorization-server");
        one_finding_each(twin, &[(|reply| *reply = Reply::of(404), "oauth-authorization-server answers 404", "pass every path below")])
            .await;
    });
}

#[test]
fn each_thing_done_to_the_documents_is_told_apart() {
    peer::run(async {
        let cases: [Case; 9] = [
            (
                |reply| reply.without("content-type"),
                "content-type is missing: Convex reads nothing else",
                "leave content-type alone: application/json",
            ),
            (
                |reply| reply.set("cache-control", "private, max-age=0"),
                "cache-control is private, max-age=0: nobody may keep it",
                "public, max-age=60",
            ),
            (|reply| reply.set("cache-control", "public, max-age=60, must-revalidate"), "Convex signs people out", "public, max-age=60"),
            (
                |reply| reply.with("set-cookie", "LB=host-17; Path=/"),
                "set-cookie is LB: what carries a cookie",
                "set no cookies below /.well-known",
            ),
            (|reply| reply.with("vary", "*"), "vary is *", "no Vary: *"),
            (|reply| reply.without("access-control-allow-origin"), "apps in browsers cannot read this", "one *"),
            (
                |reply| reply.body = reply.body.replace("\"issuer\":\"http://localhost:", "\"issuer\":\"http://127.0.0.1:"),
                "issuer is http://⟨127.0.0.1⟩:",
                "leave the body alone",
            ),
            (|reply| reply.body = reply.body.replace("/token\"", "/token/\""), "token_endpoint is", "leave the body alone"),
            (|reply| reply.body = "<html>Welcome</html>".to_owned(), "is not the JSON that was sent", "no page of its own"),
        ];
        one_finding_each(discovery, &cases).await;
        let cases: [Case; 2] = [
            (
                |reply| reply.body = r#"{"keys":[]}"#.to_owned(),
                "lacks keys of this database",
                "an old answer is kept, or a server with another database",
            ),
            (
                |reply| reply.body = r#"{"keys":[{"kty":"oct","k":"AA","kid":"old"}]}"#.to_owned(),
                "has other keys (old) than this database",
                "one database",
            ),
        ];
        one_finding_each(keys, &cases).await;
    });
}

#[test]
fn each_thing_done_to_pages_and_preflights_is_told_apart() {
    peer::run(async {
        let cases: [Case; 6] = [
            (
                |reply| reply.without("content-security-policy"),
                "another site can show this page in a frame",
                "leave content-security-policy alone",
            ),
            (|reply| reply.with("content-security-policy", "upgrade-insecure-requests"), "pages may not load what they need", "add none"),
            (|reply| reply.without("x-content-type-options"), "x-content-type-options is missing", "nosniff"),
            (|reply| reply.set("cache-control", "public, max-age=600"), "one person's page can be kept and shown to another", "no-store"),
            (|reply| reply.without("set-cookie"), "nobody can sign in", "leave set-cookie alone"),
            (|reply| *reply = Reply::of(503), "/sign-in answers 503", "pass every path below"),
        ];
        one_finding_each(|asked| asked.path == "/sign-in", &cases).await;
        let cases: [Case; 3] = [
            (|reply| *reply = Reply::of(200), "OPTIONS", "pass OPTIONS on instead of answering it"),
            (
                |reply| reply.with("access-control-allow-origin", "*"),
                "https://app.test, *, which is not what this server says",
                "add no access-control headers",
            ),
            (|reply| reply.without("access-control-allow-origin"), "does not let scripts of https://app.test in", "Origin header"),
        ];
        one_finding_each(|asked| asked.method == "OPTIONS", &cases).await;
    });
}

#[test]
fn a_connection_that_breaks_and_one_that_hangs_are_faults_where_the_server_runs() {
    peer::run(async {
        let (proxy, app) = behind_a_proxy().await;
        for (fault, says) in [(Fault::Close, "cannot be reached"), (Fault::Hang, "does not answer within five seconds")] {
            proxy.fault(fault);
            let seen = look(&app).await;
            let wrong = broken(&seen.findings);
            assert!(seen.findings.len() == 1 && wrong.len() == 1, "{}", in_full(&seen.findings));
            assert!(
                wrong[0].says.contains(says) && wrong[0].says.contains("although something listens at 127.0.0.1:"),
                "{}",
                in_full(&seen.findings)
            );
            assert!(seen.clock.is_none() && doctor::clocks(&[])[0].mark == Mark::Note);
        }
    });
}

#[test]
fn a_server_that_was_not_started_yet_is_no_fault() {
    let (folder, proxy) = (tempfile::tempdir().unwrap(), Proxy::start(None));
    let free = crate::support::development::free_port();
    let toml = |issuer: u16| {
        format!(
            "issuer = \"http://localhost:{issuer}\"\nserver.listen = \"127.0.0.1:{free}\"\nsign_in.methods = [\"password\"]\ndata_dir = \"{}\"\n",
            folder.path().display()
        )
    };
    let (fine, said) = run_in(folder.path(), &toml(free), &[], &["doctor"], "");
    assert!(
        fine && said.contains("note  public    housekey serve is not running here") && said.contains("help: start it and run this again"),
        "{said}"
    );
    assert!(said.contains("ok    database") && said.contains("note  client    no app is registered"), "the other checks run: {said}");
    let elsewhere = tempfile::tempdir().unwrap();
    let toml = toml(proxy.port).replace(&folder.path().display().to_string(), &elsewhere.path().display().to_string());
    let (fine, said) = run_in(elsewhere.path(), &toml, &[], &["doctor"], "");
    assert!(fine && said.contains("the proxy in front answers 502; nothing listens at"), "{said}");
}

#[test]
fn clocks_that_disagree_are_found() {
    peer::run(async {
        let (proxy, app) = behind_a_proxy().await;
        proxy.fault(Fault::Rewrite(|_| true, |reply| reply.set("date", "Sun, 06 Nov 1994 08:49:37 GMT")));
        let found = doctor::clocks(&[look(&app).await.clock.unwrap()]);
        assert!(found[0].mark == Mark::Broken && found[0].says.contains("s ahead of the public address"), "{found:?}");
        assert!(doctor::clock_of_database(&app.app).await.is_none(), "SQLite has no clock");
        if peer::require(Peer::Postgres, "clocks_that_disagree_are_found") {
            let app = TestApp::start(On::Postgres).await;
            let compared = async || doctor::clocks(&[doctor::clock_of_database(&app.app).await.unwrap()]).remove(0);
            assert_eq!(compared().await.mark, Mark::Fine);
            app.travel(Duration::from_secs(10));
            let found = compared().await;
            assert!(found.mark == Mark::Broken && found.says.contains("10 s ahead of the database"), "{found:?}");
        }
    });
}
