//! The pages: one that asks who you are, and one that only tells.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::parameters::Parameters;
use super::people::{READY_MADE, ReadyMade};
use super::request::{self, Asked};
use crate::types::RedirectUri;

/// Who are you today?
#[derive(Template)]
#[template(path = "pretend/who.html")]
pub(super) struct WhoPage {
    /// Whom the answer goes to.
    client: String,
    hint: Option<String>,
    problem: Option<&'static str>,
    carried: Vec<(&'static str, String)>,
    people: &'static [ReadyMade],
    typed: Typed,
}

/// What stands in the fields.
struct Typed {
    open: bool,
    sub: String,
    email: String,
    verified: bool,
    name: String,
}

impl WhoPage {
    /// The page for this request; `problem` is what was wrong with the form.
    pub(super) fn new(parameters: &Parameters, asked: &Asked, problem: Option<&'static str>) -> Self {
        let hint = parameters.get("login_hint").map(str::to_owned);
        let open = parameters.get("who") == Some("somebody");
        let typed = |name: &str| parameters.text(name).to_owned();
        let email = if open { typed("email") } else { hint.clone().filter(|hint| hint.contains('@')).unwrap_or_default() };
        let verified = parameters.get("email_verified").is_some();
        Self {
            client: host(&asked.redirect_uri),
            hint,
            problem,
            carried: request::carried(parameters),
            people: &READY_MADE,
            typed: Typed { open, sub: typed("sub"), email, verified, name: typed("name") },
        }
    }
}

/// The host and port that a person knows the client by.
fn host(redirect_uri: &str) -> String {
    let origin = RedirectUri::parse(redirect_uri).ok().and_then(|uri| uri.origin());
    origin.map_or_else(String::new, |origin| origin.as_str().split("://").last().unwrap_or("").to_owned())
}

/// A page with nothing to do.
#[derive(Template)]
#[template(path = "pretend/notice.html")]
pub(super) struct NoticePage {
    title: &'static str,
    text: &'static str,
}

impl NoticePage {
    /// For who opens the origin itself.
    pub(super) const ABOUT: Self = Self {
        title: "Somebody else’s site",
        text: "This plays the part of a provider that people sign in with. Start at the app: it sends you here and back.",
    };
    /// For addresses that are none.
    pub(super) const NOTHING_HERE: Self = Self { title: "Nothing is here", text: "No page has this address." };

    /// A request that cannot be answered.
    pub(super) fn refused(why: &'static str) -> Self {
        Self { title: "This request is not right", text: why }
    }
}

/// A page as an answer.
pub(super) fn respond(status: StatusCode, page: &impl Template) -> HttpResponse {
    match page.render() {
        Ok(html) => HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}
