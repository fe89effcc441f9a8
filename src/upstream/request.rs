//! How a provider is asked: where people are sent, how a code becomes tokens, and how a profile is fetched.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::template::Template;

/// The endpoints of a provider without a description.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoints {
    /// Where people go.
    pub authorization: Template,
    /// Where codes become tokens.
    pub token: Template,
}

/// How a person is sent to a provider.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Authorization {
    /// What is asked for, if not the usual: see [`super::Provider::scopes`].
    pub scopes: Option<Vec<String>>,
    /// Between scopes.
    pub scope_separator: String,
    /// Whether RFC 7636 is used.
    pub pkce: bool,
    /// Whether a nonce is sent and must come back in the ID token.
    pub nonce: bool,
    /// The `response_mode` that is sent, if any.
    pub response_mode: Option<String>,
    /// Whether the answer names its issuer (RFC 9207).
    pub iss: bool,
    /// Sent as well, or instead of the standard parameter of that name.
    pub parameters: BTreeMap<String, Template>,
    /// The same where tokens are kept: what makes the provider give one for refreshing.
    pub offline: BTreeMap<String, Template>,
    /// Standard parameters, and what the provider calls them.
    pub rename: BTreeMap<String, String>,
}

impl Default for Authorization {
    fn default() -> Self {
        Self {
            scopes: None,
            scope_separator: " ".to_owned(),
            pkce: true,
            nonce: true,
            response_mode: None,
            iss: false,
            parameters: BTreeMap::new(),
            offline: BTreeMap::new(),
            rename: BTreeMap::new(),
        }
    }
}

/// How a code becomes tokens.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Token {
    /// How we say who we are.
    pub authentication: Authentication,
    /// `POST` with a form, or `GET` with a query.
    pub method: Method,
    /// Sent as well, or instead of the standard parameter of that name.
    pub parameters: BTreeMap<String, Template>,
    /// Standard parameters, and what the provider calls them.
    pub rename: BTreeMap<String, String>,
    /// Headers that the request carries.
    pub headers: BTreeMap<String, Template>,
}

impl Default for Token {
    fn default() -> Self {
        let (parameters, headers) = (BTreeMap::new(), BTreeMap::new());
        Self { authentication: Authentication::Basic, method: Method::Post, parameters, rename: BTreeMap::new(), headers }
    }
}

/// How we say who we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Authentication {
    /// In the header `Authorization`.
    Basic,
    /// In the form.
    Post,
    /// In the form, as a short-lived token of our own that a `.p8` key signs (Apple).
    SignedSecret,
}

/// A method of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// `GET`.
    #[default]
    Get,
    /// `POST`.
    Post,
}

/// A question to the provider with the access token.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Request {
    /// Where; none: the userinfo endpoint of the provider's description.
    pub url: Option<Template>,
    /// How.
    pub method: Method,
    /// Where the access token goes.
    pub token_in: TokenIn,
    /// Headers that it carries.
    pub headers: BTreeMap<String, Template>,
    /// With `POST`: the JSON that it carries.
    pub body: Option<String>,
}

/// Where the access token goes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(try_from = "String")]
pub enum TokenIn {
    /// `Authorization: Bearer …`.
    #[default]
    Header,
    /// A parameter of this name in the query.
    Query(String),
    /// Nowhere but where `{access_token}` stands.
    None,
}

impl TryFrom<String> for TokenIn {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "header" => Ok(Self::Header),
            None if text == "none" => Ok(Self::None),
            Some(("query", name)) if !name.is_empty() => Ok(Self::Query(name.to_owned())),
            _ => Err(format!("{text} is not one of \"header\", \"query:NAME\", \"none\"")),
        }
    }
}
