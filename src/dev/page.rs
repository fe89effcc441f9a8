//! `/dev/inbox`: read what would have been sent. These routes exist in development mode only, and
//! answer this machine only.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::Inbox;
use super::view::{InboxLine, InboxPage, OpenLetter};
use crate::app::App;
use crate::error::{Error, Result};
use crate::form::Parameters;
use crate::job;
use crate::page::{PageResult, respond_with};
use crate::session::Visitor;
use crate::types::{EmailAddress, Envelope};

pub(super) const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// A letter's HTML may style itself and do nothing else.
pub(super) const LETTER_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'";

/// `GET /dev/inbox`
pub async fn get_inbox(app: web::Data<App>, inbox: web::Data<Inbox>, visitor: Visitor) -> PageResult {
    show(&app, &inbox, &visitor, None)
}

/// `GET /dev/inbox/{id}`
pub async fn get_letter(app: web::Data<App>, inbox: web::Data<Inbox>, visitor: Visitor, id: web::Path<String>) -> PageResult {
    show(&app, &inbox, &visitor, Some(number(&id)?))
}

fn show(app: &App, inbox: &Inbox, visitor: &Visitor, open: Option<u64>) -> PageResult {
    near(visitor)?;
    let letters = inbox.list();
    let open = match open {
        Some(number) => Some((number, inbox.get(number).ok_or(Error::NotFound)?)),
        None => letters.first().cloned(),
    };
    let line = |(number, letter): &(u64, Envelope)| InboxLine {
        id: number.to_string(),
        to: letter.to.to_string(),
        subject: letter.subject.clone(),
        at: letter.at,
        open: open.as_ref().is_some_and(|(open, _)| open == number),
    };
    let page = InboxPage {
        letters: letters.iter().map(line).collect(),
        page: visitor.page(app, None),
        open: open.map(|(number, letter)| OpenLetter {
            id: number.to_string(),
            to: letter.to.to_string(),
            from: letter.from,
            subject: letter.subject,
            at: letter.at,
            text: letter.text,
            code: letter.code,
            link: letter.link,
        }),
    };
    Ok(respond_with(StatusCode::OK, &page, POLICY))
}

/// `GET /dev/inbox/{id}/html`: the letter as a mail program would show it.
pub async fn get_letter_html(inbox: web::Data<Inbox>, visitor: Visitor, id: web::Path<String>) -> PageResult {
    near(&visitor)?;
    let letter = inbox.get(number(&id)?).ok_or(Error::NotFound)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_SECURITY_POLICY, LETTER_POLICY))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type("text/html; charset=utf-8")
        .body(letter.html))
}

/// `GET /dev/inbox/{id}/source`: both parts as text.
pub async fn get_letter_source(inbox: web::Data<Inbox>, visitor: Visitor, id: web::Path<String>) -> PageResult {
    near(&visitor)?;
    let letter = inbox.get(number(&id)?).ok_or(Error::NotFound)?;
    let source = format!(
        "From: {}\nTo: {}\nSubject: {}\nDate: {}\n\n{}\n\n{}",
        letter.from,
        letter.to,
        letter.subject,
        letter.at.rfc3339(),
        letter.text,
        letter.html
    );
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).content_type("text/plain; charset=utf-8").body(source))
}

/// `GET /dev/inbox/latest?to=…`: for end-to-end tests.
pub async fn get_latest(app: web::Data<App>, inbox: web::Data<Inbox>, visitor: Visitor, request: HttpRequest) -> PageResult {
    near(&visitor)?;
    arrived(&app).await?;
    let parameters = Parameters::of_query(&request);
    let to = parameters
        .get("to")
        .map(|text| EmailAddress::parse(text).map_err(|_| Error::Malformed("to is not an address".into())))
        .transpose()?;
    let (number, letter) = inbox.latest(to.as_ref()).ok_or(Error::NotFound)?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(json!({
        "id": number.to_string(),
        "to": letter.to.to_string(),
        "from": letter.from,
        "subject": letter.subject,
        "text": letter.text,
        "html": letter.html,
        "code": letter.code,
        "link": letter.link,
        "at": letter.at.rfc3339(),
    })))
}

/// A letter that was asked for a moment ago is still on its way: a test that asks for it means that one.
async fn arrived(app: &App) -> Result<()> {
    for _ in 0..100 {
        let standing = job::letters(&app.db).await?;
        if standing.waiting <= standing.failing {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

fn number(id: &str) -> Result<u64> {
    id.parse().map_err(|_| Error::NotFound)
}

/// Refuses all but this machine.
pub(super) fn near(visitor: &Visitor) -> Result<()> {
    let host = visitor.host();
    // A page of somebody else may have a name that leads here (DNS rebinding): this machine has names of its own.
    let ours = host == "localhost" || host.ends_with(".localhost") || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if ours && visitor.caller().address.to_canonical().is_loopback() { Ok(()) } else { Err(Error::NotFound) }
}
