//! The checks of an authorization request, in order. Until client and redirect URI are known to be
//! right, a refusal is a page; from then on it is an answer to the client (RFC 6749 §4.1.2.1).

use super::Settings;
use super::parameters::Parameters;

/// The scopes that mean something here.
pub(super) const SCOPES: [&str; 3] = ["openid", "email", "profile"];
/// What the page's form carries on, to be checked again.
const CARRIED: [&str; 9] =
    ["client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "code_challenge", "code_challenge_method", "login_hint"];
/// The longest value that is carried on and remembered.
const LONGEST: usize = 4000;

/// A request that may be answered.
pub(super) struct Asked {
    pub(super) redirect_uri: String,
    pub(super) scope: String,
    pub(super) nonce: Option<String>,
    pub(super) code_challenge: String,
}

/// Why it may not.
pub(super) enum Refusal {
    /// A page, because there is no safe place to send anybody.
    Show(&'static str),
    /// An answer to the client at this address: a code and a sentence.
    Return(String, &'static str, &'static str),
}

/// Runs the checks.
pub(super) fn check(settings: &Settings, parameters: &Parameters) -> Result<Asked, Refusal> {
    if parameters.get("client_id") != Some(settings.client_id.as_str()) {
        return Err(Refusal::Show("The client_id is not the one that is registered here."));
    }
    let redirect_uri = parameters.text("redirect_uri");
    if !settings.redirect_uris.iter().any(|registered| registered == redirect_uri) {
        return Err(Refusal::Show("The redirect_uri is not one that is registered here, character for character."));
    }
    let wrong = |(code, description)| Refusal::Return(redirect_uri.to_owned(), code, description);
    kind(parameters).and_then(|()| challenge(parameters)).and_then(|()| prompt(parameters)).map_err(wrong)?;
    let scope: Vec<_> = parameters.words("scope").filter(|word| SCOPES.contains(word)).collect();
    Ok(Asked {
        redirect_uri: redirect_uri.to_owned(),
        scope: scope.join(" "),
        nonce: parameters.get("nonce").map(str::to_owned),
        code_challenge: parameters.text("code_challenge").to_owned(),
    })
}

/// What a form must send again to be the same request.
pub(super) fn carried(parameters: &Parameters) -> Vec<(&'static str, String)> {
    CARRIED.iter().filter_map(|&name| Some((name, parameters.get(name)?.to_owned()))).collect()
}

type Check = Result<(), (&'static str, &'static str)>;

fn kind(parameters: &Parameters) -> Check {
    if parameters.get("request").is_some() {
        return Err(("request_not_supported", "request objects are not supported"));
    }
    if parameters.get("request_uri").is_some() {
        return Err(("request_uri_not_supported", "request_uri is not supported"));
    }
    match parameters.get("response_type") {
        Some("code") => {}
        Some(_) => return Err(("unsupported_response_type", "response_type must be code")),
        None => return Err(("invalid_request", "response_type is missing")),
    }
    if !matches!(parameters.get("response_mode"), None | Some("query")) {
        return Err(("invalid_request", "response_mode must be query"));
    }
    if parameters.words("scope").all(|word| word != "openid") {
        return Err(("invalid_scope", "scope must contain openid"));
    }
    if CARRIED.iter().any(|name| parameters.text(name).len() > LONGEST) {
        return Err(("invalid_request", "a parameter is too long"));
    }
    Ok(())
}

/// RFC 9700 §2.1.1: PKCE, and only S256.
fn challenge(parameters: &Parameters) -> Check {
    let Some(challenge) = parameters.get("code_challenge") else {
        return Err(("invalid_request", "code_challenge is missing: PKCE with S256 is required"));
    };
    if parameters.get("code_challenge_method") != Some("S256") {
        return Err(("invalid_request", "code_challenge_method must be S256"));
    }
    if challenge.len() != 43 || !challenge.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
        return Err(("invalid_request", "code_challenge must be 43 characters of unpadded base64url"));
    }
    Ok(())
}

/// Nobody is ever signed in here, so nobody can be let through unasked.
fn prompt(parameters: &Parameters) -> Check {
    if parameters.words("prompt").any(|word| word == "none") {
        return Err(("login_required", "nobody is signed in here, ever"));
    }
    Ok(())
}
