//! Who has signed in at this browser before. A person on such a device is not locked out by the
//! failures of strangers elsewhere. Sealed into a cookie: the server keeps nothing.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::form::cookie;
use crate::types::{ProviderId, UnixMillis, UserId};

const NAME: &str = "__Host-hk-device";
const LIFETIME: Duration = Duration::from_hours(4320);
const MOST: usize = 8;

/// The people who have signed in here, the latest last.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Devices {
    known: Vec<Known>,
    /// The provider by which the latest of them came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<ProviderId>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Known {
    user: UserId,
    device: [u8; 16],
    since: UnixMillis,
}

impl Devices {
    /// What the browser's cookie says. Anything unreadable says nothing.
    pub fn of(app: &App, request: &HttpRequest) -> Self {
        let Some(sealed) = cookie::read(request, NAME) else { return Self::default() };
        let Ok(opened) = app.crypto.open_cookie(NAME, &sealed) else { return Self::default() };
        let mut devices: Self = serde_json::from_slice(&opened).unwrap_or_default();
        let now = app.clock.now();
        devices.known.retain(|known| known.since + LIFETIME > now);
        devices
    }

    /// Whether nobody has signed in here.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// This person's device here, if they have one.
    pub fn of_user(&self, user: UserId) -> Option<&[u8]> {
        self.known.iter().find(|known| known.user == user).map(|known| known.device.as_slice())
    }

    /// The provider by which somebody signed in here last, if it was one.
    pub fn last_provider(&self) -> Option<&ProviderId> {
        self.by.as_ref().filter(|_| !self.is_empty())
    }

    /// Remembers a person who has just signed in, by a provider or otherwise.
    pub fn remember(mut self, app: &App, (user, by): (UserId, Option<&ProviderId>), response: &mut HttpResponse) {
        let device = self.known.iter().find(|known| known.user == user).map_or_else(|| app.random.bytes(), |known| known.device);
        self.known.retain(|known| known.user != user);
        self.known.push(Known { user, device, since: app.clock.now() });
        let too_many = self.known.len().saturating_sub(MOST);
        self.known.drain(..too_many);
        self.by = by.cloned();
        let sealed = serde_json::to_vec(&self).ok().and_then(|value| app.crypto.seal_cookie(NAME, &value).ok());
        if let Some(sealed) = sealed {
            cookie::set(response, NAME, &sealed, Some(LIFETIME));
        }
    }
}
