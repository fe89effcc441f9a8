//! Apps in order and apps that will surprise somebody: one finding for each surprise.

use super::clients;
use crate::doctor::sample::house;
use crate::doctor::{Finding, Mark};

const ISSUER: &str = "https://auth.example.com";
const LAPTOP: &str = "http://localhost:8085";
const NEAR: &str = "redirect_uris = [\"https://app.example.com/cb\"]\n";
const FAR: &str = "redirect_uris = [\"https://app.example.net/cb\"]\n";

/// What is found about the one app of this file. Letters go to a folder, if anywhere.
fn found(issuer: &str, letters: bool, app: &str) -> Vec<Finding> {
    let folder = if letters { "email.folder = \"/tmp\"" } else { "" };
    let kind = if app.contains("kind") { "" } else { "kind = \"spa\"" };
    let (config, all) = house(issuer, &format!("{folder}\n[clients.web]\nfirst_party = true\n{kind}\n{app}"));
    clients(&config, &all)
}

/// There is one finding beside the line that describes the app.
fn one_finding(found: &[Finding], mark: Mark, says: &str, remedy: &str) {
    let about: Vec<_> = found.iter().filter(|finding| finding.mark != Mark::Fine).collect();
    assert_eq!(about.len(), 1, "{says}: {about:?}");
    assert!(about[0].mark == mark && about[0].says.contains(says), "{says}: {about:?}");
    assert!(about[0].remedy.as_deref().unwrap().contains(remedy), "{remedy}: {about:?}");
}

#[test]
fn an_app_in_order_is_one_line() {
    let app = "redirect_uris = [\"https://app.example.com/callback\"]\ndelivery = \"token\"";
    let one = found(ISSUER, false, app);
    assert_eq!((one.len(), one[0].mark), (1, Mark::Fine), "{one:?}");
    assert_eq!(
        one[0].says,
        "web: people return to https://app.example.com/callback; its scripts run at https://app.example.com (same site); its tokens say aud web and are signed with RS256"
    );
    assert_eq!(one[0].facts["origins"][0]["same_site"], true);
    for (issuer, app) in [
        (LAPTOP, "redirect_uris = [\"http://localhost:5173/cb\"]\nrefresh = \"cookie\""),
        (ISSUER, FAR),
        (ISSUER, "kind = \"native\"\nredirect_uris = [\"http://127.0.0.1/cb\", \"com.example.app:/cb\"]"),
    ] {
        let one = found(issuer, false, app);
        assert_eq!(one.len(), 1, "{app}: {one:?}");
    }
}

#[test]
fn where_a_refresh_cookie_goes_is_said() {
    let broken = |issuer: &str, app: &str, remedy: &str| {
        one_finding(&found(issuer, false, app), Mark::Broken, "different sites, so browsers do not", remedy);
    };
    broken(ISSUER, &format!("{FAR}refresh = \"cookie\""), "in [clients.web] refresh = \"body\"");
    broken(ISSUER, &format!("{FAR}delivery = \"token\""), "delivery = \"code\" and refresh = \"body\"");
    broken("https://a.github.io", "redirect_uris = [\"https://b.github.io/cb\"]\nrefresh = \"cookie\"", "below one domain");
    broken(LAPTOP, "redirect_uris = [\"http://127.0.0.1:5173/cb\"]\nrefresh = \"cookie\"", "address bar: localhost");
    let crossing = |uris: &str| found(ISSUER, false, &format!("{uris}refresh = \"cookie\"\nsame_site = \"none\""));
    one_finding(&crossing(FAR), Mark::Note, "Safari (ITP) and Firefox (Total Cookie Protection) do not", "below one domain");
    one_finding(&crossing(NEAR), Mark::Note, "the cookie goes along without it", "leave same_site out");
}

#[test]
fn each_other_surprise_is_one_note() {
    let note = |app: &str, says: &str, remedy: &str| one_finding(&found(ISSUER, false, app), Mark::Note, says, remedy);
    let local = "redirect_uris = [\"https://app.example.com/cb\", \"http://localhost:5173/cb\"]";
    note(local, "web: http://localhost:5173/cb may be used in production", "take it out");
    note("kind = \"native\"\nredirect_uris = [\"http://localhost/cb\"]", "exactly this port", "http://127.0.0.1/cb");
    note(&format!("{NEAR}audience = \"convex\""), "for convex, not for web: strict OpenID clients", "leave audience out");
    note(&format!("{NEAR}signing = \"ES256\""), "no ES256 in its form { domain, applicationID }", "RS256");
    note(&format!("{NEAR}signing = \"EdDSA\""), "no EdDSA in its form customJwt", "RS256");
    // The public key of RFC 8037's appendix A.2.
    let jwks = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
    let legacy = format!("pkce = \"optional\"\nkind = \"web\"\nauth = \"private_key_jwt\"\njwks = '{jwks}'");
    note(&format!("{NEAR}{legacy}"), "pkce is optional, which is legacy", "leave pkce out");
    let two_names = found(LAPTOP, false, "redirect_uris = [\"http://127.0.0.1:5173/cb\"]");
    one_finding(&two_names, Mark::Note, "127.0.0.1 and localhost are this machine", "localhost");
    let (start, elsewhere) = ("initiate_login_uri =", "a letter's link that is opened in another browser ends at https://app.example.com/");
    one_finding(&found(ISSUER, true, NEAR), Mark::Note, elsewhere, start);
    let native = found(ISSUER, true, "kind = \"native\"\nredirect_uris = [\"com.example.app:/cb\"]");
    one_finding(&native, Mark::Note, "ends here and at no app", start);
    assert!(clients(&house(ISSUER, "").0, &[])[0].says.contains("no app is registered: nobody can sign in"));
}
