//! `GET` and `POST /authorize` (OpenID Connect Core §3.1.2): a table of checks, then one question:
//! may we answer at once, or must the person do something first?

mod checks;
mod interaction;
pub(crate) mod problem;
mod respond;
mod store;
pub(crate) mod view;

#[cfg(any(test, fuzzing))]
pub(crate) use checks::first_wrong;
pub(crate) use checks::{Wrong, addressee, judge, login_hint, max_age};
pub use interaction::{Needed, needed};
pub use respond::{Addressee, Reply, code_reply, error_reply, form_post};
pub use store::{Code, find as find_code, is_spent_for, remove_expired, spend as spend_code, spend_for};

use actix_web::{HttpRequest, HttpResponse, web};
use sea_orm::Schema;
use sea_orm::sea_query::TableCreateStatement;

use self::checks::{Checked, Refusal, check};
use self::respond::depart;
use super::{Clients, pushed};
use crate::app::App;
use crate::error::{Error, Result};
use crate::form::{Body, Parameters, see_other};
use crate::key::Keys;
use crate::page::PageResult;
use crate::session::Visitor;
use crate::sign_in::{self, AppRequest, Destination};

/// An authorization request by `GET`.
pub async fn get_authorize(
    app: web::Data<App>,
    keys: web::Data<Keys>,
    clients: web::Data<Clients>,
    visitor: Visitor,
    request: HttpRequest,
) -> PageResult {
    let query = request.query_string();
    if let Some(stored) = query.strip_prefix("request=").filter(|rest| !rest.contains('&')) {
        let stored = reopen(&app, stored)?;
        return Ok(authorize(&app, &keys, &clients, (&visitor, &stored), "POST /authorize").await?);
    }
    Ok(authorize(&app, &keys, &clients, (&visitor, query), "GET /authorize").await?)
}

/// An authorization request by `POST`. Another site's form does not carry our cookies (`SameSite=Lax`),
/// so the request is stored in a URL, sealed, and continues as a navigation of ours: 303, never 307.
pub async fn post_authorize(app: web::Data<App>, body: Result<Body>) -> PageResult {
    let Body(parameters) = body?;
    let query: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters.iter()).finish();
    let sealed = app.crypto.seal_flow(format!("authorize:{query}").as_bytes())?;
    Ok(see_other(&app.config.issuer.join(&format!("/authorize?request={sealed}"))))
}

fn reopen(app: &App, stored: &str) -> Result<String> {
    let opened = app.crypto.open_flow(stored).map_err(|_| Error::STALE)?;
    let text = String::from_utf8(opened).map_err(|_| Error::STALE)?;
    text.strip_prefix("authorize:").map(str::to_owned).ok_or(Error::STALE)
}

async fn authorize(
    app: &App,
    keys: &Keys,
    clients: &Clients,
    (visitor, query): (&Visitor, &str),
    line: &'static str,
) -> Result<HttpResponse> {
    let parameters = match Parameters::parse(query.as_bytes()) {
        Ok(parameters) => parameters,
        Err(repeated) => return Err(Error::App(Box::new(problem::repeated(repeated, line)))),
    };
    // What comes beside a reference is not looked at: it did not come from the client (RFC 9126 §4).
    let (parameters, pushed) = match parameters.get("request_uri").filter(|uri| pushed::is_reference(uri)) {
        None => (parameters, false),
        Some(reference) => match pushed::take(app, parameters.text("client_id"), reference).await? {
            Some(request) => (request, true),
            None => return Err(Error::App(Box::new(problem::request_over(app, clients, &parameters, line).await?))),
        },
    };
    let Checked { client, request, prompt } = match check(app, keys, clients, (&parameters, pushed), line).await? {
        Ok(checked) => checked,
        Err(Refusal::Show(problem)) => return Err(Error::App(problem)),
        Err(Refusal::Return(client, reply)) => return depart(app, visitor, &client, reply),
    };
    let session = visitor.session(app).await?;
    match needed(app, &client, &request, session.as_ref(), None).await? {
        Needed::Nothing(session) => {
            let reply = code_reply(app, visitor.actor(), &client, &request, &session).await?;
            depart(app, visitor, &client, reply)
        }
        needed if prompt.none => {
            let reply = error_reply(app, &(&request).into(), needed.error_for_none(), "the person would have to do something");
            depart(app, visitor, &client, reply)
        }
        Needed::Choice(_) | Needed::Consent(_) => go_on(app, visitor, request, "/continue"),
        needed => {
            // A hint that says nothing to us could mean anybody, and whoever chooses may choose somebody else.
            let is_clear = parameters.get("id_token_hint").is_none() || request.hinted.is_some();
            let again = matches!(needed, Needed::Again) && is_clear && !prompt.select_account;
            go_on(app, visitor, request, &first_page(visitor, &parameters, again))
        }
    }
}

/// The page that an app's own button means: of a provider (`provider=google`), or for newcomers (`screen=sign-up`). What
/// nobody offers here leads to the sign-in page, which shows what there is.
fn first_page(visitor: &Visitor, parameters: &Parameters, again: bool) -> String {
    let provider = parameters.get("provider").filter(|named| visitor.providers().iter().any(|button| button.id == **named));
    match (provider, parameters.get("screen")) {
        (Some(provider), _) => format!("/oauth/{provider}"),
        (None, Some("sign-up")) => "/sign-up".to_owned(),
        _ if again => "/reauth".to_owned(),
        _ => "/sign-in".to_owned(),
    }
}

fn go_on(app: &App, visitor: &Visitor, request: AppRequest, path: &str) -> Result<HttpResponse> {
    sign_in::set_out(app, visitor, Destination::App(Box::new(request)), path)
}

pub(crate) fn tables(schema: &Schema) -> Vec<TableCreateStatement> {
    vec![store::table(schema)]
}
