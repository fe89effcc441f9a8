//! Where a person goes once they are signed in. Typed: no page, cookie or link ever carries a raw URL to go to.

use serde::{Deserialize, Serialize};

use crate::types::{ClientId, UserId};

/// Where a journey ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Destination {
    /// Our own account page.
    Account,
    /// Our own page for another address.
    Email,
    /// Our own page for passkeys and second steps.
    Security,
    /// Our own page for a new password.
    Password,
    /// Our own page for browsers that are signed in.
    Devices,
    /// Our own page for identities at other login servers, and for apps of others.
    Connections,
    /// Our own page for what we keep of the person.
    Data,
    /// Our own page for leaving.
    Delete,
    /// The question whether a device may be connected; with its code.
    Device(String),
    /// Nowhere: an operator wants to see what a provider says (`housekey provider test`).
    ProviderTest,
    /// The app that sent the person, with an answer to what it asked.
    App(Box<AppRequest>),
}

/// What an app asked for, after every check: an authorization request (OpenID Connect Core §3.1.2.1),
/// or the start of a token delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "a set of what was asked")]
pub struct AppRequest {
    /// Who asked.
    pub client: ClientId,
    /// Where the answer goes: registered, and compared before this was made.
    pub redirect_uri: String,
    /// How the person goes back.
    pub answer: Answer,
    /// Returned as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Space-separated, only what this server knows.
    pub scope: String,
    /// Goes into the ID token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// S256, 43 characters (RFC 7636 §4.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_challenge: Option<String>,
    /// What access tokens may be for (RFC 8707): registered addresses, space-separated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// The key that the code is bound to (RFC 9449 §10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dpop_jkt: Option<String>,
    /// The person must prove who they are again.
    #[serde(default)]
    pub login: bool,
    /// The person must have shown two steps (`acr_values`).
    #[serde(default)]
    pub two_steps: bool,
    /// Seconds since the person last proved who they are, at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u64>,
    /// An address to begin with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<String>,
    /// What the answer travels in.
    #[serde(default)]
    pub response_mode: ResponseMode,
    /// The person must say which account it is.
    #[serde(default)]
    pub select_account: bool,
    /// The person must allow it, even if they have before.
    #[serde(default)]
    pub consent: bool,
    /// The person whom the app means, and nobody else (`id_token_hint`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hinted: Option<UserId>,
}

impl AppRequest {
    /// A request for nothing in particular, answered at a registered address.
    pub fn new(client: &ClientId, redirect_uri: &str, answer: Answer) -> Self {
        Self {
            client: client.clone(),
            redirect_uri: redirect_uri.to_owned(),
            answer,
            state: None,
            scope: String::new(),
            nonce: None,
            code_challenge: None,
            resource: None,
            dpop_jkt: None,
            login: false,
            two_steps: false,
            max_age: None,
            login_hint: None,
            response_mode: ResponseMode::default(),
            select_account: false,
            consent: false,
            hinted: None,
        }
    }
}

/// What an authorization response travels in (OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode 1.0).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResponseMode {
    /// The query of the redirect URI.
    #[default]
    Query,
    /// Its fragment.
    Fragment,
    /// A form that the browser sends there.
    FormPost,
}

impl ResponseMode {
    /// Every mode, as the discovery document lists them.
    pub const ALL: [Self; 3] = [Self::Query, Self::Fragment, Self::FormPost];

    /// As requests spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::FormPost => "form_post",
        }
    }

    /// The mode spelled so.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text)
    }
}

/// How the answer travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// An authorization code in the query.
    Code,
    /// An access token in the fragment, and a refresh cookie.
    Token,
}

impl Destination {
    /// The name of the page of the account where something changes that the person has to prove anew who they are for.
    pub fn operation(&self) -> Option<&'static str> {
        match self {
            Self::Email => Some("email"),
            Self::Security => Some("security"),
            Self::Password => Some("password"),
            Self::Connections => Some("connections"),
            Self::Data => Some("data"),
            Self::Delete => Some("delete"),
            Self::Account | Self::Devices | Self::Device(_) | Self::ProviderTest | Self::App(_) => None,
        }
    }

    /// The app, if it is one.
    pub fn client(&self) -> Option<&ClientId> {
        self.app().map(|request| &request.client)
    }

    /// What the app asked for, if it is one.
    pub fn app(&self) -> Option<&AppRequest> {
        match self {
            Self::Account
            | Self::Email
            | Self::Security
            | Self::Password
            | Self::Devices
            | Self::Connections
            | Self::Data
            | Self::Delete
            | Self::Device(_)
            | Self::ProviderTest => None,
            Self::App(request) => Some(request),
        }
    }
}
