//! `convex`: its clients, and a deployment that judges tokens as the real one does.

use std::time::Duration;

use serde_json::{Value, json};

use super::{MAYA, story};
use crate::support::relying_party::{Answer, claims};
use crate::support::{On, PASSWORD, RelyingParty, Script, TestApp, person};

/// The app in `convex/auth.config.ts`, once for each algorithm.
const APPS: &str = r#"
[clients.convex]
kind = "spa"
first_party = true
redirect_uris = ["https://app.test/callback"]

[clients.convex-es256]
kind = "spa"
first_party = true
audience = "convex"
signing = "ES256"
redirect_uris = ["https://app.test/callback"]

[clients.convex-eddsa]
kind = "spa"
first_party = true
audience = "convex"
signing = "EdDSA"
redirect_uris = ["https://app.test/callback"]
"#;

/// A server with these apps, a person, and the tokens that one of them has.
async fn scene(client: &'static str, more: &str) -> (TestApp, String, Answer) {
    let app = TestApp::with(On::Sqlite, &format!("{more}{APPS}")).await;
    let user = person(&app, MAYA).await.to_string();
    let tokens = tokens(&app, client).await;
    (app, user, tokens)
}

async fn tokens(app: &TestApp, client: &'static str) -> Answer {
    let browser = app.browser();
    browser.sign_in(MAYA, PASSWORD).await;
    RelyingParty::with_tokens(app, &browser, client).await.1
}

fn of_id_tokens(app: &TestApp) -> Value {
    json!({ "domain": app.issuer, "applicationID": "convex" })
}

fn of_any_tokens(app: &TestApp, algorithm: &str, jwks: &str) -> Value {
    json!({ "type": "customJwt", "issuer": app.issuer, "jwks": jwks, "algorithm": algorithm, "applicationID": "convex" })
}

fn published(app: &TestApp, of: &str) -> String {
    format!("{}/.well-known/jwks.json{of}", app.issuer)
}

/// Who a deployment with this provider takes the bearer for; or what it answers instead.
fn asks(script: &mut Script, provider: &Value, token: &str) -> Result<Value, Value> {
    script.does("deploy", std::slice::from_ref(provider));
    // The client throws what the deployment answered.
    script.tries("query", &[json!(token)]).map_err(|error| serde_json::from_str(error["message"].as_str().unwrap()).unwrap())
}

fn code(answer: Result<Value, Value>) -> String {
    answer.unwrap_err()["code"].as_str().unwrap().to_owned()
}

/// The client says so again for each token that was taken.
fn is_signed_in_throughout(seen: &Value) -> bool {
    let changes = seen["changes"].as_array().unwrap();
    !changes.is_empty() && changes.iter().all(|signed_in| *signed_in == json!(true))
}

#[test]
fn convex_takes_our_id_token_by_both_kinds_of_providers_and_our_access_token_by_one() {
    let name = "convex_takes_our_id_token_by_both_kinds_of_providers_and_our_access_token_by_one";
    story("convex", name, async {
        let (app, user, tokens) = scene("convex", "").await;
        let (id, access) = (tokens.text("id_token"), tokens.text("access_token"));
        let mut script = Script::start("convex", &app, "convex", None);
        let who = asks(&mut script, &of_id_tokens(&app), id).unwrap();
        assert_eq!(who["tokenIdentifier"], format!("{}|{user}", app.issuer));
        assert_eq!((&who["subject"], &who["email"], &who["emailVerified"]), (&json!(user), &json!(MAYA), &json!(true)));
        assert_eq!((&who["issuer"], &who["name"]), (&json!(app.issuer), &json!("Maya")));

        let custom = of_any_tokens(&app, "RS256", &published(&app, ""));
        let who = asks(&mut script, &custom, id).unwrap();
        assert_eq!((&who["subject"], &who["email_verified"]), (&json!(user), &json!(true)));
        // An access token is not an ID token (RFC 9068 §2.1), and customJwt does not look.
        let refused = asks(&mut script, &of_id_tokens(&app), access).unwrap_err();
        assert_eq!((&refused["code"], refused["message"].as_str().unwrap().ends_with("typ")), (&json!("Unauthenticated"), true));
        let who = asks(&mut script, &custom, access).unwrap();
        assert_eq!((&who["subject"], &who["scope"]), (&json!(user), &json!("openid profile email offline_access")));

        // Somebody else's application, another issuer, and a letter of another.
        let other = json!({ "domain": app.issuer, "applicationID": "another" });
        assert_eq!(code(asks(&mut script, &other, id)), "NoAuthProvider");
        let other = json!({ "domain": "https://evil.test", "applicationID": "convex" });
        assert_eq!(code(asks(&mut script, &other, id)), "NoAuthProvider");
        let (head, signature) = id.rsplit_once('.').unwrap();
        let bent: String = signature.chars().rev().collect();
        assert_eq!(code(asks(&mut script, &of_id_tokens(&app), &format!("{head}.{bent}"))), "Unauthenticated");
        assert_eq!(code(asks(&mut script, &custom, &format!("{head}.{bent}"))), "InvalidAuthHeader");
        assert!(script.does("query", &[Value::Null]).is_null());
    });
}

#[test]
fn convex_takes_of_our_other_algorithms_one_by_each_kind() {
    story("convex", "convex_takes_of_our_other_algorithms_one_by_each_kind", async {
        let (app, user, es256) = scene("convex-es256", "").await;
        let eddsa = tokens(&app, "convex-eddsa").await;
        let (es256, eddsa) = (es256.text("id_token"), eddsa.text("id_token"));
        let mut script = Script::start("convex", &app, "convex", None);
        assert_eq!(code(asks(&mut script, &of_id_tokens(&app), es256)), "Unauthenticated");
        assert_eq!(asks(&mut script, &of_id_tokens(&app), eddsa).unwrap()["subject"], user);
        let custom = |jwks: &str| of_any_tokens(&app, "ES256", &published(&app, jwks));
        assert_eq!(asks(&mut script, &custom(""), es256).unwrap()["subject"], user);
        assert_eq!(asks(&mut script, &custom("?alg=ES256"), es256).unwrap()["subject"], user);
        assert_eq!(code(asks(&mut script, &custom(""), eddsa)), "InvalidAuthHeader");
        // The provider's algorithm, and no other.
        assert_eq!(code(asks(&mut script, &of_any_tokens(&app, "RS256", &published(&app, "")), es256)), "InvalidAuthHeader");
    });
}

#[test]
fn convex_reads_our_keys_whole_or_of_one_algorithm_or_printed_into_its_settings() {
    let name = "convex_reads_our_keys_whole_or_of_one_algorithm_or_printed_into_its_settings";
    story("convex", name, async {
        let (app, user, tokens) = scene("convex", "").await;
        let id = tokens.text("id_token");
        let mut script = Script::start("convex", &app, "convex", None);
        let set = reqwest::get(published(&app, "")).await.unwrap().json::<Value>().await.unwrap();
        assert!(set["keys"].as_array().unwrap().iter().any(|key| key["crv"] == "Ed25519"), "there is a key that could be fatal");
        let one = reqwest::get(published(&app, "?alg=RS256")).await.unwrap().json::<Value>().await.unwrap();
        let printed = |set: &Value| {
            let text: String = url::form_urlencoded::byte_serialize(set.to_string().as_bytes()).collect();
            format!("data:application/json,{text}")
        };
        for jwks in [published(&app, ""), published(&app, "?alg=RS256"), printed(&set), printed(&one)] {
            assert_eq!(asks(&mut script, &of_any_tokens(&app, "RS256", &jwks), id).unwrap()["subject"], user, "{jwks}");
        }
        assert_eq!(code(asks(&mut script, &of_any_tokens(&app, "RS256", &published(&app, "?alg=ES256")), id)), "InvalidAuthHeader");
        // This is what we have to keep out of there: one such key, and no token is good.
        let mut fatal = set.clone();
        for key in fatal["keys"].as_array_mut().unwrap().iter_mut().filter(|key| key["kty"] == "OKP") {
            key["alg"] = json!("EdDSA");
        }
        let refused = asks(&mut script, &of_any_tokens(&app, "RS256", &printed(&fatal)), id).unwrap_err();
        assert!(refused["message"].as_str().unwrap().starts_with("Invalid JWKS response body"), "{refused}");
    });
}

#[test]
fn convex_takes_an_id_token_until_it_expires_and_not_a_second_longer() {
    story("convex", "convex_takes_an_id_token_until_it_expires_and_not_a_second_longer", async {
        let (app, user, tokens) = scene("convex", "").await;
        let id = tokens.text("id_token");
        let left = claims(id)["exp"].as_i64().unwrap() - app.clock.now().seconds();
        let mut script = Script::start("convex", &app, "convex", None);
        let custom = of_any_tokens(&app, "RS256", &published(&app, ""));
        script.does("deploy", &[of_id_tokens(&app)]);
        script.does("later", &[json!(left - 3)]);
        assert_eq!(script.does("query", &[json!(id)])["subject"], user);
        script.does("later", &[json!(3)]);
        let error = script.tries("query", &[json!(id)]).unwrap_err();
        assert!(error["message"].as_str().unwrap().contains("Unauthenticated"), "{error}");
        // The other kind is five seconds slow.
        script.does("deploy", &[custom]);
        script.does("later", &[json!(left + 1)]);
        assert_eq!(script.does("query", &[json!(id)])["subject"], user);
        script.does("later", &[json!(5)]);
        let error = script.tries("query", &[json!(id)]).unwrap_err();
        assert!(error["message"].as_str().unwrap().contains("Token expired"), "{error}");
    });
}

#[test]
fn convex_refuses_what_we_must_not_put_into_a_token() {
    story("convex", "convex_refuses_what_we_must_not_put_into_a_token", async {
        let (app, user, tokens) = scene("convex", "").await;
        let ours = claims(tokens.text("id_token"));
        let keys = housekey::key::Keys::load(&app.app).await.unwrap();
        let mut script = Script::start("convex", &app, "convex", None);
        let custom = of_any_tokens(&app, "RS256", &published(&app, ""));
        let (fine, unread, unverified, unknown) = ("", "InvalidAuthHeader", "Unauthenticated", "NoAuthProvider");
        // What each kind makes of it.
        for (claim, value, by_oidc, by_custom) in [
            ("aud", json!(["convex"]), fine, fine),
            ("aud", json!(["convex", "another"]), unverified, fine),
            ("aud", Value::Null, unknown, unknown),
            ("iss", json!(format!("{}/", app.issuer)), "AuthProviderDiscoveryFailed", fine),
            ("iat", Value::Null, unread, fine),
            ("exp", Value::Null, unread, unread),
            ("exp", json!("tomorrow"), unread, unread),
            ("sub", json!(7), unread, unread),
            ("email_verified", json!("true"), unread, fine),
            ("name", json!(7), unread, fine),
            ("amr", json!("pwd"), unread, fine),
            ("address", json!("Ystad"), unread, fine),
            ("iat", json!(app.clock.now().seconds() + 60), fine, unread),
        ] {
            let mut altered = ours.clone();
            altered[claim] = value.clone();
            if value.is_null() {
                altered.as_object_mut().unwrap().remove(claim);
            }
            let token = keys.sign(housekey::config::SigningAlgorithm::Rs256, "JWT", &altered).unwrap();
            for (provider, expected) in [(of_id_tokens(&app), by_oidc), (custom.clone(), by_custom)] {
                let got =
                    asks(&mut script, &provider, &token).map_or_else(|error| error["code"].as_str().unwrap().to_owned(), |_| String::new());
                assert_eq!(got, expected, "{claim} {value} by {provider}");
            }
        }
        // Whoever could name a claim so would be somebody else.
        let mut altered = ours.clone();
        altered["subject"] = json!("usr_0");
        let token = keys.sign(housekey::config::SigningAlgorithm::Rs256, "JWT", &altered).unwrap();
        assert_eq!(asks(&mut script, &of_id_tokens(&app), &token).unwrap()["subject"], "usr_0");
        for name in ["tokenIdentifier", "subject", "issuer"] {
            assert!(ours.get(name).is_none(), "{name} of {user}");
        }
    });
}

#[test]
fn convex_goes_on_while_we_are_away_and_begins_nothing() {
    story("convex", "convex_goes_on_while_we_are_away_and_begins_nothing", async {
        let (app, user, tokens) = scene("convex", "").await;
        let id = tokens.text("id_token").to_owned();
        let mut script = Script::start("convex", &app, "convex", None);
        let provider = of_id_tokens(&app);
        assert_eq!(asks(&mut script, &provider, &id).unwrap()["subject"], user);
        let issuer = app.issuer.clone();
        drop(app);
        let began = std::time::Instant::now();
        while reqwest::get(&issuer).await.is_ok() {
            assert!(began.elapsed() < Duration::from_secs(10), "still here");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        script.does("later", &[json!(600)]);
        assert_eq!(script.does("query", &[json!(id)])["subject"], user);
        // A deployment that has never heard of us.
        assert_eq!(code(asks(&mut script, &provider, &id)), "AuthProviderDiscoveryFailed");
    });
}

#[test]
fn convex_asks_us_for_our_documents_once_a_minute_and_not_for_each_token() {
    story("convex", "convex_asks_us_for_our_documents_once_a_minute_and_not_for_each_token", async {
        let (app, user, tokens) = scene("convex", "").await;
        let id = tokens.text("id_token");
        let mut script = Script::start("convex", &app, "convex", None);
        let document = "/.well-known/openid-configuration";
        for path in [document, "/.well-known/jwks.json", "/.well-known/jwks.json?alg=RS256"] {
            assert_eq!(script.does("freshness", &[json!(path)]), 60, "{path}");
        }
        // What may not be kept, or only by one person, is asked for each time.
        assert_eq!(script.does("freshness", &[json!("/sign-in")]), 0);
        script.does("deploy", &[of_id_tokens(&app)]);
        script.does("connect", &[json!("none")]);
        for _ in 0..5 {
            assert_eq!(script.does("query", &[json!(id)])["subject"], user);
        }
        let once = json!([format!("{}{document}", app.issuer), published(&app, "")]);
        assert_eq!(script.does("seen", &[])["fetched"], once);
        script.does("later", &[json!(61)]);
        for _ in 0..5 {
            assert_eq!(script.does("query", &[json!(id)])["subject"], user);
        }
        assert_eq!(script.does("seen", &[])["fetched"].as_array().unwrap().len(), 4);
    });
}

#[test]
fn a_convex_page_stays_signed_in_with_our_refresh_tokens() {
    story("convex", "a_convex_page_stays_signed_in_with_our_refresh_tokens", async {
        let (app, user, tokens) = scene("convex", "").await;
        let mut script = Script::start("convex", &app, "convex", None);
        script.does("deploy", &[of_id_tokens(&app)]);
        script.does("connect", &[json!(tokens.text("refresh_token"))]);
        // It asks for a token, and as soon as that one is taken for a fresh one, within the same second.
        let seen = script.waits("seen", |seen| seen["heard"].as_array().unwrap().len() == 2);
        assert_eq!((&seen["asked"], &seen["heard"]), (&json!([false, true]), &json!(["User", "User"])));
        assert!(is_signed_in_throughout(&seen));
        assert_eq!(seen["me"].as_array().unwrap().last().unwrap()["subject"], user);
        // Time passes, the deployment notices first, and the page has a new token before anybody saw.
        let hour = claims(seen["tokens"][1].as_str().unwrap())["exp"].as_i64().unwrap() - app.clock.now().seconds() + 1;
        app.travel(Duration::from_secs(hour.unsigned_abs()));
        script.does("later", &[json!(hour)]);
        let seen = script.waits("seen", |seen| seen["heard"].as_array().unwrap().len() == 3);
        assert_eq!(seen["asked"], json!([false, true, true]));
        assert!(is_signed_in_throughout(&seen));
        // Between the tokens nothing changed that a query would have to run again for.
        let me = seen["me"].as_array().unwrap();
        assert!(me.iter().skip_while(|who| who.is_null()).all(|who| who == me.last().unwrap()), "{me:?}");
    });
}

#[test]
fn a_convex_page_that_asks_twice_in_a_second_gets_two_tokens_and_asks_again_in_time() {
    let name = "a_convex_page_that_asks_twice_in_a_second_gets_two_tokens_and_asks_again_in_time";
    story("convex", name, async {
        let (app, _, tokens) = scene("convex", "[tokens]\nid_ttl = \"60s\"\n").await;
        let mut script = Script::start("convex", &app, "convex", None);
        script.does("deploy", &[of_id_tokens(&app)]);
        // Two seconds after a token it is time for the next.
        script.does("connect", &[json!(tokens.text("refresh_token")), json!({ "authRefreshTokenLeewaySeconds": 58 })]);
        let seen = script.waits("seen", |seen| seen["heard"].as_array().unwrap().len() == 3);
        assert_eq!(seen["asked"], json!([false, true, true]));
        assert!(is_signed_in_throughout(&seen));
        let mut given: Vec<_> = seen["tokens"].as_array().unwrap().iter().map(Value::to_string).collect();
        given.sort();
        given.dedup();
        assert_eq!(given.len(), 3, "the same token twice, and the client schedules no other");
    });
}

#[test]
fn a_convex_page_that_trusts_its_first_token_asks_for_one_and_for_the_next_in_time() {
    let name = "a_convex_page_that_trusts_its_first_token_asks_for_one_and_for_the_next_in_time";
    story("convex", name, async {
        let (app, _, tokens) = scene("convex", "[tokens]\nid_ttl = \"60s\"\n").await;
        let mut script = Script::start("convex", &app, "convex", None);
        script.does("deploy", &[of_id_tokens(&app)]);
        let options = json!({ "authRefreshTokenLeewaySeconds": 57, "initialAuthTokenReuse": true });
        script.does("connect", &[json!(tokens.text("refresh_token")), options]);
        let seen = script.waits("seen", |seen| seen["heard"].as_array().unwrap().len() == 1);
        assert_eq!(seen["asked"], json!([false]));
        let seen = script.waits("seen", |seen| seen["heard"].as_array().unwrap().len() == 2);
        assert_eq!(seen["asked"], json!([false, true]));
        assert!(is_signed_in_throughout(&seen));
    });
}

#[test]
fn a_convex_page_learns_that_the_person_is_signed_out() {
    story("convex", "a_convex_page_learns_that_the_person_is_signed_out", async {
        let (app, user, tokens) = scene("convex", "").await;
        let mut script = Script::start("convex", &app, "convex", None);
        script.does("deploy", &[of_id_tokens(&app)]);
        // A session that is over: no token, and none when asked again.
        script.does("connect", &[json!("unknown")]);
        let seen = script.waits("seen", |seen| seen["changes"] == json!([false]) && seen["me"] == json!([null]));
        assert_eq!((&seen["asked"], &seen["heard"]), (&json!([false, true]), &json!([])));
        script.does("close", &[]);
        // And one that ends while the page is open.
        script.does("connect", &[json!(tokens.text("refresh_token"))]);
        script.waits("seen", |seen| seen["heard"].as_array().unwrap().len() == 2);
        let mut work = app.app.begin(housekey::work::Actor::Operator).await.unwrap();
        housekey::session::end_all(&mut work, user.parse().unwrap()).await.unwrap();
        work.commit().await.unwrap();
        script.does("later", &[json!(24 * 60 * 60)]);
        let seen = script.waits("seen", |seen| seen["changes"].as_array().unwrap().last() == Some(&json!(false)));
        assert_eq!(seen["asked"], json!([false, true, true]));
        script.waits("seen", |seen| seen["me"].as_array().unwrap().last() == Some(&Value::Null));
    });
}
