//! Bodies of requests: bounded in size and time, and for pages' forms proved to come from our page.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut, Data};
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;

use super::{Browser, Parameters};
use crate::app::App;
use crate::error::{Error, Result};

const LARGEST: usize = 64 * 1024;

/// A form body of a program: `application/x-www-form-urlencoded`, at most 64 KiB, no name twice.
pub struct Body(pub Parameters);

/// A form of one of our pages, sent by the browser that was given the page.
pub struct Form(pub Parameters);

impl FromRequest for Body {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move { read(&request, payload).await.map(Self) })
    }
}

impl FromRequest for Form {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let parameters = read(&request, payload).await?;
            prove(&request, &parameters)?;
            Ok(Self(parameters))
        })
    }
}

/// Refuses what another site sent. The mark in the form is the defence; the browser's own word,
/// where it gives one, is a second.
fn prove(request: &HttpRequest, parameters: &Parameters) -> Result<()> {
    let app = app(request)?;
    let said = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    if matches!(said("sec-fetch-site"), Some("cross-site" | "same-site")) {
        return Err(Error::Forbidden("a form of another site"));
    }
    if said("origin").is_some_and(|origin| origin != "null" && origin != app.config.issuer.origin().as_str()) {
        return Err(Error::Forbidden("a form of another origin"));
    }
    let Some(browser) = Browser::known(request) else {
        return Err(Error::NoCookies);
    };
    if !browser.allows(app, parameters.text("csrf")) {
        return Err(Error::Stale { flow: parameters.get("flow").filter(|flow| is_sealed(flow)).map(str::to_owned) });
    }
    Ok(())
}

/// Whether this has the form of a sealed journey, fit for a link. Whether it is one is found out when it is opened.
fn is_sealed(flow: &str) -> bool {
    flow.len() <= 16 * 1024 && flow.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

async fn read(request: &HttpRequest, payload: Payload) -> Result<Parameters> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let kind = kind.split(';').next().unwrap_or("").trim();
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(Error::Malformed("the body must be application/x-www-form-urlencoded".into()));
    }
    let body = bytes(request, payload).await?;
    Parameters::parse(&body).map_err(|repeated| Error::Malformed(format!("{} was sent more than once", printable(&repeated.name))))
}

/// A whole body of at most 64 KiB, within the time that a request may take.
pub(crate) async fn bytes(request: &HttpRequest, mut payload: Payload) -> Result<Bytes> {
    let declared = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > LARGEST) {
        return Err(Error::TooLarge);
    }
    let all = async {
        let mut body = BytesMut::new();
        while let Some(part) = payload.next().await {
            let part = part.map_err(|error| Error::Malformed(format!("the body broke off: {error}")))?;
            if body.len() + part.len() > LARGEST {
                return Err(Error::TooLarge);
            }
            body.extend_from_slice(&part);
        }
        Ok(body.freeze())
    };
    let limit = app(request)?.config.server.request_timeout;
    tokio::time::timeout(limit, all).await.unwrap_or_else(|_| Err(Error::Malformed("the body took too long".into())))
}

fn app(request: &HttpRequest) -> Result<&App> {
    let app = request.app_data::<Data<App>>();
    app.map(actix_web::web::Data::get_ref).ok_or_else(|| Error::broken("the application is missing", "no App in app_data"))
}

fn printable(name: &str) -> String {
    name.chars().filter(char::is_ascii_graphic).take(40).collect()
}
