//! `housekey mail …`: what letters look like, and whether they arrive.

use clap::Subcommand;
use serde_json::json;

use super::output::{Failure, Output};
use crate::app::App;
use crate::job;
use crate::language::Language;
use crate::mail::{self, About, ChallengeLetter, Facts, Letter, Notice, NoticeLetter, Transport, Undelivered, envelope};
use crate::types::{EmailAddress, JobId};

/// Letters.
#[derive(Debug, Subcommand)]
pub(super) enum MailCommand {
    /// Send a letter through the relay, now, and say what came of it.
    Test {
        /// To whom.
        to: String,
    },
    /// Print a letter as people get it. Without a name, list the names.
    Preview {
        /// Which letter.
        name: Option<String>,
        /// The HTML part instead of the plain text.
        #[arg(long)]
        html: bool,
    },
    /// Say how the outbox stands.
    Queue,
}

const NAMES: &[&str] = &[
    "sign-in",
    "step-up",
    "sign-up",
    "already-registered",
    "reset-password",
    "reset-no-password",
    "add-address",
    "change-primary-address",
    "sign-ups-closed",
    "address-taken",
    "locked",
    "password-changed",
    "address-added",
    "address-removed",
    "address-changed",
    "new-sign-in",
    "signed-out-by-us",
];

/// Runs the command.
pub(super) async fn run(command: MailCommand, app: &App, output: &Output) -> Result<(), Failure> {
    match command {
        MailCommand::Test { to } => test(app, &to, output).await,
        MailCommand::Preview { name: None, .. } => output.say(&NAMES.join("\n"), &json!(NAMES)),
        MailCommand::Preview { name: Some(name), html } => preview(app, &name, html, output),
        MailCommand::Queue => queue(app, output).await,
    }
}

async fn test(app: &App, to: &str, output: &Output) -> Result<(), Failure> {
    let to = EmailAddress::parse(to).map_err(|why| Failure::asked_wrongly(format!("{to}: {why}")))?;
    let host = app.config.issuer.host();
    let transport = Transport::new(&app.config.email, &host, Transport::Nowhere)?;
    let now = app.clock.now();
    let letter = letter(app, "sign-in").ok_or_else(|| Failure::new("there is no such letter"))?;
    let mut letter = envelope(app, &to, (now, now), letter.as_ref())?;
    letter.subject = format!("Test of {}", app.config.issuer);
    let id = JobId(app.random.uuid(now));
    match transport.send(&letter, id, &host).await {
        Ok(()) => output.say(
            &format!(
                "The relay took a letter to {to}. Look at it there: a link that does not begin with {} was rewritten on the way.",
                app.config.issuer
            ),
            &json!({ "status": "sent", "to": to.to_string() }),
        ),
        Err(why) => {
            let (Undelivered::Down(why) | Undelivered::Later(why) | Undelivered::Never(why)) = why;
            Err(Failure::new(format!("the letter did not go: {why}")).with_remedy(crate::doctor::against_relay(&why)))
        }
    }
}

fn preview(app: &App, name: &str, html: bool, output: &Output) -> Result<(), Failure> {
    let letter = letter(app, name).ok_or_else(|| Failure::asked_wrongly(format!("{name} is no letter: one of {}", NAMES.join(", "))))?;
    let (subject, text, page) = (letter.subject(), letter.text()?, letter.html()?);
    let shown = if html { page.clone() } else { format!("Subject: {subject}\n\n{text}") };
    output.say(&shown, &json!({ "subject": subject, "text": text, "html": page }))
}

/// A letter with made-up facts, in the operator's own look and words.
fn letter(app: &App, name: &str) -> Option<Box<dyn Letter>> {
    let page = mail::page(app, None, Language::default());
    let now = app.clock.now();
    let facts = Facts { browser: "Firefox on Linux".into(), at: now, until: now + std::time::Duration::from_mins(15), tag: "HX-47".into() };
    let to = EmailAddress::parse("maya@okafor.example").ok()?;
    let new = EmailAddress::parse("maya@new.example").ok()?;
    let href = app.config.issuer.join("/l/7Qm2xV4nTtZ0r8cJpYd1Bg");
    let notice = match name {
        "sign-ups-closed" => Some(Notice::SignUpClosed),
        "address-taken" => Some(Notice::AddressTaken),
        "locked" => Some(Notice::Barred),
        "password-changed" => Some(Notice::PasswordChanged),
        "address-added" => Some(Notice::AddressAdded(new.to_string())),
        "address-removed" => Some(Notice::AddressRemoved(new.to_string())),
        "address-changed" => Some(Notice::PrimaryChanged(new.to_string())),
        "connected" => Some(Notice::IdentityLinked("Google".into())),
        "disconnected" => Some(Notice::IdentityUnlinked("Google".into())),
        "new-sign-in" => Some(Notice::NewSignIn),
        "signed-out-by-us" => Some(Notice::Revoked),
        _ => None,
    };
    if let Some(notice) = notice {
        return Some(Box::new(NoticeLetter::new(&page, facts, notice)));
    }
    let about = match name {
        "sign-in" => About::SignIn,
        "step-up" => About::StepUp,
        "sign-up" => About::SignUp,
        "already-registered" => About::Existing,
        "reset-password" => About::Reset,
        "reset-no-password" => About::NoPassword,
        "add-address" => About::AddAddress,
        "change-primary-address" => About::ChangePrimary(new),
        _ => return None,
    };
    let href = (about != About::StepUp).then_some(href);
    Some(Box::new(ChallengeLetter::new(&page, facts, about, &to, ("482913".to_owned(), href))))
}

async fn queue(app: &App, output: &Output) -> Result<(), Failure> {
    let standing = job::letters(&app.db).await?;
    let since = standing.oldest.map(|at| format!(", the oldest since {}", at.rfc3339())).unwrap_or_default();
    let why = standing.last_error.as_ref().map(|why| format!("\n  {why}")).unwrap_or_default();
    let text = format!("{} waiting, {} of them failed before{since}{why}", standing.waiting, standing.failing);
    let oldest = standing.oldest.map(crate::types::UnixMillis::rfc3339);
    output.say(
        &text,
        &json!({ "waiting": standing.waiting, "failing": standing.failing, "oldest": oldest, "last_error": standing.last_error }),
    )
}
