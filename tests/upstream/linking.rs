//! Whose account an identity opens. Each attack by its number in `security.md`.

use housekey::credential::{self, Kind, NewCredential};
use housekey::password::{HashPool, Password};
use housekey::types::{EmailAddress, UserId};
use housekey::user::{self, NewUser};
use housekey::work::Actor;
use serde_json::{Value, json};

use super::{TRUSTED, ada, come_from, count, is_account_of, trusting};
use crate::on_each_database_itself;
use crate::support::{Browser, On, PASSWORD, Provider, TestApp, View, person};

/// An account that somebody made for an address they never proved.
async fn unproved(app: &TestApp, address: &str) -> UserId {
    let pool = HashPool::new(&app.app.config.sign_in.password, &app.app.random);
    let phc = pool.hash(Password::parse(PASSWORD.to_owned()).unwrap()).await.unwrap();
    let address = EmailAddress::parse(address).unwrap();
    let mut work = app.app.begin(Actor::Operator).await.unwrap();
    let user = user::insert(&mut work, NewUser { email: &address, verified: false, name: Some("Mallory".into()) }).await.unwrap().unwrap();
    for (kind, key, data) in [(Kind::Password, user.0.as_bytes().to_vec(), phc.as_str().as_bytes())] {
        credential::insert(&mut work, NewCredential { user, kind, label: "", lookup_key: key, data }).await.unwrap();
    }
    work.commit().await.unwrap();
    user
}

/// Types the code of the letter to this address into the page that waits for it.
async fn answer_the_letter(app: &TestApp, view: View, address: &str) -> View {
    let code = app.letter_to(address).code.unwrap();
    view.form_to("/sign-in/check").fill("code", &code).submit().await
}

/// Sends these fields of a page to `/link` with the answer "connect", whether or not that page ever asked.
async fn say_yes(browser: &Browser, pairs: &[(String, String)]) -> View {
    let fields = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).chain([("connect", "yes")]);
    browser.post("/link", &fields.collect::<Vec<_>>()).await
}

on_each_database_itself!(a_proved_address_at_a_trusted_provider_opens_its_account_and_says_so, |on: On| async move {
    let (provider, app) = trusting(on).await;
    let user = person(&app, "ada@example.com").await;
    let browser = app.browser();
    let view = come_from(&browser, &provider, "u1", &ada()).await;
    assert_eq!((view.h1().as_str(), view.url.path()), ("u1 is connected", "/linked"));
    assert!(view.text().contains("ada@example.com"));
    let letter = app.letter_to("ada@example.com");
    assert_eq!(letter.subject, "u1 now opens your Housekey account");
    assert!(letter.link.is_none(), "a notice has no button");
    assert!(is_account_of(&view.follow("Continue").await, "ada@example.com"));
    // Both ways open the one account.
    assert!(is_account_of(&app.browser().sign_in("ada@example.com", PASSWORD).await, "ada@example.com"));
    let again = come_from(&app.browser(), &provider, "u1", &ada()).await;
    assert!(is_account_of(&again, "ada@example.com"), "no question the second time");
    assert_eq!(count(&app, "users").await, 1);
    let linked = housekey::identity::of_user(app.app.db.read(), &app.app.crypto, user).await.unwrap();
    assert_eq!(linked.len(), 1);
});

on_each_database_itself!(what_was_connected_can_be_undone_at_once, |on: On| async move {
    let (provider, app) = trusting(on).await;
    person(&app, "ada@example.com").await;
    let browser = app.browser();
    let view = come_from(&browser, &provider, "u1", &ada()).await;
    let view = view.form_to("/linked").press("Undo").await;
    assert_eq!(view.url.path(), "/sign-in");
    assert_eq!((count(&app, "credentials").await, count(&app, "sessions").await), (1, 0));
    assert_eq!(browser.get("/account").await.url.path(), "/sign-in");
});

on_each_database_itself!(
    /// V-1, V-3, V-4, V-5: mallory made an account for ada's address and waits.
    an_account_that_nobody_proved_is_emptied_before_its_owner_gets_it,
    |on: On| async move {
        let (one, two) = (Provider::start(), Provider::start());
        let app = TestApp::with(on, &format!("{}{}", one.toml("u1", TRUSTED), two.toml("u2", TRUSTED))).await;
        let user = unproved(&app, "ada@example.com").await;
        // Everything that mallory could have put there: a session, an identity, a change of address.
        let mut work = app.app.begin(Actor::Operator).await.unwrap();
        let mallorys = housekey::identity::Identity {
            provider: housekey::types::ProviderId::parse("u2").unwrap(),
            realm: two.issuer.clone(),
            subject: "mallory".into(),
            email: None,
            name: None,
            username: None,
            tokens: None,
        };
        assert!(housekey::identity::link(&mut work, user, &mallorys).await.unwrap().is_some());
        let new = housekey::session::NewSession {
            user,
            proved_for: None,
            amr: &["pwd"],
            user_agent: "",
            address: String::new(),
            idle: std::time::Duration::from_hours(1),
            lifetime: std::time::Duration::from_hours(1),
        };
        let (_, secret) = housekey::session::insert(&mut work, new);
        work.commit().await.unwrap();
        let mallory = app.browser();
        mallory.set_cookie("__Host-hk-session", secret.reveal());
        assert_eq!(mallory.get("/account").await.status, 200);
        mallory.get("/account/email").await.form_to("/account/email").fill("email", "mallory@example.org").submit().await;
        let change = app.letter_to("mallory@example.org").link.unwrap();
        let view = come_from(&app.browser(), &one, "u1", &ada()).await;
        assert!(is_account_of(&view, "ada@example.com"), "{}", view.text());
        assert_eq!(mallory.get("/account").await.url.path(), "/sign-in", "the session is over");
        let view = app.browser().get(&change).await;
        if view.status == 200 {
            view.form_to(change.rsplit('/').next().unwrap()).submit().await;
        }
        let emails = housekey::user::emails_of(app.app.db.read(), user).await.unwrap();
        assert_eq!((emails.len(), emails[0].address.to_string().as_str()), (1, "ada@example.com"), "the change is over");
        let password = app.browser().sign_in("ada@example.com", PASSWORD).await;
        assert_eq!(password.status, 422, "the password is gone");
        let other = come_from(&app.browser(), &two, "u2", &json!({ "sub": "mallory" })).await;
        assert_eq!(other.url.path(), "/link", "the identity is gone: it is a stranger's");
        assert_eq!((count(&app, "users").await, count(&app, "credentials").await), (1, 1));
        let waiting = housekey::email_challenge::waiting(app.app.db.read(), user, app.app.clock.now()).await.unwrap();
        assert!(waiting.is_empty());
    }
);

on_each_database_itself!(
    /// V-2: the same, and ada comes by a letter.
    a_letter_empties_an_account_that_nobody_proved_as_well,
    |on: On| async move {
        let app = TestApp::start(on).await;
        unproved(&app, "ada@example.com").await;
        let browser = app.browser();
        let view = browser.get("/sign-in").await.form_to("/sign-in").fill("email", "ada@example.com").submit().await;
        let view = view.form_to("/sign-in/email").press("Email me").await;
        assert!(is_account_of(&answer_the_letter(&app, view, "ada@example.com").await, "ada@example.com"));
        assert_eq!(app.browser().sign_in("ada@example.com", PASSWORD).await.status, 422);
        assert_eq!(count(&app, "credentials").await, 0);
    }
);

/// V-6, V-7: what is not JSON's true is not true, and a stranger's page is the same whether ada exists or not.
#[test]
fn an_address_that_nobody_confirmed_opens_nothing_and_tells_nothing() {
    crate::support::peer::run(async {
        let (provider, app) = trusting(On::Sqlite).await;
        person(&app, "ada@example.com").await;
        let visit = async |sub: &str, email: &str, verified: &Value| {
            let mut claims = json!({ "sub": sub, "email": email, "email_verified": verified });
            if verified == "absent" {
                claims.as_object_mut().unwrap().remove("email_verified");
            }
            come_from(&app.browser(), &provider, "u1", &claims).await
        };
        let values = [json!(false), json!("absent"), json!("false"), json!("true"), json!(1), Value::Null, json!([true]), json!({})];
        for (number, verified) in values.into_iter().enumerate() {
            let known = visit(&format!("m{number}"), "ada@example.com", &verified).await;
            let unknown = visit(&format!("n{number}"), "nobody@example.com", &verified).await;
            assert_eq!(known.status, unknown.status);
            assert!(matches!((known.status, known.h1().as_str()), (200, "One more step") | (400, _)), "{verified}: {}", known.text());
            let strip = |view: &View, address: &str| view.text().replace(address, "");
            assert_eq!(strip(&known, "ada@example.com").len(), strip(&unknown, "nobody@example.com").len(), "{verified}");
        }
        assert_eq!((count(&app, "sessions").await, count(&app, "credentials").await, count(&app, "users").await), (0, 1, 1));
    });
}

/// V-6 again: a provider whose word does not count says that it is sure.
#[test]
fn an_untrusted_provider_is_not_believed() {
    crate::support::peer::run(async {
        let provider = Provider::start();
        let app = TestApp::with(On::Sqlite, &provider.toml("u1", "")).await;
        person(&app, "ada@example.com").await;
        let view = come_from(&app.browser(), &provider, "u1", &ada()).await;
        assert_eq!(view.h1(), "One more step");
        assert_eq!(count(&app, "sessions").await, 0);
    });
}

on_each_database_itself!(who_proves_an_account_once_connects_it_for_good, |on: On| async move {
    let provider = Provider::start();
    let app = TestApp::with(on, &provider.toml("u1", "")).await;
    person(&app, "ada@example.com").await;
    let browser = app.browser();
    let view = come_from(&browser, &provider, "u1", &ada()).await;
    let view = view.form_to("/sign-in/email").press("Email me").await;
    let view = answer_the_letter(&app, view, "ada@example.com").await;
    assert_eq!((view.h1().as_str(), view.url.path()), ("Connect u1?", "/link"));
    let view = view.form_to("/link").press("Connect u1").await;
    assert!(is_account_of(&view, "ada@example.com"), "{}", view.text());
    assert_eq!(app.letter_to("ada@example.com").subject, "u1 now opens your Housekey account");
    assert!(is_account_of(&come_from(&app.browser(), &provider, "u1", &ada()).await, "ada@example.com"));
    assert_eq!(count(&app, "pending_identities").await, 0);
});

on_each_database_itself!(a_person_without_an_address_there_gets_an_account_by_a_letter, |on: On| async move {
    let (provider, app) = trusting(on).await;
    let browser = app.browser();
    let view = come_from(&browser, &provider, "u1", &json!({ "sub": "cleo", "name": "Cleo" })).await;
    let view = view.form_to("/sign-in/email").fill("email", "cleo@example.com").press("Email me").await;
    let view = answer_the_letter(&app, view, "cleo@example.com").await;
    let view = view.form_to("/link").press("Connect u1").await;
    assert!(is_account_of(&view, "cleo@example.com"), "{}", view.text());
    assert_eq!(view.form_to("/account").value("name"), "Cleo", "the name comes along");
    assert!(is_account_of(&come_from(&app.browser(), &provider, "u1", &json!({ "sub": "cleo" })).await, "cleo@example.com"));
});

#[test]
fn who_would_rather_not_connect_is_signed_in_all_the_same() {
    crate::support::peer::run(async {
        let provider = Provider::start();
        let app = TestApp::with(On::Sqlite, &provider.toml("u1", "")).await;
        person(&app, "ada@example.com").await;
        let browser = app.browser();
        let view = come_from(&browser, &provider, "u1", &ada()).await;
        let view = browser.sign_in_from(view.follow("Use an account you have").await, "ada@example.com", PASSWORD).await;
        let view = view.form_to("/link").press("Not now").await;
        assert!(is_account_of(&view, "ada@example.com"));
        assert_eq!((count(&app, "credentials").await, count(&app, "pending_identities").await), (1, 0));
    });
}

/// V-8: nOAuth. The address moves, the subject stays.
#[test]
fn a_changed_address_moves_nobody() {
    crate::support::peer::run(async {
        let (provider, app) = trusting(On::Sqlite).await;
        come_from(&app.browser(), &provider, "u1", &json!({ "sub": "bob", "email": "bob@example.com", "email_verified": true })).await;
        person(&app, "ada@example.com").await;
        let view =
            come_from(&app.browser(), &provider, "u1", &json!({ "sub": "bob", "email": "ada@example.com", "email_verified": true })).await;
        assert!(is_account_of(&view, "bob@example.com"), "{}", view.text());
    });
}

/// V-10, V-11: the same subject at two providers is two people, and so is the same name in another spelling.
#[test]
fn a_subject_is_somebody_at_one_provider_only() {
    crate::support::peer::run(async {
        let (one, two) = (Provider::start(), Provider::start());
        let app = TestApp::with(On::Sqlite, &format!("{}{}", one.toml("u1", TRUSTED), two.toml("u2", TRUSTED))).await;
        come_from(&app.browser(), &one, "u1", &json!({ "sub": "7", "email": "one@example.com", "email_verified": true })).await;
        let view = come_from(&app.browser(), &two, "u2", &json!({ "sub": "7", "email": "two@example.com", "email_verified": true })).await;
        assert!(is_account_of(&view, "two@example.com"), "{}", view.text());
        assert_eq!(count(&app, "users").await, 2);
    });
}

/// V-12, V-13: what ada proved in her browser for her identity is worth nothing elsewhere, for another identity, or again.
#[test]
fn a_proof_is_for_one_identity_in_one_browser_once() {
    crate::support::peer::run(async {
        let provider = Provider::start();
        let app = TestApp::with(On::Sqlite, &provider.toml("u1", "")).await;
        person(&app, "ada@example.com").await;
        // Mallory begins with his own identity and ada's address; the letter goes to ada, who opens it in her browser.
        let mallory = app.browser();
        let claims = json!({ "sub": "mallory", "email": "ada@example.com", "email_verified": true });
        let waits = come_from(&mallory, &provider, "u1", &claims).await.form_to("/sign-in/email").press("Email me").await;
        let link = app.letter_to("ada@example.com").link.unwrap();
        let ada = app.browser();
        let view = ada.get(&link).await.form_to("").press("Sign in on this device").await;
        assert!(is_account_of(&view, "ada@example.com"), "signed in, and asked nothing: {}", view.text());
        assert_eq!(count(&app, "credentials").await, 1, "nothing is connected");
        // Nor does mallory get anywhere with the page that he has.
        assert_eq!(waits.form_to("/sign-in/check").fill("code", "000000").submit().await.url.path(), "/sign-in/check");
        assert_ne!(mallory.get("/account").await.url.path(), "/account");
        // Ada connects hers; the same form again connects nothing, and undone is undone.
        let away = ada.get("/oauth/u1").await.left_for.unwrap();
        let view = ada.get(&provider.approve(&away, &json!({ "sub": "ada" }))).await;
        let view = ada.sign_in_from(view.follow("Use an account you have").await, "ada@example.com", PASSWORD).await;
        let pairs = view.form_to("/link").pairs();
        say_yes(&ada, &pairs).await;
        assert_eq!(count(&app, "credentials").await, 2);
        let connections = ada.get("/account/connections").await;
        connections.form_to("/account/connections").press("Disconnect").await;
        assert_eq!(count(&app, "credentials").await, 1);
        say_yes(&ada, &pairs).await;
        assert_eq!(count(&app, "credentials").await, 1, "the old form is spent");
        let view = come_from(&app.browser(), &provider, "u1", &json!({ "sub": "ada" })).await;
        assert_eq!(view.h1(), "One more step", "a new proof is needed");
    });
}

/// Somebody else's tab lies open on a shared machine: whoever was signed in before is not connected by it.
#[test]
fn a_session_from_before_is_no_proof() {
    crate::support::peer::run(async {
        let provider = Provider::start();
        let app = TestApp::with(On::Sqlite, &provider.toml("u1", "")).await;
        person(&app, "ada@example.com").await;
        let browser = app.browser();
        browser.sign_in("ada@example.com", PASSWORD).await;
        app.travel(std::time::Duration::from_mins(1));
        let away = browser.get("/oauth/u1").await.left_for.unwrap();
        let view = browser.get(&provider.approve(&away, &json!({ "sub": "mallory" }))).await;
        assert_eq!(view.h1(), "One more step");
        let pairs = view.form_to("/sign-in/email").pairs();
        say_yes(&browser, &pairs).await;
        assert_eq!(count(&app, "credentials").await, 1);
    });
}

on_each_database_itself!(fifty_answers_at_once_connect_once, |on: On| async move {
    let provider = Provider::start();
    let app = TestApp::with(on, &provider.toml("u1", "")).await;
    person(&app, "ada@example.com").await;
    let browser = app.browser();
    let view = come_from(&browser, &provider, "u1", &ada()).await;
    let view = browser.sign_in_from(view.follow("Use an account you have").await, "ada@example.com", PASSWORD).await;
    let pairs = view.form_to("/link").pairs();
    futures_util::future::join_all((0..50).map(|_| say_yes(&browser, &pairs))).await;
    assert_eq!((count(&app, "credentials").await, count(&app, "pending_identities").await), (2, 0));
    app.settle();
    let told = app.inbox.list().iter().filter(|(_, letter)| letter.subject.contains("now opens")).count();
    assert_eq!(told, 1);
});

/// V-21: who is gone is gone, and whoever comes with the same address is somebody else.
#[test]
fn a_removed_person_leaves_nothing_to_the_next_one() {
    crate::support::peer::run(async {
        let (provider, app) = trusting(On::Sqlite).await;
        come_from(&app.browser(), &provider, "u1", &ada()).await;
        let first = housekey::user::list(app.app.db.read(), None, 10).await.unwrap()[0].person.id;
        let mut work = app.app.begin(Actor::Operator).await.unwrap();
        user::remove(&mut work, first).await.unwrap();
        work.commit().await.unwrap();
        assert_eq!((count(&app, "credentials").await, count(&app, "sessions").await), (0, 0));
        assert!(is_account_of(&come_from(&app.browser(), &provider, "u1", &ada()).await, "ada@example.com"));
        assert_ne!(housekey::user::list(app.app.db.read(), None, 10).await.unwrap()[0].person.id, first);
    });
}

/// V-23 to V-28: an address that only looks like ada's is another one, or none.
#[test]
fn an_address_that_looks_like_anothers_is_not_theirs() {
    crate::support::peer::run(async {
        let (provider, app) = trusting(On::Sqlite).await;
        let victims = ["mike@example.com", "strasse@example.com", "kim@example.com"];
        for address in victims {
            person(&app, address).await;
        }
        let alike = [
            "m\u{131}ke@example.com",
            "M\u{130}KE@example.com",
            "mi\u{212a}e@example.com",
            "\u{212a}im@example.com",
            "stra\u{df}e@example.com",
            "mike@ex\u{430}mple.com",
            "mike@example.com.",
            "mike\u{ff20}example.com",
            "mike@example.com,evil@example.org",
            "mike@example.com evil@example.org",
            "\"mike@example.com\"@example.org",
            "mike@example.com@example.org",
            "mike@example.com\r\nBcc: x",
            "<mike@example.com>",
            "mike@xn--example-.com",
            "mike\u{0}@example.com",
            "mi\u{200b}ke@example.com",
        ];
        for (number, address) in alike.into_iter().enumerate() {
            let claims = json!({ "sub": format!("m{number}"), "email": address, "email_verified": true });
            let browser = app.browser();
            let view = come_from(&browser, &provider, "u1", &claims).await;
            assert!(matches!(view.url.path(), "/account" | "/link"), "{address:?}: {} {}", view.status, view.text());
        }
        for address in victims {
            let email = user::find_by_address(app.app.db.read(), &EmailAddress::parse(address).unwrap()).await.unwrap().unwrap();
            let linked = housekey::identity::of_user(app.app.db.read(), &app.app.crypto, email.user).await.unwrap();
            assert!(linked.is_empty(), "{address} was opened");
        }
        // The same in capitals is the same.
        let claims = json!({ "sub": "mike", "email": "MIKE@Example.COM", "email_verified": true });
        assert_eq!(come_from(&app.browser(), &provider, "u1", &claims).await.h1(), "u1 is connected");
    });
}

/// V-27: a name is text, in one direction, on one line.
#[test]
fn a_name_from_elsewhere_is_only_a_name() {
    crate::support::peer::run(async {
        let (provider, app) = trusting(On::Sqlite).await;
        let name = "<script>alert(1)</script>\u{202e}\u{0}\nAda";
        let claims = json!({ "sub": "1", "email": "ada@example.com", "email_verified": true, "name": name });
        let view = come_from(&app.browser(), &provider, "u1", &claims).await;
        assert_eq!(view.form_to("/account").value("name"), "<script>alert(1)</script>Ada");
        assert!(!view.html.contains("<script>alert"), "{}", view.html);
    });
}

/// V-19: where only some domains get an account, that holds for whoever a provider vouches for as well.
#[test]
fn only_addresses_of_the_named_domains_get_an_account() {
    crate::support::peer::run(async {
        let provider = Provider::start();
        let toml = format!("[sign_in]\nsign_up_domains = [\"example.com\", \"Acme.example\"]\n{}", provider.toml("u1", TRUSTED));
        let app = TestApp::with(On::Sqlite, &toml).await;
        let visit = async |sub: &str, email: &str| {
            come_from(&app.browser(), &provider, "u1", &json!({ "sub": sub, "email": email, "email_verified": true })).await
        };
        assert!(is_account_of(&visit("1", "ada@EXAMPLE.com").await, "ada@"));
        for stranger in ["ada@example.org", "ada@sub.example.com", "ada@example.com.evil.org", "ada@notexample.com"] {
            let view = visit(stranger, stranger).await;
            assert_eq!((view.status, view.h1().as_str()), (403, "Sign-ups are closed"), "{stranger}");
        }
        // By mail: the page says so to everybody, and a letter that was asked for elsewhere makes no account.
        let form = app.browser().get("/sign-up").await.form();
        let view = form.fill("email", "bo@example.org").submit().await;
        assert_eq!(view.status, 422);
        assert!(view.problem().contains("example.com, acme.example"), "{}", view.problem());
        let browser = app.browser();
        let view = browser.get("/sign-in").await.form_to("/sign-in").fill("email", "bo@example.org").submit().await;
        view.form_to("/sign-in/email").press("Email me").await;
        assert!(app.letter_to("bo@example.org").code.is_none());
        // Who has an account from before comes in.
        person(&app, "old@example.org").await;
        assert_eq!(visit("2", "old@example.org").await.h1(), "u1 is connected");
        assert_eq!(count(&app, "users").await, 2);
    });
}

/// V-17: a provider that was switched off lets nobody in, by no door.
#[test]
fn a_provider_that_was_switched_off_opens_nothing() {
    crate::support::peer::run(async {
        let provider = Provider::start();
        let app = TestApp::with(On::Sqlite, &provider.toml("u1", "")).await;
        person(&app, "ada@example.com").await;
        let browser = app.browser();
        let view = come_from(&browser, &provider, "u1", &ada()).await;
        let view = browser.sign_in_from(view.follow("Use an account you have").await, "ada@example.com", PASSWORD).await;
        let pairs = view.form_to("/link").pairs();
        let back = provider.approve(&browser.get("/oauth/u1").await.left_for.unwrap(), &ada());
        // The same server, started again without it.
        let (_house, _running, without) = app.replica_with("").await;
        let without = browser.at(&without);
        for path in ["/oauth/u1", back.split_once(&app.issuer).unwrap().1] {
            assert_eq!(without.get(path).await.status, 404, "{path}");
        }
        say_yes(&without, &pairs).await;
        assert_eq!(count(&app, "credentials").await, 1);
    });
}
