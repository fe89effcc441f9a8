//! What is particular about the best known providers, as stories. That every file works at all is `everyone`'s to show.

use serde_json::json;

use super::{NO_LIMITS, come_from, count, is_account_of, leave};
use crate::support::relying_party::parameter;
use crate::support::{On, Provider, TestApp, View, person};

/// A server to which people may come from this provider of the catalogue.
async fn with(id: &str, more: &str) -> (Provider, TestApp, tempfile::TempDir) {
    let (provider, folder) = (Provider::start(), tempfile::tempdir().unwrap());
    let secret = if id == "apple" {
        rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap().serialize_pem()
    } else {
        crate::support::provider::SECRET.to_owned()
    };
    let toml = format!("{NO_LIMITS}{}{more}", provider.as_if(id, folder.path(), &secret));
    (provider, TestApp::with(On::Sqlite, &toml).await, folder)
}

fn asks_for_proof(view: &View) -> bool {
    view.status == 200 && view.h1() == "One more step"
}

#[test]
fn github_vouches_for_the_primary_address_if_it_is_confirmed_and_for_no_other() {
    crate::support::peer::run(async {
        let (provider, app, _folder) = with("github", "").await;
        person(&app, "ada@example.com").await;
        let email = |address: &str, primary: bool, verified: bool| json!({ "email": address, "primary": primary, "verified": verified });
        let visit = async |id: u64, emails: Vec<serde_json::Value>| {
            let userinfo = json!({ "id": id, "login": "octo", "name": null, "email": "ada@example.com" });
            come_from(&app.browser(), &provider, "GitHub", &json!({ "userinfo": userinfo, "emails": emails })).await
        };
        // The profile's own address, an unconfirmed primary one, a confirmed secondary one: nobody's word for ada.
        for emails in [
            vec![],
            vec![email("ada@example.com", true, false)],
            vec![email("mallory@example.org", true, false), email("ada@example.com", false, true)],
            vec![email("ada@example.com", true, false), email("ada@example.com", true, true)],
        ] {
            let view = visit(7, emails.clone()).await;
            assert!(asks_for_proof(&view), "{emails:?}: {}", view.text());
        }
        assert_eq!(count(&app, "credentials").await, 1);
        let view = visit(8, vec![email("old@example.org", false, true), email("ada@example.com", true, true)]).await;
        assert_eq!(view.h1(), "GitHub is connected");
        // The login name is another's tomorrow; the number stays.
        let view = visit(8, vec![email("new@example.org", true, true)]).await;
        assert!(is_account_of(&view, "ada@example.com"), "{}", view.text());
    });
}

#[test]
fn apple_says_a_name_once_and_it_stays() {
    crate::support::peer::run(async {
        let (provider, app, _folder) = with("apple", "team_id = \"A1B2C3D4E5\"\nkey_id = \"F6G7H8J9K0\"\n").await;
        let claims = json!({ "sub": "001234.abc.0915", "email": "q7x2m9@privaterelay.appleid.com", "email_verified": "true", "is_private_email": "true" });
        let visit = async |user: Option<&str>| {
            let browser = app.browser();
            let away = leave(&browser, "Apple").await;
            assert_eq!(parameter(&away, "response_mode").as_deref(), Some("form_post"));
            assert_eq!(parameter(&away, "scope").as_deref(), Some("openid email name"));
            let back = provider.approve(&away, &claims);
            let mut form = vec![("code", parameter(&back, "code").unwrap()), ("state", parameter(&back, "state").unwrap())];
            form.extend(user.map(|user| ("user", user.to_owned())));
            let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
            let posted = client.post(format!("{}/oauth/apple/callback", app.issuer)).form(&form).send().await.unwrap();
            browser.get(posted.headers()["location"].to_str().unwrap()).await
        };
        // Somebody else's address in the form, which nobody signed, is nobody's address.
        let user = r#"{"name":{"firstName":"Ada","lastName":"Example"},"email":"maya@okafor.example"}"#;
        let view = visit(Some(user)).await;
        assert!(is_account_of(&view, "q7x2m9@privaterelay.appleid.com"), "{}", view.text());
        assert_eq!(view.form_to("/account").value("name"), "Ada Example");
        for nonsense in [None, Some("{"), Some("[]"), Some(r#"{"name":7}"#), Some(&"x".repeat(9000))] {
            assert_eq!(visit(nonsense).await.form_to("/account").value("name"), "Ada Example");
        }
        let people = housekey::user::list(app.app.db.read(), None, 10).await.unwrap();
        let linked = housekey::identity::of_user(app.app.db.read(), &app.app.crypto, people[0].person.id).await.unwrap();
        assert_eq!(linked[0].identity.name.as_deref(), Some("Ada Example"));
        assert_eq!(people.len(), 1);
    });
}

/// V-8: nOAuth. Whoever runs a directory writes any address into it.
#[test]
fn an_address_in_a_microsoft_directory_opens_nobodys_account() {
    crate::support::peer::run(async {
        let (provider, app, _folder) = with("microsoft-entra-id", "").await;
        person(&app, "ada@example.com").await;
        let (tenant, other) = ("7f3c1b52-90ad-4e6b-8a17-2d4c5e6f7a80", "0e1f2a3b-4c5d-4e6f-8a7b-9c0d1e2f3a4b");
        let claims = |tenant: &str, sub: &str| {
            json!({ "iss": format!("{}/{tenant}", provider.issuer), "tid": tenant, "sub": sub, "oid": "1", "email": "ada@example.com",
                "email_verified": true, "xms_edov": true, "preferred_username": "ada@example.com" })
        };
        for sub in ["a", "b"] {
            let view = come_from(&app.browser(), &provider, "Microsoft", &claims(tenant, sub)).await;
            assert!(asks_for_proof(&view), "{}", view.text());
        }
        assert_eq!(count(&app, "credentials").await, 1);
        // A token says which tenant it is of, and its issuer is that tenant's.
        for wrong in [
            json!({ "iss": provider.issuer, "tid": tenant, "sub": "a" }),
            json!({ "iss": format!("{}/{other}", provider.issuer), "tid": tenant, "sub": "a" }),
            json!({ "iss": format!("{}/common", provider.issuer), "tid": "common", "sub": "a" }),
            json!({ "iss": format!("{}/", provider.issuer), "tid": "", "sub": "a" }),
            json!({ "iss": format!("{}/{tenant}", provider.issuer), "sub": "a" }),
        ] {
            let view = come_from(&app.browser(), &provider, "Microsoft", &wrong).await;
            assert_eq!(view.status, 400, "{wrong}: {}", view.text());
        }
    });
}

#[test]
fn with_a_tenant_of_ones_own_nobody_of_another_comes_in() {
    crate::support::peer::run(async {
        let (tenant, other) = ("7f3c1b52-90ad-4e6b-8a17-2d4c5e6f7a80", "0e1f2a3b-4c5d-4e6f-8a7b-9c0d1e2f3a4b");
        let (provider, app, _folder) = with("microsoft-entra-id", &format!("tenant = \"{tenant}\"\n")).await;
        let claims = |tenant: &str| json!({ "iss": format!("{}/{tenant}", provider.issuer), "tid": tenant, "sub": "a" });
        assert!(asks_for_proof(&come_from(&app.browser(), &provider, "Microsoft", &claims(tenant)).await));
        let view = come_from(&app.browser(), &provider, "Microsoft", &claims(other)).await;
        assert!(view.status == 400 && view.text().contains("it is of the tenant"), "{}", view.text());
    });
}

/// The others, each with the answer of a person whose address it calls confirmed, if it ever does.
#[test]
fn each_is_believed_as_far_as_its_file_says() {
    crate::support::peer::run(async {
        let ada = json!({ "sub": "1", "email": "ada@example.com", "email_verified": true, "name": "Ada" });
        for (id, name, claims, believed) in [
            ("google", "Google", ada.clone(), true),
            ("twitch", "Twitch", ada.clone(), true),
            ("gitlab", "GitLab", ada.clone(), false),
            ("slack", "Slack", ada.clone(), false),
            ("linkedin", "LinkedIn", ada, false),
            (
                "discord",
                "Discord",
                json!({ "userinfo": { "id": "1", "username": "ada", "email": "ada@example.com", "verified": true } }),
                true,
            ),
            ("facebook", "Facebook", json!({ "userinfo": { "id": "1", "name": "Ada", "email": "ada@example.com" } }), false),
            ("twitter", "X", json!({ "userinfo": { "data": { "id": "1", "name": "Ada", "username": "ada" } } }), false),
        ] {
            let (provider, app, _folder) = with(id, "").await;
            let view = come_from(&app.browser(), &provider, name, &claims).await;
            assert_eq!((is_account_of(&view, "ada@example.com"), asks_for_proof(&view)), (believed, !believed), "{id}: {}", view.text());
        }
    });
}
