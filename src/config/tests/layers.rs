//! File, variables, defaults: what is read, and what is printed again.

use super::super::*;
use super::*;

#[test]
fn a_laptop_needs_no_file_and_a_server_needs_an_issuer_and_a_key() {
    let config = development("").unwrap();
    assert_eq!((config.issuer.as_str(), config.server.listen.port()), ("http://localhost:8085", 8085));
    assert_eq!(development("server.listen = '127.0.0.1:9000'").unwrap().issuer.as_str(), "http://localhost:9000");
    assert_eq!(config.sign_in.password.argon2, Argon2 { memory_kib: 19456, iterations: 2, parallelism: 1 });
    assert_eq!((config.tokens.access_ttl.as_secs(), config.tokens.refresh_reuse_grace.as_secs()), (600, 10));
    let nothing = load_text(Mode::Production, None, &Environment::default(), &Random::seeded(1), NOT_JUDGED).unwrap_err();
    insta::assert_snapshot!(nothing, @r#"
    The configuration has 2 problems.

    issuer  (default)
      is not set
      help: the address at which people reach this server, like https://auth.example.com

    HOUSEKEY_MASTER_KEY
      is not set: it seals the signing keys and passwords in the database
      help: make one with: housekey key new, keep a copy in a safe place, and set it (or HOUSEKEY_MASTER_KEY_FILE)
    "#);
}

#[test]
fn everything_wrong_is_said_at_once() {
    let text = "issuer = \"https://auth.example.com/\"\ndata_dri = \"x\"\n\n[tokens]\naccess_ttl = \"30s\"\nid_ttl = 60\ncode_ttl = \"soon\"\n\n\
        [limits]\npassword_failures = 1000\npassword_total = \"many\"\n[sign_in]\nmethods = [\"passkeys\"]\nsign_up = \"invite\"\n";
    insta::assert_snapshot!(wrong(text, &[("HOUSEKEY_SERVER__LISTEN", "8085"), ("HOUSEKEY_SERVER__LISTNE", "")]), @r#"
    data_dri  (housekey.toml, line 2)
      is not a setting
      help: did you mean data_dir?
    HOUSEKEY_SERVER__LISTNE
      is not a setting
      help: did you mean HOUSEKEY_SERVER__LISTEN?
    server.listen  (HOUSEKEY_SERVER__LISTEN)
      8085 is not an address and a port
      help: like 127.0.0.1:8085 or [::]:8085
    issuer  (housekey.toml, line 1)
      https://auth.example.com/ must not end in a slash
      help: https://auth.example.com: apps compare it character for character
    sign_in.methods  (housekey.toml, line 13)
      "passkeys" is neither password nor email nor a provider of this file
      help: did you mean passkey?
    sign_in.sign_up  (housekey.toml, line 14)
      "invite" is not available in this version
      help: one of "open", "closed"
    tokens.access_ttl  (housekey.toml, line 5)
      30s must be from 1m to 1d
      help: choose one in between
    tokens.id_ttl  (housekey.toml, line 6)
      must be a text
      help: put it in quotes
    tokens.code_ttl  (housekey.toml, line 7)
      "soon" is not a duration
      help: for example "30s", "10m", "12h" or "14d"
    limits.password_total  (housekey.toml, line 11)
      "many" is not a rate
      help: for example "50/15m": fifty in fifteen minutes
    limits.password_failures  (housekey.toml, line 10)
      1000 must be a number from 1 to 100
      help: choose one in between
    "#);
}

#[test]
fn a_file_that_is_not_toml_is_refused_with_every_line_and_none_of_its_text() {
    let text = "issuer = https://x\nserver = [\n[clients.web]\nsecret = hunter2hunter2\n";
    let said = wrong(text, &[]);
    assert!(!said.contains("hunter2"), "{said}");
    insta::assert_snapshot!(said, @r#"
    housekey.toml, line 1
      this is not TOML: string values must be quoted, expected literal string
      help: a text stands in quotes, a section in brackets
    housekey.toml, line 3
      this is not TOML: string values must be quoted, expected literal string
      help: a text stands in quotes, a section in brackets
    housekey.toml, line 4
      this is not TOML: missing comma between array elements, expected `,`
      help: a text stands in quotes, a section in brackets
    "#);
}

#[test]
fn unknown_keys_are_answered_with_the_nearest() {
    let text = "min_length = 20\ntokens.signing = 'RS256'\nmaster_key = 'abc'\nnonsense = 1\nlimits = 3\n[sign_in.pasword]\nleaked_check = 'off'\n[email]\nrequest_tag = 'x'\n\
        [clients.'com.example.app']\nkind = 'native'\nredirect_uri = ['com.example.app:/cb']\nredirect_uris = ['com.example.app:/cb']\n[branding]\nacent = '#000000'\n";
    insta::assert_snapshot!(wrong(text, &[]), @r#"
    branding.acent  (housekey.toml, line 16)
      is not a setting
      help: did you mean branding.accent?
    clients."com.example.app".redirect_uri  (housekey.toml, line 13)
      is not a setting
      help: did you mean clients."com.example.app".redirect_uris?
    email.request_tag  (housekey.toml, line 10)
      is not available in this version
      help: remove it
    limits  (housekey.toml, line 6)
      is a section, not a setting
      help: write [limits], and its settings below
    master_key  (housekey.toml, line 4)
      a secret stands in the file
      help: remove it there, and set HOUSEKEY_MASTER_KEY or HOUSEKEY_MASTER_KEY_FILE
    min_length  (housekey.toml, line 2)
      is not a setting
      help: did you mean sign_in.password.min_length?
    nonsense  (housekey.toml, line 5)
      is not a setting
      help: remove it; housekey config schema lists every setting
    sign_in.pasword.leaked_check  (housekey.toml, line 8)
      is not a setting
      help: did you mean sign_in.password.leaked_check?
    "#);
}

#[test]
fn variables_win_and_those_that_mean_nothing_are_refused() {
    let file = "[sign_in.password]\nmin_length = 20\n[clients.fieldnotes-web]\nkind = 'spa'\nredirect_uris = ['https://a.example/cb']\n";
    let config = fine(
        file,
        &[
            ("HOUSEKEY_SIGN_IN__PASSWORD__MIN_LENGTH", "30"),
            ("HOUSEKEY_SERVER__TRUSTED_PROXIES", "10.0.0.0/8, 192.168.1.1"),
            ("HOUSEKEY_CLIENTS__FIELDNOTES_WEB__AUDIENCE", "notes"),
            ("HOUSEKEY_CLIENTS__FIELDNOTES_WEB__REDIRECT_URIS", "[\"https://b.example/x,y\"]"),
            ("HOUSEKEY_LIMITS__ENABLED", "true"),
            ("HOUSEKEY_PORT", "tcp://10.0.0.1:8085"),
            ("HOUSEKEY_SERVICE_HOST", "10.0.0.1"),
            ("PATH", "/bin"),
        ],
    );
    assert_eq!(config.sign_in.password.min_length, 30);
    assert_eq!(config.server.trusted_proxies.len(), 2);
    let client = config.clients.values().next().unwrap();
    assert_eq!((client.audience.as_deref(), client.redirect_uris[0].as_str()), (Some("notes"), "https://b.example/x,y"));
    let pairs = [
        ("HOUSEKEY_ISUER", "x"),
        ("HOUSEKEY_MASTER_KEYS", "x"),
        ("HOUSEKEY_SIGN_IN_SESSION", "1d"),
        ("HOUSEKEY_TOKENS__SIGNING_FILE", "/x"),
        ("HOUSEKEY_CLIENTS__OTHER__SECRET", "x"),
        ("HOUSEKEY_BRANDING__COPY__EN__X", "x"),
        ("HOUSEKEY_XYZZY", "x"),
        ("HOUSEKEY_LISTEN", "x"),
        ("HOUSEKEY_SERVER__WORKERS", "two"),
    ];
    insta::assert_snapshot!(wrong(file, &pairs), @r#"
    HOUSEKEY_BRANDING__COPY__EN__X
      is not a setting
      help: your own words stand in the file, under [branding.copy.LANGUAGE]
    HOUSEKEY_CLIENTS__OTHER__SECRET
      is not a setting
      help: no client in the file has this name; in variables - and . of its ID are _
    HOUSEKEY_ISUER
      is not a setting
      help: did you mean HOUSEKEY_ISSUER?
    HOUSEKEY_LISTEN
      is not a setting
      help: did you mean HOUSEKEY_SERVER__LISTEN?
    HOUSEKEY_MASTER_KEYS
      is not a setting
      help: did you mean HOUSEKEY_MASTER_KEY?
    HOUSEKEY_SIGN_IN_SESSION
      is not a setting
      help: did you mean HOUSEKEY_SIGN_IN__SESSION?
    HOUSEKEY_TOKENS__SIGNING_FILE
      is not a setting: only secrets come from files
      help: set HOUSEKEY_TOKENS__SIGNING instead
    HOUSEKEY_XYZZY
      is not a setting
      help: remove it, or rename it if it belongs to something else; housekey config schema lists every setting
    server.workers  (HOUSEKEY_SERVER__WORKERS)
      "two" must be a number from 0 to 1024
      help: without quotes
    "#);
}

#[test]
fn two_clients_that_one_variable_could_mean_are_told_apart() {
    let file =
        "[clients.a-b]\nkind='spa'\nredirect_uris=['https://a.example']\n[clients.a_b]\nkind='spa'\nredirect_uris=['https://a.example']\n";
    insta::assert_snapshot!(wrong(file, &[("HOUSEKEY_CLIENTS__A_B__AUDIENCE", "x")]), @r#"
    HOUSEKEY_CLIENTS__A_B__AUDIENCE
      could mean clients.a-b.audience or clients.a_b.audience
      help: rename one of the two clients: in variables - and . are both _
    "#);
}

#[test]
fn looking_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my.toml");
    std::fs::write(&path, format!("data_dir = '{}/data'", folder.path().display())).unwrap();
    assert!(examine(Mode::Development, Some(&path), &Environment::default(), NOT_JUDGED).is_ok());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let missing = examine(Mode::Development, Some(&folder.path().join("none.toml")), &Environment::default(), NOT_JUDGED).unwrap_err();
    assert!(missing.to_string().contains("the file cannot be read"), "{missing}");
}

#[test]
fn what_is_printed_is_what_was_loaded() {
    let text = format!(
        "{PUBLIC}database = 'postgres://u@db/h'\n[tokens]\naccess_ttl = '5m'\n[branding.copy.en]\nsign-in-title = 'Come in'\n\
        [clients.'com.example.app']\nkind = 'web'\nredirect_uris = ['https://a.example/cb']\n[clients.\"com.example.app\".branding]\nradius = 3\n"
    );
    let pairs =
        [("HOUSEKEY_CLIENTS__COM_EXAMPLE_APP__SECRET", SECRET), ("HOUSEKEY_DATABASE_PASSWORD", "hush"), ("HOUSEKEY_LOG__FORMAT", "json")];
    let loaded = load_with(Mode::Production, &text, &pairs).unwrap();
    let printed = loaded.layers.print();
    assert!(!printed.contains(SECRET) && !printed.contains("hush"), "{printed}");
    let without = printed.lines().filter(|line| !line.contains("\"(set)\"")).collect::<Vec<_>>().join("\n");
    let again = load_with(Mode::Production, &without, &pairs).unwrap();
    assert_eq!(format!("{:?}", again.config), format!("{:?}", loaded.config));
    let given: Vec<_> = printed.lines().filter(|line| !line.ends_with("# default") && !line.is_empty()).collect();
    insta::assert_snapshot!(given.join("\n"), @r#"
    # HOUSEKEY_DATABASE_PASSWORD is set
    # HOUSEKEY_MASTER_KEY is set
    issuer = "https://auth.example.com"  # housekey.toml, line 1
    database = "postgres://u@db/h"  # housekey.toml, line 2
    [server]
    [log]
    format = "json"  # HOUSEKEY_LOG__FORMAT
    [sign_in]
    [sign_in.password]
    [sign_in.password.argon2]
    [sign_in.two_step]
    [passkeys]
    [email]
    [tokens]
    access_ttl = "5m"  # housekey.toml, line 4
    [limits]
    [branding]
    [branding.links]
    [branding.copy.en]
    sign-in-title = "Come in"  # housekey.toml, line 6
    [clients."com.example.app"]
    kind = "web"  # housekey.toml, line 8
    secret = "(set)"  # HOUSEKEY_CLIENTS__COM_EXAMPLE_APP__SECRET
    redirect_uris = ["https://a.example/cb"]  # housekey.toml, line 9
    [clients."com.example.app".branding]
    radius = 3  # housekey.toml, line 11
    "#);
}

#[test]
fn the_defaults_are_complete_and_fit_their_own_bounds() {
    let config = fine("", &[]);
    assert!(config.limits.enabled && config.limits.password_per_address == Rate { count: 50, per: std::time::Duration::from_mins(15) });
    let table: toml::Table = DEFAULTS.parse().unwrap();
    assert!(table.contains_key("branding"));
    let warnings = load_with(Mode::Production, PUBLIC, &[]).unwrap().warnings;
    assert!(warnings.iter().all(|warning| warning.contains("email.smtp is empty")), "{warnings:?}");
}
