//! What an error looks like to a person: rendered here, once, where the visitor's look and language
//! are known. Programs have had their JSON further in.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, Responder};

use crate::app::App;
use crate::error::{AppProblem, Error};
use crate::page::{
    BusyPage, CookiesPage, DevErrorPage, ErrorPage, Marked, NotFoundPage, PageError, PageResult, StalePage, problem_words, status,
};
use crate::session::Visitor;
use crate::types::Words;

/// For paths that do not exist.
pub async fn not_found() -> impl Responder {
    let result: PageResult = Err(Error::NotFound.into());
    result
}

/// Replaces the placeholder of a failed page with the page. Anything else passes.
pub fn render<B: MessageBody + 'static>(app: &App, response: ServiceResponse<B>) -> ServiceResponse<BoxBody> {
    let page = match response.response().error().and_then(|error| error.as_error::<PageError>()) {
        Some(PageError::Failed(error)) => Some(show(app, response.request(), error)),
        Some(PageError::First(..)) | None => None,
    };
    match page.or_else(|| of_another_method(app, &response)) {
        Some(page) => response.into_response(page),
        None => response.map_into_boxed_body(),
    }
}

/// Whoever opens the address of a form, from their history or by hand, gets a page as well: to begin again from.
fn of_another_method<B>(app: &App, response: &ServiceResponse<B>) -> Option<HttpResponse> {
    let (request, status) = (response.request(), response.status());
    let reads = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    if status != StatusCode::METHOD_NOT_ALLOWED || !reads.is_some_and(|accept| accept.contains("text/html")) {
        return None;
    }
    let visitor = Visitor::of(request).ok()?;
    let mut page = visitor.show(status, &StalePage { page: visitor.page(app, None), again: app.config.issuer.join("/sign-in") });
    for allowed in response.headers().get_all(header::ALLOW) {
        page.headers_mut().append(header::ALLOW, allowed.clone());
    }
    Some(page)
}

fn show(app: &App, request: &HttpRequest, error: &Error) -> HttpResponse {
    let status = status(error);
    let Ok(visitor) = Visitor::of(request) else { return HttpResponse::InternalServerError().finish() };
    let reference = visitor.caller().request_id.clone();
    if let Error::Broken { what, source } = error {
        tracing::error!(id = reference, what, cause = %source, "a page failed");
    }
    let page = visitor.page(app, None);
    let again = app.config.issuer.join("/sign-in");
    match error {
        Error::NotFound => visitor.show(status, &NotFoundPage { page }),
        Error::Stale { flow: Some(flow) } => visitor.show(status, &StalePage { page, again: format!("{again}?flow={flow}") }),
        Error::Stale { flow: None } | Error::Forbidden(_) => visitor.show(status, &StalePage { page, again }),
        Error::NoCookies => visitor.show(status, &CookiesPage { page, again }),
        Error::TooMany { retry_after } | Error::Busy { retry_after } => {
            let seconds = retry_after.as_secs().max(1);
            let mut response = visitor.show(status, &BusyPage { page, seconds, crowded: status == StatusCode::TOO_MANY_REQUESTS });
            response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(seconds));
            response
        }
        Error::App(problem) => show_problem(app, &visitor, status, problem),
        Error::Malformed(_) | Error::TooLarge | Error::Broken { .. } => {
            let (title, lede) = match error {
                Error::Broken { .. } => ("error-broken-title", "error-broken-lede"),
                _ => ("error-request-title", "error-request-lede"),
            };
            visitor.show(status, &ErrorPage { page, title: Words::new(title), lede: Words::new(lede), back: None, reference })
        }
    }
}

/// Two faces: a developer at this machine sees everything, anybody else one sentence and a reference.
fn show_problem(app: &App, visitor: &Visitor, status: StatusCode, problem: &AppProblem) -> HttpResponse {
    let reference = visitor.caller().request_id.clone();
    tracing::warn!(id = reference, code = problem.code, client = problem.client, sent = problem.sent, "{}", problem.log);
    let page = visitor.page(app, None);
    let at_this_machine = visitor.caller().address.to_canonical().is_loopback();
    if !(app.config.is_development() && at_this_machine) {
        let (title, lede) = (Words::new("error-app-title"), Words::new("error-app-lede"));
        return visitor.show(status, &ErrorPage { page, title, lede, back: problem.back.clone(), reference });
    }
    let (title, lede, explanation) = problem_words(problem.code, &problem.client);
    let closest = problem.registered.first().map_or("", String::as_str);
    let sent = problem.sent.as_deref();
    let page = DevErrorPage {
        page,
        title,
        lede,
        sent: sent.map(|sent| Marked::difference(sent, closest)),
        registered: problem.registered.iter().map(|one| Marked::difference(one, sent.unwrap_or(one))).collect(),
        registered_for: problem.client.clone(),
        explanation,
        command: problem.command.clone(),
        request: problem.request.clone(),
        request_line: problem.request_line.clone(),
        code: problem.code,
    };
    visitor.show(status, &page)
}
