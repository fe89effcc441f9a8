//! What an app got wrong so badly that nobody can be sent back to it, told so that its developer can
//! mend it (ux.md 4.6): the value sent, the values registered, the command.

use crate::app::App;
use crate::error::{AppProblem, Result};
use crate::form::{Parameters, Repeated};
use crate::oidc::{Client, Clients};
use crate::types::{ClientId, RedirectUri, edit_distance};

pub(crate) fn repeated(repeated: Repeated, line: &'static str) -> AppProblem {
    let Repeated { name, first } = repeated;
    AppProblem {
        code: "repeated_parameter",
        log: format!("{line}: a parameter was sent more than once"),
        sent: Some(shorten(&name)),
        registered: Vec::new(),
        client: first.iter().find(|(key, _)| key == "client_id").map(|(_, id)| shorten(id)).unwrap_or_default(),
        command: None,
        back: None,
        request_line: line.into(),
        request: shown(first.iter().map(|(key, value)| (key.as_str(), value.as_str()))),
    }
}

pub(crate) fn unknown_client(named: &str, known: &[ClientId], parameters: &Parameters, line: &'static str) -> AppProblem {
    let mut closest: Vec<_> = known.iter().map(ToString::to_string).collect();
    closest.sort_by_cached_key(|id| edit_distance(id, named));
    closest.truncate(3);
    AppProblem {
        code: "unknown_client",
        log: format!("{line}: no client has this client_id"),
        sent: Some(shorten(named)),
        registered: closest,
        client: shorten(named),
        command: Some("housekey client list".into()),
        back: None,
        request_line: line.into(),
        request: shown(parameters.iter()),
    }
}

pub(crate) fn redirect_uri(client: &Client, parameters: &Parameters, line: &'static str) -> AppProblem {
    let sent = parameters.get("redirect_uri");
    let mut registered: Vec<_> = client.entry.redirect_uris.iter().map(ToString::to_string).collect();
    registered.sort_by_cached_key(|uri| edit_distance(uri, sent.unwrap_or("")));
    // Only an address that could be registered is offered to be.
    let could = sent.filter(|uri| RedirectUri::parse(uri).is_ok());
    AppProblem {
        code: if sent.is_some() { "redirect_uri_mismatch" } else { "redirect_uri_missing" },
        log: format!("{line}: redirect_uri is not registered for {}", client.id),
        sent: sent.map(shorten),
        registered,
        client: client.id.to_string(),
        command: could.map(|uri| format!("housekey client edit {} --add-redirect-uri {uri}", client.id)),
        back: client.entry.initiate_login_uri.as_ref().map(|uri| (client.name().to_owned(), uri.to_string())),
        request_line: line.into(),
        request: shown(parameters.iter()),
    }
}

pub(crate) fn other_delivery(client: &Client, parameters: &Parameters, line: &'static str) -> AppProblem {
    AppProblem {
        code: "delivery_mismatch",
        log: format!("{line}: {} is not registered for token delivery", client.id),
        sent: Some("GET /sign-in?client_id=… (token delivery)".into()),
        registered: vec!["GET /authorize (code delivery)".into()],
        client: client.id.to_string(),
        command: Some(format!("housekey client edit {} --delivery token --first-party", client.id)),
        back: None,
        request_line: line.into(),
        request: shown(parameters.iter()),
    }
}

pub(crate) fn state_missing(client: &Client, parameters: &Parameters, line: &'static str) -> AppProblem {
    AppProblem {
        code: "state_missing",
        log: format!("{line}: state is missing, or longer than 4000 bytes"),
        sent: None,
        registered: Vec::new(),
        client: client.id.to_string(),
        command: None,
        back: None,
        request_line: line.into(),
        request: shown(parameters.iter()),
    }
}

pub(crate) async fn request_over(app: &App, clients: &Clients, parameters: &Parameters, line: &'static str) -> Result<AppProblem> {
    let client = clients.find(app, parameters.text("client_id")).await?;
    Ok(AppProblem {
        code: "request_over",
        log: format!("{line}: the pushed request is unknown, over or spent, or another client's"),
        sent: None,
        registered: Vec::new(),
        client: client.as_ref().map_or_else(|| shorten(parameters.text("client_id")), |client| client.id.to_string()),
        command: None,
        back: client.and_then(|client| Some((client.name().to_owned(), client.entry.initiate_login_uri.as_ref()?.to_string()))),
        request_line: line.into(),
        request: shown(parameters.iter()),
    })
}

/// The request as a developer recognises it, without what would let a reader of the page replay it.
fn shown<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<(String, String)> {
    const SECRET: [&str; 7] = ["request_uri", "state", "nonce", "code_challenge", "client_secret", "id_token_hint", "login_hint"];
    pairs
        .map(|(name, value)| {
            let value = if SECRET.contains(&name) { format!("… ({} characters)", value.chars().count()) } else { shorten(value) };
            (shorten(name), value)
        })
        .collect()
}

fn shorten(text: &str) -> String {
    let mut short: String = text.chars().filter(|c| !c.is_control()).take(300).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
