//! The facts about a provider, as its file says them. A key that is not known is an error.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::profile::{Document, Part, Profile};
use super::request::{Authorization, Endpoints, Request, Token};
use super::source::Sources;
use super::template::Template;

/// A provider.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// As the brand writes it.
    pub name: String,
    /// What it speaks.
    pub protocol: Protocol,
    /// Its page about signing in.
    pub documentation: String,
    /// Where an app is registered, unless the operator hosts the provider.
    pub console: Option<String>,
    /// OpenID Connect: who signs its tokens.
    pub issuer: Option<Template>,
    /// OpenID Connect: where its own description is, if not below the issuer: see [`Self::discovery`].
    pub discovery: Option<Template>,
    /// OpenID Connect: the issuer that its tokens name, if another; `{tenantid}` is the token's `tid`.
    pub issuer_in_tokens: Option<Template>,
    /// What an operator supplies beside id and secret.
    #[serde(default)]
    pub settings: BTreeMap<String, Setting>,
    /// OAuth 2.0: there is no description, so they stand here.
    pub endpoints: Option<Endpoints>,
    /// How a person is sent there.
    #[serde(default)]
    pub authorization: Authorization,
    /// How a code becomes tokens.
    #[serde(default)]
    pub token: Token,
    /// How the profile is asked for. OpenID Connect: only if the ID token lacks something.
    pub userinfo: Option<Request>,
    /// A second question, where addresses need one.
    pub emails: Option<Request>,
    /// Where the claims stand.
    #[serde(default)]
    pub claims: Claims,
    /// What an address is worth.
    #[serde(default)]
    pub email: Email,
    /// What an operator should know.
    pub notes: Option<Notes>,
    /// Answers, and what they come to.
    #[serde(default, rename = "example")]
    pub examples: Vec<Example>,
}

/// What a provider speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// OpenID Connect: there is a signed ID token.
    Oidc,
    /// OAuth 2.0 and a profile in words of its own.
    Oauth2,
}

/// A value that an operator supplies.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// What it is, in a short sentence.
    pub meaning: String,
    /// One such value.
    pub example: String,
    /// What it is if nothing was said; without it the setting is required.
    pub default: Option<String>,
    /// What it may be.
    #[serde(default)]
    pub kind: Kind,
}

/// What a setting may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// An address on https; on http only at loopback and in development.
    Url,
    /// Letters, digits, `.`, `_` and `-`.
    #[default]
    Word,
    /// Anything on one line.
    Text,
}

/// Where the claims stand. None: not said, which for OpenID Connect is filled when the file is read.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Claims {
    /// Who it is: stable, and never given to anybody else.
    pub subject: Option<Sources>,
    /// What the subject is sent as.
    pub subject_is: SubjectIs,
    /// The address.
    pub email: Option<Sources>,
    /// Whether the provider says that the address was confirmed.
    pub email_verified: Option<Sources>,
    /// The whole name.
    pub name: Option<Sources>,
    /// The first name.
    pub given_name: Option<Sources>,
    /// The last name.
    pub family_name: Option<Sources>,
    /// What the person is called there; may change, and may be another's tomorrow.
    pub username: Option<Sources>,
    /// The address of a picture.
    pub picture: Option<Sources>,
}

impl Claims {
    /// Each by its name.
    pub(super) fn all(&self) -> impl Iterator<Item = (&'static str, &Sources)> {
        let all = [
            ("subject", &self.subject),
            ("email", &self.email),
            ("email_verified", &self.email_verified),
            ("name", &self.name),
            ("given_name", &self.given_name),
            ("family_name", &self.family_name),
            ("username", &self.username),
            ("picture", &self.picture),
        ];
        all.into_iter().filter_map(|(name, sources)| Some((name, sources.as_ref()?)))
    }
}

/// What the subject is sent as. Anything else is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SubjectIs {
    /// A text.
    #[default]
    String,
    /// A whole number.
    Integer,
}

/// What an address is worth.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Email {
    /// When an address counts as confirmed, if not as usual: see [`Provider::verified`].
    pub verified: Option<Verified>,
    /// Whether the provider itself confirmed that the person receives mail there, so that a confirmed address may join
    /// an account that exists.
    pub trusted: bool,
    /// Texts that mean yes, beside JSON's `true`.
    pub accept: Vec<String>,
    /// Domains of forwarding addresses.
    pub relay: Vec<String>,
}

/// When an address counts as confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verified {
    /// When the claim is JSON's `true`.
    Claim,
    /// Always: the provider gives no others.
    Always,
    /// Never.
    Never,
}

/// What an operator should know.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notes {
    /// At most two short sentences.
    pub text: String,
}

/// Answers, each a JSON text, and what they come to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// Whose answers these are.
    pub says: String,
    /// The ID token's claims, completed by userinfo.
    pub claims: Option<String>,
    /// The profile.
    pub userinfo: Option<String>,
    /// The addresses.
    pub emails: Option<String>,
    /// The token answer.
    pub token: Option<String>,
    /// What came with the person.
    pub form: Option<String>,
    /// What they come to.
    pub profile: Profile,
}

impl Example {
    /// Its answers.
    pub fn document(&self) -> Result<Document, serde_json::Error> {
        let mut document = Document::new();
        for (part, text) in [
            (Part::Claims, &self.claims),
            (Part::Userinfo, &self.userinfo),
            (Part::Emails, &self.emails),
            (Part::Token, &self.token),
            (Part::Form, &self.form),
        ] {
            if let Some(text) = text {
                document = document.with(part, serde_json::from_str(text)?);
            }
        }
        Ok(document)
    }
}
