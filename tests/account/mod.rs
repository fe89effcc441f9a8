//! What people see of their own account, what they change and end there.

mod leave;
mod pages;
mod step_up;

use crate::email_code::{MAYA, is_signed_in};
use crate::on_each_database;
use crate::support::{PASSWORD, RelyingParty, TestApp, person};

on_each_database!(a_person_sees_their_devices_and_ends_one_or_all_others, |app: TestApp| async move {
    person(&app, MAYA).await;
    person(&app, "noor@okafor.example").await;
    let agent = |name: &str| app.browser().with_header("user-agent", name);
    let linux = agent("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");
    let phone = agent(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
    );
    let (tablet, stranger) = (app.browser(), app.browser());
    for browser in [&linux, &phone, &tablet] {
        browser.sign_in(MAYA, PASSWORD).await;
    }
    stranger.sign_in("noor@okafor.example", PASSWORD).await;
    let page = linux.get("/account/devices").await;
    for fact in ["This deviceFirefox on Linux", "Safari on iPhone", "Password", "127.0.0.1"] {
        assert!(page.text().contains(fact), "{fact}: {}", page.text());
    }
    // One: dead at every replica, and so is what an app holds of it.
    let (_house, running, other) = app.replica().await;
    let (spa, tokens) = RelyingParty::with_tokens(&app, &phone, "spa").await;
    let id = |page: &crate::support::View, name: &str| {
        let row = page.html.split("<li>").find(|row| row.contains(name)).unwrap().to_owned();
        row.split_once("name=\"end\" value=\"").unwrap().1.split_once('"').unwrap().0.to_owned()
    };
    let on_phone = id(&page, "iPhone");
    let csrf = page.form_to("/account/devices").value("csrf").to_owned();
    let page = linux.post("/account/devices", &[("csrf", &csrf), ("end", &on_phone)]).await;
    assert!(!page.text().contains("iPhone"), "{}", page.text());
    assert!(phone.at(&other).get(&format!("{other}/account")).await.left_for.is_some(), "not signed in there either");
    assert!(!is_signed_in(&phone).await && is_signed_in(&tablet).await);
    assert_eq!(spa.refresh(tokens.text("refresh_token")).await.error(), "invalid_grant");
    // Somebody else's is nobody's; garbage is no 500.
    let theirs = housekey::user::list(app.app.db.read(), None, 10).await.unwrap();
    let theirs = theirs.iter().find(|one| one.person.email.as_ref().unwrap().to_string().starts_with("noor")).unwrap().person.id;
    let theirs = housekey::session::list_of_user(app.app.db.read(), theirs, app.clock.now()).await.unwrap()[0].session.id.to_string();
    linux.post("/account/devices", &[("csrf", &csrf), ("end", &theirs)]).await;
    assert!(is_signed_in(&stranger).await);
    for fields in [vec![("end", "x")], vec![], vec![("end", "x"), ("others", "1")]] {
        let fields: Vec<_> = fields.into_iter().chain([("csrf", csrf.as_str())]).collect();
        assert_eq!(linux.post("/account/devices", &fields).await.status, 400);
    }
    // All others.
    let page = linux.get("/account/devices").await;
    let last = page.form_to("/account/devices");
    let page = linux.post("/account/devices", &[("csrf", last.value("csrf")), ("others", "1")]).await;
    assert!(!page.text().contains("Sign out all other devices"), "{}", page.text());
    assert!(is_signed_in(&linux).await && !is_signed_in(&tablet).await && is_signed_in(&stranger).await);
    // Who is not signed in signs in first, and comes back.
    let view = phone.get("/account/devices").await;
    assert_eq!(view.url.path(), "/sign-in");
    assert_eq!(phone.sign_in_from(view, MAYA, PASSWORD).await.url.path(), "/account/devices");
    running.stop().await.unwrap();
});
