//! Is this the passkey of somebody here? Believed once, if it was unlocked by its person.

use webauthn_rs::prelude::{DiscoverableAuthentication, PublicKeyCredential, WebauthnError};
use webauthn_rs_proto::AuthenticatorAssertionResponseRaw;

use super::ceremony::{goes_on, is_ours};
use super::manage::{Kept, lookup_key};
use super::{Begun, Ceremony};
use crate::app::App;
use crate::audit::Event;
use crate::credential::{self, Credential, Kind};
use crate::error::{Error, Result};
use crate::sign_in::{At, Completed, Method, Proofs, Proved, complete, counts, spend};
use crate::spent;
use crate::types::{Caller, SessionSecret, Token, UserId};
use crate::work::Actor;

/// What came of it.
pub enum Outcome {
    /// The person is in.
    SignedIn {
        /// Who.
        user: UserId,
        /// For the cookie.
        secret: Token<SessionSecret>,
    },
    /// Nobody here has this passkey: it was removed, or is another server's.
    Unknown,
    /// It proves nothing, or its person may not come in.
    Refused,
}

/// An answer to what was asked.
pub struct Presented<'a> {
    /// What was asked.
    pub begun: Begun<DiscoverableAuthentication>,
    /// The answer.
    pub response: &'a PublicKeyCredential,
    /// From where.
    pub caller: &'a Caller,
    /// Where a session would begin.
    pub at: At<'a>,
    /// What the person has shown before, if this is their second step.
    pub after: Option<&'a Proved>,
}

/// Whose passkey it claims to be. Nothing is proved by that.
pub async fn find(app: &App, response: &PublicKeyCredential) -> Result<Option<(UserId, Credential)>> {
    credential::find_by_key(app.db.read(), &app.crypto, Kind::Passkey, &lookup_key(&response.raw_id)).await
}

/// Checks it.
pub async fn sign_in(app: &App, ceremony: &Ceremony, presented: Presented<'_>, found: Option<(UserId, Credential)>) -> Result<Outcome> {
    let Presented { begun, response, caller, at, after } = presented;
    let Some((user, credential)) = found else { return Ok(Outcome::Unknown) };
    let kept = Kept::read(&credential.data)?;
    // The browser says for whom it found the key: not for somebody else (§7.2 step 6).
    let handle = ceremony.webauthn().identify_discoverable_authentication(response).ok();
    let checked = match handle {
        Some((claimed, _)) if claimed == user.0 && after.is_none_or(|proved| proved.user == user) && is_whole(app, &response.response) => {
            ceremony.webauthn().finish_discoverable_authentication_v2(response, begun.asked, &kept.passkey)
        }
        _ => Err(WebauthnError::InvalidUserUniqueId),
    };
    let spent = (begun.id, begun.until);
    let mut work = app.begin(Actor::Visitor(caller.clone(), Some(user))).await?;
    let proof = match checked {
        Ok(proof) if proof.user_verified() => proof,
        wrong => {
            // A counter that goes backwards: somebody may have a copy of the key (§6.1.1).
            let reason = match wrong {
                Err(WebauthnError::CredentialPossibleCompromise) => "counter",
                Ok(_) => "not_verified",
                Err(_) => "invalid",
            };
            work.record(Event::PasskeyRefused { user, reason });
            work.commit().await?;
            return Ok(Outcome::Refused);
        }
    };
    if !spent::spend(&work, spent).await? {
        return Ok(Outcome::Refused);
    }
    let renewed = kept.after(&proof).write()?;
    let Some(person) = credential::touch(&mut work, &credential, Some(&renewed)).await? else {
        return Ok(Outcome::Refused);
    };
    // Alone it is two steps; as a second one it is named beside the first, which has to count still.
    let first = match after {
        Some(proved) if counts(app, proved) && spend(&work, proved).await? => Some(proved.proofs.clone()),
        Some(_) => return Ok(Outcome::Refused),
        None => None,
    };
    let proofs = first.map_or_else(|| Proofs::of(Method::Passkey), |first| first.and(Method::Passkey)).by(credential.id);
    let completed = complete(&mut work, &person, &proofs, at, &app.config.sign_in).await?;
    work.commit().await?;
    Ok(match completed {
        Completed::SignedIn { secret, .. } => Outcome::SignedIn { user, secret },
        Completed::Half(_) | Completed::Not(_) => Outcome::Refused,
    })
}

/// What the library does not look at.
fn is_whole(app: &App, response: &AuthenticatorAssertionResponseRaw) -> bool {
    is_ours(&app.config, &response.client_data_json) && !goes_on(&response.authenticator_data)
}

/// An answer as scripts write it down.
pub fn read(text: &str) -> Result<PublicKeyCredential> {
    serde_json::from_str(text).map_err(|_| Error::Malformed("the answer of the authenticator cannot be read".into()))
}
