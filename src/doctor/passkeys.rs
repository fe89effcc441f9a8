//! What passkeys belong to, and what follows from it: they cannot be moved.

use serde_json::{Value, json};

use super::Finding;
use super::site::Site;
use crate::app::App;
use crate::config::{Config, Reach};
use crate::http_client::HttpClient;

const CHECK: &str = "passkeys";

/// What there is to know; nothing where none are offered.
pub async fn passkeys(app: &App) -> Option<Finding> {
    if !app.config.offers_passkeys() {
        return None;
    }
    let elsewhere = app.config.passkeys.reach(&app.config.issuer) == Reach::Elsewhere;
    let said = if elsewhere { Some(related(&app.config).await) } else { None };
    Some(finding(&app.config, said.as_ref()))
}

/// What the domain says of who else may use its passkeys (WebAuthn §5.11).
async fn related(config: &Config) -> Result<Vec<String>, String> {
    let address = format!("https://{}/.well-known/webauthn", config.passkeys.rp_id);
    let answer = HttpClient::outsider(config).get(&address).await.map_err(|why| why.to_string())?;
    let document: Value = serde_json::from_slice(answer.body()).map_err(|_| format!("{address} is no JSON document"))?;
    let origins = document["origins"].as_array().ok_or_else(|| format!("{address} has no origins"))?;
    Ok(origins.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

fn finding(config: &Config, said: Option<&Result<Vec<String>, String>>) -> Finding {
    let (rp_id, issuer) = (&config.passkeys.rp_id, &config.issuer);
    let ours = issuer.origin();
    let finding = match config.passkeys.reach(issuer) {
        Reach::Host => {
            let says = format!("they belong to {rp_id}: no other page can ask for them, and they end with this address");
            let domain = Site::of(&ours).domain;
            if domain == *rp_id || issuer.is_loopback() {
                Finding::fine(CHECK, says)
            } else {
                let remedy = format!(
                    "to let them outlive a move to another host of {domain}, set passkeys.rp_id = \"{domain}\" before the first is made; \
                     every page of {domain} could then ask for them"
                );
                Finding::note(CHECK, says, remedy)
            }
        }
        Reach::Above => {
            let says = format!("they belong to {rp_id}: they outlive a move within it, and every page of it can ask for them");
            let endpoints = issuer.join("/.well-known/passkey-endpoints");
            let remedy = format!("password managers look at https://{rp_id}/.well-known/passkey-endpoints: send them on to {endpoints}");
            Finding::note(CHECK, says, remedy)
        }
        Reach::Elsewhere => match said {
            Some(Ok(origins)) if origins.iter().any(|origin| origin == ours.as_str()) => {
                Finding::fine(CHECK, format!("they belong to {rp_id}, which says that {ours} may use them"))
            }
            said => {
                let why = match said {
                    Some(Err(why)) => why.clone(),
                    _ => format!("https://{rp_id}/.well-known/webauthn does not name {ours}"),
                };
                let document = json!({ "origins": [ours.as_str()] });
                let remedy = format!("serve {document} at https://{rp_id}/.well-known/webauthn, as application/json");
                Finding::broken(CHECK, format!("they belong to {rp_id}, and browsers refuse them here: {why}"), remedy)
            }
        },
    };
    finding.with(json!({ "rp_id": rp_id, "origin": ours.as_str() }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Mark;
    use crate::doctor::sample::house;

    #[test]
    fn each_domain_has_its_price() {
        let look = |issuer: &str, rp_id: &str, said: Option<&Result<Vec<String>, String>>| {
            let rp_id = if rp_id.is_empty() { String::new() } else { format!("[passkeys]\nrp_id = \"{rp_id}\"\n") };
            let found = finding(&house(issuer, &rp_id).0, said);
            (found.mark, format!("{} {}", found.says, found.remedy.unwrap_or_default()))
        };
        let (mark, says) = look("https://auth.example.com", "", None);
        assert!(mark == Mark::Note && says.contains("belong to auth.example.com") && says.contains("rp_id = \"example.com\""), "{says}");
        assert_eq!(look("https://example.com", "", None).0, Mark::Fine);
        let (mark, says) = look("https://auth.example.com", "example.com", None);
        assert!(mark == Mark::Note && says.contains("https://example.com/.well-known/passkey-endpoints"), "{says}");
        let here = Ok(vec!["https://auth.example.com".to_owned()]);
        assert_eq!(look("https://auth.example.com", "old.example", Some(&here)).0, Mark::Fine);
        for said in [Ok(vec!["https://example.com".to_owned()]), Ok(Vec::new()), Err("no answer".to_owned())] {
            let (mark, says) = look("https://auth.example.com", "old.example", Some(&said));
            assert!(mark == Mark::Broken && says.contains("https://old.example/.well-known/webauthn"), "{says}");
        }
    }
}
