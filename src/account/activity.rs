//! What happened to an account lately, in words: the part of the audit log that its person understands.

use std::time::Duration;

use serde_json::Value;

use crate::app::App;
use crate::audit;
use crate::error::Result;
use crate::oidc::Clients;
use crate::page::{Page, ProviderButton};
use crate::types::{UnixMillis, UserId, Words};

/// How far back it goes.
const KEPT: Duration = Duration::from_hours(24 * 90);
/// How many events are looked at, and how many are shown.
const LOOKED_AT: u64 = 500;
const SHOWN: usize = 50;

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct Happened {
    /// When.
    pub at: UnixMillis,
    /// What.
    pub what: Words,
    /// From which network address, if a person or a program did it.
    pub address: Option<String>,
}

impl Happened {
    /// As a sentence.
    pub fn say(&self, page: &Page) -> String {
        page.words(&self.what)
    }
}

/// The latest first. Providers and clients are called what people call them.
pub(super) async fn of(app: &App, (providers, clients): (&[ProviderButton], &Clients), user: UserId) -> Result<Vec<Happened>> {
    let since = app.clock.now() - KEPT;
    let lines = audit::list_of_user(app.db.read(), user, LOOKED_AT).await?;
    let mut said = Vec::new();
    for line in lines.into_iter().take_while(|line| line.at >= since) {
        let data = serde_json::from_str::<Value>(&line.data).unwrap_or_default();
        let Some(key) = key(&line.name, &data) else { continue };
        let client = match &line.client {
            Some(client) => clients.name_of(app, client).await?,
            None => String::new(),
        };
        let provider = data["provider"].as_str().unwrap_or_default();
        let provider = providers.iter().find(|button| button.id == provider).map_or(provider, |button| &button.name);
        let what = Words::new(key).with("client", client).with("provider", provider);
        said.push(Happened { at: line.at, what, address: line.address });
        if said.len() == SHOWN {
            break;
        }
    }
    Ok(said)
}

/// What is said of an event, if anything is: the rest is for operators.
fn key(event: &str, data: &Value) -> Option<&'static str> {
    Some(match event {
        "user.created" => "activity-created",
        "user.renamed" => "activity-renamed",
        "user.data_exported" => "activity-exported",
        "user.departure_begun" => "activity-leaving",
        "user.departure_cancelled" => "activity-stayed",
        "user.locked" => "activity-locked",
        "user.unlocked" => "activity-unlocked",
        "user.reclaimed" => "activity-reclaimed",
        "session.started" => signed_in(data),
        "session.renewed" => "activity-confirmed",
        "session.ended" => "activity-signed-out",
        "password.refused" => "activity-wrong-password",
        "password.locked" => "activity-password-locked",
        "password.changed" => "activity-password",
        "password.removed" => "activity-password-gone",
        "passkey.added" => "activity-passkey",
        "passkey.renamed" => "activity-passkey-renamed",
        "passkey.removed" => "activity-passkey-gone",
        "passkey.refused" => "activity-passkey-refused",
        "two_step.turned_on" => "activity-two-step-on",
        "two_step.turned_off" => "activity-two-step-off",
        "two_step.refused" => "activity-two-step-wrong",
        "recovery_code.used" => "activity-recovery",
        "recovery_codes.renewed" => "activity-codes",
        "email_challenge.sent" => "activity-letter",
        "email_challenge.cancelled" => "activity-letter-cancelled",
        "email.verified" => "activity-verified",
        "email.added" => "activity-email-added",
        "email.removed" => "activity-email-removed",
        "email.changed" => "activity-email",
        "email.replacement_begun" => "activity-email-begun",
        "email.replacement_refused" => "activity-email-kept",
        "identity.linked" => "activity-linked",
        "identity.unlinked" => "activity-unlinked",
        "access.allowed" => "activity-allowed",
        "access.withdrawn" => "activity-withdrawn",
        "device.approved" => "activity-device",
        "refresh_token.reused" | "code.reused" => "activity-reused",
        _ => return None,
    })
}

fn signed_in(data: &Value) -> &'static str {
    let by = |name: &str| data["methods"].as_array().is_some_and(|methods| methods.iter().any(|method| method == name));
    match () {
        () if by("passkey") => "activity-in-passkey",
        () if by("totp") || by("recovery_code") => "activity-in-two-steps",
        () if by("password") => "activity-in-password",
        () if by("upstream") => "activity-in-provider",
        () => "activity-in-mail",
    }
}

/// For looking at.
pub(super) fn samples() -> Vec<Happened> {
    let at = UnixMillis(1_772_548_200_000);
    let of = |hours: u64, what: Words| Happened {
        at: at - Duration::from_hours(hours),
        what,
        address: Some(if hours > 30 { "2001:db8:85a3::8a2e:370:7334" } else { "203.0.113.7" }.into()),
    };
    vec![
        of(0, "activity-in-passkey".into()),
        of(15, "activity-letter".into()),
        of(27, "activity-passkey".into()),
        of(50, Words::new("activity-linked").with("provider", "Google")),
        of(80, Words::new("activity-allowed").with("client", "Tidewater")),
        of(400, "activity-in-two-steps".into()),
    ]
}
