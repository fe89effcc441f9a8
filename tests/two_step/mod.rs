//! The second step of a sign-in: the code of an app, recovery codes, trusted browsers, and every trick to do without
//! (`security.md` A-39, V-95, V-103).

mod first_step;
mod timing;

use std::time::Duration;

use futures_util::future::join_all;
use housekey::credential::{self, Kind, NewCredential};
use housekey::types::{UnixMillis, UserId};
use housekey::work::Actor;
use totp_rs::{Builder, Secret};

use crate::email_code::recover::forget;
use crate::email_code::{MAYA, events, is_signed_in, sessions_are};
use crate::support::relying_party::claims;
use crate::support::{Browser, Form, On, PASSWORD, RelyingParty, TestApp, View, peer, person};
use crate::{on_each_database, on_each_database_itself};

/// A phone with an authenticator app on it.
pub struct Phone(totp_rs::Totp);

impl Phone {
    /// Set up by typing the key that the page shows.
    pub fn typed(key: &str) -> Self {
        let secret = Secret::try_from_base32(key.replace(' ', "")).unwrap();
        Self(Builder::new().with_secret(secret).with_step_duration(30).build().unwrap())
    }

    fn reads(view: &View) -> Self {
        let (_, rest) = view.html.split_once("<code id=\"key\">").unwrap_or_else(|| panic!("no key: {}", view.text()));
        Self::typed(rest.split_once('<').unwrap().0)
    }

    /// The six digits that it shows.
    pub fn shows(&self, now: UnixMillis) -> String {
        self.0.generate(u64::try_from(now.seconds()).unwrap()).to_string()
    }

    /// Any others.
    fn wrong(&self, now: UnixMillis) -> String {
        let near: Vec<_> = [-60, -30, 0, 30, 60].map(|off: i64| self.shows(UnixMillis(now.0 + off * 1000))).into();
        ["000000", "111111", "222222", "333333", "444444", "555555"]
            .into_iter()
            .find(|one| !near.contains(&(*one).to_owned()))
            .unwrap()
            .to_owned()
    }
}

/// Gives a person an app without the pages, as if they had not used it yet.
pub async fn equip(app: &TestApp, user: UserId) -> Phone {
    let started = housekey::two_step::begin(&app.app, user);
    let mut work = app.app.begin(Actor::Operator).await.unwrap();
    let data = started.app.write().unwrap();
    let new = NewCredential { user, kind: Kind::Totp, label: "", lookup_key: user.0.as_bytes().to_vec(), data: &data };
    credential::insert(&mut work, new).await.unwrap().unwrap();
    work.commit().await.unwrap();
    Phone::typed(&started.app.typed_key())
}

/// Turns it on at the account's pages. Gives the phone and the recovery codes.
async fn turn_on(app: &TestApp, browser: &Browser) -> (Phone, Vec<String>) {
    let view = browser.get("/account/security").await.follow("Set up an authenticator app").await;
    let phone = Phone::reads(&view);
    let view = view.form_to("/two-step").fill("code", &phone.shows(app.clock.now())).submit().await;
    (phone, codes(&view))
}

/// The codes that a page shows.
fn codes(view: &View) -> Vec<String> {
    assert_eq!(view.h1(), "Recovery codes", "{}", view.text());
    let list = view.html.split_once("id=\"codes\"").unwrap().1.split_once("</ul>").unwrap().0;
    let codes: Vec<_> = list.split("<li>").skip(1).map(|rest| rest.split_once('<').unwrap().0.to_owned()).collect();
    assert_eq!(codes.len(), 10);
    codes
}

/// As far as the question for the code.
async fn first_step(browser: &Browser) -> View {
    let view = browser.sign_in(MAYA, PASSWORD).await;
    assert_eq!((view.url.path(), view.h1()), ("/sign-in/two-step", "Enter the code from your app".into()), "{}", view.text());
    assert!(!is_signed_in(browser).await);
    view
}

/// Maya, who has an app, half-way in at this browser.
async fn half_way(app: &TestApp) -> (Phone, Browser, View) {
    let phone = equip(app, person(app, MAYA).await).await;
    let browser = app.browser();
    let view = first_step(&browser).await;
    (phone, browser, view)
}

/// A new password, by letter; gives what comes after it.
async fn new_password(app: &TestApp, browser: &Browser) -> View {
    forget(browser, MAYA).await;
    let link = app.letter_to(MAYA).link.unwrap();
    browser.get(&link).await.form().submit().await.form().fill("new-password", "walnut quiet lantern orbit").submit().await
}

fn answer(view: &View, code: &str) -> Form {
    view.form_to("/sign-in/two-step").fill("code", code)
}

async fn with_recovery(view: &View, code: &str) -> View {
    view.follow("Use a recovery code").await.form_to("/sign-in/two-step").fill("recovery", code).submit().await
}

on_each_database!(a_person_turns_it_on_and_is_asked_from_then_on, |app: TestApp| async move {
    let user = person(&app, MAYA).await;
    let (desk, laptop) = (app.browser(), app.browser());
    desk.sign_in(MAYA, PASSWORD).await;
    laptop.sign_in(MAYA, PASSWORD).await;
    let old = RelyingParty::with_tokens(&app, &laptop, "spa").await;
    let mine = RelyingParty::with_tokens(&app, &desk, "spa").await;
    let letters = app.letters();
    let view = desk.get("/account/security").await.follow("Set up an authenticator app").await;
    let phone = Phone::reads(&view);
    // A wrong code costs nothing: the same secret, the same page.
    let again = view.form_to("/two-step").fill("code", &phone.wrong(app.clock.now())).submit().await;
    assert_eq!((again.status, Phone::reads(&again).shows(app.clock.now())), (422, phone.shows(app.clock.now())));
    assert!(again.problem().contains("That code didn’t work"), "{}", again.text());
    assert_eq!(app.letters(), letters);
    let view = again.form_to("/two-step").fill("code", &spaced(&phone.shows(app.clock.now()))).submit().await;
    assert_eq!(codes(&view).len(), 10);
    // Whoever else was signed in has not shown a second step.
    assert!(is_signed_in(&desk).await && !is_signed_in(&laptop).await);
    assert_eq!(old.0.refresh(old.1.text("refresh_token")).await.error(), "invalid_grant");
    assert_eq!(mine.0.refresh(mine.1.text("refresh_token")).await.status, 200);
    assert_eq!(app.letter_to(MAYA).subject, "Two-step sign-in is on for Housekey");
    let page = desk.get("/account/security").await;
    assert!(page.text().contains("10 of 10 left") && page.text().contains("Added "), "{}", page.text());
    let spa = RelyingParty::new(&app, "spa");
    let amr = async |browser: &Browser| claims(spa.redeem(&spa.code(browser).await).await.text("id_token"))["amr"].clone();
    assert_eq!(amr(&desk).await, serde_json::json!(["pwd", "otp", "mfa"]), "the code that turned it on was a second step");
    // From then on.
    let view = first_step(&laptop).await;
    let again = answer(&view, &phone.shows(app.clock.now())).submit().await;
    assert_eq!(again.status, 422, "the code that turned it on is used up");
    app.travel(Duration::from_secs(30));
    let wrong = answer(&view, &phone.wrong(app.clock.now())).submit().await;
    assert!(wrong.problem().contains("Wait for the next one") && wrong.text().contains("sets its time"), "{}", wrong.text());
    let empty = answer(&view, " ").submit().await;
    assert!(empty.problem().contains("Enter the code"), "{}", empty.text());
    let in_ = answer(&wrong, &wide(&phone.shows(app.clock.now()))).submit().await;
    assert_eq!((in_.url.path(), is_signed_in(&laptop).await), ("/account", true));
    assert_eq!(amr(&laptop).await, serde_json::json!(["pwd", "otp", "mfa"]));
    let log: Vec<_> = events(&app, user).await.into_iter().map(|(name, _)| name).collect();
    for name in ["two_step.turned_on", "two_step.refused"] {
        assert!(log.iter().any(|one| one == name), "{log:?}");
    }
    // And to an app, with all that it asked for.
    app.travel(Duration::from_secs(30));
    let stranger = app.browser();
    let view = stranger.get(&spa.authorize_path("")).await;
    let view = stranger.sign_in_from(view, MAYA, PASSWORD).await;
    let back = answer(&view, &phone.shows(app.clock.now())).submit().await;
    assert!(back.refresh().or(back.left_for.clone()).unwrap().contains("state=s1"));
});

fn spaced(code: &str) -> String {
    format!(" {} {} ", &code[..3], &code[3..])
}

fn wide(code: &str) -> String {
    code.chars().map(|c| char::from_u32(c as u32 - '0' as u32 + '０' as u32).unwrap()).collect()
}

on_each_database!(fifty_uses_of_one_code_at_two_processes_are_one, |app: TestApp| async move {
    let (phone, _, view) = half_way(&app).await;
    let second = app.process().await;
    let code = phone.shows(app.clock.now());
    let forms = (0..50).map(|n| if n % 2 == 0 { answer(&view, &code) } else { answer(&view, &code).to(&second.address) });
    let views = join_all(forms.map(Form::submit)).await;
    assert!(views.iter().all(|view| view.status < 500 || view.status == 503));
    sessions_are(&app, 1).await;
});

on_each_database!(fifty_uses_of_one_recovery_code_at_two_processes_are_one, |app: TestApp| async move {
    person(&app, MAYA).await;
    let browser = app.browser();
    browser.sign_in(MAYA, PASSWORD).await;
    let (_, codes) = turn_on(&app, &browser).await;
    let second = app.process().await;
    let stranger = app.browser();
    let view = first_step(&stranger).await.follow("Use a recovery code").await;
    let form = |n: usize| {
        let form = view.form_to("/sign-in/two-step").fill("recovery", &codes[3]);
        if n.is_multiple_of(2) { form } else { form.to(&second.address) }
    };
    let views = join_all((0..50).map(|n| form(n).submit())).await;
    assert!(views.iter().all(|view| view.status < 500 || view.status == 503));
    // Hers, and one more.
    sessions_are(&app, 2).await;
});

on_each_database!(a_recovery_code_gets_in_once_and_the_mailbox_is_told, |app: TestApp| async move {
    let user = person(&app, MAYA).await;
    let desk = app.browser();
    desk.sign_in(MAYA, PASSWORD).await;
    let (_, codes) = turn_on(&app, &desk).await;
    let lost = app.browser();
    let view = first_step(&lost).await;
    for wrong in ["", "AAAAA-AAAAA", "7", "' OR 1=1 --"] {
        let view = with_recovery(&view, wrong).await;
        assert_eq!(view.status, 422, "{wrong}");
        assert!(!view.problem().is_empty());
    }
    let typed = codes[0].to_lowercase().replace('-', " ");
    assert_eq!(with_recovery(&view, &typed).await.url.path(), "/account");
    assert!(is_signed_in(&lost).await);
    app.settle();
    let told = app.inbox.list().into_iter().find(|(_, letter)| letter.subject == "A recovery code was used for Housekey").unwrap().1;
    assert!(told.text.contains("9 are left"), "{}", told.text);
    assert!(lost.get("/account/security").await.text().contains("9 of 10 left"));
    let again = app.browser();
    let view = first_step(&again).await;
    assert_eq!(with_recovery(&view, &codes[0]).await.status, 422, "once");
    // New ones: the old are void.
    let fresh = self::codes(&desk.get("/account/security").await.form_to("/account/security/codes").submit().await);
    assert_eq!(with_recovery(&view, &codes[1]).await.status, 422);
    assert_eq!(with_recovery(&view, &fresh[1]).await.url.path(), "/account");
    // Nothing of them can be read in the database.
    let rows = credential::list(app.app.db.read(), &app.app.crypto, user, Kind::RecoveryCode).await.unwrap();
    assert_eq!(rows.len(), 9);
    assert!(rows.iter().all(|row| row.data.is_empty()));
});

on_each_database!(a_trusted_browser_is_asked_for_the_first_step_alone, |app: TestApp| async move {
    let user = person(&app, MAYA).await;
    let other = person(&app, "noor@okafor.example").await;
    let (phone, theirs) = (equip(&app, user).await, equip(&app, other).await);
    let browser = app.browser();
    let view = first_step(&browser).await;
    let in_ = answer(&view, &phone.shows(app.clock.now())).tick("trust").submit().await;
    assert_eq!(in_.url.path(), "/account");
    let leave = async || browser.get("/sign-out").await.form().press("Sign out").await;
    leave().await;
    assert_eq!(browser.sign_in(MAYA, PASSWORD).await.url.path(), "/account", "trusted");
    let spa = RelyingParty::new(&app, "spa");
    let amr = claims(spa.redeem(&spa.code(&browser).await).await.text("id_token"))["amr"].clone();
    assert_eq!(amr, serde_json::json!(["pwd"]), "which is not called two steps");
    leave().await;
    // Not for anybody else at it, and not for its cookie's name alone.
    let view = browser.sign_in("noor@okafor.example", PASSWORD).await;
    assert_eq!(view.url.path(), "/sign-in/two-step");
    assert_eq!(answer(&view, &theirs.shows(app.clock.now())).submit().await.url.path(), "/account");
    leave().await;
    let made_up = app.browser();
    made_up.set_cookie("__Host-hk-trusted", "AAAAAAAAAAAAAAAAAAAAAA");
    first_step(&made_up).await;
    // Thirty days.
    app.travel(Duration::from_hours(24 * 30 - 1));
    assert_eq!(browser.sign_in(MAYA, PASSWORD).await.url.path(), "/account");
    leave().await;
    app.travel(Duration::from_hours(2));
    first_step(&browser).await;
    housekey::schedule::clean_up(&app.app).await.unwrap();
    assert_eq!(credential::count(app.app.db.read(), user, Kind::TrustedBrowser).await.unwrap(), 0);
    // And not beyond the password.
    let view = first_step(&browser).await;
    answer(&view, &phone.shows(app.clock.now())).tick("trust").submit().await;
    leave().await;
    let view = new_password(&app, &browser).await;
    assert_eq!(view.url.path(), "/sign-in/two-step", "a new password is no second step, at a browser that was trusted");
    assert!(!is_signed_in(&browser).await);
});

#[test]
fn who_has_none_sets_one_up_where_it_is_required() {
    peer::run(async {
        let app = TestApp::with(On::Sqlite, "[sign_in.two_step]\npolicy = \"required\"\n").await;
        person(&app, MAYA).await;
        let browser = app.browser();
        let spa = RelyingParty::new(&app, "spa");
        let view = browser.get(&spa.authorize_path("")).await;
        let view = browser.sign_in_from(view, MAYA, PASSWORD).await;
        assert_eq!((view.url.path(), view.h1()), ("/sign-in/two-step", "Set up an authenticator app".into()));
        assert!(!is_signed_in(&browser).await);
        let phone = Phone::reads(&view);
        let again = view.form_to("/set-up").fill("code", &phone.wrong(app.clock.now())).submit().await;
        assert_eq!((again.status, is_signed_in(&browser).await), (422, false));
        let view = again.form_to("/set-up").fill("code", &phone.shows(app.clock.now())).submit().await;
        assert_eq!(codes(&view).len(), 10);
        assert!(is_signed_in(&browser).await);
        let on = view.form_to("/saved").tick("saved").submit().await;
        assert!(on.refresh().or(on.left_for.clone()).unwrap().contains("state=s1"), "on to the app, once they are saved");
        // The other tab that was asked to set one up is asked for the code of this one.
        let late = again.form_to("/set-up").fill("code", &phone.shows(app.clock.now())).submit().await;
        assert_eq!(late.h1(), "Enter the code from your app");
        // It cannot be turned off, only replaced.
        let page = browser.get("/account/security").await;
        assert!(!page.text().contains("Turn off"), "{}", page.text());
        // Nobody comes in with a mail alone either.
        let by_mail = app.browser();
        let view = by_mail.get("/sign-up").await.form_to("/sign-up").fill("email", "new@okafor.example").submit().await;
        let view = view.form_to("/sign-up/password").fill("new-password", "walnut quiet lantern orbit").submit().await;
        let code = app.letter_to("new@okafor.example").code.unwrap();
        let view = view.form_to("/sign-in/check").fill("code", &code).submit().await;
        assert_eq!((view.h1(), is_signed_in(&by_mail).await), ("Set up an authenticator app".into(), false));
    });
}

// Whoever knows the password, and is quicker by a moment, must not put their app in the place of hers.
on_each_database_itself!(of_ten_who_set_one_up_at_once_one_does, |on| async move {
    let app = TestApp::with(on, "[sign_in.two_step]\npolicy = \"required\"\n").await;
    person(&app, MAYA).await;
    let browser = app.browser();
    let view = browser.sign_in(MAYA, PASSWORD).await;
    let pages = join_all((0..10).map(|_| browser.get(view.url.as_str()))).await;
    let forms = pages.iter().map(|page| page.form_to("/set-up").fill("code", &Phone::reads(page).shows(app.clock.now())));
    let views = join_all(forms.map(Form::submit)).await;
    assert!(views.iter().all(|view| view.status < 500 || view.status == 503));
    assert_eq!(views.iter().filter(|view| view.h1() == "Recovery codes").count(), 1);
});

on_each_database!(it_is_turned_off_with_a_code_and_by_an_operator, |app: TestApp| async move {
    let user = person(&app, MAYA).await;
    let browser = app.browser();
    browser.sign_in(MAYA, PASSWORD).await;
    let (phone, recovery) = turn_on(&app, &browser).await;
    let off = async |code: &str| browser.get("/account/security").await.form_to("/two-step/off").fill("code", code).submit().await;
    app.travel(Duration::from_secs(30));
    assert_eq!(off(&phone.wrong(app.clock.now())).await.status, 422);
    assert_eq!(off("").await.status, 422);
    assert!(off(&phone.shows(app.clock.now())).await.text().contains("Set up an authenticator app"));
    assert_eq!(app.letter_to(MAYA).subject, "Two-step sign-in is off for Housekey");
    assert_eq!(app.browser().sign_in(MAYA, PASSWORD).await.url.path(), "/account");
    assert_eq!(credential::count(app.app.db.read(), user, Kind::RecoveryCode).await.unwrap(), 0);
    // With a recovery code, too; those of before are void.
    let (_, fresh) = turn_on(&app, &browser).await;
    assert_eq!(off(&recovery[0]).await.status, 422);
    assert!(off(&fresh[9]).await.text().contains("Set up an authenticator app"));
    // By an operator, for whoever has lost everything.
    turn_on(&app, &browser).await;
    let mut work = app.app.begin(Actor::Operator).await.unwrap();
    assert!(housekey::two_step::remove(&mut work, user).await.unwrap());
    work.commit().await.unwrap();
    assert_eq!(app.browser().sign_in(MAYA, PASSWORD).await.url.path(), "/account");
});

// V-88, V-95: what was proved counts in its browser, for a while, and while it is still so.
#[test]
fn a_first_step_counts_here_and_now_alone() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let (phone, browser, view) = half_way(&app).await;
        // In another browser it is a sign-in page again.
        let stolen = app.browser();
        assert_eq!(stolen.get(view.url.as_str()).await.url.path(), "/sign-in");
        // Without a first step there is nothing to confirm.
        for path in ["/sign-in/two-step", "/sign-in/two-step?with=recovery", "/sign-in/two-step?flow=AAAA"] {
            let view = stolen.get(path).await;
            assert!(view.url.path() == "/sign-in" || view.status == 403, "{path}: {}", view.status);
        }
        // Ten minutes.
        app.travel(Duration::from_mins(11));
        let late = answer(&view, &phone.shows(app.clock.now())).submit().await;
        assert_eq!((late.url.path(), is_signed_in(&browser).await), ("/sign-in", false));
        // A password that has been changed meanwhile proves nothing.
        let view = first_step(&browser).await;
        let owner = app.browser();
        let new = new_password(&app, &owner).await;
        assert_eq!(new.url.path(), "/sign-in/two-step");
        let void = answer(&view, &phone.shows(app.clock.now())).submit().await;
        assert_eq!((void.url.path(), is_signed_in(&browser).await), ("/sign-in", false));
        assert_eq!(answer(&new, &phone.shows(app.clock.now())).submit().await.url.path(), "/account", "and the code was not spent by that");
    });
}

#[test]
fn a_thief_of_the_password_cannot_guess_the_code() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let (phone, browser, view) = half_way(&app).await;
        for n in 0..10 {
            assert_eq!(answer(&view, &phone.wrong(app.clock.now())).submit().await.status, 422, "{n}");
        }
        let wait = answer(&view, &phone.shows(app.clock.now())).submit().await;
        assert_eq!((wait.status, is_signed_in(&browser).await), (429, false), "even with the right one");
        assert!(wait.header("retry-after").parse::<u64>().unwrap() > 0);
        app.travel(Duration::from_mins(2));
        let view = first_step(&browser).await;
        assert_eq!(answer(&view, &phone.shows(app.clock.now())).submit().await.url.path(), "/account");
    });
}
