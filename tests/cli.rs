//! The command line, as an operator and as a script use it.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_housekey");

fn housekey(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).current_dir(folder).env_clear().env("HOUSEKEY_SIGN_IN__PASSWORD__ARGON2__MEMORY_KIB", "256");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stdout)))
}

fn refused(output: &Output) -> String {
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.stdout.is_empty());
    text
}

#[test]
fn an_operator_looks_after_people() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str], input: &str| housekey(folder.path(), arguments, input);
    let added =
        json(&run(&["user", "add", "Maya@Okafor.example", "--password-stdin", "--verified", "--json"], "four plain words and more\n"));
    let sub = added["sub"].as_str().unwrap();
    assert!(sub.starts_with("usr_"));
    assert_eq!(json(&run(&["user", "show", "maya@okafor.example", "--json"], ""))["sub"], sub);
    assert_eq!(json(&run(&["user", "list", "--json"], "")).as_array().unwrap().len(), 1);
    assert_eq!(json(&run(&["user", "lock", sub, "--json"], ""))["state"], "locked");
    assert_eq!(json(&run(&["user", "reset-two-step", sub, "--json"], ""))["reset"], false);
    assert_eq!(json(&run(&["user", "unlock", "maya@okafor.example", "--json"], ""))["state"], "active");
    let again = refused(&run(&["user", "add", "MAYA@okafor.example"], ""));
    assert!(again.contains("already") && again.contains("help: housekey user show"), "{again}");
    for (arguments, input, says) in [
        (vec!["user", "add", "nonsense"], "", "nonsense"),
        (vec!["user", "add", "a@b.example", "--password-stdin"], "short", "more characters"),
        (vec!["user", "add", "a@b.example", "--password-stdin"], "", "standard input"),
        (vec!["user", "show", "nobody@b.example"], "", "housekey user list"),
        (vec!["user", "remove", "usr_00000000000000000000000000000000"], "", "nobody"),
    ] {
        let text = refused(&run(&arguments, input));
        assert!(text.to_lowercase().contains(says), "{arguments:?}: {text}");
    }
    assert_eq!(json(&run(&["user", "remove", sub, "--json"], ""))["removed"], true);
    assert_eq!(json(&run(&["user", "list", "--json"], "")), serde_json::json!([]));
}

#[test]
fn an_operator_registers_apps() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| housekey(folder.path(), arguments, "");
    let added = json(&run(&["client", "add", "Fieldnotes Web", "--kind", "web", "--redirect-uri", "https://app.example/cb", "--json"]));
    assert_eq!(added["client_id"], "fieldnotes-web");
    let secret = added["client_secret"].as_str().unwrap().to_owned();
    assert!(secret.len() > 30);
    let shown = String::from_utf8(run(&["client", "show", "fieldnotes-web", "--json"]).stdout).unwrap();
    assert!(!shown.contains(&secret) && !shown.contains("secret"), "never again: {shown}");
    let rotated = json(&run(&["client", "rotate-secret", "fieldnotes-web", "--json"]));
    assert_ne!(rotated["client_secret"], secret);
    let edited =
        json(&run(&["client", "edit", "fieldnotes-web", "--add-redirect-uri", "https://app.example/cb2", "--audience", "notes", "--json"]));
    assert_eq!((edited["redirect_uris"].as_array().unwrap().len(), edited["audience"].as_str()), (2, Some("notes")));
    let spa = json(&run(&[
        "client",
        "add",
        "Spa",
        "--kind",
        "spa",
        "--id",
        "my-spa",
        "--redirect-uri",
        "https://spa.example/",
        "--delivery",
        "token",
        "--first-party",
        "--alg",
        "EdDSA",
        "--origin",
        "https://other.example",
        "--post-logout-redirect-uri",
        "https://spa.example/bye",
        "--json",
    ]));
    assert_eq!((spa["client_id"].as_str(), spa.get("client_secret")), (Some("my-spa"), None));
    assert_eq!(json(&run(&["client", "list", "--json"])).as_array().unwrap().len(), 2);
    for (arguments, says) in [
        (vec!["client", "add", "X", "--kind", "spaa"], "spa, native, web, service"),
        (vec!["client", "add", "X", "--kind", "spa"], "redirect_uris"),
        (vec!["client", "add", "X", "--kind", "spa", "--redirect-uri", "http://app.example/"], "https"),
        (vec!["client", "add", "X", "--kind", "spa", "--redirect-uri", "javascript:alert(1)"], "https"),
        (vec!["client", "add", "X", "--kind", "spa", "--redirect-uri", "https://a.example/?code=1"], "code parameter"),
        (vec!["client", "add", "X", "--kind", "spa", "--redirect-uri", "https://a.example/", "--delivery", "token"], "first_party"),
        (vec!["client", "add", "X", "--kind", "spa", "--redirect-uri", "https://a.example/", "--auth", "basic"], "cannot keep a secret"),
        (vec!["client", "add", "X", "--kind", "web", "--redirect-uri", "https://a.example/", "--auth", "private_key_jwt"], "jwks"),
        (vec!["client", "add", "X", "--kind", "spa", "--id", "my-spa", "--redirect-uri", "https://a.example/"], "already"),
        (vec!["client", "add", "X", "--kind", "spa", "--id", "a b", "--redirect-uri", "https://a.example/"], "1 to 64"),
        (vec!["client", "show", "nothing"], "housekey client list"),
        (vec!["client", "rotate-secret", "my-spa"], "no secret"),
    ] {
        let output = run(&arguments);
        let text = refused(&output);
        assert!(text.to_lowercase().contains(says), "{arguments:?}: {text}");
    }
    // With a key instead of a secret.
    let keys = folder.path().join("keys.json");
    let public = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"one","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
    std::fs::write(&keys, public).unwrap();
    let file = keys.to_str().unwrap();
    let add =
        ["client", "add", "Nightly", "--kind", "service", "--auth", "private_key_jwt", "--jwks", file, "--scope", "notes.read", "--json"];
    assert_eq!(json(&run(&add)), serde_json::json!({ "client_id": "nightly" }), "no secret");
    let shown = json(&run(&["client", "show", "nightly", "--json"]));
    assert_eq!((shown["jwks"]["keys"][0]["kid"].as_str(), &shown["scopes"]), (Some("one"), &serde_json::json!(["notes.read"])));
    assert!(refused(&run(&["client", "rotate-secret", "nightly"])).contains("--jwks FILE"));
    assert!(refused(&run(&["client", "edit", "nightly", "--scope", "openid"])).contains("about people"));
    assert_eq!(json(&run(&["client", "edit", "nightly", "--auth", "basic", "--json"]))["jwks"], serde_json::Value::Null);
    std::fs::write(&keys, public.replacen("\"x\"", "\"d\":\"secret\",\"x\"", 1)).unwrap();
    assert!(refused(&run(&["client", "edit", "nightly", "--auth", "private_key_jwt", "--jwks", file])).contains("private"));
    assert_eq!(json(&run(&["client", "remove", "nightly", "--json"]))["removed"], true);
    assert_eq!(json(&run(&["client", "remove", "my-spa", "--json"]))["removed"], true);
}

#[test]
fn keys_and_configuration_can_be_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| housekey(folder.path(), arguments, "");
    let keys = json(&run(&["key", "list", "--json"]));
    let algorithms: Vec<_> = keys.as_array().unwrap().iter().map(|key| key["alg"].as_str().unwrap()).collect();
    assert_eq!(algorithms.len(), 3);
    assert!(keys.as_array().unwrap().iter().all(|key| key["jwk"].get("d").is_none()));
    let signing = keys.as_array().unwrap().iter().find(|key| key["alg"] == "RS256").unwrap();
    assert_eq!((signing["state"].as_str(), signing["signs_until"].as_str()), (Some("signing"), None));
    assert!(signing["next"].as_str().unwrap().contains("a new one about"), "{signing}");
    let rotated = String::from_utf8(run(&["key", "rotate", "--alg", "RS256"]).stdout).unwrap();
    assert!(rotated.contains("is published and signs from") && rotated.contains("75 minutes"), "{rotated}");
    let list = String::from_utf8(run(&["key", "list"]).stdout).unwrap();
    assert!(list.contains("RS256  next") && list.contains("signs until") && list.contains("signs from"), "{list}");
    let old = signing["kid"].as_str().unwrap();
    assert!(refused(&run(&["key", "revoke", old])).contains("key rotate --now"));
    let now = String::from_utf8(run(&["key", "rotate", "--alg", "RS256", "--now"]).stdout).unwrap();
    assert!(now.contains("up to 60 seconds") && now.contains("housekey key revoke KID"), "{now}");
    assert_eq!(json(&run(&["key", "revoke", old, "--json"]))["status"], "revoked");
    assert!(refused(&run(&["key", "revoke", old])).contains("housekey key list"));
    assert!(refused(&run(&["key", "rotate", "--alg", "none"])).contains("RS256, ES256, EdDSA"));
    assert_eq!(json(&run(&["key", "new", "--json"]))["master_key"].as_str().unwrap().len(), 64);
    assert!(run(&["migrate"]).status.success());
    assert!(run(&["config", "schema"]).status.success());
    let printed = String::from_utf8(run(&["config", "print"]).stdout).unwrap();
    assert!(printed.contains("access_ttl"), "{printed}");
    std::fs::write(
        folder.path().join("housekey.toml"),
        "isuer = \"https://a.example\"\n[server]\nlisten = \"nonsense\"\n[limits]\npassword_total = \"many\"\n",
    )
    .unwrap();
    let text = refused(&run(&["config", "check"]));
    for says in ["isuer", "did you mean issuer", "server.listen", "password_total", "HOUSEKEY_MASTER_KEY"] {
        assert!(text.contains(says), "{says}: {text}");
    }
    let text = refused(&run(&["serve"]));
    assert!(text.contains("isuer"), "the server says the same: {text}");
    assert_eq!(run(&["serve"]).status.code(), Some(2));
    assert!(refused(&run(&["health", "--url", "http://127.0.0.1:9"])).contains("does not answer"));
}

#[test]
fn an_operator_sets_up_providers() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| housekey(folder.path(), arguments, "");
    let path = folder.path().join("housekey.toml");
    let catalogue = json(&run(&["provider", "list", "--all", "--json"]));
    let apple = catalogue.as_array().unwrap().iter().find(|one| one["id"] == "apple").unwrap();
    assert_eq!((apple["protocol"].as_str(), apple["needs"].as_array().unwrap().len()), (Some("oidc"), 2));
    let said = String::from_utf8(run(&["provider", "list"]).stdout).unwrap();
    assert!(said.contains("No provider is configured") && !path.exists(), "{said}");

    let mine = "# mine\nissuer = \"https://auth.example.com\"\n\n[limits]\nenabled   = true  # always\n";
    std::fs::write(&path, mine).unwrap();
    let added = json(&run(&["provider", "add", "google", "--client-id", "me", "--json"]));
    assert_eq!(added["redirect_uri"], "https://auth.example.com/oauth/google/callback");
    assert_eq!(added["secret_variable"], "HOUSEKEY_PROVIDERS__GOOGLE__CLIENT_SECRET");
    assert!(added["console"].as_str().unwrap().starts_with("https://") && added["missing"] == serde_json::json!([]));
    let said = String::from_utf8(run(&["provider", "add", "staff", "--like", "apple", "--name", "Staff", "--setting", "team_id=T"]).stdout)
        .unwrap();
    for says in
        ["[providers.staff]", "/oauth/staff/callback", "STAFF__CLIENT_SECRET_FILE", "client_id: ", "settings.key_id: The ten", "note"]
    {
        assert!(said.contains(says), "{says}: {said}");
    }
    let written = std::fs::read_to_string(&path).unwrap();
    let google = "\n[providers.google]\nclient_id = \"me\"\n";
    let staff =
        "\n[providers.staff]\nlike = \"apple\"\nname = \"Staff\"\nclient_id = \"\"\nsettings.team_id = \"T\"\nsettings.key_id = \"\"\n";
    assert_eq!(written, format!("{mine}{google}{staff}"));
    let text = refused(&run(&["config", "check"]));
    assert!(
        text.contains("let HOUSEKEY_PROVIDERS__STAFF__CLIENT_SECRET_FILE name") && text.contains("providers.staff.settings.key_id"),
        "{text}"
    );

    let listed = json(&run(&["provider", "list", "--json"]));
    assert_eq!(
        (listed[0]["name"].as_str(), listed[0]["trusted"].as_bool(), &listed[0]["wrong"]),
        (Some("Google"), Some(true), &serde_json::json!([]))
    );
    assert!(
        listed[1]["wrong"].as_array().unwrap().len() == 2 && listed[1]["redirect_uri"].as_str().unwrap().ends_with("/oauth/staff/callback")
    );

    for (arguments, says) in [
        (vec!["provider", "add", "google"], "already"),
        (vec!["provider", "add", "GitHub"], "did you mean [providers.github]?"),
        (vec!["provider", "add", "email"], "another way in"),
        (vec!["provider", "add", "gogle"], "did you mean google?"),
        (vec!["provider", "add", "github", "--setting", "tenant=x"], "settings.tenant"),
        (vec!["provider", "add", "github", "--setting", "tenant"], "NAME=VALUE"),
        (vec!["provider", "add", "sso", "--like", "keycloak", "--setting", "issuer=http://sso.example.com"], "an https:// address"),
        (vec!["provider", "add", "github", "--name", ""], "1 to 60 characters"),
        (vec!["provider", "remove", "github"], "housekey provider list"),
        (vec!["provider", "list", "--config", "none.toml"], "cannot be read"),
    ] {
        let output = run(&arguments);
        let text = refused(&output);
        assert!(text.contains(says) && output.status.code() == Some(2), "{arguments:?}: {text}");
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), written, "what was refused changed nothing");

    let said = String::from_utf8(run(&["provider", "remove", "google"]).stdout).unwrap();
    assert!(said.contains("work again") && said.contains("HOUSEKEY_PROVIDERS__GOOGLE__…"), "{said}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("{mine}{staff}"));
    assert_eq!(json(&run(&["provider", "remove", "staff", "--json"]))["removed"], true);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), mine);

    std::fs::write(&path, format!("sign_in.methods = [\"google\"]\n{mine}")).unwrap();
    assert!(run(&["provider", "add", "google"]).status.success());
    assert_eq!(json(&run(&["provider", "remove", "google", "--json"]))["in_methods"], true);
    assert!(run(&["provider", "add", "google", "--config", "other.toml"]).status.success() && folder.path().join("other.toml").exists());
    assert!(!folder.path().join("data").exists(), "nothing of this needs the database");
}
