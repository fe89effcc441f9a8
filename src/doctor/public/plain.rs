//! The same address without TLS: nobody may be let in there, for whoever types the name goes there first.

use oauth2::http::header;

use super::{Answer, CHECK, about};
use crate::doctor::Finding;
use crate::http_client::NoAnswer;
use crate::types::IssuerUrl;

/// The sign-in page without TLS; nothing, if there is none with it.
pub(super) fn address(issuer: &IssuerUrl) -> Option<String> {
    let rest = issuer.as_str().strip_prefix("https://")?;
    Some(format!("http://{rest}/sign-in"))
}

/// It leads to https, or nowhere.
pub(super) fn plain(address: &str, answer: &Result<Answer, NoAnswer>) -> Finding {
    let finding = match answer {
        Err(_) => Finding::fine(CHECK, format!("{address} is closed, as it may be")),
        Ok(answer) => {
            let location = answer.headers().get(header::LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
            match answer.status().as_u16() {
                300..=399 if location.starts_with("https://") => Finding::fine(CHECK, format!("{address} leads to https")),
                300..=399 => served(address, &format!("leads to {location}, without TLS")),
                400..=599 => Finding::fine(CHECK, format!("{address} lets nobody in ({})", answer.status())),
                _ => served(address, "is served without TLS: a password typed there can be read on the way"),
            }
        }
    };
    about(address, finding)
}

fn served(address: &str, what: &str) -> Finding {
    Finding::broken(CHECK, format!("{address} {what}"), "let the proxy in front redirect http to https, or close the port")
}

#[cfg(test)]
mod tests {
    use oauth2::http::Response;

    use super::*;
    use crate::doctor::Mark;

    #[test]
    fn without_tls_nobody_is_let_in() {
        let issuer = IssuerUrl::parse("https://auth.example.com").unwrap();
        let address = address(&issuer).unwrap();
        assert_eq!(address, "http://auth.example.com/sign-in");
        for (status, location, mark) in [
            (301, "https://auth.example.com/sign-in", Mark::Fine),
            (400, "", Mark::Fine),
            (200, "", Mark::Broken),
            (302, "/sign-in/", Mark::Broken),
            (307, "http://auth.example.com/x", Mark::Broken),
        ] {
            let answer = Response::builder().status(status).header("location", location).body(Vec::new()).unwrap();
            assert_eq!(plain(&address, &Ok(answer)).mark, mark, "{status} {location}");
        }
        assert_eq!(plain(&address, &Err(NoAnswer::Slow("x".into()))).mark, Mark::Fine);
        assert_eq!(super::address(&IssuerUrl::parse("http://localhost:1").unwrap()), None);
    }
}
