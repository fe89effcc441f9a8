//! Which account is it? Asked when an app wants to know (`prompt=select_account`), and before anything goes to a program that
//! others on the same device can pretend to be. Only who is signed in here is named: a browser has many readers.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::Flow;
use crate::app::App;
use crate::error::Result;
use crate::page::{Page, Sample, initial};
use crate::session::{Session, Visitor};
use crate::types::Words;
use crate::user::Person;

/// Asks.
pub fn show(app: &App, visitor: &Visitor, flow: &Flow, app_name: &str, (session, person): &(Session, Person)) -> Result<HttpResponse> {
    let page = AccountsPage {
        page: visitor.page(app, flow.client()),
        flow: flow.seal(app)?,
        this: flow.clone().chosen(session.id).seal(app)?,
        app: app_name.to_owned(),
        name: person.name.clone(),
        email: person.email.as_ref().map(ToString::to_string).unwrap_or_default(),
    };
    Ok(visitor.show(StatusCode::OK, &page))
}

/// The question.
#[derive(Template)]
#[template(path = "sign_in/accounts.html")]
pub struct AccountsPage {
    /// Look and language.
    pub page: Page,
    /// The sealed journey.
    pub flow: String,
    /// The journey with the account that is signed in.
    pub this: String,
    /// The app's name.
    pub app: String,
    /// What that account's person is called.
    pub name: Option<String>,
    /// Their address.
    pub email: String,
}

impl AccountsPage {
    fn lede(&self) -> String {
        self.page.words(&Words::new("accounts-lede").with("name", &self.app))
    }

    fn initial(&self) -> String {
        initial(self.name.as_deref().unwrap_or(&self.email))
    }
}

impl Sample for AccountsPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let of = |name: Option<&str>| Self {
            page: page(),
            flow: "flow".into(),
            this: "this".into(),
            app: "Tidewater".into(),
            name: name.map(Into::into),
            email: "maya@okafor.example".into(),
        };
        vec![("accounts", of(Some("Maya Okafor"))), ("accounts-nameless", of(None))]
    }
}
