//! What is registered: the apps that people sign in to, and the login servers that they may come from.

use std::collections::BTreeMap;

use secrecy::SecretString;

use super::{
    Branding, ClientAuth, ClientKeys, ClientKind, CustomClaims, Delivery, Dpop, IdTokenClaims, Pkce, RefreshIn, SameSite, SigningAlgorithm,
};
use crate::types::{Origin, RedirectUri};

/// `[clients.ID]`, and what `housekey client add` takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientEntry {
    /// What kind of program it is.
    pub kind: ClientKind,
    /// What people see; the identifier if absent.
    pub name: Option<String>,
    /// How it proves itself at the token endpoint.
    pub auth: ClientAuth,
    /// From the environment or a file, for `basic` and `post`.
    pub secret: Option<Secret>,
    /// What it signs with, for `private_key_jwt`.
    pub jwks: Option<ClientKeys>,
    /// Where it publishes what it signs with, instead.
    pub jwks_uri: Option<RedirectUri>,
    /// Where answers may go.
    pub redirect_uris: Vec<RedirectUri>,
    /// Where a person may go after signing out.
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// Where its scripts run, beside the origins of the redirect URIs.
    pub origins: Vec<Origin>,
    /// How the person goes back to it.
    pub delivery: Delivery,
    /// Where its refresh token lives, with code delivery. With token delivery it is a cookie.
    pub refresh: RefreshIn,
    /// Whether its refresh cookie crosses sites.
    pub same_site: SameSite,
    /// Whether it may go without a challenge.
    pub pkce: Pkce,
    /// What its tokens are signed with.
    pub signing: Option<SigningAlgorithm>,
    /// Ours: no consent is asked, and token delivery is allowed.
    pub first_party: bool,
    /// Whether it must push its requests (RFC 9126 §6).
    pub require_par: bool,
    /// The `aud` of its tokens; the identifier if absent.
    pub audience: Option<String>,
    /// What its access tokens may be for instead, if it asks (RFC 8707): absolute addresses.
    pub resources: Vec<String>,
    /// Whether its tokens are bound to a key of its own.
    pub dpop: Dpop,
    /// What it may do for itself (RFC 6749 §4.4), in its own words. Nothing that is about people.
    pub scopes: Vec<String>,
    /// How much its ID tokens say of the person.
    pub id_token: IdTokenClaims,
    /// What its tokens say besides.
    pub claims: Option<CustomClaims>,
    /// Where a sign-in can be started from outside (OpenID Connect Core §4).
    pub initiate_login_uri: Option<RedirectUri>,
    /// Where its server is told that a session ended (OpenID Connect Back-Channel Logout 1.0 §2.2).
    pub backchannel_logout_uri: Option<RedirectUri>,
    /// Its own look.
    pub branding: Option<Branding>,
}

impl ClientEntry {
    /// An entry with the defaults of its kind, and nothing registered yet.
    pub fn new(kind: ClientKind) -> Self {
        Self {
            kind,
            name: None,
            auth: if kind.is_public() { ClientAuth::None } else { ClientAuth::Basic },
            secret: None,
            jwks: None,
            jwks_uri: None,
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            origins: Vec::new(),
            delivery: Delivery::Code,
            refresh: RefreshIn::Body,
            same_site: SameSite::Lax,
            pkce: Pkce::Required,
            signing: None,
            first_party: false,
            require_par: false,
            audience: None,
            resources: Vec::new(),
            dpop: Dpop::Optional,
            scopes: Vec::new(),
            id_token: IdTokenClaims::Full,
            claims: None,
            initiate_login_uri: None,
            backchannel_logout_uri: None,
            branding: None,
        }
    }
}

/// `[providers.ID]`: another login server, and who we are to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderEntry {
    /// The provider of the catalogue that it is; the identifier if absent.
    pub like: Option<String>,
    /// The text of a file of the operator's own, in the form of the catalogue's, instead.
    pub file: Option<String>,
    /// What its button says; the brand's name if absent.
    pub name: Option<String>,
    /// Who we are there.
    pub client_id: String,
    /// And how we prove it, from the environment or a file. Apple: the `.p8` key.
    pub client_secret: Option<Secret>,
    /// What else the provider needs to know, as its file in the catalogue says.
    pub settings: BTreeMap<String, String>,
    /// What is asked for, if not what the catalogue says.
    pub scopes: Option<Vec<String>>,
    /// Whether an address that it calls confirmed may open an account that exists, if not as the catalogue says.
    pub trust_email: Option<bool>,
    /// Whether its tokens are kept, sealed, for apps to use.
    pub keep_tokens: bool,
}

/// Something wrong with an entry, found by who knows what the entry is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The setting below the entry, for example `client_id` or `settings.tenant`.
    pub field: String,
    /// What is wrong with it.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

/// A secret that comparisons go through in constant time elsewhere; equal here only to tell configurations apart.
#[derive(Debug, Clone)]
pub struct Secret(pub SecretString);

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        use secrecy::ExposeSecret;
        aws_lc_rs::constant_time::verify_slices_are_equal(self.0.expose_secret().as_bytes(), other.0.expose_secret().as_bytes()).is_ok()
    }
}
impl Eq for Secret {}
