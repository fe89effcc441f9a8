//! Modules of the OpenID Foundation's Basic, Config and Form Post plans, each by its own name, over real HTTP: what they
//! fail a provider for, and most of what they warn of. The client is as the plans register it: a secret, and no PKCE.

use std::time::Duration;

use crate::support::relying_party::{CALLBACK, CHALLENGE, claims, code_in, parameter, part, sent};
use crate::support::{Browser, On, PASSWORD, RelyingParty, TestApp, View, peer, person};

const MAYA: &str = "maya@okafor.example";

struct Plan {
    app: TestApp,
    browser: Browser,
    party: RelyingParty,
}

impl Plan {
    fn path(&self, more: &str) -> String {
        let Self { party, .. } = self;
        format!("/authorize?client_id={}&redirect_uri={CALLBACK}&response_type=code&scope=openid&state=s1&nonce=n1{more}", party.client)
    }

    async fn sign_in(&self, more: &str) -> View {
        let view = self.browser.get(&self.path(more)).await;
        self.browser.sign_in_from(view, MAYA, PASSWORD).await
    }

    async fn redeem(&self, view: &View) -> crate::support::relying_party::Answer {
        let fields = [("grant_type", "authorization_code"), ("code", &code_in(view)), ("redirect_uri", CALLBACK)];
        self.party.token(&fields).await
    }

    /// Signs in and returns the claims of the ID token.
    async fn happy(&self, more: &str) -> serde_json::Value {
        let tokens = self.redeem(&self.sign_in(more).await).await;
        assert_eq!(tokens.status, 200, "{tokens:?}");
        claims(tokens.text("id_token"))
    }
}

fn plan<F: Future<Output = ()>>(module: impl FnOnce(Plan) -> F) {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, MAYA).await;
        module(Plan { browser: app.browser(), party: RelyingParty::new(&app, "web-legacy"), app }).await;
    });
}

fn error_in(view: &View) -> Option<String> {
    parameter(view.left_for.as_deref().unwrap(), "error")
}

#[test]
fn oidcc_server() {
    plan(|plan| async move {
        let view = plan.sign_in("").await;
        let code = code_in(&view);
        assert!(code.len() >= 22 && parameter(&view.refresh().unwrap(), "state").as_deref() == Some("s1"));
        let tokens = plan.redeem(&view).await;
        assert_eq!((tokens.text("token_type"), tokens.body["expires_in"].as_u64().is_some()), ("Bearer", true));
        let id = claims(tokens.text("id_token"));
        assert_eq!(
            (id["iss"].as_str(), id["aud"].as_str(), id["nonce"].as_str()),
            (Some(plan.app.issuer.as_str()), Some("web-legacy"), Some("n1"))
        );
        assert!(id["exp"].as_i64() > id["iat"].as_i64() && id["sub"].as_str().unwrap().len() <= 255);
        for unasked in ["email", "name"] {
            assert!(id.get(unasked).is_none(), "{unasked}");
        }
    });
}

#[test]
fn oidcc_idtoken_signature() {
    plan(|plan| async move {
        let tokens = plan.redeem(&plan.sign_in("").await).await;
        let head = part(tokens.text("id_token"), 0);
        assert!(head["alg"] == "RS256" && head["kid"].is_string());
    });
}

#[test]
fn oidcc_response_type_missing() {
    plan(|plan| async move {
        let view = plan.browser.get(&plan.path("").replace("response_type=code&", "")).await;
        assert_eq!(error_in(&view).as_deref(), Some("invalid_request"));
    });
}

#[test]
fn oidcc_ensure_request_without_nonce_succeeds_for_code_flow() {
    plan(|plan| async move {
        let view = plan.browser.get(&plan.path("").replace("&nonce=n1", "")).await;
        let tokens = plan.redeem(&plan.browser.sign_in_from(view, MAYA, PASSWORD).await).await;
        assert!(claims(tokens.text("id_token")).get("nonce").is_none());
    });
}

#[test]
fn oidcc_userinfo_get_and_post_header_and_post_body() {
    plan(|plan| async move {
        let view = plan.browser.get(&plan.path("").replace("scope=openid", "scope=openid+profile+email")).await;
        let tokens = plan.redeem(&plan.browser.sign_in_from(view, MAYA, PASSWORD).await).await;
        let (url, token) = (format!("{}/userinfo", plan.app.issuer), tokens.text("access_token"));
        let http = &plan.party.http;
        for request in
            [http.get(&url).bearer_auth(token), http.post(&url).bearer_auth(token), http.post(&url).form(&[("access_token", token)])]
        {
            let body: serde_json::Value = request.send().await.unwrap().json().await.unwrap();
            assert_eq!(body["sub"], claims(tokens.text("id_token"))["sub"]);
            // oidcc_scope_profile, oidcc_scope_email
            assert_eq!(
                (body["email"].as_str(), body["email_verified"].as_bool(), body["name"].as_str()),
                (Some(MAYA), Some(true), Some("Maya"))
            );
        }
    });
}

#[test]
fn oidcc_scope_address_and_phone_and_all() {
    plan(|plan| async move {
        let view = plan.browser.get(&plan.path("").replace("scope=openid", "scope=openid+address+phone+profile+email")).await;
        let tokens = plan.redeem(&plan.browser.sign_in_from(view, MAYA, PASSWORD).await).await;
        // What is not known here is not granted, and the answer says so (RFC 6749 §5.1).
        assert_eq!(tokens.text("scope"), "openid profile email");
    });
}

/// `oidcc_display_page`, `oidcc_display_popup`, `oidcc_ui_locales`, `oidcc_claims_locales`, `oidcc_claims_essential` and others.
#[test]
fn oidcc_ensure_request_with_unknown_parameter_succeeds() {
    plan(|plan| async move {
        let essential = "%7B%22userinfo%22%3A%7B%22name%22%3A%7B%22essential%22%3Atrue%7D%7D%7D";
        for more in ["&extra=foobar", "&display=page", "&display=popup", "&ui_locales=se", "&claims_locales=se", "&acr_values=1+2"] {
            plan.happy(more).await;
            plan.browser.get("/sign-out").await.form().press("Sign out").await;
        }
        plan.happy(&format!("&claims={essential}")).await;
    });
}

#[test]
fn oidcc_login_hint() {
    plan(|plan| async move {
        let view = plan.browser.get(&plan.path("&login_hint=maya%40okafor.example")).await;
        assert_eq!(view.form_to("/sign-in").value("email"), MAYA);
    });
}

#[test]
fn oidcc_prompt_login_and_max_age_1() {
    plan(|plan| async move {
        let mut before = plan.happy("").await["auth_time"].as_i64().unwrap();
        for more in ["&prompt=login", "&max_age=1"] {
            plan.app.travel(Duration::from_secs(2));
            assert_eq!(plan.browser.get(&plan.path(more)).await.url.path(), "/sign-in", "{more}");
            let after = plan.happy(more).await["auth_time"].as_i64().unwrap();
            assert!(after > before, "{more}");
            before = after;
        }
    });
}

#[test]
fn oidcc_max_age_10000_and_prompt_none_logged_in_and_id_token_hint() {
    plan(|plan| async move {
        let tokens = plan.redeem(&plan.sign_in("&max_age=10000").await).await;
        let first = claims(tokens.text("id_token"));
        plan.app.travel(Duration::from_secs(2));
        let hint = format!("&prompt=none&id_token_hint={}", tokens.text("id_token"));
        for more in ["&max_age=10000", "&prompt=none", &hint] {
            let again = claims(plan.redeem(&plan.browser.get(&plan.path(more)).await).await.text("id_token"));
            assert_eq!((&again["sub"], &again["auth_time"]), (&first["sub"], &first["auth_time"]));
        }
    });
}

#[test]
fn oidcc_prompt_none_not_logged_in() {
    plan(|plan| async move {
        assert_eq!(error_in(&plan.browser.get(&plan.path("&prompt=none")).await).as_deref(), Some("login_required"));
    });
}

#[test]
fn oidcc_codereuse_and_codereuse_30seconds() {
    plan(|plan| async move {
        let view = plan.sign_in("").await;
        let tokens = plan.redeem(&view).await;
        assert_eq!(plan.redeem(&view).await.error(), "invalid_grant");
        plan.app.travel(Duration::from_secs(30));
        let again = plan.redeem(&view).await;
        assert_eq!((again.status, again.error()), (400, "invalid_grant"));
        assert_eq!(plan.party.userinfo(tokens.text("access_token")).await.status, 401);
    });
}

#[test]
fn oidcc_ensure_registered_redirect_uri() {
    plan(|plan| async move {
        let view = plan.browser.get(&plan.path("").replace("/callback", "/callback/x")).await;
        assert_eq!((view.status, view.left_for.as_deref()), (400, None));
    });
}

#[test]
fn oidcc_ensure_post_request_succeeds() {
    plan(|plan| async move {
        let fields =
            [("client_id", "web-legacy"), ("redirect_uri", CALLBACK), ("response_type", "code"), ("scope", "openid"), ("nonce", "n1")];
        let view = plan.browser.post("/authorize", &fields).await;
        assert_eq!(plan.redeem(&plan.browser.sign_in_from(view, MAYA, PASSWORD).await).await.status, 200);
    });
}

#[test]
fn oidcc_request_objects_are_rejected_as_unsupported() {
    plan(|plan| async move {
        for (more, error) in
            [("&request=x", "request_not_supported"), ("&request_uri=https%3A%2F%2Fapp.test%2Fr", "request_uri_not_supported")]
        {
            assert_eq!(error_in(&plan.browser.get(&plan.path(more)).await).as_deref(), Some(error));
        }
    });
}

#[test]
fn oidcc_ensure_request_with_valid_pkce_succeeds() {
    plan(|plan| async move {
        let view = plan.sign_in(&format!("&code_challenge={CHALLENGE}&code_challenge_method=S256")).await;
        assert_eq!(plan.party.redeem(&code_in(&view)).await.status, 200);
    });
}

#[test]
fn oidcc_refresh_token() {
    plan(|plan| async move {
        let view = plan.browser.get(&plan.path("").replace("scope=openid", "scope=openid+offline_access")).await;
        let tokens = plan.redeem(&plan.browser.sign_in_from(view, MAYA, PASSWORD).await).await;
        let other = RelyingParty::new(&plan.app, "web").refresh(tokens.text("refresh_token")).await;
        assert_eq!((other.status, other.error()), (400, "invalid_grant"));
        let (first, again) = (claims(tokens.text("id_token")), plan.party.refresh(tokens.text("refresh_token")).await);
        let again = claims(again.text("id_token"));
        for same in ["iss", "sub", "aud", "auth_time"] {
            assert_eq!(first[same], again[same], "{same}");
        }
    });
}

#[test]
fn oidcc_discovery_endpoint_verification() {
    plan(|plan| async move {
        let url = format!("{}/.well-known/openid-configuration", plan.app.issuer);
        let document: serde_json::Value = plan.party.http.get(url).send().await.unwrap().json().await.unwrap();
        let has = |name: &str, value: &str| assert!(document[name].as_array().unwrap().contains(&value.into()), "{name}: {value}");
        has("response_modes_supported", "query");
        has("response_modes_supported", "fragment");
        has("response_modes_supported", "form_post");
        has("scopes_supported", "openid");
        has("ui_locales_supported", "en");
        has("token_endpoint_auth_methods_supported", "client_secret_basic");
        assert_eq!(document["claims_parameter_supported"], false);
    });
}

#[test]
fn oidcc_formpost_server_and_prompt_none_not_logged_in() {
    plan(|plan| async move {
        let refused = sent(&plan.browser.get(&plan.path("&response_mode=form_post&prompt=none")).await);
        assert_eq!(refused["error"], "login_required");
        let answer = sent(&plan.sign_in("&response_mode=form_post").await);
        let fields = [("grant_type", "authorization_code"), ("code", &answer["code"]), ("redirect_uri", CALLBACK)];
        assert_eq!(plan.party.token(&fields).await.status, 200);
    });
}
