//! every way to leave the proof out, to weaken it or to get it wrong (V-40, BCP-6, O21-1).

use crate::support::relying_party::{CALLBACK, CHALLENGE, VERIFIER, parameter};
use crate::support::{On, PASSWORD, RelyingParty, TestApp, peer, person};

const LONG: &str =
    "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cME9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cME9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

#[test]
fn only_the_right_verifier_of_a_challenge_redeems_a_code() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, "maya@okafor.example").await;
        let browser = app.browser();
        browser.sign_in("maya@okafor.example", PASSWORD).await;
        let mut redeemed = Vec::new();
        for client in ["spa", "web", "web-legacy"] {
            let party = RelyingParty::new(&app, client);
            for challenge in
                [None, Some(CHALLENGE), Some(""), Some(&CHALLENGE[1..]), Some(LONG), Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw=cM")]
            {
                for method in [None, Some("S256"), Some("plain"), Some("s256"), Some("none")] {
                    let mut path =
                        format!("/authorize?client_id={client}&redirect_uri={CALLBACK}&response_type=code&scope=openid&state=s1&nonce=n1");
                    path += &challenge.map(|challenge| format!("&code_challenge={challenge}")).unwrap_or_default();
                    path += &method.map(|method| format!("&code_challenge_method={method}")).unwrap_or_default();
                    let to = browser.get(&path).await.left_for.unwrap();
                    let case = (client, challenge.map(str::len), method);
                    if parameter(&to, "code").is_none() {
                        assert_eq!(parameter(&to, "error").as_deref(), Some("invalid_request"), "{case:?}");
                        continue;
                    }
                    for verifier in [None, Some(VERIFIER), Some("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl"), Some(""), Some(CHALLENGE)] {
                        let code = parameter(&browser.get(&path).await.left_for.unwrap(), "code").unwrap();
                        let mut fields = vec![("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK)];
                        fields.extend(verifier.map(|verifier| ("code_verifier", verifier)));
                        let answer = party.token(&fields).await;
                        if answer.status == 200 {
                            redeemed.push((client, challenge.unwrap_or(""), method.unwrap_or(""), verifier.unwrap_or("")));
                        } else {
                            assert_eq!((answer.status, answer.error()), (400, "invalid_grant"), "{case:?} {verifier:?}");
                        }
                    }
                }
            }
        }
        let right = |client| (client, CHALLENGE, "S256", VERIFIER);
        let without = ("web-legacy", "", "", "");
        // An empty value counts as none (OAuth 2.1 §3.1), in the request and at the token endpoint.
        assert_eq!(redeemed, [right("spa"), right("web"), without, without, right("web-legacy"), without, without]);
    });
}

#[test]
fn who_goes_without_a_challenge_binds_the_answer_otherwise() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        for (more, error) in [("", "invalid_request"), ("&state=s1", "login_required"), ("&nonce=n1", "login_required")] {
            let path = format!("/authorize?client_id=web-legacy&redirect_uri={CALLBACK}&response_type=code&scope=openid&prompt=none{more}");
            let to = app.browser().get(&path).await.left_for.unwrap();
            assert_eq!(parameter(&to, "error").as_deref(), Some(error), "{more}");
        }
    });
}
