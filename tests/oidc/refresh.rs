//! Refresh tokens: no race is ever lost, and no old token is ever good (security.md 3.6).

use std::time::Duration;

use crate::on_each_database;
use crate::support::relying_party::{Answer, claims};
use crate::support::trips::Trips;
use crate::support::{On, PASSWORD, RelyingParty, TestApp, maya_at_a_browser, peer, person};

async fn tokens(app: &TestApp, client: &'static str) -> (RelyingParty, Answer) {
    RelyingParty::with_tokens(app, &maya_at_a_browser(app).await, client).await
}

/// Why there is nothing to refresh any more.
fn over(answer: &Answer) -> &str {
    assert_eq!((answer.status, answer.error()), (400, "invalid_grant"), "{answer:?}");
    answer.text("reason")
}

on_each_database!(fifty_refreshes_at_once_at_two_processes_get_the_identical_successor, |app: TestApp| async move {
    let (spa, first) = tokens(&app, "spa").await;
    let second = app.process().await;
    let servers = [&spa, &spa.at(&second)];
    let mut token = first.text("refresh_token").to_owned();
    for round in 0..4 {
        let answers = futures_util::future::join_all((0..50).map(|n| servers[n % 2].refresh(&token))).await;
        assert!(
            answers.iter().all(|answer| answer.status == 200),
            "round {round}: {:?}",
            answers.iter().find(|answer| answer.status != 200)
        );
        let successors: std::collections::BTreeSet<_> = answers.iter().map(|answer| answer.text("refresh_token")).collect();
        assert_eq!(successors.len(), 1, "round {round}");
        assert_ne!(successors.first().unwrap(), &token);
        token = successors.first().unwrap().to_string();
    }
});

// Each trip costs as much as the statement itself: a ping before each use would be one more.
#[test]
fn a_rotation_on_postgresql_is_one_trip() {
    if !peer::require(peer::Peer::Postgres, "a_rotation_on_postgresql_is_one_trip") {
        return;
    }
    peer::run(async {
        let app = TestApp::start(On::Postgres).await;
        let (spa, first) = tokens(&app, "spa").await;
        let (trips, database) = Trips::to(&app.database()).await;
        let process = app.process_with(&[("HOUSEKEY_DATABASE", &database)]).await;
        let spa = spa.at(&process);
        let mut token = first.text("refresh_token").to_owned();
        let mut counts = Vec::new();
        for _ in 0..12 {
            // The connection of the last one is given back after its answer, with an empty message.
            tokio::time::sleep(Duration::from_millis(20)).await;
            let before = trips.count();
            token = spa.refresh(&token).await.text("refresh_token").to_owned();
            tokio::time::sleep(Duration::from_millis(20)).await;
            let after = trips.count();
            counts.push((after.statements - before.statements, after.trips - before.trips));
        }
        // What runs by itself every second goes the same way now and then; and what is new is prepared first.
        counts.sort_unstable();
        assert_eq!(counts[counts.len() / 2], (1, 2), "{counts:?}");
    });
}

on_each_database!(a_replaced_token_that_comes_back_late_ends_the_family, |app: TestApp| async move {
    let (spa, first) = tokens(&app, "spa").await;
    let old = first.text("refresh_token");
    let second = spa.refresh(old).await;
    let again = spa.refresh(old).await;
    assert_eq!(again.text("refresh_token"), second.text("refresh_token"), "a lost answer is given again");
    app.travel(Duration::from_secs(11));
    // Another client's, or at the other endpoint: nobody's news.
    assert_eq!(over(&RelyingParty::new(&app, "spa-es256").refresh(old).await), "expired");
    assert_eq!(app.letters(), 0);
    assert_eq!(over(&spa.refresh(old).await), "revoked");
    assert_eq!(over(&spa.refresh(second.text("refresh_token")).await), "revoked", "the whole family is over, and the app can say why");
    assert_eq!(over(&spa.refresh(old).await), "revoked");
    // The person is told, once.
    let letter = app.letter_to("maya@okafor.example");
    assert_eq!(letter.subject, "We signed you out of Housekey");
    assert!(letter.link.is_none() && letter.text.contains("old copy"), "{}", letter.text);
    assert_eq!(app.letters(), 1);
    assert_eq!(spa.userinfo(second.text("access_token")).await.status, 401);
    let log =
        housekey::audit::list_of_user(app.app.db.read(), claims(first.text("id_token"))["sub"].as_str().unwrap().parse().unwrap(), 10)
            .await
            .unwrap();
    assert!(log.iter().any(|line| line.name == "refresh_token.reused"), "{log:?}");
});

on_each_database!(a_grandparent_ends_the_family_at_once, |app: TestApp| async move {
    let (spa, first) = tokens(&app, "spa").await;
    let mut chain = vec![first.text("refresh_token").to_owned()];
    for _ in 0..5 {
        let next = spa.refresh(chain.last().unwrap()).await;
        chain.push(next.text("refresh_token").to_owned());
    }
    assert_eq!(over(&spa.refresh(&chain[3]).await), "revoked");
    assert_eq!(over(&spa.refresh(&chain[5]).await), "revoked");
});

#[test]
fn claims_stay_the_same_from_refresh_to_refresh() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let (spa, first) = tokens(&app, "spa").await;
        app.travel(Duration::from_secs(100));
        let second = spa.refresh(first.text("refresh_token")).await;
        app.travel(Duration::from_secs(100));
        let third = spa.refresh(second.text("refresh_token")).await;
        let stable = |answer: &Answer| {
            let mut claims = claims(answer.text("id_token"));
            for moving in ["iat", "exp", "jti", "nonce"] {
                claims.as_object_mut().unwrap().remove(moving);
            }
            claims
        };
        assert_eq!(stable(&second), stable(&third));
        assert_eq!(stable(&first), stable(&second));
        assert_ne!(second.text("id_token"), third.text("id_token"));
        assert_eq!(claims(second.text("id_token")).get("nonce"), None);
    });
}

#[test]
fn two_refreshes_in_one_second_give_different_tokens() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let (web, first) = tokens(&app, "web").await;
        let (one, other) = loop {
            let (one, other) = (web.refresh(first.text("refresh_token")).await, web.refresh(first.text("refresh_token")).await);
            if claims(one.text("id_token"))["iat"] == claims(other.text("id_token"))["iat"] {
                break (one, other);
            }
        };
        for token in ["id_token", "access_token"] {
            assert_ne!(one.text(token), other.text(token));
            assert_ne!(claims(one.text(token))["jti"], claims(other.text(token))["jti"]);
        }
    });
}

#[test]
fn a_refresh_narrows_and_never_widens() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let (spa, first) = tokens(&app, "spa").await;
        let narrow = [("grant_type", "refresh_token"), ("refresh_token", first.text("refresh_token")), ("scope", "openid")];
        let answer = spa.token(&narrow).await;
        assert_eq!(claims(answer.text("access_token"))["scope"], "openid");
        let wide = [("grant_type", "refresh_token"), ("refresh_token", answer.text("refresh_token")), ("scope", "openid admin")];
        assert_eq!(spa.token(&wide).await.error(), "invalid_scope");
    });
}

#[test]
fn a_refresh_token_ends_by_age_by_silence_by_sign_out_and_by_lockout() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let user = person(&app, "maya@okafor.example").await;
        let spa = RelyingParty::new(&app, "spa");
        let fresh = async || {
            let browser = app.browser();
            browser.sign_in("maya@okafor.example", PASSWORD).await;
            let answer = spa.redeem(&spa.code(&browser).await).await;
            (browser, answer.text("refresh_token").to_owned())
        };
        let (_, silent) = fresh().await;
        app.travel(Duration::from_secs(14 * 86400 + 1));
        assert_eq!(over(&spa.refresh(&silent).await), "expired");
        let (_, mut busy) = fresh().await;
        for _ in 0..3 {
            app.travel(Duration::from_hours(216));
            busy = spa.refresh(&busy).await.text("refresh_token").to_owned();
        }
        app.travel(Duration::from_hours(96));
        assert_eq!(over(&spa.refresh(&busy).await), "expired", "rotation never outlives the first token's end");
        let (browser, token) = fresh().await;
        browser.get("/sign-out").await.form().press("Sign out").await;
        assert_eq!(over(&spa.refresh(&token).await), "signed-out-elsewhere");
        let (_, token) = fresh().await;
        crate::support::person::set_state(&app, user, housekey::user::State::Locked).await;
        assert_eq!(spa.refresh(&token).await.error(), "invalid_grant");
    });
}

#[test]
fn a_confidential_client_keeps_its_token() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let (web, first) = tokens(&app, "web").await;
        let token = first.text("refresh_token");
        for _ in 0..3 {
            let answer = web.refresh(token).await;
            assert_eq!((answer.status, answer.body.get("refresh_token")), (200, None));
            app.travel(Duration::from_mins(1));
        }
    });
}

#[test]
fn a_changed_token_ends_nothing() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let (spa, first) = tokens(&app, "spa").await;
        let token = first.text("refresh_token");
        for changed in [
            &token[..token.len() - 1],
            &format!("{token}="),
            &token.to_uppercase(),
            "hkr_",
            "",
            &token.replacen("hkr", "hks", 1),
            &format!("hkr_{}", "A".repeat(64)),
        ] {
            assert!(matches!(spa.refresh(changed).await.error(), "invalid_grant" | "invalid_request"), "{changed}");
        }
        assert_eq!(spa.refresh(token).await.status, 200);
    });
}

#[test]
fn without_a_window_a_second_use_is_reuse() {
    peer::run(async {
        let app = TestApp::with(On::Sqlite, "[tokens]\nrefresh_reuse_grace = \"0s\"").await;
        let (spa, first) = tokens(&app, "spa").await;
        let answers = futures_util::future::join_all((0..20).map(|_| spa.refresh(first.text("refresh_token")))).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    });
}
