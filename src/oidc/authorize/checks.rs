//! The checks, in order. Until the redirect URI is known to be the client's, a refusal is a page;
//! from then on it is an answer to the app (RFC 6749 §4.1.2.1).

use std::sync::Arc;

use super::problem;
use super::respond::{Addressee, Reply, error_reply};
use crate::app::App;
use crate::error::{AppProblem, Result};
use crate::form::Parameters;
use crate::key::{Keys, is_b64_sha256};
use crate::oidc::hint::IdTokenHint;
use crate::oidc::{Client, Clients, OAuthError, acr, resource, scope};
use crate::sign_in::{Answer, AppRequest, ResponseMode};
use crate::types::RedirectUri;

/// A request that may be answered.
pub(super) struct Checked {
    pub(super) client: Arc<Client>,
    pub(super) request: AppRequest,
    pub(super) prompt: Prompt,
}

/// Why it may not.
pub(super) enum Refusal {
    /// A page for the person, because there is no safe place to send them.
    Show(Box<AppProblem>),
    /// An answer to the app.
    Return(Arc<Client>, Reply),
}

/// The values of `prompt`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a set of four words")]
pub(super) struct Prompt {
    pub(super) none: bool,
    pub(super) login: bool,
    pub(super) consent: bool,
    pub(super) select_account: bool,
}

impl Prompt {
    /// Whether the person must see something in any case.
    pub(super) fn asks(self) -> bool {
        self.login || self.consent || self.select_account
    }
}

/// What is wrong, for the app: a code of RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6 or RFC 8707 §2, and a sentence.
pub(crate) type Wrong = (&'static str, String);

/// One check of a request whose client and redirect URI are known to be right.
type Check = fn(&Parameters, &Client) -> Result<(), Wrong>;

const MUST_PUSH: &str = "this client has to push its requests (RFC 9126): pushed_authorization_request_endpoint";

const CHECKS: &[(&str, Check)] = &[
    ("request objects", no_request_object),
    ("response_type", response_type),
    ("response_mode", |parameters, client| response_mode(parameters, client).map(|_| ())),
    ("scope", has_openid),
    ("code_challenge", code_challenge),
    ("resource", |parameters, client| resource::asked(client, parameters).map(|_| ())),
    ("dpop_jkt", dpop_jkt),
    ("prompt", |parameters, _| prompt(parameters).map(|_| ())),
    ("max_age", |parameters, _| max_age(parameters).map(|_| ())),
    ("lengths", lengths),
];

/// Whose request it is, and the registered address that its answer may go to: until both are known, nobody is sent anywhere.
pub(crate) async fn addressee<'a>(
    app: &App,
    clients: &Clients,
    parameters: &'a Parameters,
    line: &'static str,
) -> Result<Result<(Arc<Client>, &'a str), AppProblem>> {
    let named = parameters.get("client_id").unwrap_or("");
    let Some(client) = clients.find(app, named).await? else {
        return Ok(Err(problem::unknown_client(named, &clients.ids(app).await?, parameters, line)));
    };
    match parameters.get("redirect_uri").filter(|uri| client.may_redirect_to(uri)) {
        Some(redirect_uri) => Ok(Ok((client, redirect_uri))),
        None => Ok(Err(problem::redirect_uri(&client, parameters, line))),
    }
}

/// Runs them all. `pushed`: the request came from its client and not through a browser.
pub(super) async fn check(
    app: &App,
    keys: &Keys,
    clients: &Clients,
    (parameters, pushed): (&Parameters, bool),
    line: &'static str,
) -> Result<Result<Checked, Refusal>> {
    let (client, redirect_uri) = match addressee(app, clients, parameters, line).await? {
        Ok(addressee) => addressee,
        Err(problem) => return Ok(Err(Refusal::Show(Box::new(problem)))),
    };
    let by_browser = client.entry.require_par && !pushed;
    let judged = if by_browser { Err(("invalid_request", MUST_PUSH.into())) } else { read(app, keys, &client, (parameters, redirect_uri)) };
    Ok(judged.map_err(|(code, description)| {
        // A mode that may not be used cannot carry the news either.
        let mode = response_mode(parameters, &client).unwrap_or_default();
        let to = Addressee { redirect_uri, state: parameters.get("state"), mode };
        let reply = error_reply(app, &to, code, &description);
        Refusal::Return(client, reply)
    }))
}

/// The same for a request whose client is there to be told (RFC 9126 §2.1).
pub(crate) async fn judge(
    app: &App,
    keys: &Keys,
    clients: &Clients,
    parameters: &Parameters,
    line: &'static str,
) -> Result<Result<(), OAuthError>> {
    Ok(match addressee(app, clients, parameters, line).await? {
        Err(problem) => Err(OAuthError::invalid_request(problem.log)),
        Ok((client, redirect_uri)) => {
            read(app, keys, &client, (parameters, redirect_uri)).map(drop).map_err(|(code, why)| OAuthError::new(code, why))
        }
    })
}

/// The first thing that is wrong with a request for an address that is known to be the client's.
pub(crate) fn first_wrong(parameters: &Parameters, client: &Client) -> Option<Wrong> {
    CHECKS.iter().find_map(|(_, check)| check(parameters, client).err())
}

fn read(app: &App, keys: &Keys, client: &Arc<Client>, (parameters, redirect_uri): (&Parameters, &str)) -> Result<Checked, Wrong> {
    first_wrong(parameters, client).map_or(Ok(()), Err)?;
    let prompt = prompt(parameters)?;
    let hinted = parameters.get("id_token_hint").map(|token| IdTokenHint::read(app, keys, token).and_then(|hint| hint.user()));
    let request = AppRequest {
        state: parameters.get("state").map(str::to_owned),
        scope: scope::known(parameters.text("scope")),
        nonce: parameters.get("nonce").map(str::to_owned),
        code_challenge: parameters.get("code_challenge").map(str::to_owned),
        resource: resource::asked(client, parameters)?,
        dpop_jkt: parameters.get("dpop_jkt").map(str::to_owned),
        // A hint that says nothing to us could mean anybody: nobody is answered for silently.
        login: prompt.login || hinted == Some(None),
        hinted: hinted.flatten(),
        select_account: prompt.select_account,
        consent: prompt.consent,
        two_steps: acr::asks_for_two_steps(parameters),
        max_age: max_age(parameters)?,
        login_hint: login_hint(parameters),
        response_mode: response_mode(parameters, client)?,
        ..AppRequest::new(&client.id, redirect_uri, Answer::Code)
    };
    Ok(Checked { client: Arc::clone(client), request, prompt })
}

/// An address to begin with.
pub(crate) fn login_hint(parameters: &Parameters) -> Option<String> {
    parameters.get("login_hint").filter(|hint| hint.len() <= 254).map(str::to_owned)
}

fn no_request_object(parameters: &Parameters, _: &Client) -> Result<(), Wrong> {
    if parameters.get("request").is_some() {
        return Err(("request_not_supported", "request objects are not supported".into()));
    }
    if parameters.get("request_uri").is_some() {
        return Err(("request_uri_not_supported", "request_uri is not supported".into()));
    }
    Ok(())
}

fn response_type(parameters: &Parameters, client: &Client) -> Result<(), Wrong> {
    match parameters.get("response_type") {
        Some("code") if client.takes_tokens() => Err((
            "unauthorized_client",
            format!("{} is registered for token delivery: start at /sign-in, or register it with --delivery code", client.id),
        )),
        Some("code") => Ok(()),
        Some(_) => Err(("unsupported_response_type", "response_type must be code".into())),
        None => Err(("invalid_request", "response_type is missing".into())),
    }
}

/// V-35: a form is only ever sent to where a policy can say that it goes.
fn response_mode(parameters: &Parameters, _: &Client) -> Result<ResponseMode, Wrong> {
    let Some(asked) = parameters.get("response_mode") else { return Ok(ResponseMode::default()) };
    let Some(mode) = ResponseMode::parse(asked) else {
        return Err(("invalid_request", "response_mode must be query, fragment or form_post".into()));
    };
    let takes_forms = || RedirectUri::parse(parameters.text("redirect_uri")).is_ok_and(|uri| uri.takes_forms());
    if mode == ResponseMode::FormPost && !takes_forms() {
        return Err((
            "invalid_request",
            "response_mode form_post needs a redirect_uri with https, or http on localhost or 127.0.0.1".into(),
        ));
    }
    Ok(mode)
}

fn has_openid(parameters: &Parameters, _: &Client) -> Result<(), Wrong> {
    if scope::has(parameters.text("scope"), "openid") { Ok(()) } else { Err(("invalid_scope", "scope must contain openid".into())) }
}

/// RFC 9700 §2.1.1: PKCE for every client, and only S256; but for those of old that have a secret (OAuth 2.1 §4.1.2.1).
fn code_challenge(parameters: &Parameters, client: &Client) -> Result<(), Wrong> {
    let wrong = |text: &str| Err(("invalid_request", text.to_owned()));
    let none = parameters.get("code_challenge").or(parameters.get("code_challenge_method")).is_none();
    if none && client.may_go_without_pkce() {
        let bound = parameters.get("nonce").or(parameters.get("state")).is_some();
        return if bound { Ok(()) } else { wrong("without code_challenge there must be a nonce or a state") };
    }
    let Some(challenge) = parameters.get("code_challenge") else {
        return wrong("code_challenge is missing: PKCE with S256 is required");
    };
    if parameters.get("code_challenge_method") != Some("S256") {
        return wrong("code_challenge_method must be S256");
    }
    if !is_b64_sha256(challenge) {
        return wrong("code_challenge must be 43 characters of unpadded base64url");
    }
    Ok(())
}

fn prompt(parameters: &Parameters) -> Result<Prompt, Wrong> {
    let mut prompt = Prompt::default();
    for word in parameters.text("prompt").split(' ').filter(|word| !word.is_empty()) {
        match word {
            "none" => prompt.none = true,
            "login" => prompt.login = true,
            "consent" => prompt.consent = true,
            "select_account" => prompt.select_account = true,
            _ => return Err(("invalid_request", "prompt must be none, or some of login, consent and select_account".into())),
        }
    }
    if prompt.none && prompt.asks() {
        return Err(("invalid_request", "prompt=none goes with no other value".into()));
    }
    Ok(prompt)
}

fn dpop_jkt(parameters: &Parameters, _: &Client) -> Result<(), Wrong> {
    match parameters.get("dpop_jkt") {
        Some(jkt) if !is_b64_sha256(jkt) => Err(("invalid_request", "dpop_jkt must be 43 characters of unpadded base64url".into())),
        _ => Ok(()),
    }
}

pub(crate) fn max_age(parameters: &Parameters) -> Result<Option<u64>, Wrong> {
    let wrong = |_| ("invalid_request", "max_age must be a number of seconds".to_owned());
    parameters.get("max_age").map(|text| text.parse().map_err(wrong)).transpose()
}

/// What is kept until the code is redeemed must fit into its columns.
fn lengths(parameters: &Parameters, _: &Client) -> Result<(), Wrong> {
    for (name, most) in [("nonce", 1000), ("state", 4000), ("scope", 1000), ("acr_values", 1000)] {
        if parameters.text(name).len() > most {
            return Err(("invalid_request", format!("{name} is longer than {most} bytes")));
        }
    }
    Ok(())
}
