//! `/passkey/offer`: a passkey for next time, offered on the way from a sign-up or a recovery. Who would rather not goes on.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::passkeys::{make, may};
use crate::app::App;
use crate::error::Result;
use crate::form::{Form, Parameters, see_other};
use crate::page::{Page, PageResult, Sample, status_of};
use crate::passkey::Ceremony;
use crate::session::Visitor;
use crate::sign_in::{Flow, next, offer};
use crate::types::Words;

/// Offers it.
#[derive(Template)]
#[template(path = "account/offer.html")]
pub struct OfferPage {
    /// Look and language.
    pub page: Page,
    /// The sealed journey.
    pub flow: String,
    /// Where it goes on.
    pub next: String,
    /// Why none was made.
    pub problem: Option<Words>,
}

impl Sample for OfferPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let of = |problem| Self { page: page(), flow: "flow".into(), next: "/account".into(), problem };
        vec![("passkey-offer", of(None)), ("passkey-offer-refused", of(Some("passkey-not-added".into())))]
    }
}

/// `GET /passkey/offer`
pub async fn get_offer(app: web::Data<App>, visitor: Visitor, request: HttpRequest) -> PageResult {
    let flow = Flow::open(&app, visitor.browser(), Parameters::of_query(&request).text("flow"))?;
    if !app.config.offers_passkeys() || visitor.session(&app).await?.is_none() {
        return Ok(see_other(&next(&app, &flow)?));
    }
    let mut response = page(&app, &visitor, &flow, None)?;
    offer::note(&app, &visitor, false, &mut response);
    Ok(response)
}

/// `POST /passkey/offer`: what the browser made; or not here, and never.
pub async fn post_offer(app: web::Data<App>, ceremony: Option<web::Data<Ceremony>>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let flow = Flow::open(&app, visitor.browser(), form.text("flow"))?;
    let mut onward = see_other(&next(&app, &flow)?);
    if form.get("never").is_some() {
        offer::note(&app, &visitor, true, &mut onward);
        return Ok(onward);
    }
    let (ceremony, who) = may(&app, ceremony, &visitor).await?;
    match make(&app, &ceremony, (&visitor, &who), &form).await? {
        None => Ok(onward),
        problem => Ok(page(&app, &visitor, &flow, problem)?),
    }
}

fn page(app: &App, visitor: &Visitor, flow: &Flow, problem: Option<Words>) -> Result<HttpResponse> {
    let status = status_of(problem.as_ref());
    let page = OfferPage { page: visitor.page(app, flow.client()), flow: flow.seal(app)?, next: next(app, flow)?, problem };
    Ok(visitor.show(status, &page))
}
