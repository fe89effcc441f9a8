//! Why a sign-in with someone else came to nothing.

use super::configured::Upstream;
use super::profile::Refused;
use crate::config::ProviderEntry;
use crate::http_client::NoAnswer;

/// Why nobody came back, or nobody that could be believed. Its text is for the log and for developers.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The person, or the provider, said no.
    #[error("{}", said(.error, .description.as_deref()))]
    Denied {
        /// RFC 6749 §4.1.2.1, or a word of the provider's own.
        error: String,
        /// What it said about it.
        description: Option<String>,
    },
    /// The journey is not known: used, too old, begun in another browser or with another provider.
    #[error("the state is unknown: it was used, is older than 15 minutes, or belongs to another browser or provider")]
    Unknown,
    /// The answer comes from somebody else than who was asked (RFC 9207 §2.4).
    #[error("the answer names {0} as its issuer")]
    MixedUp(String),
    /// The token endpoint refused the code.
    #[error("the token endpoint said {}", said(.error, .description.as_deref()))]
    Exchange {
        /// RFC 6749 §5.2, or a word of the provider's own.
        error: String,
        /// What it said about it.
        description: Option<String>,
    },
    /// The provider is down, or not where we may call.
    #[error(transparent)]
    NoAnswer(#[from] NoAnswer),
    /// All of it together took too long.
    #[error("the provider took too long")]
    Slow,
    /// It answered something that cannot be understood.
    #[error("{0}")]
    Answer(String),
    /// The ID token is not one that we may believe.
    #[error("the ID token is refused: {0}")]
    IdToken(String),
    /// It was to ask the person, and says itself that it has not.
    #[error("it was asked for `prompt=login`, and the person proved who they are at {0} (Unix time)")]
    AskedNobody(i64),
    /// It did not say who it is.
    #[error(transparent)]
    Nobody(#[from] Refused),
    /// The operator's settings are not enough.
    #[error("{0}")]
    Misconfigured(String),
}

impl Failed {
    /// For the audit log and for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Denied { .. } => "provider_denied",
            Self::Unknown => "provider_state_unknown",
            Self::MixedUp(_) => "provider_mixed_up",
            Self::Exchange { .. } => "provider_exchange_failed",
            Self::NoAnswer(_) => "provider_unreachable",
            Self::Slow => "provider_slow",
            Self::Answer(_) => "provider_answer_malformed",
            Self::IdToken(_) => "provider_id_token_refused",
            Self::AskedNobody(_) => "provider_asked_nobody",
            Self::Nobody(_) => "provider_subject_refused",
            Self::Misconfigured(_) => "provider_misconfigured",
        }
    }

    /// What an operator can do about it.
    pub fn hint(&self, upstream: &Upstream, redirect_uri: &str) -> Option<String> {
        let secret = ProviderEntry::secret_variable(&upstream.id);
        let client = &upstream.client_id;
        let scopes = || upstream.scopes.join(" ");
        let error = match self {
            Self::Denied { error, .. } | Self::Exchange { error, .. } => error.as_str(),
            Self::IdToken(_) => {
                return Some(format!("the settings of [providers.{}] may name another server than the one that answered", upstream.id));
            }
            Self::NoAnswer(NoAnswer::Unreachable { .. } | NoAnswer::Slow(_)) | Self::Slow => {
                return Some("check whether this machine reaches it: name, network, firewall".to_owned());
            }
            _ => return None,
        };
        match error {
            "invalid_client" | "unauthorized_client" | "incorrect_client_credentials" => {
                Some(format!("the secret in {secret} does not belong to the client {client}"))
            }
            "redirect_uri_mismatch" | "invalid_redirect_uri" => Some(format!("register this redirect URI there: {redirect_uri}")),
            "invalid_scope" => Some(format!("it does not give all of these scopes to this client: {}", scopes())),
            "invalid_grant" | "bad_verification_code" => {
                Some(format!("the code was used or is too old, or the redirect URI registered there is not {redirect_uri}"))
            }
            _ => None,
        }
    }

    /// Whether the person most likely changed their mind.
    pub fn is_cancelled(&self) -> bool {
        // The standard's word, LinkedIn's and Facebook's.
        const CANCELLED: [&str; 4] = ["access_denied", "user_cancelled_login", "user_cancelled_authorize", "user_denied"];
        matches!(self, Self::Denied { error, .. } if CANCELLED.contains(&error.as_str()))
    }
}

fn said(error: &str, description: Option<&str>) -> String {
    match description {
        Some(description) => format!("{error}: {description}"),
        None => error.to_owned(),
    }
}
