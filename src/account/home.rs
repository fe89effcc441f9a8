//! `GET /account`: who is signed in here.

use actix_web::http::StatusCode;
use actix_web::web;

use super::view::HomePage;
use crate::app::App;
use crate::form::see_other;
use crate::page::PageResult;
use crate::session::Visitor;
use crate::user;

/// The page; without a session, the sign-in page.
pub async fn get_account(app: web::Data<App>, visitor: Visitor) -> PageResult {
    let person = match visitor.session(&app).await? {
        Some(session) => user::look(&app.db, session.user).await?,
        None => None,
    };
    let Some(person) = person else { return Ok(see_other(&app.config.issuer.join("/sign-in"))) };
    let email = person.email.map(|email| email.to_string()).unwrap_or_default();
    let (page, providers) = (visitor.page(&app, None), !visitor.providers().is_empty());
    Ok(visitor.show(StatusCode::OK, &HomePage { page, email, name: person.name, mail: app.config.sends_letters(), providers }))
}
