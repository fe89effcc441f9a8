//! `[email]`: who sends letters, and through which relay.

use std::path::PathBuf;

use lettre::message::Mailbox;
use url::Url;

use super::check::Surroundings;
use super::problem::Problem;
use super::read::Reader;
use super::secret::secret;
use super::{Email, Smtp, SmtpTls};
use crate::types::EmailAddress;

const LIKE: &str = "like smtps://user@smtp.example.com:465, or smtp://user@smtp.example.com:587";
const PASSWORD: &str = "HOUSEKEY_EMAIL__SMTP_PASSWORD";

pub(super) fn read(reader: &Reader<'_>, around: &Surroundings<'_>) -> Email {
    let (from, smtp) = (reader.text("email.from").to_owned(), smtp(reader, around));
    if matches!(reader.value("email.from"), Some(toml::Value::String(_))) {
        check_sender(reader, "email.from", &from);
    }
    let reply_to = reader.optional("email.reply_to");
    if let Some(reply_to) = &reply_to {
        check_sender(reader, "email.reply_to", reply_to);
    }
    let folder = reader.optional("email.folder").map(PathBuf::from);
    if smtp.is_some() && folder.is_some() {
        reader.wrong("email.folder", "is set, and email.smtp as well", "set one of them");
    }
    if smtp.is_some() && from.contains("@localhost") && !around.on_loopback {
        reader.wrong("email.from", "no relay takes letters from localhost", "like Fieldnotes <hello@fieldnotes.example>");
    }
    Email { from, reply_to, smtp, folder, new_sign_in_notice: reader.yes_no("email.new_sign_in_notice", true) }
}

/// A mailbox (RFC 5322 §3.4) that a header can hold: one that a letter cannot be written with would hold up all of them.
fn check_sender(reader: &Reader<'_>, key: &str, text: &str) {
    let address = text.rsplit_once('<').and_then(|(_, rest)| rest.strip_suffix('>')).unwrap_or(text);
    let is_address = address.ends_with("@localhost") || EmailAddress::parse(address).is_ok();
    if text.chars().any(char::is_control) || !is_address || text.parse::<Mailbox>().is_err() {
        reader.wrong(key, format!("{} is not a sender", text.escape_debug()), "like Fieldnotes <hello@fieldnotes.example>");
    }
}

fn smtp(reader: &Reader<'_>, around: &Surroundings<'_>) -> Option<Smtp> {
    let password = secret(reader, PASSWORD, around);
    let Some(text) = reader.optional("email.smtp") else {
        if password.is_some() {
            reader.add(Problem::new(PASSWORD, "is set, but email.smtp is empty").remedy(format!("set email.smtp, {LIKE}")));
        }
        return None;
    };
    let url = Url::parse(&text).ok().filter(|url| url.has_host() && matches!(url.path(), "" | "/") && url.query().is_none());
    let tls = url.as_ref().and_then(|url| match url.scheme() {
        "smtps" => Some((SmtpTls::Implicit, 465)),
        "smtp" => Some((SmtpTls::StartTls, 587)),
        "smtp+plain" => Some((SmtpTls::None, 25)),
        _ => None,
    });
    let Some((url, (tls, port))) = url.zip(tls) else {
        // Not repeated: it may hold a password.
        reader.wrong("email.smtp", "is not the address of a mail relay", LIKE);
        return None;
    };
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let is_near = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if tls == SmtpTls::None && !is_near {
        reader.wrong("email.smtp", "would send letters and codes in the clear", "smtp:// or smtps://; smtp+plain:// only to this machine");
    }
    if url.password().is_some() {
        reader.wrong("email.smtp", "has a password in it", format!("leave it out there, and set {PASSWORD} or {PASSWORD}_FILE"));
    }
    let user = Some(url.username()).filter(|user| !user.is_empty());
    let user = user.map(percent_decoded);
    if user.is_some() != password.is_some() && url.password().is_none() {
        let (at, what) = match user {
            Some(_) => (PASSWORD, "is not set, but email.smtp names a user"),
            None => (PASSWORD, "is set, but email.smtp names no user"),
        };
        reader.add(Problem::new(at, what).remedy(LIKE));
    }
    Some(Smtp { host, port: url.port().unwrap_or(port), tls, user, password, ca: ca(reader, around) })
}

/// `maya%40example.com` as the relay knows it.
fn percent_decoded(text: &str) -> String {
    url::form_urlencoded::parse(format!("x={}", text.replace('+', "%2B")).as_bytes())
        .next()
        .map_or_else(String::new, |(_, text)| text.into_owned())
}

fn ca(reader: &Reader<'_>, around: &Surroundings<'_>) -> Option<Vec<u8>> {
    let path = around.folder.join(reader.optional("email.smtp_ca")?);
    match std::fs::read(&path) {
        Ok(pem) if pem.windows(11).any(|part| part == b"-----BEGIN ") => Some(pem),
        Ok(_) => {
            reader.wrong(
                "email.smtp_ca",
                format!("{} is no certificate in PEM", path.display()),
                "it begins with -----BEGIN CERTIFICATE-----",
            );
            None
        }
        Err(error) => {
            reader.wrong("email.smtp_ca", format!("{} cannot be read: {error}", path.display()), "the path is looked for beside the file");
            None
        }
    }
}
