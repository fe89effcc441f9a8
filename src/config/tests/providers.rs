//! Providers: where each setting may come from, their order, and the words of each problem.

use secrecy::ExposeSecret;

use super::super::*;
use super::*;
use crate::types::ProviderId;

/// Knows one provider, which needs a `tenant` and a secret.
fn judge(_: &ProviderId, entry: &ProviderEntry, development: bool) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut fault = |field: &str, what: &str| {
        faults.push(Fault { field: field.into(), what: what.into(), remedy: format!("development: {development}") });
    };
    if entry.like.as_deref().is_some_and(|like| like != "known") {
        fault("like", "is not known");
    }
    if entry.client_id.is_empty() {
        fault("client_id", "there is none");
    }
    if entry.client_secret.is_none() {
        fault("client_secret", "there is none");
    }
    if !entry.settings.contains_key("tenant") {
        fault("settings.tenant", "is not set");
    }
    faults
}

fn load_judged(mode: Mode, text: &str, pairs: &[(&str, &str)]) -> Result<Loaded, Problems> {
    let pairs = [pairs, &[KEY]].concat();
    load_text(mode, Some((PathBuf::from("housekey.toml"), text.to_owned())), &env(&pairs), &Random::seeded(1), judge)
}

fn said(text: &str, pairs: &[(&str, &str)]) -> String {
    let problems = load_judged(Mode::Production, &format!("{PUBLIC}{text}"), pairs).unwrap_err();
    problems.0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn order(text: &str) -> String {
    let config = fine(text, &[]);
    config.providers.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>().join(" ")
}

#[test]
fn an_entry_is_read_from_file_and_environment() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("acme.toml"), "name = \"Acme\"").unwrap();
    let text = format!(
        "{PUBLIC}[providers.azure-ad]\nlike = 'known'\nname = 'Staff'\nclient_id = 'id'\nscopes = ['openid']\ntrust_email = true\n\
        settings.tenant = 'one'\n[providers.acme]\n"
    );
    let pairs = [
        KEY,
        ("HOUSEKEY_PROVIDERS__AZURE_AD__CLIENT_SECRET", "s"),
        ("HOUSEKEY_PROVIDERS__AZURE_AD__SETTINGS__TENANT", "two"),
        ("HOUSEKEY_PROVIDERS__ACME__FILE", "acme.toml"),
        ("HOUSEKEY_PROVIDERS__ACME__CLIENT_ID", "other"),
        ("HOUSEKEY_PROVIDERS__ACME__CLIENT_SECRET", "-----BEGIN PRIVATE KEY-----\nMIG\n-----END PRIVATE KEY-----"),
        ("HOUSEKEY_PROVIDERS__ACME__SETTINGS__TENANT", "three"),
        ("HOUSEKEY_PROVIDERS__ACME__SETTINGS__KEY_FILE", "four"),
        ("HOUSEKEY_PROVIDERS__ACME__SCOPES", "openid, email"),
        ("HOUSEKEY_PROVIDERS__ACME__KEEP_TOKENS", "true"),
    ];
    let file = Some((folder.path().join("housekey.toml"), text));
    let loaded = load_text(Mode::Production, file, &env(&pairs), &Random::seeded(1), judge).unwrap();
    let [(staff, azure), (_, acme)] = loaded.config.providers.as_slice() else { panic!("not two") };
    assert_eq!((staff.as_str(), azure.like.as_deref(), azure.name.as_deref()), ("azure-ad", Some("known"), Some("Staff")));
    assert_eq!((azure.trust_email, azure.keep_tokens, acme.trust_email, acme.keep_tokens), (Some(true), false, None, true));
    assert_eq!((azure.settings["tenant"].as_str(), acme.settings["key_file"].as_str()), ("two", "four"));
    assert_eq!((acme.file.as_deref(), acme.client_id.as_str()), (Some("name = \"Acme\""), "other"));
    assert_eq!((azure.scopes.clone().unwrap().len(), acme.scopes.clone().unwrap().len()), (1, 2));
    assert_eq!(acme.client_secret.as_ref().unwrap().0.expose_secret().lines().count(), 3);
    let printed = loaded.layers.print();
    assert!(!printed.contains("BEGIN") && !format!("{loaded:?}").contains("BEGIN"), "{printed}");
    let again = load_text(
        Mode::Production,
        Some((folder.path().join("housekey.toml"), printed.replace("client_secret = \"(set)\"", ""))),
        &env(&pairs),
        &Random::seeded(1),
        judge,
    );
    assert_eq!(format!("{:?}", again.unwrap().config.providers), format!("{:?}", loaded.config.providers));
    let place = folder.path().display().to_string();
    insta::assert_snapshot!(printed.split_once("[providers").unwrap().1.replace(&place, ""), @r#"
    .azure-ad]
    like = "known"  # /housekey.toml, line 3
    name = "Staff"  # /housekey.toml, line 4
    client_id = "id"  # /housekey.toml, line 5
    client_secret = "(set)"  # HOUSEKEY_PROVIDERS__AZURE_AD__CLIENT_SECRET
    scopes = ["openid"]  # /housekey.toml, line 6
    trust_email = true  # /housekey.toml, line 7

    [providers.azure-ad.settings]
    tenant = "two"  # HOUSEKEY_PROVIDERS__AZURE_AD__SETTINGS__TENANT

    [providers.acme]
    file = "acme.toml"  # HOUSEKEY_PROVIDERS__ACME__FILE
    client_id = "other"  # HOUSEKEY_PROVIDERS__ACME__CLIENT_ID
    client_secret = "(set)"  # HOUSEKEY_PROVIDERS__ACME__CLIENT_SECRET
    scopes = ["openid", "email"]  # HOUSEKEY_PROVIDERS__ACME__SCOPES
    keep_tokens = true  # HOUSEKEY_PROVIDERS__ACME__KEEP_TOKENS

    [providers.acme.settings]
    key_file = "four"  # HOUSEKEY_PROVIDERS__ACME__SETTINGS__KEY_FILE
    tenant = "three"  # HOUSEKEY_PROVIDERS__ACME__SETTINGS__TENANT
    "#);
}

#[test]
fn everything_wrong_with_a_provider_is_said_once() {
    insta::assert_snapshot!(said("[providers.a]\nlike = 'known'\nname = \"\\u200b\"\nclient_id = 7\ntrust_email = 'yes'\n\
        [providers.b]\nlike = 'other'\nfile = 'none.toml'\nclient_id = 'id'\nscopes = ['openid email']\nclientid = 'x'\nsecret = 'hunter2'\ntenant = 'x'\n\
        [providers.b.settings]\ntenant = 'x'\nmore.less = 'x'\n[providers.c]\nlike = 'other'\nclient_id = 'id'\nsettings.tenant = 3\n\
        [providers.d]\nfile = 'none.toml'\n[providers.e]", &[("HOUSEKEY_PROVIDERS__C__CLIENT_SECRET", " "), ("HOUSEKEY_PROVIDERS__E__CLIENT_SECRET_FILE", "/nowhere")]), @r#"
    providers.b.clientid  (housekey.toml, line 12)
      is not a setting
      help: did you mean providers.b.client_id?
    providers.b.secret  (housekey.toml, line 13)
      is not a setting
      help: did you mean providers.b.client_secret?
    providers.b.settings.more.less  (housekey.toml, line 17)
      is not a setting
      help: a text, and its name without dots
    providers.b.tenant  (housekey.toml, line 14)
      is not a setting
      help: remove it; what only this provider needs is written settings.tenant
    providers.a.client_id  (housekey.toml, line 5)
      must be a text
      help: put it in quotes
    providers.a.trust_email  (housekey.toml, line 6)
      "yes" must be true or false
      help: without quotes
    providers.a.name  (housekey.toml, line 4)
      must be 1 to 60 characters, none of them invisible
      help: what its button says
    providers.a.client_secret
      there is none
      help: development: false
    providers.a.settings.tenant
      is not set
      help: development: false
    providers.b.file  (housekey.toml, line 9)
      none.toml cannot be read: No such file or directory (os error 2)
      help: the path is relative to the configuration file
    providers.b.scopes  (housekey.toml, line 11)
      must be words without spaces
      help: a text for each, like ["openid", "email"]
    providers.c.client_secret
      the secret is empty
      help: remove the variable, or put the secret into it
    providers.c.settings.tenant  (housekey.toml, line 21)
      must be a text
      help: put it in quotes
    providers.c.like  (housekey.toml, line 19)
      is not known
      help: development: false
    providers.d.file  (housekey.toml, line 23)
      none.toml cannot be read: No such file or directory (os error 2)
      help: the path is relative to the configuration file
    HOUSEKEY_PROVIDERS__E__CLIENT_SECRET_FILE=/nowhere
      the file cannot be read: No such file or directory (os error 2)
      help: chmod 600 the file, and let this user own it
    providers.e.client_id
      there is none
      help: development: false
    providers.e.settings.tenant
      is not set
      help: development: false
    "#);
}

#[test]
fn names_that_no_provider_can_have_are_refused() {
    let text =
        "[providers.GOOGLE]\nclient_id = 'id'\n[providers.'my sso']\n[providers.email]\n[providers.passkey]\n[[providers.x]]\nlike = 'x'\n";
    insta::assert_snapshot!(wrong(text, &[("HOUSEKEY_PROVIDERS__OTHER__NAME", "x"), ("HOUSEKEY_PROVIDERS__EMAIL__COLOUR_OF_BUTTON", "x")]), @r#"
    providers.x  (housekey.toml, line 7)
      is a section, not a setting
      help: write [providers.x], and its settings below
    HOUSEKEY_PROVIDERS__EMAIL__COLOUR_OF_BUTTON
      is not a setting
      help: remove it, or rename it if it belongs to something else; housekey config schema lists every setting
    HOUSEKEY_PROVIDERS__OTHER__NAME
      is not a setting
      help: did you mean HOUSEKEY_PROVIDERS__EMAIL__NAME?
    [providers."GOOGLE"]
      is not the name of a provider
      help: did you mean [providers.google]?
    [providers."my sso"]
      is not the name of a provider
      help: 1 to 64 of a-z 0-9 -
    [providers."email"]
      is the name of another way in
      help: another name, with like or file below it
    [providers."passkey"]
      is the name of another way in
      help: another name, with like or file below it
    "#);
    insta::assert_snapshot!(wrong("providers = 3", &[]), @r#"
    providers  (housekey.toml, line 2)
      is a section, not a setting
      help: write [providers], and its settings below
    "#);
}

#[test]
fn a_secret_stays_out_of_the_file_except_on_a_laptop() {
    let file = "[providers.google]\nclient_id = 'id'\nclient_secret = 'hunter2'\nsettings.tenant = 'x'\n";
    insta::assert_snapshot!(said(file, &[]), @r#"
    providers.google.client_secret  (housekey.toml, line 4)
      a secret stands in the file
      help: remove it there, and set HOUSEKEY_PROVIDERS__GOOGLE__CLIENT_SECRET or HOUSEKEY_PROVIDERS__GOOGLE__CLIENT_SECRET_FILE
    "#);
    let loaded = load_judged(Mode::Development, file, &[]).unwrap();
    assert_eq!(loaded.config.providers[0].1.client_secret.as_ref().unwrap().0.expose_secret(), "hunter2");
    assert!(!format!("{loaded:?}{}", loaded.layers.print()).contains("hunter2"));
    assert!(said("[providers.google]", &[]).contains("development: false"));
    let on_laptop = load_judged(Mode::Development, "[providers.google]", &[]).unwrap_err().to_string();
    assert!(on_laptop.contains("development: true"), "{on_laptop}");
}

#[test]
fn the_page_has_them_in_the_order_of_the_methods_then_of_the_file() {
    let three = "[providers.c]\nclient_id = 'x'\n[providers.a]\nclient_id = 'x'\n[providers.b]\nclient_id = 'x'\n";
    assert_eq!(order(three), "c a b");
    assert_eq!(order(&format!("sign_in.methods = ['b', 'email', 'a']\n{three}")), "b a c");
    let only = fine(&format!("sign_in.methods = []\n{three}"), &[]);
    assert_eq!((only.sign_in.methods.len(), only.providers.len()), (0, 3));
    let mixed = fine(&format!("sign_in.methods = ['b', 'email']\n{three}"), &[("HOUSEKEY_PROVIDERS__C__CLIENT_ID", "y")]);
    assert_eq!((mixed.sign_in.methods.as_slice(), mixed.providers[1].0.as_str()), ([MethodName::Email].as_slice(), "c"));
    insta::assert_snapshot!(wrong(&format!("sign_in.methods = ['github', 'pasword', 'b', 'b', 'My SSO']\n{three}"), &[]), @r#"
    sign_in.methods  (housekey.toml, line 2)
      "github" is neither password nor email nor a provider of this file
      help: add [providers.github], or leave it out
    sign_in.methods  (housekey.toml, line 2)
      "pasword" is neither password nor email nor a provider of this file
      help: did you mean password?
    sign_in.methods  (housekey.toml, line 2)
      has b twice
      help: once is enough
    sign_in.methods  (housekey.toml, line 2)
      "My SSO" is neither password nor email nor a provider of this file
      help: methods = ["password", "email"]
    "#);
    insta::assert_snapshot!(wrong("sign_in.methods = []", &[]), @r#"
    sign_in.methods  (housekey.toml, line 2)
      leaves no way in
      help: methods = ["password", "email"]
    "#);
}

#[test]
fn private_networks_are_named_one_by_one() {
    let config = fine("server.reachable_networks = ['10.0.0.0/8', '192.168.1.7', 'fd00::/8']\nlimits.sign_ins_per_address = '5/1m'", &[]);
    assert_eq!((config.server.reachable_networks.len(), config.limits.sign_ins_per_address.count), (3, 5));
    insta::assert_snapshot!(wrong("server.reachable_networks = ['0.0.0.0/0', 'intranet']", &[]), @r#"
    server.reachable_networks  (housekey.toml, line 2)
      0.0.0.0/0 would let a provider's addresses lead anywhere in your own network
      help: name the provider's address or network, like 10.0.0.0/8
    server.reachable_networks  (housekey.toml, line 2)
      intranet is not a network
      help: name the provider's address or network, like 10.0.0.0/8
    "#);
}

#[test]
fn an_outline_needs_no_secrets() {
    let read = |text: &str| outline(std::path::Path::new("housekey.toml"), text, &env(&[]));
    let found = read(&format!("{PUBLIC}nonsense = 1\n[providers.google]\nclient_id = 'id'\n[clients.app]\nkind = 'web'\n")).unwrap();
    assert_eq!((found.issuer.as_str(), found.providers[0].1.client_id.as_str()), ("https://auth.example.com", "id"));
    assert_eq!(read("").unwrap().issuer.as_str(), "http://localhost:8085");
    assert!(read("issuer = 'http://auth.example.com'").unwrap_err().to_string().contains("must use https"));
    assert!(read("issuer = https").unwrap_err().to_string().contains("this is not TOML"));
}
