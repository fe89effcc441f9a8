//! `/revoke` (RFC 7009): what a client gives back is gone, all of it, and nobody else can give it back (security.md A-27).

use std::time::Duration;

use sea_orm::ConnectionTrait;

use crate::on_each_database;
use crate::support::relying_party::{Answer, claims};
use crate::support::{On, RelyingParty, TestApp, maya_at_a_browser, peer};

async fn is_alive(party: &RelyingParty, tokens: &Answer) -> bool {
    let by_access = party.userinfo(tokens.text("access_token")).await.status == 200;
    let refreshed = party.refresh(tokens.text("refresh_token")).await;
    let by_refresh = refreshed.status == 200;
    assert!(by_refresh || refreshed.error() == "invalid_grant", "{refreshed:?}");
    assert_eq!(by_access, by_refresh, "both or neither");
    by_access
}

async fn revocations(app: &TestApp, tokens: &Answer) -> usize {
    let user = claims(tokens.text("access_token"))["sub"].as_str().unwrap().parse().unwrap();
    let log = housekey::audit::list_of_user(app.app.db.read(), user, 200).await.unwrap();
    log.iter().filter(|line| line.name == "tokens.revoked").count()
}

on_each_database!(either_token_ends_all_that_its_sign_in_gave_the_client, |app: TestApp| async move {
    let browser = maya_at_a_browser(&app).await;
    for client in ["spa", "web", "web2", "spa-es256"] {
        let (other, kept) = RelyingParty::with_tokens(&app, &browser, "spa-eddsa").await;
        for given_back in ["refresh_token", "access_token"] {
            let (party, answer) = RelyingParty::with_tokens(&app, &browser, client).await;
            let before = revocations(&app, &answer).await;
            let revoked = party.revoke(answer.text(given_back)).await;
            assert_eq!((revoked.status, &revoked.body), (200, &serde_json::Value::Null), "an empty answer");
            assert!(!is_alive(&party, &answer).await, "{client} by its {given_back}");
            assert_eq!(party.refresh(answer.text("refresh_token")).await.text("reason"), "signed-out-elsewhere");
            assert_eq!(party.revoke(answer.text(given_back)).await.status, 200, "again is no error");
            assert_eq!(revocations(&app, &answer).await, before + 1);
        }
        assert!(is_alive(&other, &kept).await, "other apps of the same session go on");
    }
});

on_each_database!(fifty_revocations_at_once_are_one, |app: TestApp| async move {
    let browser = maya_at_a_browser(&app).await;
    let (spa, answer) = RelyingParty::with_tokens(&app, &browser, "spa").await;
    let answers = futures_util::future::join_all((0..50).map(|_| spa.revoke(answer.text("refresh_token")))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert_eq!(revocations(&app, &answer).await, 1);
    // Among refreshes: whoever comes first, what is left is dead.
    let (spa, answer) = RelyingParty::with_tokens(&app, &browser, "spa").await;
    let old = answer.text("refresh_token");
    let mixed = (0..50).map(async |n| if n == 25 { spa.revoke(old).await } else { spa.refresh(old).await });
    let answers = futures_util::future::join_all(mixed).await;
    for refreshed in answers.iter().filter(|answer| answer.body["refresh_token"].is_string()) {
        assert!(!is_alive(&spa, refreshed).await);
    }
    assert!(!is_alive(&spa, &answer).await);
});

// V-45.
on_each_database!(a_revocation_that_could_not_be_written_is_never_called_one, |app: TestApp| async move {
    let browser = maya_at_a_browser(&app).await;
    let (spa, answer) = RelyingParty::with_tokens(&app, &browser, "spa").await;
    let rename = async |from: &str, to: &str| {
        app.app.db.write().execute_unprepared(&format!("ALTER TABLE {from} RENAME TO {to}")).await.unwrap();
    };
    for (table, token) in [("token_families", "refresh_token"), ("audit_events", "refresh_token"), ("token_families", "access_token")] {
        rename(table, "away").await;
        let response = spa.http.post(format!("{}/revoke", app.issuer)).form(&[("client_id", "spa"), ("token", answer.text(token))]);
        let response = response.send().await.unwrap();
        assert_eq!(response.status(), 503, "without {table}");
        assert!(response.headers().contains_key("retry-after"));
        rename("away", table).await;
    }
    assert_eq!(spa.userinfo(answer.text("access_token")).await.status, 200, "it lives, as the client was told");
    assert_eq!(spa.revoke(answer.text("refresh_token")).await.status, 200);
    assert!(!is_alive(&spa, &answer).await);
});

/// V-39.
#[test]
fn nobody_gives_back_what_is_another_clients() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let browser = maya_at_a_browser(&app).await;
        let (web, answer) = RelyingParty::with_tokens(&app, &browser, "web").await;
        for thief in ["web2", "spa", "third-party"] {
            let thief = RelyingParty::new(&app, thief);
            for kind in ["refresh_token", "access_token"] {
                let refused = thief.revoke(answer.text(kind)).await;
                assert_eq!((refused.status, refused.error()), (400, "invalid_grant"), "{kind} by {}", thief.client);
            }
        }
        assert!(is_alive(&web, &answer).await);
        assert_eq!(revocations(&app, &answer).await, 0);
    });
}

#[test]
fn what_is_no_token_of_ours_is_gone_already() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let browser = maya_at_a_browser(&app).await;
        let (spa, answer) = RelyingParty::with_tokens(&app, &browser, "spa").await;
        let (access, refresh) = (answer.text("access_token"), answer.text("refresh_token"));
        let code = spa.code(&browser).await;
        let session = browser.cookie("__Host-hk-session").unwrap();
        for token in [
            "nonsense",
            &access[..access.len() - 1],
            &refresh[..refresh.len() - 1],
            &format!("{refresh}="),
            &code,
            &session,
            answer.text("id_token"),
        ] {
            assert_eq!(spa.revoke(token).await.status, 200, "{token}");
        }
        assert!(is_alive(&spa, &answer).await, "and nothing came of it");
        assert_eq!(spa.redeem(&code).await.status, 200);
        assert_eq!(browser.get("/account").await.url.path(), "/account");
        // A hint may say what it likes.
        for hint in ["access_token", "refresh_token", "id_token", "nonsense", ""] {
            let (spa, answer) = RelyingParty::with_tokens(&app, &browser, "spa").await;
            let fields = [("token", answer.text("refresh_token")), ("token_type_hint", hint)];
            assert_eq!(spa.ask("/revoke", &fields).await.status, 200);
            assert!(!is_alive(&spa, &answer).await, "{hint}");
        }
    });
}

#[test]
fn an_access_token_that_is_over_ends_nothing_and_a_replaced_refresh_token_everything() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let browser = maya_at_a_browser(&app).await;
        let (spa, first) = RelyingParty::with_tokens(&app, &browser, "spa").await;
        app.travel(Duration::from_mins(11));
        assert_eq!(spa.revoke(first.text("access_token")).await.status, 200);
        let second = spa.refresh(first.text("refresh_token")).await;
        assert_eq!(second.status, 200, "an old token in a log signs nobody out");
        app.travel(Duration::from_secs(30));
        assert_eq!(spa.revoke(first.text("refresh_token")).await.status, 200);
        assert!(!is_alive(&spa, &second).await);
        assert_eq!(app.letters(), 0, "no theft: the client gave it back");
    });
}

#[test]
fn who_asks_proves_itself_and_asks_properly() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let browser = maya_at_a_browser(&app).await;
        let (web, answer) = RelyingParty::with_tokens(&app, &browser, "web").await;
        let (http, url) = (&web.http, format!("{}/revoke", app.issuer));
        let token = ("token", answer.text("refresh_token"));
        for (request, status) in [
            (http.post(&url).form(&[token]), 400),
            (http.post(&url).form(&[token, ("client_id", "web")]), 401),
            (http.post(&url).form(&[token, ("client_id", "nobody")]), 401),
            (http.post(&url).basic_auth("web", Some("wrong")).form(&[token]), 401),
            (http.post(&url).bearer_auth(answer.text("access_token")).form(&[token]), 401),
            (http.post(&url).basic_auth("web", Some(crate::support::SECRET)).form(&[("token_type_hint", "refresh_token")]), 400),
            (http.post(&url).basic_auth("web", Some(crate::support::SECRET)).form(&[token, token]), 400),
            (http.post(&url).basic_auth("web", Some(crate::support::SECRET)).json(&serde_json::json!({ "token": token.1 })), 400),
            (http.get(format!("{url}?client_id=web&token={}", token.1)).basic_auth("web", Some(crate::support::SECRET)), 405),
        ] {
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), status, "{:?}", response.text().await);
        }
        assert!(is_alive(&web, &answer).await);
        // Scripts of registered origins, and of no others, may ask.
        for (origin, allowed) in [("https://app.test", true), ("https://evil.test", false), ("null", false)] {
            for method in [reqwest::Method::OPTIONS, reqwest::Method::POST] {
                let request = http.request(method, &url).header("origin", origin).form(&[("client_id", "spa"), ("token", "x")]);
                let headers = request.send().await.unwrap().headers().clone();
                assert_eq!(headers.get("access-control-allow-origin").is_some_and(|value| value == origin), allowed, "{origin}");
                assert_eq!(headers["vary"], "Origin");
            }
        }
    });
}
