//! Clients: what may ask us for tokens, and how it proves that it is itself.

mod assertion;
mod authenticate;
mod registry;
mod remote_keys;
mod store;

#[cfg(any(test, fuzzing))]
pub(crate) use authenticate::basic;
pub use authenticate::{METHODS, authenticate};
pub use registry::Clients;
pub(crate) use store::tables;
pub use store::{find, insert, list, remove, rotate_secret, update};

use secrecy::{ExposeSecret, SecretString};

use crate::config::{ClientAuth, ClientEntry, ClientKind, Delivery, Pkce, RefreshIn, SigningAlgorithm, Tokens};
use crate::crypto::{Crypto, Purpose, equal};
use crate::session::RefreshCookie;
use crate::types::{ClientId, Origin, RedirectUri};

/// A registered client.
#[derive(Debug, Clone)]
pub struct Client {
    /// Its identifier.
    pub id: ClientId,
    /// What was registered.
    pub entry: ClientEntry,
    /// A keyed mark of its secret: a thief of the table cannot guess against it.
    secret_mark: Option<Vec<u8>>,
    /// From where its scripts may call.
    pub origins: Vec<Origin>,
    /// Whether every app on this machine may be this client.
    any_local_app: bool,
}

impl Client {
    /// A client of this registration. The entry's own secret is replaced by its mark.
    pub fn new(crypto: &Crypto, id: ClientId, mut entry: ClientEntry) -> Self {
        let secret_mark = entry.secret.take().map(|secret| mark(crypto, &id, &secret.0));
        Self::with_mark(id, entry, secret_mark)
    }

    /// A client that every app on this machine may be, at whatever port and path, for `housekey dev`: no registration can
    /// ask for that.
    pub fn of_any_local_app(crypto: &Crypto, id: ClientId, entry: ClientEntry) -> Self {
        Self { any_local_app: true, ..Self::new(crypto, id, entry) }
    }

    /// One that nobody could prove to be, for looking at what it may ask.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn without_secret(id: ClientId, entry: ClientEntry) -> Self {
        Self::with_mark(id, entry, None)
    }

    fn with_mark(id: ClientId, entry: ClientEntry, secret_mark: Option<Vec<u8>>) -> Self {
        let redirects = entry.redirect_uris.iter().filter_map(RedirectUri::origin);
        let mut origins: Vec<_> = entry.origins.iter().cloned().chain(redirects).collect();
        origins.sort();
        origins.dedup();
        Self { id, entry, secret_mark, origins, any_local_app: false }
    }

    /// What people see.
    pub fn name(&self) -> &str {
        self.entry.name.as_deref().unwrap_or(self.id.as_str())
    }

    /// The `aud` of its tokens.
    pub fn audience(&self) -> &str {
        self.entry.audience.as_deref().unwrap_or(self.id.as_str())
    }

    /// What its tokens are signed with.
    pub fn algorithm(&self, tokens: &Tokens) -> SigningAlgorithm {
        self.entry.signing.unwrap_or(tokens.signing)
    }

    /// Whether it can keep a secret.
    pub fn is_confidential(&self) -> bool {
        self.entry.auth != ClientAuth::None
    }

    /// Whether it may ask for tokens of its own (RFC 6749 §4.4). A service is there for nothing else; a server that signs people
    /// in may where it has scopes of its own.
    pub fn acts_for_itself(&self) -> bool {
        let may = match self.entry.kind {
            ClientKind::Service => true,
            ClientKind::Web => !self.entry.scopes.is_empty(),
            ClientKind::Spa | ClientKind::Native | ClientKind::Device => false,
        };
        may && self.is_confidential()
    }

    /// Whether it may ask without a challenge. Never if nobody but PKCE knows it.
    pub fn may_go_without_pkce(&self) -> bool {
        self.entry.pkce == Pkce::Optional && self.is_confidential()
    }

    /// Whether the browser comes back with a token and a cookie.
    pub fn takes_tokens(&self) -> bool {
        self.entry.delivery == Delivery::Token
    }

    /// Whether its refresh token is a cookie of ours.
    pub fn refreshes_by_cookie(&self) -> bool {
        self.takes_tokens() || self.entry.refresh == RefreshIn::Cookie
    }

    /// Whether its scripts may call from there: an `Origin`, letter for letter.
    pub fn may_call_from(&self, origin: &str) -> bool {
        self.origins.iter().any(|one| one.as_str() == origin)
            || self.any_local_app && Origin::parse(origin).is_ok_and(|origin| origin.is_loopback())
    }

    /// Its refresh cookie.
    pub fn refresh_cookie(&self) -> RefreshCookie {
        RefreshCookie::of(&self.id, self.entry.same_site)
    }

    /// Whether an answer may go there: exactly a registered address, but for a native app's loopback port.
    pub fn may_redirect_to(&self, uri: &str) -> bool {
        let native = self.entry.kind == ClientKind::Native;
        self.entry.redirect_uris.iter().any(|registered| registered.matches(uri, native)) || self.is_at(uri)
    }

    /// Whether another program on the person's device could be taken for this app there: it has no secret, and no web server
    /// stands behind the address (RFC 8252 §8.6).
    pub fn can_be_pretended(&self, redirect_uri: &str) -> bool {
        self.entry.kind == crate::config::ClientKind::Native && !self.is_confidential() && !redirect_uri.starts_with("https://")
    }

    /// Whether a person may go there after signing out: exactly a registered address.
    pub fn may_leave_to(&self, uri: &str) -> bool {
        self.entry.post_logout_redirect_uris.iter().any(|registered| registered.as_str() == uri) || self.is_at(uri)
    }

    fn is_at(&self, uri: &str) -> bool {
        self.any_local_app && RedirectUri::parse(uri).is_ok_and(|uri| uri.is_loopback())
    }

    fn knows(&self, crypto: &Crypto, secret: &SecretString) -> bool {
        self.secret_mark.as_deref().is_some_and(|ours| equal(ours, &mark(crypto, &self.id, secret)))
    }
}

fn mark(crypto: &Crypto, id: &ClientId, secret: &SecretString) -> Vec<u8> {
    crypto.mark(Purpose::ClientSecret, &[id.as_str().as_bytes(), secret.expose_secret().as_bytes()]).to_vec()
}
