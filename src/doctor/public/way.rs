//! What can happen on the way to an address, before what was answered matters: a redirect, a locked door, a proxy that
//! does not know where to go.

use oauth2::http::header;
use serde_json::json;
use url::Url;

use super::super::differing;
use super::{Answer, about, broken};
use crate::config::Config;
use crate::doctor::Finding;

/// Why this is not the answer that was asked for, if it is not.
pub(super) fn astray(config: &Config, address: &str, answer: &Answer) -> Option<Finding> {
    let status = answer.status();
    let finding = match status.as_u16() {
        200 => return None,
        300..=399 => redirect(address, answer),
        401 | 403 | 429 => broken(
            format!("{address} answers {status}: something in front of the server does not let strangers in"),
            format!("let every path below {} through without a password, a VPN or a check for robots", config.issuer),
        ),
        404 => broken(format!("{address} answers {status}: the request does not reach this server as it was sent"), pass_on(config)),
        502..=504 => broken(format!("{address} answers {status}: the proxy in front does not reach the server"), pass_on(config)),
        _ => broken(format!("{address} answers {status}"), pass_on(config)),
    };
    Some(about(address, finding))
}

/// What a proxy has to do.
pub(super) fn pass_on(config: &Config) -> String {
    format!("let the proxy pass every path below {} on, unchanged, to server.listen ({})", config.issuer, config.server.listen)
}

fn redirect(address: &str, answer: &Answer) -> Finding {
    let location = answer.headers().get(header::LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // It may be relative.
    let to = Url::parse(address).and_then(|base| base.join(location)).map_or_else(|_| location.to_owned(), |url| url.to_string());
    let says = format!("{address} redirects to {}: Auth.js and others do not follow", differing(&to, address));
    broken(says, why_redirected(address, &to)).with(json!({ "location": to, "status": answer.status().as_u16() }))
}

fn why_redirected(from: &str, to: &str) -> String {
    let without_www = |text: &str| text.replacen("://www.", "://", 1);
    if to.strip_suffix('/') == Some(from) {
        return format!("the proxy in front adds a slash at the end: serve exactly {from}");
    }
    if without_www(from) == without_www(to) {
        return format!("the proxy in front changes www: serve exactly {from}, or set issuer to the other name before the first token");
    }
    if from.replacen("https://", "http://", 1) == to.replacen("https://", "http://", 1) {
        return format!("the proxy in front changes between http and https: serve exactly {from}");
    }
    format!("the proxy in front adds a redirect to {to}: serve exactly {from}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_is_told_by_its_reason() {
        let from = "https://auth.example.com/sign-in";
        for (to, says) in [
            ("https://auth.example.com/sign-in/", "adds a slash"),
            ("https://www.auth.example.com/sign-in", "changes www"),
            ("http://auth.example.com/sign-in", "http and https"),
            ("https://sso.example.com/wall", "a redirect to https://sso.example.com/wall: serve exactly https://auth.example.com/sign-in"),
        ] {
            assert!(why_redirected(from, to).contains(says), "{to}");
        }
    }
}
