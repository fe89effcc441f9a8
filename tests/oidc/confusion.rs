//! Every kind of credential at every door that is for another, whole and in pieces, by its own client and by others
//! (security.md V-54, V-56, V-39, A-11).

use crate::support::relying_party::VERIFIER;
use crate::support::{On, PASSWORD, RelyingParty, SECRET, TestApp, peer, person};

/// A name and the text.
type Kinds = Vec<(&'static str, String)>;

/// One of each, all alive, of the client `web`.
async fn one_of_each(app: &TestApp) -> (crate::support::Browser, Kinds) {
    person(app, "maya@okafor.example").await;
    let browser = app.browser();
    browser.sign_in("maya@okafor.example", PASSWORD).await;
    let web = RelyingParty::new(app, "web");
    let tokens = web.redeem(&web.code(&browser).await).await;
    let own = RelyingParty::new(app, "service").token(&[("grant_type", "client_credentials")]).await;
    let kinds = vec![
        ("access token", tokens.text("access_token").to_owned()),
        ("id token", tokens.text("id_token").to_owned()),
        ("refresh token", tokens.text("refresh_token").to_owned()),
        ("code", web.code(&browser).await),
        ("session", browser.cookie("__Host-hk-session").unwrap()),
        ("own access token", own.text("access_token").to_owned()),
    ];
    (browser, kinds)
}

/// Whether this text opens this door to the client `web`.
async fn opens(app: &TestApp, door: &str, text: &str) -> bool {
    let web = RelyingParty::new(app, "web");
    match door {
        "userinfo" => web.userinfo(text).await.status == 200,
        "refresh" => web.refresh(text).await.status == 200,
        "redeem" => web.token(&[("grant_type", "authorization_code"), ("code", text), ("code_verifier", VERIFIER)]).await.status == 200,
        "introspect" => web.introspect(text).await.body["active"] == true,
        "secret" => {
            let request = web.http.post(format!("{}/introspect", app.issuer)).basic_auth("web", Some(text)).form(&[("token", "x")]);
            request.send().await.unwrap().status() == 200
        }
        "assertion" => {
            let kind = ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
            let request = web.http.post(format!("{}/introspect", app.issuer)).form(&[kind, ("client_assertion", text), ("token", "x")]);
            request.send().await.unwrap().status() == 200
        }
        "account" => {
            let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
            let request = http.get(format!("{}/account", app.issuer)).header("cookie", format!("__Host-hk-session={text}"));
            request.send().await.unwrap().status() == 200
        }
        other => panic!("{other}"),
    }
}

/// V-56. What opens what, and nothing else does. The code comes last: its door uses it up.
#[test]
fn each_kind_opens_its_own_doors_and_no_other() {
    peer::run(async {
        let app = TestApp::with(On::Sqlite, "[limits]\nenabled = false").await;
        let (_browser, kinds) = one_of_each(&app).await;
        let mut opened = Vec::new();
        for door in ["userinfo", "refresh", "introspect", "secret", "assertion", "account", "redeem"] {
            for (kind, text) in &kinds {
                if opens(&app, door, text).await {
                    opened.push((*kind, door));
                }
            }
        }
        assert_eq!(
            opened,
            [
                ("access token", "userinfo"),
                ("refresh token", "refresh"),
                ("access token", "introspect"),
                ("refresh token", "introspect"),
                ("session", "account"),
                ("code", "redeem"),
            ]
        );
    });
}

/// V-54. Nothing is good in part, or with something more; and the whole is still good afterwards.
#[test]
fn no_part_of_a_credential_opens_anything() {
    peer::run(async {
        let app = TestApp::with(On::Sqlite, "[limits]\nenabled = false").await;
        let (_browser, kinds) = one_of_each(&app).await;
        for (kind, door) in [
            ("access token", "userinfo"),
            ("access token", "introspect"),
            ("refresh token", "introspect"),
            ("refresh token", "refresh"),
            ("session", "account"),
            ("code", "redeem"),
        ] {
            let text = &kinds.iter().find(|(name, _)| *name == kind).unwrap().1;
            let mut pieces: Vec<String> = [0, 1, 4, 8, text.len() / 2, text.len() - 8, text.len() - 2, text.len() - 1]
                .into_iter()
                .flat_map(|at| [text[..at].to_owned(), text[text.len() - at..].to_owned()])
                .collect();
            pieces.extend(["=", "A", ".", "%00", "\u{0}"].map(|tail| format!("{text}{tail}")));
            pieces.extend([text.to_uppercase(), format!("x{text}"), text.replacen('.', "..", 1), text.replacen('_', "", 1)]);
            for piece in pieces.iter().filter(|piece| *piece != text && !piece.chars().any(|c| c == '\0' && door == "account")) {
                if door == "userinfo" && piece.contains('\0') {
                    continue;
                }
                assert!(!opens(&app, door, piece).await, "{kind} at {door}: {piece:?}");
            }
            assert!(opens(&app, door, text).await, "{kind} at {door}");
        }
    });
}

/// V-39, A-11: everything of one client, presented by others.
#[test]
fn what_is_one_clients_is_worth_nothing_to_another() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let (browser, kinds) = one_of_each(&app).await;
        let text = |name: &str| kinds.iter().find(|(kind, _)| *kind == name).unwrap().1.clone();
        let web = RelyingParty::new(&app, "web");
        for thief in ["web2", "spa", "third-party", "service"] {
            let party = RelyingParty::new(&app, thief);
            let code = web.code(&browser).await;
            assert_eq!(party.redeem(&code).await.error(), "invalid_grant", "{thief}");
            assert_eq!(web.redeem(&code).await.error(), "invalid_grant", "burned by {thief}");
            assert_eq!(party.refresh(&text("refresh token")).await.error(), "invalid_grant", "{thief}");
            for kind in ["access token", "refresh token"] {
                assert_eq!(party.revoke(&text(kind)).await.error(), "invalid_grant", "{kind} by {thief}");
                if matches!(thief, "web2" | "service") {
                    let worth = party.introspect(&text(kind)).await;
                    assert_eq!(worth.body, serde_json::json!({ "active": false }), "{kind} by {thief}");
                }
            }
            if thief != "service" {
                assert_eq!(party.revoke(&text("own access token")).await.error(), "invalid_grant");
            }
        }
        // Its secret is its own as well: the same text, by another name.
        let request = web.http.post(format!("{}/token", app.issuer)).basic_auth("third-party", Some(SECRET));
        assert_eq!(
            request.form(&[("grant_type", "refresh_token"), ("refresh_token", &text("refresh token"))]).send().await.unwrap().status(),
            401
        );
        assert_eq!(web.refresh(&text("refresh token")).await.status, 200, "and all of it still is");
        assert_eq!(web.userinfo(&text("access token")).await.status, 200);
        let service = RelyingParty::new(&app, "service");
        assert_eq!(service.introspect(&text("own access token")).await.body["active"], true);
    });
}
