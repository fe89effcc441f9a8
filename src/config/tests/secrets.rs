//! Secrets: where they may come from, and that nobody sees them.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;

use super::super::*;
use super::*;

#[test]
fn secrets_stay_out_of_the_file_except_on_a_laptop() {
    let file = format!(
        "database = 'postgres://u:{SECRET}@db/h'\n[clients.web]\nkind = 'web'\nsecret = '{SECRET}'\nredirect_uris = ['https://a.example/cb']\n"
    );
    let said = wrong(&file, &[]);
    assert!(!said.contains(SECRET), "{said}");
    insta::assert_snapshot!(said, @r#"
    database  (housekey.toml, line 2)
      has a password in the file
      help: leave it out there, and set HOUSEKEY_DATABASE_PASSWORD or HOUSEKEY_DATABASE_PASSWORD_FILE
    clients.web.secret  (housekey.toml, line 5)
      a secret stands in the file
      help: remove it there, and set HOUSEKEY_CLIENTS__WEB__SECRET or HOUSEKEY_CLIENTS__WEB__SECRET_FILE
    "#);
    let loaded = load_with(Mode::Development, &file, &[]).unwrap();
    assert!(loaded.config.clients.values().next().unwrap().secret.is_some());
    assert!(!format!("{loaded:?}").contains(SECRET));
    assert!(!loaded.layers.print().contains(SECRET));
    // On loopback, but for people: still not.
    assert!(wrong(&format!("issuer = 'http://localhost:1'\n{file}"), &[]).contains("a secret stands in the file"));
}

#[test]
fn a_secret_file_is_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    std::fs::write(&path, format!("{SECRET}\n")).unwrap();
    let file = "database = 'postgresql://u@db/h'\n[clients.my-web]\nkind = 'web'\nredirect_uris = ['https://a.example/cb']\n";
    let name = path.display().to_string();
    let pairs = [("HOUSEKEY_DATABASE_PASSWORD_FILE", name.as_str()), ("HOUSEKEY_CLIENTS__MY_WEB__SECRET_FILE", name.as_str())];
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    insta::assert_snapshot!(wrong(file, &pairs).replace(&name, "/secret"), @r#"
    HOUSEKEY_DATABASE_PASSWORD_FILE=/secret
      the file can be read by other users
      help: chmod 600 the file, and let this user own it
    HOUSEKEY_CLIENTS__MY_WEB__SECRET_FILE=/secret
      the file can be read by other users
      help: chmod 600 the file, and let this user own it
    "#);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let config = fine(file, &pairs);
    let Database::Postgres(url) = &config.database else { panic!("not PostgreSQL") };
    assert_eq!(url.expose_secret(), format!("postgresql://u:{SECRET}@db/h"));
    assert_eq!(config.clients.values().next().unwrap().secret.as_ref().unwrap().0.expose_secret(), SECRET);
    let both = [pairs[0], ("HOUSEKEY_DATABASE_PASSWORD", "x"), ("HOUSEKEY_CLIENTS__MY_WEB__SECRET", "short")];
    insta::assert_snapshot!(wrong(file, &both), @r#"
    HOUSEKEY_DATABASE_PASSWORD
      is set, and HOUSEKEY_DATABASE_PASSWORD_FILE as well
      help: set one of them
    clients.my-web.secret
      the secret has 5 characters: it could be guessed
      help: 24 or more, for example from: openssl rand -base64 32
    "#);
}

#[test]
fn a_database_is_a_file_or_postgres() {
    assert!(matches!(fine("data_dir = '/data'", &[]).database, Database::Sqlite(path) if path == Path::new("/data/housekey.db")));
    for other in ["mysql://h/d", "housekey.db", "postgres:d"] {
        assert!(wrong(&format!("database = '{other}'"), &[]).contains("neither empty (SQLite) nor a postgres:// address"), "{other}");
    }
    let loaded =
        load_with(Mode::Production, PUBLIC, &[("HOUSEKEY_DATABASE", "postgres://u@h/d"), ("HOUSEKEY_DATABASE_PASSWORD", "p@ss/w:rd%41")])
            .unwrap();
    let Database::Postgres(url) = loaded.config.database else { panic!("not PostgreSQL") };
    assert_eq!(url.expose_secret(), "postgres://u:p%40ss%2Fw%3Ard%2541@h/d");
    insta::assert_snapshot!(wrong("", &[("HOUSEKEY_DATABASE_PASSWORD", "x")]), @r#"
    HOUSEKEY_DATABASE_PASSWORD
      is set, but the database is a file without a password
      help: remove it, or set database to postgres://user@host/database
    "#);
}

#[test]
fn the_master_key_is_32_bytes_and_made_once_on_a_laptop() {
    let hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    let key = |text: &str| load_with(Mode::Production, PUBLIC, &[(KEY.0, text)]).map(|loaded| *loaded.config.master_key.0);
    let expected: [u8; 32] = std::array::from_fn(|at| u8::try_from(at).unwrap());
    assert_eq!(key(hex).unwrap(), expected);
    assert_eq!(key(KEY.1).unwrap(), expected);
    assert_eq!(key(KEY.1.trim_end_matches('=')).unwrap(), expected);
    for wrong in ["", "changeme", &hex[2..], "AAEC"] {
        let said = key(wrong).unwrap_err().to_string();
        assert!(said.contains("is not 32 bytes in hex or base64") && (wrong.is_empty() || !said.contains(wrong)), "{said}");
    }
    let folder = tempfile::tempdir().unwrap();
    let file = Some((PathBuf::from("housekey.toml"), format!("data_dir = '{}/data'", folder.path().display())));
    let load = |seed| {
        load_text(Mode::Development, file.clone(), &Environment::default(), &Random::seeded(seed), NOT_JUDGED).unwrap().config.master_key
    };
    assert_eq!(load(1).0, load(2).0);
    let mode = |name: &str| std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("data"), mode("data/master.key")), (0o700, 0o600));
    assert_eq!(std::fs::read_dir(folder.path().join("data")).unwrap().count(), 1);
}

#[test]
fn a_relay_is_spoken_to_safely_or_not_at_all() {
    let said = |toml: &str, env: &[(&str, &str)]| wrong(&format!("[email]\nfrom = 'A <a@example.com>'\n{toml}"), env);
    for (toml, env, says) in [
        ("smtp = 'smtp+plain://relay.example:25'", vec![], "would send letters and codes in the clear"),
        ("smtp = 'smtps://user:hunter22@relay.example'", vec![], "has a password in it"),
        ("smtp = 'smtps://user@relay.example'", vec![], "HOUSEKEY_EMAIL__SMTP_PASSWORD"),
        ("smtp = 'smtps://relay.example'", vec![("HOUSEKEY_EMAIL__SMTP_PASSWORD", "x")], "names no user"),
        ("", vec![("HOUSEKEY_EMAIL__SMTP_PASSWORD", "x")], "email.smtp is empty"),
        ("smtp = 'relay.example:25'", vec![], "is not the address of a mail relay"),
        ("smtp = 'smtps://relay.example/x?y'", vec![], "is not the address of a mail relay"),
        ("smtp = 'smtps://relay.example'\nfolder = 'letters'", vec![], "is set, and email.smtp as well"),
        ("smtp = 'smtps://relay.example'\nsmtp_ca = 'nowhere.pem'", vec![], "cannot be read"),
    ] {
        let text = said(toml, &env);
        assert!(text.contains(says) && !text.contains("hunter22"), "{toml}: {text}");
    }
    let config = fine(
        "[email]\nfrom = 'A <a@example.com>'\nsmtp = 'smtp://maya%40example.com@relay.example'",
        &[("HOUSEKEY_EMAIL__SMTP_PASSWORD", "p+%w")],
    );
    let smtp = config.email.smtp.as_ref().unwrap();
    assert_eq!((smtp.user.as_deref(), smtp.port, smtp.tls), (Some("maya@example.com"), 587, crate::config::SmtpTls::StartTls));
    assert!(config.sends_letters() && config.offers(crate::config::MethodName::Email));
    assert!(!format!("{config:?}").contains("p+%w"));
}
