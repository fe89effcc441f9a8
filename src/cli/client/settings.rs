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
        if let Some(delivery) = &self.delivery {
            entry.delivery = word("--delivery", delivery, Delivery::parse, Delivery::ALL)?;
        }
        if let Some(refresh) = &self.refresh {
            entry.refresh = word("--refresh", refresh, RefreshIn::parse, RefreshIn::ALL)?;
        }
        if let Some(same_site) = &self.same_site {
            entry.same_site = word("--same-site", same_site, SameSite::parse, SameSite::ALL)?;
        }
        if let Some(pkce) = &self.pkce {
            entry.pkce = word("--pkce", pkce, Pkce::parse, Pkce::ALL)?;
        }
        if let Some(alg) = &self.alg {
            entry.signing = Some(word("--alg", alg, SigningAlgorithm::parse, SigningAlgorithm::ALL)?);
        }
        entry.first_party |= self.first_party;
        entry.require_par |= self.require_par;
        entry.audience = self.audience.clone().or(entry.audience.take());
        if !self.resource.is_empty() {
            entry.resources.clone_from(&self.resource);
        }
        if let Some(dpop) = &self.dpop {
            entry.dpop = word("--dpop", dpop, Dpop::parse, Dpop::ALL)?;
        }
        if !self.scope.is_empty() {
            entry.scopes.clone_from(&self.scope);
        }
        if let Some(id_token) = &self.id_token {
            entry.id_token = word("--id-token", id_token, IdTokenClaims::parse, IdTokenClaims::ALL)?;
        }
        if let Some(file) = &self.claims {
            entry.claims = Some(of_file("--claims", file, CustomClaims::parse)?);
        }
        if let Some(uri) = &self.initiate_login_uri {
            entry.initiate_login_uri = redirect_uris("--initiate-login-uri", std::slice::from_ref(uri))?.pop();
        }
        if let Some(uri) = &self.backchannel_logout_uri {
            entry.backchannel_logout_uri = redirect_uris("--backchannel-logout-uri", std::slice::from_ref(uri))?.pop();
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
            entry.jwks_uri = redirect_uris("--jwks-uri", std::slice::from_ref(uri))?.pop();
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
    let parse = |text: &String| RedirectUri::parse(text).map_err(|why| Failure::asked_wrongly(format!("{option} {text}: it {why}")));
    texts.iter().map(parse).collect()
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
