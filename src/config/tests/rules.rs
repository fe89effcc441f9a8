//! The rules that hold for a server, and the words that say so.

use super::super::*;
use super::*;

#[test]
fn outside_this_machine_nothing_is_plain_and_nothing_is_switched_off() {
    let said = |text: &str| wrong(text, &[]);
    insta::assert_snapshot!(said("issuer = \"http://auth.example.com\""), @r#"
    issuer  (housekey.toml, line 1)
      http://auth.example.com must use https, except on this machine (localhost, 127.0.0.1, [::1])
      help: put TLS in front and set issuer to https://auth.example.com
    "#);
    insta::assert_snapshot!(said("issuer = \"http://localhost:8085\"\nserver.listen = \"0.0.0.0:8085\""), @r#"
    issuer  (housekey.toml, line 1)
      http://localhost:8085 is served on 0.0.0.0:8085, which other machines reach, without encryption
      help: put TLS in front and set issuer to its https address, or listen on 127.0.0.1
    "#);
    assert_eq!(said("issuer = \"http://localhost:8085\""), "fine");
    insta::assert_snapshot!(said("limits.enabled = false\n[sign_in.password.argon2]\nmemory_kib = 1024"), @r#"
    sign_in.password.argon2.memory_kib  (housekey.toml, line 4)
      1024 KiB, 2 times over, make stolen passwords cheap to guess
      help: at least 19456 with iterations = 2, or 7168 with iterations = 5
    limits.enabled  (housekey.toml, line 2)
      limits can be switched off on this machine only
      help: raise single limits instead
    "#);
    assert_eq!(said("issuer = \"http://localhost:8085\"\nlimits.enabled = false\nsign_in.password.argon2.memory_kib = 64"), "fine");
    insta::assert_snapshot!(said("server.metrics_listen = \"127.0.0.1:8085\"\nserver.trusted_proxies = [\"*\", \"0.0.0.0/0\", \"::/0\", \"proxy\"]"), @r#"
    server.metrics_listen  (housekey.toml, line 2)
      is server.listen: everybody could read the metrics
      help: another port
    server.trusted_proxies  (housekey.toml, line 3)
      * would believe everybody, and anybody could pretend to be anyone
      help: name the proxy's own address or network, like 10.0.0.0/8
    server.trusted_proxies  (housekey.toml, line 3)
      0.0.0.0/0 would believe everybody, and anybody could pretend to be anyone
      help: name the proxy's own address or network, like 10.0.0.0/8
    server.trusted_proxies  (housekey.toml, line 3)
      ::/0 would believe everybody, and anybody could pretend to be anyone
      help: name the proxy's own address or network, like 10.0.0.0/8
    server.trusted_proxies  (housekey.toml, line 3)
      proxy is not a network
      help: name the proxy's own address or network, like 10.0.0.0/8
    "#);
    insta::assert_snapshot!(development("server.listen = \"0.0.0.0:8085\"").unwrap_err(), @r#"
    The configuration has 1 problem.

    issuer, server.listen
      development mode shows everything to everybody, so it stays on this machine
      help: listen on 127.0.0.1 with a localhost issuer, or run: housekey serve
    "#);
}

#[test]
fn a_short_password_needs_a_second_step() {
    insta::assert_snapshot!(wrong("sign_in.password.min_length = 8", &[]), @r#"
    sign_in.password.min_length  (housekey.toml, line 2)
      8 characters are too few where a password alone lets people in (NIST SP 800-63B-4)
      help: at least 15, or sign_in.two_step.policy = "required"
    "#);
    let text = format!("{PUBLIC}sign_in.password.min_length = 8\nsign_in.two_step.policy = 'required'");
    let loaded = load_with(Mode::Production, &text, &[]).unwrap();
    assert_eq!(loaded.config.sign_in.password.min_length, 8);
    insta::assert_snapshot!(loaded.warnings.join("\n"), @r#"
    sign_in.sign_up is open, but email.smtp is empty: people are told that sign-ups are closed
    sign_in.methods has email, but email.smtp is empty: it is left out, and passwords cannot be reset by mail
    "#);
}

#[test]
fn times_have_bounds_and_do_not_outlive_what_ends_them() {
    let text = "[sign_in]\nsession = '1d'\nsession_idle = '2d'\n[tokens]\nrefresh_ttl = '7d'\nrefresh_reuse_grace = '61s'\ncode_ttl = '11m'\nid_ttl = '59s'\n";
    insta::assert_snapshot!(wrong(text, &[]), @r#"
    sign_in.session_idle  (housekey.toml, line 4)
      2d is longer than sign_in.session, which ends it after 1d
      help: at most 1d
    tokens.id_ttl  (housekey.toml, line 9)
      59s must be from 1m to 1d
      help: choose one in between
    tokens.refresh_reuse_grace  (housekey.toml, line 7)
      61s must be from 0s to 1m
      help: choose one in between
    tokens.code_ttl  (housekey.toml, line 8)
      11m must be from 10s to 10m
      help: choose one in between
    "#);
    let shorter = fine("sign_in.session = '1d'\ntokens.refresh_ttl = '7d'", &[]);
    assert_eq!((shorter.sign_in.session_idle, shorter.tokens.refresh_idle), (shorter.sign_in.session, shorter.tokens.refresh_ttl));
    assert!(fine("tokens.refresh_reuse_grace = '0s'", &[]).tokens.refresh_reuse_grace.is_zero());
}

#[test]
fn letters_and_logs_are_spelt_so_that_nothing_slips_in() {
    insta::assert_snapshot!(wrong("email.from = \"a@example.com\\r\\nBcc: b@example.com\"\nlog.filter = 'housekey=loud'\nlog.format = 'xml'", &[]), @r#"
    log.filter  (housekey.toml, line 3)
      "housekey=loud": error parsing level filter: expected one of "off", "error", "warn", "info", "debug", "trace", or a number 0-5
      help: like info or info,housekey=debug
    log.format  (housekey.toml, line 4)
      "xml" is not known
      help: one of "text", "json"
    email.from  (housekey.toml, line 2)
      a@example.com\r\nBcc: b@example.com is not a sender
      help: like Fieldnotes <hello@fieldnotes.example>
    "#);
    assert_eq!(fine("email.from = 'Fieldnotes <hello@fieldnotes.example>'", &[]).email.from, "Fieldnotes <hello@fieldnotes.example>");
    assert_eq!(fine("", &[]).email.reply_to, None);
    assert_eq!(fine("email.reply_to = 'help@fieldnotes.example'", &[]).email.reply_to.as_deref(), Some("help@fieldnotes.example"));
    for text in ["help", "help@", "Help <help@a.example>, more@a.example", "Help <help@a.example", "Field, notes <help@a.example>"] {
        let why = wrong(&format!("email.reply_to = '{text}'"), &[]);
        assert!(why.contains("email.reply_to") && why.contains("is not a sender"), "{text}: {why}");
    }
}

#[test]
fn branding_brings_files_that_harm_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    write("good.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>");
    write("bad.svg", b"<svg onload='x()'/>");
    write("logo.png", b"\x89PNG\r\n\x1a\nrest");
    write("big.png", &[b"\x89PNG\r\n\x1a\n".as_slice(), &vec![0; 200_000]].concat());
    write("logo.gif", b"GIF89a");
    write("bad.css", b"@import url(//a.example)");
    write("good.css", b"a { color: red }");
    let load = |text: &str| {
        let file = (folder.path().join("housekey.toml"), text.to_owned());
        load_text(Mode::Development, Some(file), &env(&[KEY]), &Random::seeded(1), NOT_JUDGED)
    };
    let text = "[branding]\nname = 'Fieldnotes'\nlogo = 'good.svg'\ncss = 'good.css'\nradius = 4\n[branding.copy.en]\nsign-in-title = 'Come in'\n\
        [clients.app]\nkind = 'spa'\nredirect_uris = ['https://a.example/cb']\n[clients.app.branding]\nlogo = 'logo.png'\naccent = '#ABCDEF'\n";
    let config = load(text).unwrap().config;
    assert_eq!(config.branding.logo.as_ref().unwrap().media_type, "image/svg+xml");
    assert_eq!(config.branding.copy["en"]["sign-in-title"], "Come in");
    let own = config.clients.values().next().unwrap().branding.as_ref().unwrap();
    assert_eq!(
        (own.name.as_str(), own.radius, own.accent.as_str(), own.logo.as_ref().unwrap().media_type),
        ("Fieldnotes", 4, "#abcdef", "image/png")
    );
    let text = "[branding]\nname = ''\nlogo = 'bad.svg'\nlogo_dark = 'big.png'\ncss = 'bad.css'\naccent = 'green'\nshape = 'cave'\nradius = 21\n[branding.links]\nhome = 'javascript:x'\n\
        [clients.app]\nkind = 'spa'\nredirect_uris = ['https://a.example/cb']\n[clients.app.branding]\nlogo = 'logo.gif'\nlogo_dark = 'none.svg'\n";
    let said = load(text).unwrap_err().to_string().replace(&folder.path().display().to_string(), "");
    insta::assert_snapshot!(said, @r##"
    The configuration has 10 problems.

    branding.name  (/housekey.toml, line 2)
      "" must be 1 to 40 characters
      help: shorten it

    branding.css  (/housekey.toml, line 5)
      bad.css contains @import
      help: nothing may be fetched: put pictures into url(data:image/…)

    branding.logo  (/housekey.toml, line 3)
      bad.svg contains an event handler (onload)
      help: export it again as plain shapes

    branding.logo_dark  (/housekey.toml, line 4)
      big.png has 200008 bytes
      help: at most 100 kB

    branding.accent  (/housekey.toml, line 6)
      "green" is not a colour
      help: like "#0b5d4b"

    branding.shape  (/housekey.toml, line 7)
      "cave" is not known
      help: one of "doorway", "card", "plain"

    branding.radius  (/housekey.toml, line 8)
      21 must be a number from 0 to 20
      help: choose one in between

    branding.links.home  (/housekey.toml, line 10)
      javascript:x is not an address that people can open
      help: like https://example.com/terms

    clients.app.branding.logo  (/housekey.toml, line 15)
      logo.gif is neither an SVG nor a PNG
      help: convert it

    clients.app.branding.logo_dark  (/housekey.toml, line 16)
      none.svg cannot be read: No such file or directory (os error 2)
      help: the path is relative to the configuration file
    "##);
}
