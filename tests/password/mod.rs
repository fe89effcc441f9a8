//! Signing in with a password: the right one, the wrong one, and too many of them.

mod notice;

use std::time::Duration;

use crate::on_each_database;
use crate::support::{On, PASSWORD, TestApp, peer, person};

const WRONG: &str = "not the password at all";

on_each_database!(the_right_password_opens_and_a_wrong_one_says_so, |app: TestApp| async move {
    person(&app, "maya@okafor.example").await;
    let wrong = app.browser().sign_in("maya@okafor.example", WRONG).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.title().starts_with("Error: "));
    assert!(wrong.problem().contains("don’t match"), "{}", wrong.problem());
    let form = wrong.form_to("/sign-in/password");
    assert_eq!((form.value("username"), form.value("password")), ("maya@okafor.example", ""));
    let right = form.fill("password", PASSWORD).submit().await;
    assert_eq!((right.status, right.url.path()), (200, "/account"));
    assert_eq!(app.browser().sign_in(" MAYA@OKAFOR.EXAMPLE ", PASSWORD).await.url.path(), "/account");
});

on_each_database!(nobody_and_somebody_get_the_same_answer, |app: TestApp| async move {
    person(&app, "known@okafor.example").await;
    let mut texts = Vec::new();
    for address in ["known@okafor.example", "nobody@okafor.example"] {
        let view = app.browser().sign_in(address, WRONG).await;
        assert_eq!(view.status, 422);
        texts.push(view.text().replace(address, "ADDRESS"));
    }
    assert_eq!(texts[0], texts[1]);
});

#[test]
fn a_session_known_before_a_sign_in_is_worth_nothing_after_it() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, "maya@okafor.example").await;
        let browser = app.browser();
        browser.sign_in("maya@okafor.example", PASSWORD).await;
        let before = browser.cookie("__Host-hk-session").unwrap();
        assert_eq!(browser.get("/sign-in").await.url.path(), "/account");
        let spa = crate::support::RelyingParty::new(&app, "spa");
        let view = browser.get(&spa.authorize_path("&prompt=login")).await;
        browser.sign_in_from(view, "maya@okafor.example", PASSWORD).await;
        assert_ne!(before, browser.cookie("__Host-hk-session").unwrap());
        let thief = app.browser();
        thief.set_cookie("__Host-hk-session", &before);
        assert_eq!(thief.get("/account").await.url.path(), "/sign-in");
    });
}

on_each_database!(a_hundred_guesses_at_once_are_no_more_than_a_few, |app: TestApp| async move {
    person(&app, "maya@okafor.example").await;
    let view = app.browser().get("/sign-in").await.form().fill("email", "maya@okafor.example").submit().await;
    let tries = (0..100).map(|n| view.form_to("/sign-in/password").fill("password", &format!("guess number {n}")).submit());
    let views = futures_util::future::join_all(tries).await;
    let looked_at = views.iter().filter(|view| view.status == 422).count();
    assert!((1..=6).contains(&looked_at), "{looked_at} guesses were looked at");
    assert!(views.iter().all(|view| matches!(view.status, 422 | 429 | 503)));
    let limited = views.iter().find(|view| view.status == 429).unwrap();
    assert!(limited.header("retry-after").parse::<u64>().unwrap() >= 1);
});

#[test]
fn spellings_of_an_address_share_one_counter() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, "maya@okafor.example").await;
        let mut statuses = Vec::new();
        for spelling in [
            "maya@okafor.example",
            "MAYA@okafor.example",
            " maya@okafor.example",
            "Maya@Okafor.Example",
            "maya@OKAFOR.EXAMPLE",
            "mAYa@okafor.example",
            "maya@okafor.example",
        ] {
            statuses.push(app.browser().sign_in(spelling, WRONG).await.status);
        }
        assert_eq!(statuses, [422, 422, 422, 422, 422, 422, 429]);
    });
}

#[test]
fn a_stranger_does_not_lock_out_somebody_on_their_own_device() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, "maya@okafor.example").await;
        let own = app.browser();
        own.sign_in("maya@okafor.example", PASSWORD).await;
        own.get("/sign-out").await.form().press("Sign out").await;
        for _ in 0..30 {
            app.browser().sign_in("maya@okafor.example", WRONG).await;
        }
        assert_eq!(app.browser().sign_in("maya@okafor.example", PASSWORD).await.status, 429, "elsewhere it has to wait");
        assert_eq!(own.sign_in("maya@okafor.example", PASSWORD).await.url.path(), "/account");
        // A device cookie that was tampered with is none.
        let stranger = app.browser();
        stranger.set_cookie("__Host-hk-device", &own.cookie("__Host-hk-device").unwrap().chars().rev().collect::<String>());
        assert_eq!(stranger.sign_in("maya@okafor.example", PASSWORD).await.status, 429);
    });
}

#[test]
fn after_the_last_failure_only_recovery_helps() {
    peer::run(async {
        let settings = "[limits]\npassword_failures = 8\npassword_per_account = \"1000/1m\"\npassword_per_address = \"1000/1m\"";
        let app = TestApp::with(On::Sqlite, settings).await;
        let user = person(&app, "maya@okafor.example").await;
        let mut looked_at = 0;
        for _ in 0..20 {
            looked_at += usize::from(app.browser().sign_in("maya@okafor.example", WRONG).await.status == 422);
            app.travel(Duration::from_hours(1));
        }
        assert_eq!(looked_at, 8);
        app.travel(Duration::from_hours(2160));
        housekey::schedule::clean_up(&app.app).await.unwrap();
        assert_eq!(app.browser().sign_in("maya@okafor.example", PASSWORD).await.status, 429, "time does not heal it");
        let mut work = app.app.begin(housekey::work::Actor::Operator).await.unwrap();
        housekey::limit::forgive_user(work.db(), user).await.unwrap();
        work.record(housekey::audit::Event::UserUnlocked { user });
        work.commit().await.unwrap();
        assert_eq!(app.browser().sign_in("maya@okafor.example", PASSWORD).await.url.path(), "/account");
    });
}

#[test]
fn one_password_on_many_accounts_is_cut_off_whatever_address_is_claimed() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let mut looked_at = 0;
        for n in 0..56 {
            let ip = format!("203.0.113.{n}");
            let browser = app
                .browser()
                .with_header("x-forwarded-for", &ip)
                .with_header("forwarded", &format!("for={ip}"))
                .with_header("x-real-ip", &ip);
            looked_at += usize::from(browser.sign_in(&format!("person{n}@okafor.example"), "correct horse battery").await.status == 422);
        }
        assert_eq!(looked_at, 50);
    });
}

on_each_database!(a_locked_person_is_told_what_a_wrong_password_is_told, |app: TestApp| async move {
    let user = person(&app, "maya@okafor.example").await;
    let open = app.browser();
    open.sign_in("maya@okafor.example", PASSWORD).await;
    let mut work = app.app.begin(housekey::work::Actor::Operator).await.unwrap();
    housekey::user::set_state(&mut work, user, housekey::user::State::Locked).await.unwrap();
    housekey::session::end_all(&mut work, user).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(open.get("/account").await.url.path(), "/sign-in");
    let right = app.browser().sign_in("maya@okafor.example", PASSWORD).await;
    let wrong = app.browser().sign_in("maya@okafor.example", WRONG).await;
    assert_eq!((right.status, right.text()), (wrong.status, wrong.text()));
});

#[test]
fn parameters_of_today_replace_those_of_yesterday_at_sign_in() {
    peer::run(async {
        use housekey::credential::{Kind, find_by_address, touch};
        use housekey::password::{HashPool, Password};
        let app = TestApp::start(On::Sqlite).await;
        person(&app, "maya@okafor.example").await;
        let address = housekey::types::EmailAddress::parse("maya@okafor.example").unwrap();
        let kept = async || find_by_address(app.app.db.read(), &app.app.crypto, &address, Kind::Password).await.unwrap().1.unwrap();
        // As an older configuration would have left it.
        let mut old = app.app.config.sign_in.password.clone();
        old.argon2.memory_kib = 128;
        let weak = HashPool::new(&old, &app.app.random).hash(Password::parse(PASSWORD.to_owned()).unwrap()).await.unwrap();
        let mut work = app.app.begin(housekey::work::Actor::Operator).await.unwrap();
        assert!(touch(&mut work, &kept().await, Some(weak.as_str().as_bytes())).await.unwrap().is_some());
        work.commit().await.unwrap();
        assert!(String::from_utf8(kept().await.data).unwrap().contains("m=128,"));
        app.browser().sign_in("maya@okafor.example", PASSWORD).await;
        assert!(String::from_utf8(kept().await.data).unwrap().contains("m=256,"));
        assert_eq!(app.browser().sign_in("maya@okafor.example", PASSWORD).await.url.path(), "/account");
    });
}
