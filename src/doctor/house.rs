//! What the server itself needs: its database, its mail relay, its outbox, other login servers.

use futures_util::future::join_all;
use serde_json::json;

use super::Finding;
use crate::app::App;
use crate::config::MethodName;
use crate::error::Result;
use crate::job;
use crate::mail::Transport;
use crate::upstream::{self, Upstream, Upstreams};

/// Looks at all of it.
pub async fn house(app: &App) -> Result<Vec<Finding>> {
    let mut findings = vec![database(app).await, relay(app).await, outbox(app).await?];
    findings.extend(super::passkeys::passkeys(app).await);
    let upstreams = Upstreams::new(&app.config);
    findings.extend(join_all(upstreams.iter().map(|one| provider(app, one))).await);
    Ok(findings)
}

async fn database(app: &App) -> Finding {
    if app.db.ping().await.is_ok() && app.db.is_current().await {
        return Finding::fine("database", "answers, and its schema is this version's");
    }
    Finding::broken("database", "does not answer", "check `database` and `data_dir`: housekey config print")
}

async fn relay(app: &App) -> Finding {
    let config = &app.config;
    let Some(relay) = &config.email.smtp else {
        if !config.sign_in.methods.contains(&MethodName::Email) || config.sends_letters() {
            return Finding::fine("mail", "no relay is needed");
        }
        let says = "email.smtp is empty: nobody can sign in, sign up or reset a password by mail";
        return Finding::broken("mail", says, "set email.smtp, like smtps://user@smtp.example.com:465");
    };
    let tested = match Transport::new(&config.email, &config.issuer.host(), Transport::Nowhere) {
        Ok(transport) => transport.test().await,
        Err(error) => Err(error.to_string()),
    };
    match tested {
        Ok(()) => Finding::fine("mail", format!("{}:{} takes letters from us", relay.host, relay.port)),
        Err(why) => Finding::broken("mail", format!("{}:{}: {why}", relay.host, relay.port), against_relay(&why)),
    }
}

async fn outbox(app: &App) -> Result<Finding> {
    let standing = job::letters(&app.db).await?;
    let facts = json!({ "waiting": standing.waiting, "failing": standing.failing });
    let says = format!("{} letters wait, {} of them failed before", standing.waiting, standing.failing);
    let finding = match standing.last_error {
        Some(why) if standing.failing > 0 => Finding::broken("outbox", format!("{says}: {why}"), against_relay(&why)),
        _ if standing.failing > 0 => Finding::broken("outbox", says, "housekey mail queue"),
        _ => Finding::fine("outbox", says),
    };
    Ok(finding.with(facts))
}

/// Whether another login server can be asked. Whether it lets us in only a person can find out.
async fn provider(app: &App, upstream: &Upstream) -> Finding {
    let redirect_uri = upstream::redirect_uri(app, &upstream.id);
    let finding = match upstream::probe(app, upstream).await {
        Ok(_) => {
            let mut finding = Finding::fine("provider", format!("{}: people come back to {redirect_uri}", upstream.id));
            finding.remedy = Some(format!("housekey provider test {}", upstream.id));
            finding
        }
        Err(why) => {
            let remedy = why.hint(upstream, &redirect_uri).unwrap_or_else(|| "check its settings: housekey provider list".to_owned());
            Finding::broken("provider", format!("{}: {why}", upstream.id), remedy)
        }
    };
    finding.with(json!({ "id": upstream.id, "redirect_uri": redirect_uri }))
}

/// What usually helps against what a relay says.
pub fn against_relay(why: &str) -> String {
    let lower = why.to_lowercase();
    let remedy = if why.contains("535") || why.contains("530") || why.contains("534") {
        "check the user in email.smtp and HOUSEKEY_EMAIL__SMTP_PASSWORD"
    } else if lower.contains("certificate") {
        "the relay's certificate must bear the name in email.smtp; for an authority of your own set email.smtp_ca"
    } else if lower.contains("refused") || lower.contains("timed out") || lower.contains("resolve") || lower.contains("lookup") {
        "check host and port in email.smtp, and whether this machine may reach them"
    } else if lower.contains("starttls") {
        "the relay offers no STARTTLS on this port: use smtps:// and its port, often 465"
    } else {
        "the relay's own words are above; letters wait in the outbox until their code expires"
    };
    remedy.to_owned()
}
