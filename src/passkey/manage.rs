//! A person's passkeys: one more, one less.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use webauthn_rs::prelude::{AuthenticationResult, Passkey, PasskeyRegistration, RegisterPublicKeyCredential};
use zeroize::Zeroizing;

use super::ceremony::is_ours;
use super::{Begun, Ceremony, provider};
use crate::app::App;
use crate::audit::Event;
use crate::config::Config;
use crate::credential::{self, Kind, NewCredential};
use crate::error::{Error, Result};
use crate::form::Browser;
use crate::mail;
use crate::spent;
use crate::types::{CredentialId, Envelope, UnixMillis, UserId};
use crate::user::Person;
use crate::work::Work;

/// The most that a person has.
pub const MOST: u64 = 100;

/// A passkey as its row keeps it.
#[derive(Serialize, Deserialize)]
pub struct Kept {
    /// The public key, its counter and its flags.
    pub passkey: Passkey,
    /// What keeps it.
    pub provider: Option<String>,
}

/// A passkey as a list shows it.
pub struct Listed {
    /// Which way in.
    pub id: CredentialId,
    /// What its authenticator calls it, in base64url.
    pub key: String,
    /// What its person calls it, if they call it anything.
    pub name: Option<String>,
    /// What keeps it, if we know.
    pub provider: Option<String>,
    /// Whether it is on more than one device.
    pub synced: bool,
    /// Since when.
    pub since: UnixMillis,
    /// When it was used last.
    pub last_used_at: Option<UnixMillis>,
}

impl Kept {
    /// As the row keeps it.
    pub fn read(data: &[u8]) -> Result<Self> {
        serde_json::from_slice(data).map_err(|error| Error::broken("a passkey cannot be read", error))
    }

    /// As the row keeps it.
    pub fn write(&self) -> Result<Zeroizing<Vec<u8>>> {
        serde_json::to_vec(self).map(Zeroizing::new).map_err(|error| Error::broken("a passkey cannot be written", error))
    }

    /// With its counter and flags as they were seen last.
    #[must_use]
    pub fn after(mut self, proof: &AuthenticationResult) -> Self {
        self.passkey.update_credential(proof);
        self
    }

    /// Whether it is on more than one device.
    fn is_synced(&self) -> bool {
        // The library tells it only of what was just shown.
        serde_json::to_value(&self.passkey).is_ok_and(|value| value["cred"]["backup_state"] == Value::Bool(true))
    }
}

/// What a row is found by: identifiers of keys may have a thousand bytes.
pub(super) fn lookup_key(id: &[u8]) -> Vec<u8> {
    digest(&SHA256, id).as_ref().to_vec()
}

/// A person's passkeys, in the order in which they came.
pub async fn list(app: &App, user: UserId) -> Result<Vec<Listed>> {
    let rows = credential::list(app.db.read(), &app.crypto, user, Kind::Passkey).await?;
    let read = |row: credential::Listed| -> Result<Listed> {
        let kept = Kept::read(&row.data)?;
        let (synced, key) = (kept.is_synced(), URL_SAFE_NO_PAD.encode(kept.passkey.cred_id()));
        let name = Some(row.label).filter(|label| !label.is_empty());
        Ok(Listed { id: row.id, key, name, provider: kept.provider, synced, since: row.created_at, last_used_at: row.last_used_at })
    };
    rows.into_iter().map(read).collect()
}

/// Which passkeys a person has and what they are called, as a password manager is told (WebAuthn §5.1.10,
/// `signalAllAcceptedCredentials` and `signalCurrentUserDetails`).
pub fn signal(app: &App, person: &Person, listed: &[Listed]) -> Value {
    let ids: Vec<_> = listed.iter().map(|one| one.key.as_str()).collect();
    let (name, display) = names(person);
    json!({
        "rpId": app.config.passkeys.rp_id,
        "userId": URL_SAFE_NO_PAD.encode(person.id.0.as_bytes()),
        "allAcceptedCredentialIds": ids,
        "name": name,
        "displayName": display,
    })
}

/// What an authenticator calls a person: by their address, and as they want to be called.
fn names(person: &Person) -> (String, String) {
    let name = person.email.as_ref().map_or_else(|| person.id.to_string(), ToString::to_string);
    let display = person.name.clone().unwrap_or_else(|| name.clone());
    (name, display)
}

/// Asks for a new one, which is none of those that there are.
pub async fn begin(app: &App, ceremony: &Ceremony, browser: &Browser, person: &Person) -> Result<Value> {
    let rows = credential::list(app.db.read(), &app.crypto, person.id, Kind::Passkey).await?;
    let known = rows.iter().map(|row| Ok(Kept::read(&row.data)?.passkey.cred_id().clone())).collect::<Result<_>>()?;
    let (name, display) = names(person);
    ceremony.ask_for_new(app, (browser, person.id), (&name, &display), known)
}

/// What came of a new passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It opens the account from now on.
    Yes,
    /// It proves nothing, or was used before.
    Refused,
    /// There are too many.
    TooMany,
}

/// A passkey to be.
pub struct NewPasskey<'a> {
    /// Whose.
    pub user: UserId,
    /// What was asked.
    pub begun: Begun<PasskeyRegistration>,
    /// The answer.
    pub response: &'a RegisterPublicKeyCredential,
    /// What the page's script says of the model. Only its name follows from it.
    pub authenticator_data: &'a [u8],
    /// What the mailboxes are told.
    pub notices: &'a [Envelope],
}

/// Adds it.
pub async fn add((config, ceremony): (&Config, &Ceremony), work: &mut Work<'_>, new: NewPasskey<'_>) -> Result<Added> {
    let NewPasskey { user, begun, response, authenticator_data, notices } = new;
    if !is_ours(config, &response.response.client_data_json) {
        return Ok(Added::Refused);
    }
    let Ok(passkey) = ceremony.webauthn().finish_passkey_registration(response, &begun.asked) else { return Ok(Added::Refused) };
    if !spent::spend(work, (begun.id, begun.until)).await? {
        return Ok(Added::Refused);
    }
    credential::lock(work, user).await?;
    if credential::count(work.db(), user, Kind::Passkey).await? >= MOST {
        return Ok(Added::TooMany);
    }
    let lookup_key = lookup_key(passkey.cred_id());
    let kept = Kept { passkey, provider: provider::name(authenticator_data).map(str::to_owned) };
    let new = NewCredential { user, kind: Kind::Passkey, label: "", lookup_key, data: &kept.write()? };
    // One key opens one account.
    if credential::insert(work, new).await?.is_none() {
        return Ok(Added::Refused);
    }
    work.record(Event::PasskeyAdded { user });
    mail::post(work, notices)?;
    Ok(Added::Yes)
}

/// Calls one something else, or what keeps it.
pub async fn rename(work: &mut Work<'_>, user: UserId, id: CredentialId, name: &str) -> Result<()> {
    if credential::relabel(work, (user, Kind::Passkey), id, name).await? {
        work.record(Event::PasskeyRenamed { user });
    }
    Ok(())
}

/// Takes one away; says whether it was there.
pub async fn remove(work: &mut Work<'_>, user: UserId, id: CredentialId, notices: &[Envelope]) -> Result<bool> {
    let removed = credential::remove(work, (user, Kind::Passkey), id).await?;
    if removed {
        work.record(Event::PasskeyRemoved { user });
        mail::post(work, notices)?;
    }
    Ok(removed)
}
