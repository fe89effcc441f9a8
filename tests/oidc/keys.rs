//! Signing keys take turns, and nobody who keeps our JWKS as long as we allow meets a token that they cannot verify.

use std::collections::BTreeSet;
use std::time::Duration;

use housekey::config::SigningAlgorithm;
use housekey::key::{self, Keys, PUBLISHED_BEFORE, Pace, Revoked, Rotated, State};
use housekey::work::Actor;
use serde_json::Value;

use crate::support::relying_party::{Answer, part};
use crate::support::{Browser, On, PASSWORD, RelyingParty, TestApp, peer, person};
use crate::{on_each_database, on_each_database_itself};

const RS256: SigningAlgorithm = SigningAlgorithm::Rs256;

async fn rotate(app: &TestApp, pace: Pace) -> Rotated {
    let rotated = key::rotate(&app.app, Actor::Operator, RS256, pace).await.unwrap();
    app.learn_keys().await;
    rotated
}

async fn jwks(issuer: &str) -> BTreeSet<String> {
    let set: Value = reqwest::get(format!("{issuer}/.well-known/jwks.json")).await.unwrap().json().await.unwrap();
    set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

fn kid(token: &str) -> String {
    part(token, 0)["kid"].as_str().unwrap().to_owned()
}

async fn signed_in(app: &TestApp) -> (Browser, Answer) {
    let browser = app.browser();
    browser.sign_in("maya@okafor.example", PASSWORD).await;
    let (_, tokens) = RelyingParty::with_tokens(app, &browser, "spa").await;
    (browser, tokens)
}

async fn states(app: &TestApp) -> Vec<State> {
    let mut keys = key::list(&app.app.db).await.unwrap();
    keys.retain(|key| key.algorithm == "RS256");
    keys.iter().map(|key| key.life.state(app.clock.now())).collect()
}

/// OC-15. The client reads the JWKS when its copy is a minute old and at no other time, as Convex does, and looks at a new
/// and at the oldest living token every half a minute.
#[test]
fn a_client_that_keeps_the_jwks_for_a_minute_verifies_every_token_of_a_rotation() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, "maya@okafor.example").await;
        let (browser, first) = signed_in(&app).await;
        let spa = RelyingParty::new(&app, "spa");
        let old = kid(first.text("id_token"));
        let (mut copy, mut copied_at) = (jwks(&app.issuer).await, app.clock.now());
        let Rotated::To(new, _) = rotate(&app, Pace::Announced).await else { panic!() };
        let mut living = vec![(app.clock.now(), old.clone())];
        let mut signers = Vec::new();
        for _ in 0..240 {
            app.travel(Duration::from_secs(30));
            app.learn_keys().await;
            let now = app.clock.now();
            if now.since(copied_at) >= Duration::from_mins(1) {
                (copy, copied_at) = (jwks(&app.issuer).await, now);
            }
            let signed = kid(spa.redeem(&spa.code(&browser).await).await.text("id_token"));
            living.push((now, signed.clone()));
            // An ID token lives for an hour, and it may be looked at until then.
            living.retain(|(at, _)| now.since(*at) <= Duration::from_hours(1));
            assert!(living.iter().all(|(_, kid)| copy.contains(kid)), "{signed} {copy:?}");
            if signers.last() != Some(&signed) {
                signers.push(signed);
            }
        }
        assert_eq!(signers, [old.clone(), new.clone()], "there was a rotation");
        assert!(copy.contains(&new) && !copy.contains(&old), "and the old key is gone");
    });
}

#[test]
fn a_key_is_published_then_signs_then_verifies_then_goes() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        assert_eq!(states(&app).await, [State::Signing]);
        let Rotated::To(new, life) = rotate(&app, Pace::Announced).await else { panic!() };
        assert_eq!(states(&app).await, [State::Signing, State::Next]);
        let Rotated::Already(waiting, same) = rotate(&app, Pace::Announced).await else { panic!("one waits for its turn") };
        assert_eq!((waiting, same), (new, life));
        app.travel(PUBLISHED_BEFORE);
        assert_eq!(states(&app).await, [State::Retired, State::Signing]);
        app.travel(Duration::from_hours(1));
        assert_eq!(states(&app).await, [State::Retired, State::Signing], "a last ID token has a moment left");
        app.travel(Duration::from_mins(15));
        assert_eq!(states(&app).await, [State::Gone, State::Signing]);
        app.travel(Duration::from_hours(25));
        housekey::schedule::clean_up(&app.app).await.unwrap();
        assert_eq!(states(&app).await, [State::Signing]);
    });
}

// Fifty operators, cron jobs and replicas at once.
on_each_database!(fifty_rotations_at_once_make_one_key, |app: TestApp| async move {
    let eddsa = SigningAlgorithm::EdDsa;
    for (round, pace) in [Pace::Announced, Pace::AtOnce].into_iter().enumerate() {
        let all = (0..50).map(|_| key::rotate(&app.app, Actor::Operator, eddsa, pace));
        let all = futures_util::future::join_all(all).await;
        let made = all.iter().filter(|one| matches!(one, Ok(Rotated::To(..)))).count();
        let already = all.iter().filter(|one| matches!(one, Ok(Rotated::Already(..)))).count();
        assert_eq!((made, already), (1, 49), "{pace:?} {all:?}");
        let keys = key::list(&app.app.db).await.unwrap();
        assert_eq!(keys.iter().filter(|key| key.algorithm == "EdDSA").count(), round + 2);
    }
});

on_each_database_itself!(a_key_gets_old_and_the_schedule_of_two_replicas_makes_one, |on| async move {
    let app = TestApp::with(on, "[tokens]\nkey_rotation = \"30d\"\n").await;
    let (house, running, _) = app.replica().await;
    key::rotate_due(&app.app).await.unwrap();
    assert_eq!(states(&app).await, [State::Signing], "it is not old");
    app.travel(Duration::from_hours(30 * 24));
    let (one, other) = tokio::join!(key::rotate_due(&app.app), key::rotate_due(&house.app));
    one.and(other).unwrap();
    assert_eq!(states(&app).await, [State::Signing, State::Next]);
    assert_eq!(key::list(&app.app.db).await.unwrap().len(), 6, "one of each algorithm");
    running.quit();
    running.handle.stop(false).await;
    let never = TestApp::with(on, "[tokens]\nkey_rotation = \"\"\n").await;
    never.travel(Duration::from_hours(5000 * 24));
    key::rotate_due(&never.app).await.unwrap();
    assert_eq!(states(&never).await, [State::Signing]);
});

/// Both processes' own memories, a common database, and no help: each must learn of the other's key by itself.
#[test]
fn two_servers_on_one_postgres_publish_a_key_before_either_signs_with_it() {
    if !peer::require(peer::Peer::Postgres, "two_servers_on_one_postgres_publish_a_key_before_either_signs_with_it") {
        return;
    }
    peer::run(async {
        let app = TestApp::start(On::Postgres).await;
        person(&app, "maya@okafor.example").await;
        let (house, running, other) = app.replica().await;
        let began = std::time::Instant::now();
        let Rotated::To(new, _) = key::rotate(&house.app, Actor::Operator, RS256, Pace::Announced).await.unwrap() else { panic!() };
        while !(jwks(&app.issuer).await.contains(&new) && jwks(&other).await.contains(&new)) {
            assert!(began.elapsed() < Duration::from_secs(6), "a replica does not learn");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let (_, before) = signed_in(&app).await;
        assert_ne!(kid(before.text("id_token")), new);
        app.travel(PUBLISHED_BEFORE);
        // Both change at one moment, without reading anything.
        let (_, after) = signed_in(&app).await;
        assert_eq!(kid(after.text("id_token")), new);
        let mut there = RelyingParty::new(&app, "spa");
        there.issuer.clone_from(&other);
        assert_eq!(kid(there.refresh(after.text("refresh_token")).await.text("access_token")), new);
        assert_eq!(there.userinfo(before.text("access_token")).await.status, 401, "ten minutes are over");
        running.quit();
        running.handle.stop(false).await;
    });
}

#[test]
fn an_id_token_of_a_retired_key_still_signs_its_person_out_and_one_of_a_revoked_key_does_not() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, "maya@okafor.example").await;
        let (desk, tokens) = signed_in(&app).await;
        rotate(&app, Pace::Announced).await;
        app.travel(PUBLISHED_BEFORE);
        app.learn_keys().await;
        let spa = RelyingParty::new(&app, "spa");
        let next = spa.redeem(&spa.code(&desk).await).await;
        assert_ne!(kid(next.text("id_token")), kid(tokens.text("id_token")));
        let end = |token: &str| format!("/end-session?id_token_hint={token}&post_logout_redirect_uri=https%3A%2F%2Fapp.test%2Fgoodbye");
        let view = desk.get(&end(tokens.text("id_token"))).await;
        assert_eq!(view.left_for.as_deref(), Some("https://app.test/goodbye"));
        let (phone, stolen) = signed_in(&app).await;
        assert_eq!(spa.userinfo(stolen.text("access_token")).await.status, 200);
        let old = kid(stolen.text("id_token"));
        assert_eq!(key::revoke(&app.app, Actor::Operator, &old).await.unwrap(), Revoked::StillSigns);
        rotate(&app, Pace::AtOnce).await;
        let (_, fresh) = signed_in(&app).await;
        assert_ne!(kid(fresh.text("id_token")), old, "at once is at once");
        assert_eq!(spa.userinfo(stolen.text("access_token")).await.status, 200, "nobody is signed out by a rotation");
        assert_eq!(key::revoke(&app.app, Actor::Operator, &old).await.unwrap(), Revoked::Yes);
        assert_eq!(key::revoke(&app.app, Actor::Operator, &old).await.unwrap(), Revoked::Unknown);
        app.learn_keys().await;
        assert!(!jwks(&app.issuer).await.contains(&old));
        assert_eq!(spa.userinfo(stolen.text("access_token")).await.status, 401);
        assert_eq!(phone.get(&end(stolen.text("id_token"))).await.url.path(), "/sign-out", "a person decides");
        assert_eq!(spa.refresh(stolen.text("refresh_token")).await.status, 200, "apps go on");
    });
}

/// An emergency also gives up a key that waits for its turn: whoever holds one may hold the other.
#[test]
fn an_emergency_rotation_retires_what_waits_as_well() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let Rotated::To(waiting, _) = rotate(&app, Pace::Announced).await else { panic!() };
        let revoked = key::revoke(&app.app, Actor::Operator, &waiting).await.unwrap();
        assert_eq!(revoked, Revoked::StillSigns, "or nothing would sign in a quarter of an hour");
        let Rotated::To(new, _) = rotate(&app, Pace::AtOnce).await else { panic!() };
        assert_eq!(states(&app).await, [State::Retired, State::Gone, State::Signing]);
        app.travel(PUBLISHED_BEFORE);
        let keys = Keys::load(&app.app).await.unwrap();
        let token = keys.sign(RS256, "JWT", &serde_json::json!({})).unwrap();
        assert_eq!(kid(&token), new);
        assert!(!jwks(&app.issuer).await.contains(&waiting));
    });
}

#[test]
fn the_jwks_has_the_algorithms_that_apps_use_and_no_others() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let own = std::sync::Arc::clone(&app.app);
        let house = housekey::server::House::build(own, Some(app.inbox.clone()), housekey::server::Extras::default()).await.unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let other = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let running = house.serve(listener).unwrap();
        assert_eq!((jwks(&app.issuer).await.len(), jwks(&other).await.len()), (3, 1), "apps of three, apps of none");
        // Who asks for one algorithm gets it all the same: an app may be registered with it in a moment.
        let es256: Value = reqwest::get(format!("{other}/.well-known/jwks.json?alg=ES256")).await.unwrap().json().await.unwrap();
        assert_eq!(es256["keys"][0]["alg"], "ES256");
        running.quit();
        running.handle.stop(false).await;
    });
}
