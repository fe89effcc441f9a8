//! Clients: the rules of each kind.

use super::super::*;
use super::*;

#[test]
fn each_kind_of_client_has_its_rules() {
    let uris = "redirect_uris = ['https://a.example/cb']";
    let entry = |lines: &str| fine(&format!("[clients.app]\n{lines}"), &[]).clients.into_values().next().unwrap();
    assert_eq!(entry(&format!("kind = 'spa'\n{uris}")).auth, ClientAuth::None);
    assert_eq!(entry(&format!("kind = 'spa'\n{uris}\ndelivery = 'token'\nfirst_party = true")).delivery, Delivery::Token);
    assert_eq!(entry("kind = 'native'\nredirect_uris = ['com.example.app:/cb', 'http://127.0.0.1/cb']").redirect_uris.len(), 2);
}

#[test]
fn what_a_client_must_not_be_is_said() {
    let client = |lines: &str| wrong(&format!("[clients.app]\n{lines}"), &[]);
    let uris = "redirect_uris = ['https://a.example/cb']";
    insta::assert_snapshot!(client(uris), @r#"
    clients.app.kind
      is not set
      help: one of "spa", "native", "web", "service", "device"
    "#);
    insta::assert_snapshot!(client("kind = 'spa'\nauth = 'basic'\ndelivery = 'token'\nname = ''"), @r#"
    clients.app.auth  (housekey.toml, line 4)
      a spa client cannot keep a secret: people hold the program
      help: auth none: PKCE protects it; or kind web, if a server asks for the tokens
    clients.app.delivery  (housekey.toml, line 5)
      token delivery is for your own single-page apps
      help: kind spa and first_party, or delivery code
    clients.app.redirect_uris
      there is none
      help: at least one: where people return to
    "#);
    insta::assert_snapshot!(client(&format!("kind = 'web'\nauth = 'private_key_jwt'\n{uris}")), @r#"
    clients.app.jwks
      there is none
      help: the public keys that the client signs with, as a JWK set; or jwks_uri, where it publishes them
    "#);
    insta::assert_snapshot!(client(&format!("kind = 'web'\n{uris}")), @r#"
    clients.app.secret
      there is none
      help: set HOUSEKEY_CLIENTS__APP__SECRET or HOUSEKEY_CLIENTS__APP__SECRET_FILE; 24 characters or more
    "#);
    insta::assert_snapshot!(client(&format!("kind = 'service'\nauth = 'none'\n{uris}")), @r#"
    clients.app.auth  (housekey.toml, line 4)
      a service client must prove itself
      help: auth basic, post or private_key_jwt
    clients.app.redirect_uris  (housekey.toml, line 5)
      a service signs nobody in
      help: leave it out, or choose kind web
    "#);
    insta::assert_snapshot!(client("kind = 'spa'\nredirect_uris = ['http://a.example', 'myapp:/cb', 'com.example.app:/cb', 'https://a.example/?code=1']\n\
        origins = ['https://a.example/']\naudience = 'a b'\ninitiate_login_uri = 'com.example.app:/in'"), @r#"
    clients.app.redirect_uris  (housekey.toml, line 4)
      http://a.example must use https, except on this machine (localhost, 127.0.0.1, [::1])
      help: like https://app.example/callback
    clients.app.redirect_uris  (housekey.toml, line 4)
      myapp:/cb must use https, or for a native app a scheme that is a reversed domain name, like com.example.app
      help: like https://app.example/callback
    clients.app.origins  (housekey.toml, line 5)
      https://a.example/ must be a scheme, a host and a port only, like https://app.example.com
      help: exactly as browsers send it, like https://app.example
    clients.app.initiate_login_uri  (housekey.toml, line 7)
      browsers cannot open it
      help: an https address
    clients.app.audience  (housekey.toml, line 6)
      must be 1 to 200 ASCII characters without spaces
      help: one word, like the client_id
    "#);
}

#[test]
fn what_a_client_can_have_has_its_rules_too() {
    let client = |lines: &str| wrong(&format!("[clients.app]\n{lines}"), &[]);
    let uris = "redirect_uris = ['https://a.example/cb']";
    insta::assert_snapshot!(client(&format!("kind = 'spa'\nfirst_party = true\ndelivery = 'token'\ndpop = 'nonce'\nrequire_par = true\n{uris}\n\
        resources = ['https://api.example/#x', 'api']\nclaims = '{{\"subject\": 1}}'\njwks_uri = 'https://a.example/jwks'\nid_token = 'none'")), @r#"
    clients.app.id_token  (housekey.toml, line 12)
      "none" is not known
      help: one of "full", "minimal"
    clients.app.claims  (housekey.toml, line 10)
      has a claim "subject", a name that means something already
      help: like {"role": "authenticated", "user": "{sub}"}
    clients.app.jwks_uri  (housekey.toml, line 11)
      there is one, but nobody asks for it with auth none
      help: auth private_key_jwt
    clients.app.dpop  (housekey.toml, line 6)
      token delivery has no place for a proof
      help: delivery code, with refresh cookie for the same comfort
    clients.app.require_par  (housekey.toml, line 7)
      token delivery has no request to push
      help: delivery code, or leave it out
    clients.app.resources  (housekey.toml, line 9)
      https://api.example/#x is no absolute address without a fragment
      help: like https://api.example/notes, at most 200 characters
    "#);
}

#[test]
fn what_is_no_client_is_said() {
    let client = |lines: &str| wrong(&format!("[clients.app]\n{lines}"), &[]);
    let uri = "https://u:hunter2@a.example";
    let said = client(&format!("kind = 'spa'\nredirect_uris = ['{uri}']\norigins = ['{uri}']\ninitiate_login_uri = '{uri}'"));
    assert!(said.matches("the address must not have a user name or password in it").count() == 3 && !said.contains("hunter2"), "{said}");
    assert!(wrong("[clients.'a b']\nkind = 'spa'", &[]).contains("is not a client identifier"));
    assert!(wrong("[clients.empty]", &[]).contains("clients.empty.kind\n  is not set"));
    assert!(wrong("[[clients]]\nkind = 'spa'", &[]).contains("is a section, not a setting"));
}

#[test]
fn the_same_rules_hold_for_clients_from_elsewhere() {
    let text = format!("{PUBLIC}[clients.app]\nkind = 'spa'\nredirect_uris = ['https://a.example/cb']");
    let config = load_with(Mode::Production, &text, &[]).unwrap().config;
    let (id, entry) = config.clients.into_iter().next().unwrap();
    assert!(entry.check(&id).is_empty());
    let entry = ClientEntry { kind: ClientKind::Web, auth: ClientAuth::PrivateKeyJwt, redirect_uris: vec![], ..entry };
    insta::assert_snapshot!(entry.check(&id).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"), @r#"
    client app, jwks
      there is none
      help: the public keys that the client signs with, as a JWK set; or jwks_uri, where it publishes them
    client app, redirect_uris
      there is none
      help: at least one: where people return to
    "#);
}
