//! `/account/data`: a copy of what is kept of a person, and the way out.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, web};
use askama::Template;

use super::export;
use super::recent::{has_just_proved, recently_proved, signed_in};
use super::shell::{Place, Shell};
use crate::app::App;
use crate::audit::Event;
use crate::error::{Error, Result};
use crate::form::Form;
use crate::page::{Page, PageResult, Sample};
use crate::session::Visitor;
use crate::sign_in::Destination;
use crate::work::Actor;

/// Offers both.
#[derive(Template)]
#[template(path = "account/data.html")]
pub struct DataPage {
    /// Look and language.
    pub page: Page,
    /// What stands around it.
    pub shell: Shell,
    /// Whether the person has just proved who they are, for the copy.
    pub proved: bool,
}

impl Sample for DataPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let of = |proved| Self { page: page(), shell: Shell::sample(Place::Data), proved };
        vec![("account-data", of(false)), ("account-data-proved", of(true))]
    }
}

/// `GET /account/data`
pub async fn get_data(app: web::Data<App>, visitor: Visitor) -> PageResult {
    let (session, person) = signed_in(&app, &visitor, Destination::Data).await?;
    let page = DataPage {
        page: visitor.page(&app, None),
        shell: Shell::of(Place::Data, &person),
        proved: has_just_proved(&app, &session, &Destination::Data),
    };
    Ok(visitor.show(StatusCode::OK, &page))
}

/// `POST /account/data/copy`: the copy, as a file.
pub async fn post_copy(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    form?;
    let (_, person) = recently_proved(&app, &visitor, Destination::Data).await?;
    let copy = export::of(&app, person.id).await?;
    let body = serde_json::to_vec_pretty(&copy).map_err(|error| Error::broken("a copy cannot be written", error))?;
    let mut ledger = app.ledger(Actor::Visitor(visitor.caller().clone(), Some(person.id)));
    ledger.record(Event::DataExported { user: person.id });
    ledger.commit().await?;
    let day = app.clock.now().rfc3339().chars().take(10).collect::<String>();
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"account-{day}.json\"")))
        .body(body))
}
