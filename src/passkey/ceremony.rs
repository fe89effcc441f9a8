//! A question to an authenticator and its answer. What was asked travels sealed through the page, so that asking writes nothing;
//! it is bound to its purpose, its browser and its person, good for five minutes, and answered once: see [`crate::spent`].

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;
use webauthn_rs::prelude::{DiscoverableAuthentication, PasskeyRegistration, Url};
use webauthn_rs::{Webauthn, WebauthnBuilder};
use webauthn_rs_proto::{AuthenticatorSelectionCriteria, ResidentKeyRequirement, UserVerificationPolicy};

use crate::app::App;
use crate::config::{Config, Reach};
use crate::error::{Error, Result};
use crate::form::Browser;
use crate::types::{Origin, UnixMillis, UserId};

const LIFETIME: Duration = Duration::from_mins(5);

/// What an answer is for. One for something else is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// Signing in.
    SignIn,
    /// A new passkey.
    Register,
}

/// The relying party of all ceremonies.
pub struct Ceremony(Webauthn);

/// What a page carries while an authenticator is asked.
#[derive(Serialize, Deserialize)]
pub struct Begun<S> {
    /// Its name, spent with the answer.
    pub id: Uuid,
    /// Until when it can be answered.
    pub until: UnixMillis,
    purpose: Purpose,
    browser: [u8; 16],
    user: Option<UserId>,
    /// What the answer is held against.
    pub asked: S,
}

impl<S: Serialize + DeserializeOwned> Begun<S> {
    fn new(app: &App, purpose: Purpose, (browser, user): (&Browser, Option<UserId>), asked: S) -> Self {
        let now = app.clock.now();
        Self { id: app.random.uuid(now), until: now + LIFETIME, purpose, browser: browser.binding(), user, asked }
    }

    fn seal(&self, app: &App) -> Result<String> {
        let bytes = serde_json::to_vec(self).map_err(|error| Error::broken("a ceremony cannot be written", error))?;
        app.crypto.seal_flow(&bytes)
    }

    /// What this page carried, if it is for this, in this browser, by this person, and not too old.
    pub fn open(app: &App, purpose: Purpose, (browser, user): (&Browser, Option<UserId>), sealed: &str) -> Option<Self> {
        let opened = app.crypto.open_flow(sealed).ok()?;
        let begun: Self = serde_json::from_slice(&opened).ok()?;
        let fits = begun.purpose == purpose && begun.user == user && begun.until > app.clock.now();
        (fits && crate::crypto::equal(&begun.browser, &browser.binding())).then_some(begun)
    }
}

/// Whether an answer was given on a page of ours (§5.8.1 `origin`), which did not stand in somebody else's (`crossOrigin`,
/// `topOrigin`): the library takes such answers to a sign-in, and those of every page of the domain that the passkeys belong to.
/// Anything unreadable was not.
pub(super) fn is_ours(config: &Config, client_data: &[u8]) -> bool {
    let Ok(said) = serde_json::from_slice::<Value>(client_data) else { return false };
    let framed = said.get("crossOrigin").is_some_and(|crosses| *crosses != Value::Bool(false)) || said.get("topOrigin").is_some();
    let from = |origin: &Origin| said["origin"] == origin.as_str();
    !framed && (from(&config.issuer.origin()) || config.passkeys.origins.iter().any(from))
}

/// Whether authenticator data goes on after its end (§6.1): the library reads what it knows and takes the rest.
pub(super) fn goes_on(data: &[u8]) -> bool {
    const HEAD: usize = 37;
    const MORE_FOLLOWS: u8 = 0x40 | 0x80;
    data.get(32).is_some_and(|flags| flags & MORE_FOLLOWS == 0) && data.len() > HEAD
}

impl Ceremony {
    /// For this issuer; nothing where passkeys are not offered.
    pub fn new(app: &App) -> Result<Option<Self>> {
        if !app.config.offers_passkeys() {
            return Ok(None);
        }
        let broken = |error: &dyn std::fmt::Display| Error::broken("passkeys cannot be set up", error.to_string());
        let config = &app.config;
        let origin = |text: &str| Url::parse(text).map_err(|error| broken(&error));
        let ours = origin(config.issuer.as_str())?;
        // What the library is told first must be of the domain; a server elsewhere is added, like any other.
        let home = match config.passkeys.reach(&config.issuer) {
            Reach::Host | Reach::Above => ours.clone(),
            Reach::Elsewhere => origin(&format!("https://{}", config.passkeys.rp_id))?,
        };
        let mut builder = WebauthnBuilder::new(&config.passkeys.rp_id, &home).map_err(|error| broken(&error))?;
        builder = builder.append_allowed_origin(&ours);
        for other in &config.passkeys.origins {
            builder = builder.append_allowed_origin(&origin(other.as_str())?);
        }
        let webauthn = builder.rp_name(&app.config.branding.name).timeout(LIFETIME).build().map_err(|error| broken(&error))?;
        Ok(Some(Self(webauthn)))
    }

    /// The library's part.
    pub(super) fn webauthn(&self) -> &Webauthn {
        &self.0
    }

    /// Asks whoever is there. The same for everybody: which passkeys there are, the browser knows.
    pub fn ask(&self, app: &App, browser: &Browser) -> Result<Value> {
        let (options, asked) =
            self.0.start_discoverable_authentication().map_err(|error| Error::broken("a ceremony cannot begin", error))?;
        let begun = Begun::<DiscoverableAuthentication>::new(app, Purpose::SignIn, (browser, None), asked);
        Ok(json!({ "state": begun.seal(app)?, "options": options.public_key }))
    }

    /// Asks for a new passkey, which the browser finds by itself later on.
    pub(super) fn ask_for_new(
        &self,
        app: &App,
        (browser, user): (&Browser, UserId),
        (name, display): (&str, &str),
        known: Vec<Vec<u8>>,
    ) -> Result<Value> {
        let exclude = Some(known.into_iter().collect());
        let (mut options, asked) = self
            .0
            .start_passkey_registration(user.0, name, display, exclude)
            .map_err(|error| Error::broken("a ceremony cannot begin", error))?;
        // The library asks for keys that no autofill would ever show.
        options.public_key.authenticator_selection = Some(AuthenticatorSelectionCriteria {
            authenticator_attachment: None,
            resident_key: Some(ResidentKeyRequirement::Required),
            require_resident_key: true,
            user_verification: UserVerificationPolicy::Required,
        });
        let begun = Begun::<PasskeyRegistration>::new(app, Purpose::Register, (browser, Some(user)), asked);
        Ok(json!({ "state": begun.seal(app)?, "options": options.public_key }))
    }
}
