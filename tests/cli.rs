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
        (vec!["client", "add", "X", "--kind", "web", "--redirect-uri", "https://a.example/", "--auth", "private_key_jwt"], "not available"),
        (vec!["client", "add", "X", "--kind", "spa", "--id", "my-spa", "--redirect-uri", "https://a.example/"], "already"),
        (vec!["client", "add", "X", "--kind", "spa", "--id", "a b", "--redirect-uri", "https://a.example/"], "1 to 64"),
        (vec!["client", "show", "nothing"], "housekey client list"),
        (vec!["client", "rotate-secret", "my-spa"], "no secret"),
    ] {
        let output = run(&arguments);
        let text = refused(&output);
        assert!(text.to_lowercase().contains(says), "{arguments:?}: {text}");
    }
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
