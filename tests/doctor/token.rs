//! `housekey doctor token` and `client snippet`, with tokens that this very server signed.

use serde_json::Value;

use super::{run, run_with};
use crate::support::{On, PASSWORD, RelyingParty, TestApp, peer, person};

#[test]
fn the_doctor_says_what_convex_will_say_to_a_token() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, "maya@okafor.example").await;
        let (browser, web) = (app.browser(), RelyingParty::new(&app, "web"));
        browser.sign_in("maya@okafor.example", PASSWORD).await;
        let answer = web.redeem(&web.code(&browser).await).await;
        let (id, access) = (answer.text("id_token").to_owned(), answer.text("access_token").to_owned());
        for party in ["convex-oidc", "convex-jwt", "authjs", "jose"] {
            let (fine, said) = run(&app, &["doctor", "token", "-", "--for", party], &id);
            assert!(fine, "{party}: {said}");
            assert!(said.contains("ok    signature"), "{party}: {said}");
        }
        // An access token is one for customJwt alone.
        let (fine, said) = run(&app, &["doctor", "token", "-", "--for", "convex-oidc"], &access);
        assert!(
            !fine && said.contains("FAIL  typ        found     at+jwt") && said.contains("Could not verify OIDC token claim"),
            "{said}"
        );
        assert!(run(&app, &["doctor", "token", "-", "--for", "convex-jwt"], &access).0);
        // Another applicationID, a changed signature, nonsense.
        let (fine, said) = run(&app, &["doctor", "token", "-", "--audience", "convex"], &id);
        assert!(!fine && said.contains("expected  convex") && said.contains("No auth provider found matching the given token"), "{said}");
        let (head, signature) = id.rsplit_once('.').unwrap();
        let changed = format!("{head}.{}A", &signature[..signature.len() - 1].replacen('A', "B", 1));
        let (fine, said) = run(&app, &["doctor", "token", "-"], &changed);
        assert!(!fine && said.contains("FAIL  signature"), "{said}");
        let (fine, said) = run(&app, &["doctor", "token", "hello", "--json"], "");
        assert!(!fine && said.contains("Could not parse JWT payload"), "{said}");
        for said in [run(&app, &["doctor", "token", "-"], &id).1, run(&app, &["doctor", "token", "-", "--for", "nobody"], &id).1] {
            assert!(!said.contains(&id) && !said.contains(signature), "the token is repeated: {said}");
        }
        assert!(run(&app, &["doctor", "token", "-", "--for", "nobody"], &id).1.contains("must be one of convex-oidc"));
    });
}

#[test]
fn snippets_are_filled_with_the_apps_own_values() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        for target in ["convex", "convex-jwt", "react", "svelte", "authjs", "remix", "expo", "flutter"] {
            let (fine, said) = run(&app, &["client", "snippet", "web", target], "");
            assert!(fine && said.contains(&app.issuer) && !said.contains("{}"), "{target}: {said}");
        }
        let (_, said) = run(&app, &["client", "snippet", "web", "convex"], "");
        assert!(said.contains("applicationID: \"web\""), "{said}");
        let (_, said) = run(&app, &["client", "snippet", "web", "convex-jwt", "--inline-jwks", "--json"], "");
        let said: Value = serde_json::from_str(&said).unwrap();
        let inline = said["snippet"].as_str().unwrap().split("base64,").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let set: Value = {
            use base64::Engine;
            serde_json::from_slice(&base64::engine::general_purpose::STANDARD.decode(inline).unwrap()).unwrap()
        };
        let published: Value = reqwest::get(format!("{}/.well-known/jwks.json?alg=RS256", app.issuer)).await.unwrap().json().await.unwrap();
        assert_eq!(set, published);
        // What the app has to say because it is registered otherwise than usual.
        for (settings, target, says) in [
            ("delivery = \"token\"", "react", "\n  delivery: \"token\",\n"),
            ("refresh = \"cookie\"", "svelte", "\n  refresh: \"cookie\",\n"),
            ("audience = \"convex\"", "react", "\n  audience: \"convex\",\n"),
            ("audience = \"convex\"", "remix", "\n  audience: \"convex\",\n  cookieSecret:"),
        ] {
            let app_of =
                format!("[clients.web]\nkind = \"spa\"\nredirect_uris = [\"https://app.test/callback\"]\nfirst_party = true\n{settings}\n");
            let (fine, said) = run_with(&app, &app_of, &["client", "snippet", "web", target], "");
            assert!(fine && said.contains(says) && said.contains("redirectUri: \"https://app.test/callback\""), "{settings}: {said}");
        }
        let (fine, said) = run(&app, &["client", "snippet", "web", "angular"], "");
        assert!(!fine && said.contains("must be one of convex, convex-jwt"), "{said}");
    });
}
