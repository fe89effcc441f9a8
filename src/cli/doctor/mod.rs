//! `housekey doctor`: why does it not work? One check, one sentence, one remedy. Configuration and database
//! have been found fine when this begins, or the command would have said what is wrong with them.

mod token;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::output::{Failure, Output};
use crate::app::App;
use crate::config::MethodName;
use crate::job;
use crate::mail::Transport;
use crate::upstream::{self, Upstream, Upstreams};

/// `doctor`
#[derive(Debug, Args)]
pub(super) struct Doctor {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Look at a token as a relying party does: one line a rule, and what it would answer. The token is kept nowhere.
    Token(Box<token::Token>),
}

/// Runs every check, or looks at a token.
pub(super) async fn run(doctor: Doctor, app: &App, output: &Output) -> Result<(), Failure> {
    match doctor.what {
        None => run_checks(app, output).await,
        Some(What::Token(token)) => token::run(&token, app, output).await,
    }
}

/// What a check found.
struct Finding {
    check: &'static str,
    fine: bool,
    says: String,
    remedy: Option<String>,
    facts: Value,
}

/// Runs every check. Ends with 1 if one of them found something.
async fn run_checks(app: &App, output: &Output) -> Result<(), Failure> {
    let mut findings = vec![database(app).await, relay(app).await, outbox(app).await?];
    let upstreams = Upstreams::new(&app.config);
    findings.extend(futures_util::future::join_all(upstreams.iter().map(|one| provider(app, one))).await);
    let line = |finding: &Finding| {
        let mark = if finding.fine { "ok  " } else { "FAIL" };
        let remedy = finding.remedy.as_ref().map(|remedy| format!("\n        help: {remedy}")).unwrap_or_default();
        format!("{mark}  {:<9} {}{remedy}", finding.check, finding.says)
    };
    let value = |finding: &Finding| json!({ "check": finding.check, "fine": finding.fine, "says": finding.says, "remedy": finding.remedy, "facts": finding.facts });
    output.say(&findings.iter().map(line).collect::<Vec<_>>().join("\n"), &Value::Array(findings.iter().map(value).collect()))?;
    match findings.iter().filter(|finding| !finding.fine).count() {
        0 => Ok(()),
        1 => Err(Failure::new("one check failed")),
        count => Err(Failure::new(format!("{count} checks failed"))),
    }
}

async fn database(app: &App) -> Finding {
    let fine = app.db.ping().await.is_ok() && app.db.is_current().await;
    let says = if fine { "answers, and its schema is this version's" } else { "does not answer" };
    Finding { check: "database", fine, says: says.into(), remedy: None, facts: json!({}) }
}

async fn relay(app: &App) -> Finding {
    let config = &app.config;
    let finding = |fine, says: String, remedy| Finding { check: "mail", fine, says, remedy, facts: json!({}) };
    let Some(relay) = &config.email.smtp else {
        let wanted = config.sign_in.methods.contains(&MethodName::Email) && !config.sends_letters();
        let says =
            if wanted { "email.smtp is empty: nobody can sign in, sign up or reset a password by mail" } else { "no relay is needed" };
        return finding(!wanted, says.into(), wanted.then(|| "set email.smtp, like smtps://user@smtp.example.com:465".to_owned()));
    };
    let tested = match Transport::new(&config.email, &config.issuer.host(), Transport::Nowhere) {
        Ok(transport) => transport.test().await,
        Err(error) => Err(error.to_string()),
    };
    match tested {
        Ok(()) => finding(true, format!("{}:{} takes letters from us", relay.host, relay.port), None),
        Err(why) => finding(false, format!("{}:{}: {why}", relay.host, relay.port), Some(remedy(&why))),
    }
}

async fn outbox(app: &App) -> Result<Finding, Failure> {
    let standing = job::letters(&app.db).await?;
    let fine = standing.failing == 0;
    let why = standing.last_error.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
    let says = format!("{} letters wait, {} of them failed before{why}", standing.waiting, standing.failing);
    let facts = json!({ "waiting": standing.waiting, "failing": standing.failing });
    Ok(Finding { check: "outbox", fine, says, remedy: standing.last_error.as_deref().map(remedy), facts })
}

/// Whether another login server can be asked. Whether it lets us in only a person can find out.
async fn provider(app: &App, upstream: &Upstream) -> Finding {
    let redirect_uri = upstream::redirect_uri(app, &upstream.id);
    let facts = json!({ "id": upstream.id, "redirect_uri": redirect_uri });
    let finding = |fine, says, remedy| Finding { check: "provider", fine, says, remedy: Some(remedy), facts };
    match upstream::probe(app, upstream).await {
        Ok(_) => {
            finding(true, format!("{}: people come back to {redirect_uri}", upstream.id), format!("housekey provider test {}", upstream.id))
        }
        Err(why) => {
            let remedy = why.hint(upstream, &redirect_uri).unwrap_or_else(|| "check its settings: housekey provider list".to_owned());
            finding(false, format!("{}: {why}", upstream.id), remedy)
        }
    }
}

/// What usually helps against what a relay says.
pub(super) fn remedy(why: &str) -> String {
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
