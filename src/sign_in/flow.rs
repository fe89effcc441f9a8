//! One journey of one tab: what was asked for, and what has been said so far. It travels sealed
//! through URLs and hidden fields, so that looking at a page writes nothing and two tabs never clash.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Asked, Destination, Proved};
use crate::app::App;
use crate::error::{Error, Result};
use crate::form::Browser;
use crate::types::{ChallengeId, ClientId, CredentialId, EmailAddress, FlowId, PendingIdentityId, ProviderId, SessionId, UnixMillis};

const LIFETIME: Duration = Duration::from_hours(1);
/// A sealed flow is a URL parameter; nothing we make comes near this.
const LONGEST: usize = 16 * 1024;

/// A journey, opened.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Flow {
    /// Its name, for rows that belong to it.
    pub id: FlowId,
    /// Since when.
    pub began: UnixMillis,
    /// Where it leads.
    pub destination: Destination,
    /// The address that was typed, as it was typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// The session whose person has allowed what the app asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_by: Option<SessionId>,
    /// The session whose person has said that it is the account to go on with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen: Option<SessionId>,
    /// The person has refused what the app asked for.
    #[serde(default)]
    pub refused: bool,
    /// The letter that this journey waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<ChallengeId>,
    /// The letter that allows a new password to be chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery: Option<ChallengeId>,
    /// What a provider said of the person, who has yet to prove which account is theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<PendingIdentityId>,
    /// The identity that has just opened an account, because their addresses are the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linked: Option<CredentialId>,
    /// The provider that has just vouched for the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<ProviderId>,
    /// What the person has proved, who is asked for a second step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proved: Option<Proved>,
    /// It ended in another browser than it began in: the app there knows nothing of it.
    #[serde(default)]
    pub elsewhere: bool,
    browser: [u8; 16],
}

impl Flow {
    /// Begins a journey in this browser.
    pub fn begin(app: &App, browser: &Browser, destination: Destination) -> Self {
        Self::of(app, browser.binding(), destination)
    }

    /// A journey for whoever opens it: only its destination counts.
    pub fn for_anybody(app: &App, destination: Destination) -> Self {
        Self::of(app, app.random.bytes(), destination)
    }

    fn of(app: &App, browser: [u8; 16], destination: Destination) -> Self {
        let began = app.clock.now();
        Self {
            id: FlowId(app.random.uuid(began)),
            began,
            address: destination.app().and_then(|request| request.login_hint.clone()),
            destination,
            allowed_by: None,
            chosen: None,
            refused: false,
            challenge: None,
            recovery: None,
            pending: None,
            linked: None,
            by: None,
            proved: None,
            elsewhere: false,
            browser,
        }
    }

    /// The journey that a letter was asked for in, as its row keeps it.
    pub fn recall(app: &App, browser: &Browser, kept: &[u8]) -> Self {
        let kept: Option<Self> = serde_json::from_slice(kept).ok();
        match kept {
            Some(flow) if crate::crypto::equal(&flow.browser, &browser.binding()) => flow,
            Some(flow) => Self { elsewhere: true, ..Self::begin(app, browser, flow.destination) },
            None => Self::begin(app, browser, Destination::Account),
        }
    }

    /// The journey as a row keeps it.
    pub fn keep(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self).map_err(|error| Error::broken("a flow cannot be written", error))
    }

    /// Opens a journey that a page carried. One of another browser loses everything but its
    /// destination: a link somebody was sent must not continue what the sender began.
    pub fn open(app: &App, browser: &Browser, sealed: &str) -> Result<Self> {
        if sealed.len() > LONGEST {
            return Err(Error::STALE);
        }
        let opened = app.crypto.open_flow(sealed).map_err(|_| Error::STALE)?;
        let flow: Self = serde_json::from_slice(&opened).map_err(|_| Error::STALE)?;
        if app.clock.now().since(flow.began) > LIFETIME {
            // What the app asked for is not lost: the same journey, begun again.
            let again = Self::begin(app, browser, flow.destination).seal(app)?;
            return Err(Error::Stale { flow: Some(again) });
        }
        if crate::crypto::equal(&flow.browser, &browser.binding()) {
            return Ok(flow);
        }
        Ok(Self::begin(app, browser, flow.destination))
    }

    /// The journey as a page carries it.
    pub fn seal(&self, app: &App) -> Result<String> {
        app.crypto.seal_flow(&self.keep()?)
    }

    /// The address that was typed, if it is one.
    pub fn address(&self) -> Option<EmailAddress> {
        self.address.as_deref().and_then(|text| EmailAddress::parse(text).ok())
    }

    /// What was typed for an address.
    pub fn typed(&self) -> &str {
        self.address.as_deref().unwrap_or("")
    }

    /// Notes the address.
    #[must_use]
    pub fn with_address(mut self, address: &EmailAddress) -> Self {
        self.address = Some(address.to_string());
        self
    }

    /// Notes which letter it waits for now.
    #[must_use]
    pub fn awaiting(mut self, challenge: ChallengeId) -> Self {
        self.challenge = Some(challenge);
        self
    }

    /// Notes that a letter has allowed a new password.
    #[must_use]
    pub fn recovering(mut self, challenge: ChallengeId) -> Self {
        (self.challenge, self.recovery) = (None, Some(challenge));
        self
    }

    /// Notes what a provider said of the person.
    #[must_use]
    pub fn pending(mut self, identity: PendingIdentityId) -> Self {
        self.pending = Some(identity);
        self
    }

    /// Notes which provider has vouched for the person.
    #[must_use]
    pub fn by(mut self, provider: &ProviderId) -> Self {
        self.by = Some(provider.clone());
        self
    }

    /// Notes which identity has just opened an account.
    #[must_use]
    pub fn linked(mut self, identity: CredentialId) -> Self {
        self.linked = Some(identity);
        self
    }

    /// Notes what has been proved so far.
    #[must_use]
    pub fn proved(mut self, proved: Proved) -> Self {
        self.proved = Some(proved);
        self
    }

    /// Without what was proved: it has led to a session, or counts no more.
    #[must_use]
    pub fn unproved(mut self) -> Self {
        self.proved = None;
        self
    }

    /// Without questions about identities: they were answered.
    #[must_use]
    pub fn settled(mut self) -> Self {
        (self.pending, self.linked) = (None, None);
        self
    }

    /// Notes which session's person has allowed what the app asked for.
    #[must_use]
    pub fn allowed(mut self, session: SessionId) -> Self {
        self.allowed_by = Some(session);
        self
    }

    /// Notes which session's account it is to go on with.
    #[must_use]
    pub fn chosen(mut self, session: SessionId) -> Self {
        self.chosen = Some(session);
        self
    }

    /// Notes that the person has refused.
    #[must_use]
    pub fn refused(mut self) -> Self {
        self.refused = true;
        self
    }

    /// What it asks beside coming in.
    pub fn asked(&self) -> Asked {
        Asked::by(&self.destination)
    }

    /// The app it leads to.
    pub fn client(&self) -> Option<&ClientId> {
        self.destination.client()
    }
}
