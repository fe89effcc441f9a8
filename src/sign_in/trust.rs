//! A browser that is trusted for thirty days: a second step is not asked for there. A random cookie here, its mark in a row of
//! the person's, which goes when the password changes and when two-step sign-in ends.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::credential::{self, Kind, NewCredential};
use crate::crypto::Purpose;
use crate::error::Result;
use crate::form::cookie;
use crate::random::Random;
use crate::types::UserId;
use crate::work::Work;

const COOKIE: &str = "__Host-hk-trusted";
/// How long a browser is trusted.
const LIFETIME: Duration = credential::TRUSTED_FOR;

/// What a browser shows to be trusted.
#[derive(Debug, Clone)]
pub struct Trust([u8; 16]);

impl Trust {
    /// What this browser shows, if it shows anything.
    pub fn of(request: &HttpRequest) -> Option<Self> {
        let value = cookie::read(request, COOKIE)?;
        URL_SAFE_NO_PAD.decode(value).ok()?.try_into().ok().map(Self)
    }

    /// Something to show from now on.
    pub fn new(random: &Random) -> Self {
        Self(random.bytes())
    }

    /// Gives it to the browser.
    pub fn give(&self, response: &mut HttpResponse) {
        cookie::set(response, COOKIE, &URL_SAFE_NO_PAD.encode(self.0), Some(LIFETIME));
    }

    fn mark(&self, work: &Work<'_>, user: UserId) -> Vec<u8> {
        work.crypto().mark(Purpose::TrustedBrowser, &[user.0.as_bytes(), &self.0]).to_vec()
    }

    /// Whether this person trusts the browser that shows it.
    pub(super) async fn holds(&self, work: &Work<'_>, user: UserId) -> Result<bool> {
        credential::has_since(work.db(), (user, Kind::TrustedBrowser), &self.mark(work, user), work.now - LIFETIME).await
    }

    /// The person trusts it from now on.
    pub async fn keep(&self, work: &mut Work<'_>, user: UserId) -> Result<()> {
        let lookup_key = self.mark(work, user);
        credential::remove_by_key(work, (user, Kind::TrustedBrowser), &lookup_key).await?;
        credential::insert(work, NewCredential { user, kind: Kind::TrustedBrowser, label: "", lookup_key, data: b"" }).await?;
        Ok(())
    }
}
