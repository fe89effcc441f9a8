//! Who a person is at another login server: a way in that somebody else vouches for. Known by provider, issuer and
//! subject together, and by nothing that can change hands.

mod last_way_in;
mod pending;

use sea_orm::ConnectionTrait;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

pub use last_way_in::{WaysIn, may_remove};
pub(crate) use pending::tables;
pub use pending::{forget, look, put, remove_expired, spend};

use crate::audit::Event;
use crate::credential::{self, Credential, Kind, NewCredential};
use crate::crypto::{Crypto, Purpose};
use crate::error::{Error, Result};
use crate::types::{CredentialId, ProviderId, UnixMillis, UserId};
use crate::work::Work;

/// Who somebody is there.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Identity {
    /// Which provider.
    pub provider: ProviderId,
    /// Who vouches: the issuer, or where the token endpoint is. A provider that moves is another one.
    pub realm: String,
    /// Stable, and never given to anybody else.
    pub subject: String,
    /// The address that it has there, as it was given. May change; nothing is looked up by it.
    pub email: Option<String>,
    /// What to call them.
    pub name: Option<String>,
    /// What they are called there.
    pub username: Option<String>,
    /// The provider's tokens, if they are kept.
    pub tokens: Option<Kept>,
}

/// A provider's tokens, as they are kept: always sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Kept {
    /// For its API.
    #[serde(serialize_with = "revealed")]
    pub access: SecretString,
    /// For a new one.
    #[serde(serialize_with = "revealed_if_any")]
    pub refresh: Option<SecretString>,
    /// When the former ends, if it was said.
    pub expires_at: Option<UnixMillis>,
    /// What they are good for.
    pub scope: Option<String>,
}

/// One of a person's identities.
pub struct Linked {
    /// Which way in.
    pub id: CredentialId,
    /// Who they are there.
    pub identity: Identity,
    /// Since when.
    pub since: UnixMillis,
    /// When it was used last.
    pub last_used_at: Option<UnixMillis>,
}

impl Identity {
    /// What a person would recognise it by.
    pub fn label(&self) -> Option<&str> {
        self.email.as_deref().or(self.username.as_deref()).or(self.name.as_deref())
    }

    /// What is known now, in the place of what was. Some say a name, or give a token for refreshing, only the first time.
    #[must_use]
    pub fn after(mut self, before: Self) -> Self {
        self.name = self.name.or(before.name);
        if let (Some(now), Some(then)) = (&mut self.tokens, before.tokens) {
            now.refresh = now.refresh.take().or(then.refresh);
        }
        self
    }

    /// The lookup key: the same for this person at this provider and for nobody else.
    fn key(&self, crypto: &Crypto) -> Vec<u8> {
        let parts = [self.provider.as_str().as_bytes(), self.realm.as_bytes(), self.subject.as_bytes()];
        crypto.mark(Purpose::Identity, &parts).to_vec()
    }

    /// As a row keeps it.
    pub fn keep(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self).map_err(|error| Error::broken("an identity cannot be written", error))
    }

    /// From a row.
    pub fn read(kept: &[u8]) -> Result<Self> {
        serde_json::from_slice(kept).map_err(|error| Error::broken("an identity cannot be read", error))
    }
}

/// Whose identity this is, if anybody's.
pub async fn find(db: &impl ConnectionTrait, crypto: &Crypto, identity: &Identity) -> Result<Option<(UserId, Credential)>> {
    credential::find_by_key(db, crypto, Kind::Upstream, &identity.key(crypto)).await
}

/// Gives a person this identity; nothing if somebody has it.
pub async fn link(work: &mut Work<'_>, user: UserId, identity: &Identity) -> Result<Option<CredentialId>> {
    let (key, data) = (identity.key(work.crypto()), identity.keep()?);
    let new = NewCredential { user, kind: Kind::Upstream, label: identity.provider.as_str(), lookup_key: key, data: &data };
    let id = credential::insert(work, new).await?;
    if id.is_some() {
        work.record(Event::IdentityLinked { user, provider: identity.provider.clone() });
    }
    Ok(id)
}

/// Every identity of a person.
pub async fn of_user(db: &impl ConnectionTrait, crypto: &Crypto, user: UserId) -> Result<Vec<Linked>> {
    let listed = credential::list(db, crypto, user, Kind::Upstream).await?;
    let read = |one: credential::Listed| {
        Ok(Linked { id: one.id, identity: Identity::read(&one.data)?, since: one.created_at, last_used_at: one.last_used_at })
    };
    listed.into_iter().map(read).collect()
}

/// Takes an identity from a person; says whether it was theirs.
pub async fn unlink(work: &mut Work<'_>, user: UserId, linked: &Linked) -> Result<bool> {
    let gone = credential::remove(work, (user, Kind::Upstream), linked.id).await?;
    if gone {
        work.record(Event::IdentityUnlinked { user, provider: linked.identity.provider.clone() });
    }
    Ok(gone)
}

fn revealed<S: serde::Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

#[expect(clippy::ref_option, reason = "serde passes the field")]
fn revealed_if_any<S: serde::Serializer>(secret: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(ExposeSecret::expose_secret).serialize(serializer)
}
