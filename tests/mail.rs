//! Letters and their relay: what goes, what comes again, and that nobody waits for it.

use std::time::{Duration, Instant};

use crate::on_each_database_with;
use crate::support::peer::{self, Peer};
use crate::support::smtp::{Relay, USER};
use crate::support::{On, TestApp, person};

const MAYA: &str = "maya@okafor.example";

/// Asks for a sign-in letter; says how long the page took.
async fn ask(app: &TestApp, address: &str) -> Duration {
    let view = app.browser().get("/sign-in").await.form().fill("email", address).submit().await;
    let (took, status) = view.form_to("/sign-in/email").submit_timed().await;
    assert_eq!(status, 303);
    took
}

async fn standing(app: &TestApp) -> housekey::job::Standing {
    housekey::job::letters(&app.app.db).await.unwrap()
}

/// Waits until the queue stands so.
async fn until(app: &TestApp, waiting: u64, failing: u64) {
    let began = Instant::now();
    loop {
        let standing = standing(app).await;
        if (standing.waiting, standing.failing) == (waiting, failing) {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "{standing:?}, not {waiting} and {failing}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[test]
fn a_letter_goes_through_either_kind_of_tls_and_is_what_was_written() {
    if !peer::require(Peer::Smtp, "a_letter_goes_through_either_kind_of_tls_and_is_what_was_written") {
        return;
    }
    peer::run(async {
        for tls in ["implicit", "starttls"] {
            let relay = Relay::start(tls, "localhost");
            let toml = format!("{}reply_to = \"Help <help@fieldnotes.example>\"\n", relay.toml());
            let app = TestApp::with(On::Sqlite, &toml).await;
            person(&app, "Maya.O'Kafor+x@okafor.example").await;
            ask(&app, "maya.o'kafor+x@OKAFOR.example").await;
            let message = relay.wait_for("message", |_| true);
            assert_eq!(message["secure"], true);
            assert_eq!(message["user"], USER);
            assert_eq!(message["to"].as_array().unwrap().len(), 1);
            assert_eq!(message["to"][0], "Maya.O'Kafor+x@okafor.example", "byte for byte as it is kept");
            assert_eq!(relay.all("rcpt")[0]["address"], "Maya.O'Kafor+x@okafor.example");
            let raw = message["raw"].as_str().unwrap();
            for part in [
                "From: \"Fieldnotes\" <hello@fieldnotes.example>",
                "Reply-To: \"Help\" <help@fieldnotes.example>",
                "multipart/alternative",
                "Auto-Submitted: auto-generated",
                "Message-ID: <",
                "text/plain",
                "text/html",
            ] {
                assert!(raw.contains(part) || raw.contains(&part.replace('"', "")), "{part}: {raw}");
            }
            assert!(raw.contains("/l/") && raw.contains(&app.issuer.replace(':', "=3A")) || raw.contains(&app.issuer), "{raw}");
            until(&app, 0, 0).await;
            assert_eq!(relay.count("cleartext-mail"), 0);
        }
    });
}

#[test]
fn a_relay_that_is_not_who_it_says_gets_nothing() {
    if !peer::require(Peer::Smtp, "a_relay_that_is_not_who_it_says_gets_nothing") {
        return;
    }
    peer::run(async {
        // Another name, and another authority.
        for tls in ["implicit", "starttls"] {
            for (relay, ca) in
                [(Relay::start(tls, "relay.evil.test"), None), (Relay::start(tls, "localhost"), Some(Relay::start(tls, "localhost")))]
            {
                let toml = match &ca {
                    Some(other) => relay.toml().replace(relay.ca.to_str().unwrap(), other.ca.to_str().unwrap()),
                    None => relay.toml(),
                };
                let app = TestApp::with(On::Sqlite, &toml).await;
                person(&app, MAYA).await;
                ask(&app, MAYA).await;
                until(&app, 1, 1).await;
                assert_eq!((relay.count("rcpt"), relay.count("message"), relay.count("cleartext-mail")), (0, 0, 0));
                let why = standing(&app).await.last_error.unwrap();
                assert!(why.to_lowercase().contains("certificate"), "{why}");
            }
        }
        // One that no longer offers TLS, as somebody in between would have it.
        let relay = Relay::start("starttls", "localhost");
        relay.fault("no-starttls");
        let app = TestApp::with(On::Sqlite, &relay.toml()).await;
        person(&app, MAYA).await;
        ask(&app, MAYA).await;
        until(&app, 1, 1).await;
        assert_eq!((relay.count("cleartext-mail"), relay.count("message")), (0, 0));
    });
}

#[test]
fn whatever_the_relay_does_pages_say_the_same_and_at_once() {
    if !peer::require(Peer::Smtp, "whatever_the_relay_does_pages_say_the_same_and_at_once") {
        return;
    }
    peer::run(async {
        let relay = Relay::start("implicit", "localhost");
        let app = TestApp::with(On::Sqlite, &relay.toml()).await;
        let mut waiting = 0;
        for fault in ["refuse-connection", "greylist", "full", "drop-data", "bad-auth", "hang-data"] {
            relay.fault(fault);
            let address = format!("{fault}@okafor.example");
            let took = ask(&app, &address).await;
            assert!(took < Duration::from_secs(1), "{fault}: {took:?}");
            waiting += 1;
            if fault == "hang-data" {
                // Nobody waits for it; the queue does.
                relay.wait_for("rcpt", |event| event["address"] == address);
                tokio::time::sleep(Duration::from_millis(300)).await;
                assert_eq!(standing(&app).await.waiting, waiting);
            } else {
                until(&app, waiting, waiting).await;
            }
        }
        // The relay recovers: everything that waits goes, once each.
        relay.fault("none");
        app.travel(Duration::from_secs(16));
        until(&app, 1, 0).await;
        let mut to: Vec<_> = relay.all("message").iter().map(|message| message["to"][0].as_str().unwrap().to_owned()).collect();
        to.sort();
        assert_eq!(to, ["bad-auth", "drop-data", "full", "greylist", "refuse-connection"].map(|fault| format!("{fault}@okafor.example")));
    });
}

#[test]
fn what_the_relay_refuses_for_good_is_not_tried_again() {
    if !peer::require(Peer::Smtp, "what_the_relay_refuses_for_good_is_not_tried_again") {
        return;
    }
    peer::run(async {
        let relay = Relay::start("starttls", "localhost");
        let app = TestApp::with(On::Sqlite, &relay.toml()).await;
        for fault in ["reject", "refuse-message"] {
            relay.fault(fault);
            ask(&app, &format!("{fault}@okafor.example")).await;
            relay.wait_for("rcpt", |event| event["address"] == format!("{fault}@okafor.example"));
            until(&app, 0, 0).await;
        }
        assert_eq!(relay.count("message"), 0);
    });
}

#[test]
fn a_letter_that_may_have_gone_goes_again_as_the_same_letter() {
    if !peer::require(Peer::Smtp, "a_letter_that_may_have_gone_goes_again_as_the_same_letter") {
        return;
    }
    peer::run(async {
        let relay = Relay::start("implicit", "localhost");
        let app = TestApp::with(On::Sqlite, &relay.toml()).await;
        person(&app, MAYA).await;
        relay.fault("drop-after-data");
        ask(&app, MAYA).await;
        until(&app, 1, 1).await;
        relay.fault("none");
        app.travel(Duration::from_secs(16));
        until(&app, 0, 0).await;
        let ids: Vec<_> = relay
            .all("message")
            .iter()
            .map(|message| {
                let raw = message["raw"].as_str().unwrap();
                raw.lines().find(|line| line.starts_with("Message-ID:")).unwrap().to_owned()
            })
            .collect();
        assert_eq!(ids.len(), 2);
        assert_eq!(ids[0], ids[1], "one letter, whoever counts");
    });
}

#[test]
fn a_letter_whose_code_has_expired_is_not_sent() {
    if !peer::require(Peer::Smtp, "a_letter_whose_code_has_expired_is_not_sent") {
        return;
    }
    peer::run(async {
        let relay = Relay::start("implicit", "localhost");
        relay.fault("refuse-connection");
        let app = TestApp::with(On::Sqlite, &relay.toml()).await;
        person(&app, MAYA).await;
        ask(&app, MAYA).await;
        until(&app, 1, 1).await;
        relay.fault("none");
        app.travel(Duration::from_mins(16));
        until(&app, 0, 0).await;
        assert_eq!(relay.count("message"), 0);
    });
}

on_each_database_with!(
    /// Three replicas, forty letters, one worker each: every letter goes once.
    replicas_share_the_work_without_doubles,
    Peer::Smtp,
    async |on: On| {
        let relay = Relay::start("implicit", "localhost");
        let toml = format!("{}\n[limits]\nletters_per_address = \"1000/1h\"", relay.toml());
        let app = TestApp::with(on, &toml).await;
        let (_one, _first, _) = app.replica().await;
        let (_two, _second, _) = app.replica().await;
        for round in 0..40 {
            ask(&app, &format!("number{round}@okafor.example")).await;
        }
        until(&app, 0, 0).await;
        let mut to: Vec<_> = relay.all("message").iter().map(|message| message["to"][0].as_str().unwrap().to_owned()).collect();
        assert_eq!(to.len(), 40);
        to.sort();
        to.dedup();
        assert_eq!(to.len(), 40);
    }
);

#[test]
fn a_folder_takes_letters_instead() {
    peer::run(async {
        let folder = tempfile::tempdir().unwrap();
        let app = TestApp::with(On::Sqlite, &format!("[email]\nfolder = \"{}\"", folder.path().display())).await;
        person(&app, MAYA).await;
        ask(&app, MAYA).await;
        until(&app, 0, 0).await;
        let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        assert_eq!(files.len(), 1);
        let text = std::fs::read_to_string(files[0].as_ref().unwrap().path()).unwrap();
        assert!(text.contains(&format!("To: {MAYA}")), "{text}");
    });
}

#[test]
fn no_letter_stands_readable_in_the_queue() {
    peer::run(async {
        // A folder that cannot be written to keeps the letter where it is.
        let folder = tempfile::tempdir().unwrap();
        let letters = folder.path().join("letters");
        let app = TestApp::with(On::Sqlite, &format!("[email]\nfolder = \"{}\"", letters.display())).await;
        std::fs::remove_dir_all(&letters).unwrap();
        std::fs::write(&letters, "in the way").unwrap();
        person(&app, MAYA).await;
        ask(&app, MAYA).await;
        until(&app, 1, 1).await;
        let query = sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, "SELECT payload FROM jobs");
        let row = sea_orm::ConnectionTrait::query_one_raw(app.app.db.read(), query).await.unwrap().unwrap();
        let payload: Vec<u8> = row.try_get("", "payload").unwrap();
        assert!(payload.len() > 50);
        for word in ["okafor", "/l/", "Sign in", "code"] {
            assert!(!payload.windows(word.len()).any(|part| part == word.as_bytes()), "{word}");
        }
    });
}

/// A relay that hangs, a server that is killed: what was promised is still sent, once.
#[test]
fn a_queue_survives_a_kill() {
    use crate::server::{command, start_with};
    use crate::support::development::free_port;
    if !peer::require(Peer::Smtp, "a_queue_survives_a_kill") {
        return;
    }
    peer::run(async {
        let relay = Relay::start("implicit", "localhost");
        relay.fault("refuse-connection");
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("housekey.toml"), relay.toml()).unwrap();
        let port = free_port();
        let environment = [("HOUSEKEY_EMAIL__SMTP_PASSWORD", crate::support::smtp::PASSWORD)];
        let mut program = start_with(folder.path(), port, &environment);
        for round in 0..5 {
            let browser = crate::support::Browser::new(&program.issuer);
            let address = format!("number{round}@okafor.example");
            let view = browser.get("/sign-in").await.form().fill("email", &address).submit().await;
            assert_eq!(view.form_to("/sign-in/email").submit().await.status, 200);
        }
        let queue = || {
            let mut command = command(folder.path(), port, &["mail", "queue", "--json"]);
            String::from_utf8(command.envs(environment).stdout(std::process::Stdio::piped()).output().unwrap().stdout).unwrap()
        };
        let began = Instant::now();
        while !queue().contains("\"failing\":5") {
            assert!(began.elapsed() < Duration::from_secs(20), "{}", queue());
        }
        program.child.kill().unwrap();
        program.child.wait().unwrap();
        // The operator sees it, with the server down.
        let output =
            command(folder.path(), port, &["doctor", "--json"]).envs(environment).stdout(std::process::Stdio::piped()).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("\"waiting\":5") && !output.status.success(), "{text}");
        relay.fault("none");
        let _program = start_with(folder.path(), port, &environment);
        // Those that had failed wait a quarter of a minute; nothing is lost or doubled.
        let began = Instant::now();
        while relay.count("message") < 5 {
            assert!(began.elapsed() < Duration::from_secs(40), "{}", relay.count("message"));
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(relay.count("message"), 5);
    });
}
