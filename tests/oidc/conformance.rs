//! The modules of the OpenID Foundation's Basic and Form Post plans, each by its own name and for both plans, and that of the Config
//! plan; over real HTTP. The client is as the plans register it: a secret, no PKCE, short ID tokens. What the plans only warn of
//! counts here as well.

use std::collections::BTreeMap;
use std::time::Duration;

use housekey::key::b64;
use serde_json::Value;

use crate::support::relying_party::{Answer, CALLBACK, CHALLENGE, claims, part, sent};
use crate::support::{Browser, On, PASSWORD, RelyingParty, TestApp, View, peer, person};

const MAYA: &str = "maya@okafor.example";

/// Which plan is run: what the answer travels in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Basic,
    FormPost,
}

struct Plan {
    app: TestApp,
    browser: Browser,
    party: RelyingParty,
    mode: Mode,
}

impl Plan {
    async fn start(mode: Mode) -> Self {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, MAYA).await;
        Self { browser: app.browser(), party: RelyingParty::new(&app, "web-legacy"), app, mode }
    }

    fn path_for(&self, scope: &str, more: &str) -> String {
        let answer = if self.mode == Mode::FormPost { "&response_mode=form_post" } else { "" };
        let client = self.party.client;
        format!("/authorize?client_id={client}&redirect_uri={CALLBACK}&response_type=code&scope={scope}&state=s1&nonce=n1{answer}{more}")
    }

    fn path(&self, more: &str) -> String {
        self.path_for("openid", more)
    }

    /// What comes back to the app, with what every module checks of it.
    fn answer(&self, view: &View) -> BTreeMap<String, String> {
        let fields = match self.mode {
            Mode::FormPost => sent(view),
            Mode::Basic => {
                let to = view.left_for.clone().or_else(|| view.refresh()).unwrap_or_else(|| panic!("not sent back: {}", view.text()));
                let query = to.strip_prefix(CALLBACK).and_then(|rest| rest.strip_prefix('?')).unwrap_or_else(|| panic!("{to}"));
                let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
                let fields: BTreeMap<_, _> = pairs.iter().cloned().collect();
                assert_eq!(fields.len(), pairs.len(), "nothing comes twice: {to}");
                fields
            }
        };
        let names: Vec<_> = fields.keys().map(String::as_str).collect();
        let error = ["error", "error_description", "iss", "state"];
        assert!(names == ["code", "iss", "state"] || names == error, "{names:?}");
        assert_eq!((fields["iss"].as_str(), fields["state"].as_str()), (self.app.issuer.as_str(), "s1"));
        if let Some(description) = fields.get("error_description") {
            assert!(description.bytes().all(|b| (b' '..=b'~').contains(&b) && b != b'"' && b != b'\\'), "{description}");
        }
        fields
    }

    fn error(&self, view: &View) -> String {
        self.answer(view).remove("error").unwrap_or_else(|| panic!("no error"))
    }

    async fn sign_in_at(&self, path: &str) -> View {
        let view = self.browser.get(path).await;
        assert!(matches!(view.url.path(), "/sign-in" | "/reauth"), "the person has to sign in: {}", view.text());
        self.browser.sign_in_from(view, MAYA, PASSWORD).await
    }

    async fn redeem(&self, view: &View) -> Answer {
        let code = self.answer(view).remove("code").expect("a code");
        self.party.token(&[("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK)]).await
    }

    /// The tokens, with what every module checks of them.
    async fn tokens(&self, view: &View) -> Answer {
        let tokens = self.redeem(view).await;
        assert_eq!((tokens.status, tokens.text("token_type")), (200, "Bearer"), "{tokens:?}");
        assert!(tokens.body["expires_in"].as_i64().is_some_and(|seconds| (60..=86400).contains(&seconds)));
        let id = claims(tokens.text("id_token"));
        let now = self.app.clock.now().seconds();
        assert_eq!((id["iss"].as_str(), id["aud"].as_str()), (Some(self.app.issuer.as_str()), Some(self.party.client)));
        assert!(id["exp"].as_i64().unwrap() > now && (now - 5..=now).contains(&id["iat"].as_i64().unwrap()));
        assert!((1..=255).contains(&id["sub"].as_str().unwrap().len()));
        for unasked in ["email", "email_verified", "name"] {
            assert!(id.get(unasked).is_none(), "{unasked} is at userinfo, not in the ID token");
        }
        let info = self.party.userinfo(tokens.text("access_token")).await;
        assert_eq!((info.status, &info.body["sub"]), (200, &id["sub"]));
        tokens
    }

    /// Signs in and gives the claims of the ID token.
    async fn happy(&self, more: &str) -> Value {
        let view = self.sign_in_at(&self.path(more)).await;
        claims(self.tokens(&view).await.text("id_token"))
    }
}

/// `modules! { oidcc_server => async |plan| { … } … }` makes `oidcc_server::basic` and `oidcc_server::form_post` of each.
macro_rules! modules {
    ($($(#[$doc:meta])* $name:ident => $module:expr;)*) => {$(
        $(#[$doc])*
        mod $name {
            use super::*;

            #[test]
            fn basic() {
                peer::run(async { ($module)(Plan::start(Mode::Basic).await).await });
            }

            #[test]
            fn form_post() {
                peer::run(async { ($module)(Plan::start(Mode::FormPost).await).await });
            }
        }
    )*};
}

modules! {
    oidcc_server => |plan: Plan| async move {
        let view = plan.sign_in_at(&plan.path("")).await;
        let code = plan.answer(&view).remove("code").unwrap();
        assert!(code.len() >= 22, "at least 128 bits");
        assert_eq!(claims(plan.tokens(&view).await.text("id_token"))["nonce"], "n1");
    };

    oidcc_response_type_missing => |plan: Plan| async move {
        let view = plan.browser.get(&plan.path("").replace("response_type=code&", "")).await;
        assert_eq!(plan.error(&view), "invalid_request");
    };

    oidcc_idtoken_signature => |plan: Plan| async move {
        let view = plan.sign_in_at(&plan.path("")).await;
        let head = part(plan.tokens(&view).await.text("id_token"), 0);
        assert!(head["alg"] == "RS256" && head["kid"].is_string());
    };

    oidcc_idtoken_unsigned => |plan: Plan| async move {
        let url = format!("{}/.well-known/openid-configuration", plan.app.issuer);
        let document: Value = plan.party.http.get(url).send().await.unwrap().json().await.unwrap();
        assert!(!document["id_token_signing_alg_values_supported"].as_array().unwrap().contains(&"none".into()));
    };

    oidcc_userinfo_get => |plan: Plan| async move {
        let view = plan.sign_in_at(&plan.path("")).await;
        let tokens = plan.tokens(&view).await;
        let response = plan.party.http.get(format!("{}/userinfo", plan.app.issuer)).bearer_auth(tokens.text("access_token"));
        let response = response.send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "application/json");
        assert_eq!(response.json::<Value>().await.unwrap()["sub"], claims(tokens.text("id_token"))["sub"]);
    };

    oidcc_userinfo_post_header => |plan: Plan| async move {
        let view = plan.sign_in_at(&plan.path("")).await;
        let tokens = plan.tokens(&view).await;
        let request = plan.party.http.post(format!("{}/userinfo", plan.app.issuer)).bearer_auth(tokens.text("access_token"));
        let body: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(body["sub"], claims(tokens.text("id_token"))["sub"]);
    };

    oidcc_userinfo_post_body => |plan: Plan| async move {
        let view = plan.sign_in_at(&plan.path("")).await;
        let tokens = plan.tokens(&view).await;
        let request = plan.party.http.post(format!("{}/userinfo", plan.app.issuer)).form(&[("access_token", tokens.text("access_token"))]);
        let body: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(body["sub"], claims(tokens.text("id_token"))["sub"]);
    };

    /// Neither nonce nor PKCE.
    oidcc_ensure_request_without_nonce_succeeds_for_code_flow => |plan: Plan| async move {
        let view = plan.sign_in_at(&plan.path("").replace("&nonce=n1", "")).await;
        assert!(claims(plan.tokens(&view).await.text("id_token")).get("nonce").is_none());
    };

    oidcc_scope_profile => |plan: Plan| async move {
        let view = plan.sign_in_at(&plan.path_for("openid+profile", "")).await;
        let info = plan.party.userinfo(plan.tokens(&view).await.text("access_token")).await.body;
        assert_eq!((info["name"].as_str(), info.get("email")), (Some("Maya"), None));
    };

    oidcc_scope_email => |plan: Plan| async move {
        let view = plan.sign_in_at(&plan.path_for("openid+email", "")).await;
        let info = plan.party.userinfo(plan.tokens(&view).await.text("access_token")).await.body;
        assert_eq!((info["email"].as_str(), info["email_verified"].as_bool(), info.get("name")), (Some(MAYA), Some(true), None));
    };

    /// What is not known here is not granted, and the answer says so (RFC 6749 §5.1).
    oidcc_scope_address => |plan: Plan| async move {
        let view = plan.sign_in_at(&plan.path_for("openid+address", "")).await;
        assert_eq!(plan.tokens(&view).await.text("scope"), "openid");
    };

    oidcc_scope_phone => |plan: Plan| async move {
        let view = plan.sign_in_at(&plan.path_for("openid+phone", "")).await;
        assert_eq!(plan.tokens(&view).await.text("scope"), "openid");
    };

    oidcc_scope_all => |plan: Plan| async move {
        let view = plan.sign_in_at(&plan.path_for("openid+address+phone+email+profile", "")).await;
        let tokens = plan.tokens(&view).await;
        assert_eq!(tokens.text("scope"), "openid profile email");
        let info = plan.party.userinfo(tokens.text("access_token")).await.body;
        assert_eq!((info["name"].as_str(), info["email"].as_str()), (Some("Maya"), Some(MAYA)));
    };

    /// Parameters and scopes in another order.
    oidcc_alternate_happy_flow => |plan: Plan| async move {
        let path = plan.path_for("email+profile+openid", "");
        let mut pairs: Vec<_> = path.strip_prefix("/authorize?").unwrap().split('&').collect();
        pairs.reverse();
        let view = plan.sign_in_at(&format!("/authorize?{}", pairs.join("&"))).await;
        assert_eq!(plan.tokens(&view).await.text("scope"), "openid profile email");
    };

    oidcc_display_page => |plan: Plan| async move { drop(plan.happy("&display=page").await) };
    oidcc_display_popup => |plan: Plan| async move { drop(plan.happy("&display=popup").await) };

    oidcc_prompt_login => |plan: Plan| async move {
        let before = plan.happy("").await;
        plan.app.travel(Duration::from_secs(2));
        let after = plan.happy("&prompt=login").await;
        assert!(after["auth_time"].as_i64() > before["auth_time"].as_i64() && after["sub"] == before["sub"]);
    };

    oidcc_prompt_none_not_logged_in => |plan: Plan| async move {
        assert_eq!(plan.error(&plan.browser.get(&plan.path("&prompt=none")).await), "login_required");
    };

    oidcc_prompt_none_logged_in => |plan: Plan| async move { silently(&plan, |_| "&prompt=none".to_owned()).await };

    oidcc_max_age_1 => |plan: Plan| async move {
        let before = plan.happy("").await;
        plan.app.travel(Duration::from_secs(2));
        let after = plan.happy("&max_age=1").await;
        assert!(after["auth_time"].as_i64() > before["auth_time"].as_i64());
        assert!(plan.app.clock.now().seconds() - after["auth_time"].as_i64().unwrap() <= 5, "recent");
    };

    oidcc_max_age_10000 => |plan: Plan| async move { silently(&plan, |_| "&max_age=10000".to_owned()).await };

    oidcc_ensure_request_with_unknown_parameter_succeeds => |plan: Plan| async move { drop(plan.happy("&extra=foobar").await) };

    oidcc_id_token_hint => |plan: Plan| async move { silently(&plan, |token| format!("&prompt=none&id_token_hint={token}")).await };

    oidcc_login_hint => |plan: Plan| async move {
        let view = plan.browser.get(&plan.path("&login_hint=maya%40okafor.example")).await;
        assert_eq!(view.form_to("/sign-in").value("email"), MAYA);
        plan.happy("&login_hint=maya%40okafor.example").await;
    };

    oidcc_ui_locales => |plan: Plan| async move { drop(plan.happy("&ui_locales=se").await) };
    oidcc_claims_locales => |plan: Plan| async move { drop(plan.happy("&claims_locales=se").await) };
    oidcc_ensure_request_with_acr_values_succeeds => |plan: Plan| async move { drop(plan.happy("&acr_values=1+2").await) };

    oidcc_codereuse => |plan: Plan| async move {
        let view = plan.sign_in_at(&plan.path("")).await;
        plan.tokens(&view).await;
        let again = plan.redeem(&view).await;
        assert_eq!((again.status, again.error()), (400, "invalid_grant"));
    };

    oidcc_codereuse_30seconds => |plan: Plan| async move {
        let view = plan.sign_in_at(&plan.path("")).await;
        let tokens = plan.tokens(&view).await;
        plan.app.travel(Duration::from_secs(30));
        let again = plan.redeem(&view).await;
        assert_eq!((again.status, again.error()), (400, "invalid_grant"));
        assert_eq!(plan.party.userinfo(tokens.text("access_token")).await.status, 401, "what it began has ended");
    };

    oidcc_ensure_registered_redirect_uri => |plan: Plan| async move {
        let view = plan.browser.get(&plan.path("").replace("/callback", "/callback/x")).await;
        assert_eq!((view.status, view.left_for.as_deref()), (400, None));
        assert!(!view.html.contains("action=\"https://app.test"), "no form leads there");
    };

    oidcc_ensure_post_request_succeeds => |plan: Plan| async move {
        let path = plan.path("");
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(path.split_once('?').unwrap().1.as_bytes()).into_owned().collect();
        let fields: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let view = plan.browser.post("/authorize", &fields).await;
        plan.tokens(&plan.browser.sign_in_from(view, MAYA, PASSWORD).await).await;
    };

    oidcc_server_client_secret_post => |plan: Plan| async move {
        // This client is asked for PKCE, as every new one.
        let plan = Plan { party: RelyingParty::new(&plan.app, "web2"), ..plan };
        let view = plan.sign_in_at(&plan.path(&format!("&code_challenge={CHALLENGE}&code_challenge_method=S256"))).await;
        let code = plan.answer(&view).remove("code").unwrap();
        assert_eq!(plan.party.redeem(&code).await.status, 200);
    };

    oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported => |plan: Plan| async move {
        let view = plan.browser.get(&plan.path("&request_uri=https%3A%2F%2Fapp.test%2Frequest")).await;
        assert_eq!(plan.error(&view), "request_uri_not_supported");
    };

    oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported => |plan: Plan| async move {
        let view = plan.browser.get(&plan.path("&request=eyJhbGciOiJub25lIn0.e30.")).await;
        assert_eq!(plan.error(&view), "request_not_supported");
    };

    /// What it could ask for comes with the scopes anyway, and the document says that the parameter itself is not read.
    oidcc_claims_essential => |plan: Plan| async move {
        let essential = "%7B%22userinfo%22%3A%7B%22name%22%3A%7B%22essential%22%3Atrue%7D%7D%7D";
        let view = plan.sign_in_at(&plan.path_for("openid+profile", &format!("&claims={essential}"))).await;
        let info = plan.party.userinfo(plan.tokens(&view).await.text("access_token")).await.body;
        assert_eq!(info["name"], "Maya");
    };

    /// A redirect URI inside a request object is not looked at, whatever it says.
    oidcc_ensure_request_object_with_redirect_uri => |plan: Plan| async move {
        let object = format!("{}.{}.", b64(r#"{"alg":"none"}"#), b64(r#"{"redirect_uri":"https://app.test/callback/other"}"#));
        assert_eq!(plan.error(&plan.browser.get(&plan.path(&format!("&request={object}"))).await), "request_not_supported");
    };

    oidcc_ensure_request_with_valid_pkce_succeeds => |plan: Plan| async move {
        let view = plan.sign_in_at(&plan.path(&format!("&code_challenge={CHALLENGE}&code_challenge_method=S256"))).await;
        let code = plan.answer(&view).remove("code").unwrap();
        assert_eq!(plan.party.redeem(&code).await.status, 200);
    };

    oidcc_refresh_token => |plan: Plan| async move {
        let view = plan.sign_in_at(&plan.path_for("openid+offline_access", "")).await;
        let tokens = plan.tokens(&view).await;
        let token = tokens.text("refresh_token");
        assert!(token.len() >= 22 && token.bytes().all(|b| (b' '..=b'~').contains(&b)));
        let other = RelyingParty::new(&plan.app, "web").refresh(token).await;
        assert_eq!((other.status, other.error()), (400, "invalid_grant"), "another client's");
        plan.app.travel(Duration::from_secs(2));
        let again = plan.party.refresh(token).await;
        assert_eq!(again.status, 200);
        let (first, again) = (claims(tokens.text("id_token")), claims(again.text("id_token")));
        for same in ["iss", "sub", "aud", "auth_time"] {
            assert_eq!(first[same], again[same], "{same}");
        }
        assert!(again["iat"].as_i64() > first["iat"].as_i64() && again.get("nonce").is_none());
    };
}

/// A second request that must be answered without a question, for the same person, who signed in when they did.
async fn silently(plan: &Plan, more: impl Fn(&str) -> String) {
    let view = plan.sign_in_at(&plan.path("&max_age=10000")).await;
    let tokens = plan.tokens(&view).await;
    let first = claims(tokens.text("id_token"));
    plan.app.travel(Duration::from_secs(2));
    let view = plan.browser.get(&plan.path(&more(tokens.text("id_token")))).await;
    let again = claims(plan.tokens(&view).await.text("id_token"));
    assert_eq!((&again["sub"], &again["auth_time"]), (&first["sub"], &first["auth_time"]));
}

/// The Config plan.
#[test]
fn oidcc_discovery_endpoint_verification() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let http = reqwest::Client::new();
        let response = http.get(format!("{}/.well-known/openid-configuration", app.issuer)).send().await.unwrap();
        assert_eq!((response.status().as_u16(), response.headers()["content-type"].to_str().unwrap()), (200, "application/json"));
        let document: Value = response.json().await.unwrap();
        assert_eq!(document["issuer"], app.issuer);
        let members = document.as_object().unwrap();
        for (name, value) in members.iter().filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri") {
            assert!(value.as_str().unwrap().starts_with(&format!("{}/", app.issuer)), "{name}");
        }
        for required in ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"] {
            assert!(members.contains_key(required), "{required}");
        }
        let has = |name: &str, value: &str| assert!(document[name].as_array().unwrap().contains(&value.into()), "{name}: {value}");
        for (name, value) in [
            ("response_types_supported", "code"),
            ("response_modes_supported", "query"),
            ("response_modes_supported", "fragment"),
            ("response_modes_supported", "form_post"),
            ("subject_types_supported", "public"),
            ("id_token_signing_alg_values_supported", "RS256"),
            ("scopes_supported", "openid"),
            ("ui_locales_supported", "en"),
            ("token_endpoint_auth_methods_supported", "client_secret_basic"),
            ("token_endpoint_auth_methods_supported", "client_secret_post"),
            ("code_challenge_methods_supported", "S256"),
            ("claims_supported", "sub"),
        ] {
            has(name, value);
        }
        assert_eq!((&document["claims_parameter_supported"], &document["request_parameter_supported"]), (&false.into(), &false.into()));
        assert_eq!(document["request_uri_parameter_supported"], false, "its default is true");
        for absent in ["request_object_signing_alg_values_supported", "registration_endpoint", "check_session_iframe"] {
            assert!(!members.contains_key(absent), "{absent}");
        }
    });
}
