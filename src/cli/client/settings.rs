//! The options that describe an app.

use clap::Args;

use super::super::output::Failure;
use crate::config::{
    ClientAuth, ClientEntry, ClientKeys, CustomClaims, Delivery, Dpop, IdTokenClaims, Pkce, RefreshIn, SameSite, SigningAlgorithm,
};
use crate::types::{Origin, RedirectUri};

/// What `add` and `edit` have in common.
#[derive(Debug, Default, Args)]
pub(super) struct Settings {
    /// Where answers may go.
    #[arg(long, value_name = "URL")]
    redirect_uri: Vec<String>,
    /// Where a person may go after signing out.
    #[arg(long, value_name = "URL")]
    post_logout_redirect_uri: Vec<String>,
    /// Where its scripts run, beside the origins of the redirect URIs.
    #[arg(long, value_name = "ORIGIN")]
    origin: Vec<String>,
    /// How it proves itself: none, basic, post or `private_key_jwt`.
    #[arg(long)]
    auth: Option<String>,
    /// A file with the public keys that it signs with, for `private_key_jwt`: a JWK set.
    #[arg(long, value_name = "FILE")]
    jwks: Option<std::path::PathBuf>,
    /// Where it publishes them, instead.
    #[arg(long, value_name = "URL")]
    jwks_uri: Option<String>,
    /// How the person comes back: code or token.
    #[arg(long)]
    delivery: Option<String>,
    /// Where its refresh token lives, with code delivery: body or cookie.
    #[arg(long)]
    refresh: Option<String>,
    /// Whether its refresh cookie crosses sites: lax or none.
    #[arg(long)]
    same_site: Option<String>,
    /// Whether it must send a PKCE challenge: required, or optional for a client with a secret.
    #[arg(long)]
    pkce: Option<String>,
    /// What its tokens are signed with: RS256, ES256 or `EdDSA`.
    #[arg(long)]
    alg: Option<String>,
    /// It is yours: no consent is asked.
    #[arg(long)]
    first_party: bool,
    /// It must push its requests from server to server.
    #[arg(long)]
    require_par: bool,
    /// The `aud` of its tokens. Default: the `client_id`.
    #[arg(long)]
    audience: Option<String>,
    /// Another API that its access tokens may be for, if it asks. Once for each.
    #[arg(long, value_name = "URL")]
    resource: Vec<String>,
    /// Whether its tokens are bound to a key of its own: optional, required or nonce.
    #[arg(long)]
    dpop: Option<String>,
    /// What it may do for itself, with `client_credentials`. Once for each.
    #[arg(long, value_name = "SCOPE")]
    scope: Vec<String>,
    /// How much its ID tokens say of the person: full or minimal.
    #[arg(long)]
    id_token: Option<String>,
    /// A file with the claims that its tokens have besides, as JSON.
    #[arg(long, value_name = "FILE")]
    claims: Option<std::path::PathBuf>,
    /// Where a sign-in can be started from outside.
    #[arg(long, value_name = "URL")]
    initiate_login_uri: Option<String>,
    /// Where its server is told that a session ended.
    #[arg(long, value_name = "URL")]
    backchannel_logout_uri: Option<String>,
}

impl Settings {
    /// Puts what was said into a registration.
    pub(super) fn apply(&self, entry: &mut ClientEntry) -> Result<(), Failure> {
        if !self.redirect_uri.is_empty() {
            entry.redirect_uris = redirect_uris("--redirect-uri", &self.redirect_uri)?;
        }
        if !self.post_logout_redirect_uri.is_empty() {
            entry.post_logout_redirect_uris = redirect_uris("--post-logout-redirect-uri", &self.post_logout_redirect_uri)?;
        }
        if !self.origin.is_empty() {
            let parse = |text: &String| Origin::parse(text).map_err(|why| Failure::asked_wrongly(format!("--origin {text}: {why}")));
            entry.origins = self.origin.iter().map(parse).collect::<Result<_, _>>()?;
        }
        self.apply_proof(entry)?;
        entry.delivery = word_or("--delivery", self.delivery.as_deref(), (Delivery::parse, Delivery::ALL), entry.delivery)?;
        entry.refresh = word_or("--refresh", self.refresh.as_deref(), (RefreshIn::parse, RefreshIn::ALL), entry.refresh)?;
        entry.same_site = word_or("--same-site", self.same_site.as_deref(), (SameSite::parse, SameSite::ALL), entry.same_site)?;
        entry.pkce = word_or("--pkce", self.pkce.as_deref(), (Pkce::parse, Pkce::ALL), entry.pkce)?;
        if let Some(alg) = &self.alg {
            entry.signing = Some(word("--alg", alg, SigningAlgorithm::parse, SigningAlgorithm::ALL)?);
        }
        entry.first_party |= self.first_party;
        entry.require_par |= self.require_par;
        entry.audience = self.audience.clone().or(entry.audience.take());
        if !self.resource.is_empty() {
            entry.resources.clone_from(&self.resource);
        }
        entry.dpop = word_or("--dpop", self.dpop.as_deref(), (Dpop::parse, Dpop::ALL), entry.dpop)?;
        if !self.scope.is_empty() {
            entry.scopes.clone_from(&self.scope);
        }
        entry.id_token = word_or("--id-token", self.id_token.as_deref(), (IdTokenClaims::parse, IdTokenClaims::ALL), entry.id_token)?;
        if let Some(file) = &self.claims {
            entry.claims = Some(of_file("--claims", file, CustomClaims::parse)?);
        }
        if let Some(uri) = &self.initiate_login_uri {
            entry.initiate_login_uri = Some(redirect_uri("--initiate-login-uri", uri)?);
        }
        if let Some(uri) = &self.backchannel_logout_uri {
            entry.backchannel_logout_uri = Some(redirect_uri("--backchannel-logout-uri", uri)?);
        }
        Ok(())
    }

    /// How it proves itself.
    fn apply_proof(&self, entry: &mut ClientEntry) -> Result<(), Failure> {
        if let Some(auth) = &self.auth {
            entry.auth = word("--auth", auth, ClientAuth::parse, ClientAuth::ALL)?;
            entry.jwks.take_if(|_| entry.auth != ClientAuth::PrivateKeyJwt);
            entry.jwks_uri.take_if(|_| entry.auth != ClientAuth::PrivateKeyJwt);
        }
        if let Some(file) = &self.jwks {
            entry.jwks = Some(of_file("--jwks", file, ClientKeys::parse)?);
            entry.jwks_uri = None;
        }
        if let Some(uri) = &self.jwks_uri {
            entry.jwks_uri = Some(redirect_uri("--jwks-uri", uri)?);
            entry.jwks.take_if(|_| self.jwks.is_none());
        }
        Ok(())
    }
}

/// Reads a file.
fn of_file<T>(option: &str, file: &std::path::Path, parse: impl Fn(&str) -> Result<T, String>) -> Result<T, Failure> {
    let failed = |why: String| Failure::asked_wrongly(format!("{option} {}: it {why}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|why| failed(format!("cannot be read: {why}")))?;
    parse(&text).map_err(failed)
}

/// Parses addresses.
pub(super) fn redirect_uris(option: &str, texts: &[String]) -> Result<Vec<RedirectUri>, Failure> {
    texts.iter().map(|text| redirect_uri(option, text)).collect()
}

fn redirect_uri(option: &str, text: &str) -> Result<RedirectUri, Failure> {
    RedirectUri::parse(text).map_err(|why| Failure::asked_wrongly(format!("{option} {text}: it {why}")))
}

/// The word that was said; the one of before if none was.
fn word_or<T: Copy + std::fmt::Display>(
    option: &str,
    said: Option<&str>,
    (parse, all): (impl Fn(&str) -> Option<T>, &[T]),
    before: T,
) -> Result<T, Failure> {
    said.map_or(Ok(before), |text| word(option, text, parse, all))
}

/// One of some words.
pub(in crate::cli) fn word<T: Copy + std::fmt::Display>(
    option: &str,
    text: &str,
    parse: impl Fn(&str) -> Option<T>,
    all: &[T],
) -> Result<T, Failure> {
    let known = || all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    parse(text).ok_or_else(|| Failure::asked_wrongly(format!("{option} {text}: must be one of {}", known())))
}
