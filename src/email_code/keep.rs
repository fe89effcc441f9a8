//! `/l/{link}/keep`: the mailbox of a primary address that is said to be lost objects. Whoever said so was signed in: nobody is
//! any more.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::link::{find, show};
use super::link_view::{LINK, NEW, SOMEBODY};
use crate::app::App;
use crate::audit::Event;
use crate::config::MethodName;
use crate::email_challenge::{self as challenges, Challenge, Purpose};
use crate::error::{Error, Result};
use crate::form::Form;
use crate::page::{Html, Page, PageResult, Sample};
use crate::session::{self, Visitor};
use crate::types::{UnixMillis, UserId};
use crate::work::Actor;

/// Behind the link: what is going to happen, and how to keep it from happening.
#[derive(Template)]
#[template(path = "email_code/keep.html")]
pub struct KeepPage {
    /// Look and language.
    pub page: Page,
    /// The last part of the link.
    pub link: String,
    /// The primary address.
    pub email: String,
    /// What takes its place.
    pub new: String,
    /// When.
    pub day: String,
}

impl KeepPage {
    /// For this letter.
    pub(super) fn new(page: Page, link: &str, challenge: &Challenge) -> Self {
        Self {
            page,
            link: link.to_owned(),
            email: challenge.address.to_string(),
            new: challenge.about.as_ref().map(ToString::to_string).unwrap_or_default(),
            day: challenge.expires_at.date(),
        }
    }

    fn lede(&self) -> Html {
        let gaps = [("day", Html::strong(&self.day)), ("new", Html::who(&self.new)), ("email", Html::who(&self.email))];
        self.page.rich("keep-lede", &gaps)
    }

    fn button(&self) -> Html {
        self.page.rich("keep-button", &[("email", Html::who(&self.email))])
    }
}

impl Sample for KeepPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let day = UnixMillis(1_772_548_200_000).date();
        vec![("keep", Self { page: page(), link: LINK.into(), email: SOMEBODY.into(), new: NEW.into(), day })]
    }
}

/// It will not happen.
#[derive(Template)]
#[template(path = "email_code/kept.html")]
pub struct KeptPage {
    /// Look and language.
    pub page: Page,
    /// Whether people sign in with passwords here.
    pub password: bool,
}

impl Sample for KeptPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        vec![("kept", Self { page: page(), password: true }), ("kept-without-password", Self { page: page(), password: false })]
    }
}

/// `POST /l/{link}/keep`
pub async fn post_keep(app: web::Data<App>, visitor: Visitor, link: web::Path<String>, form: Result<Form>) -> PageResult {
    form?;
    let challenge = find(&app, &link).await?;
    let user = challenge.user.filter(|_| challenge.purpose == Purpose::ReplacePrimary).ok_or(Error::NotFound)?;
    if keep(&app, &visitor, &challenge, user).await? {
        return Ok(kept(&app, &visitor));
    }
    Ok(show(&app, &visitor, &find(&app, &link).await?, &link).await?)
}

/// Says whether there was something left to object to.
async fn keep(app: &App, visitor: &Visitor, challenge: &Challenge, user: UserId) -> Result<bool> {
    let mut work = app.begin(Actor::Visitor(visitor.caller().clone(), Some(user))).await?;
    challenges::lock_address(&work, &challenge.address).await?;
    if !challenges::end(&work, challenge.id).await? {
        return Ok(false);
    }
    // Nor does what else they began come true.
    challenges::end_of_account(&mut work, user);
    session::end_all(&mut work, user).await?;
    work.record(Event::EmailReplacementRefused { user });
    work.commit().await?;
    Ok(true)
}

fn kept(app: &App, visitor: &Visitor) -> HttpResponse {
    let password = app.config.offers(MethodName::Password);
    visitor.show(StatusCode::OK, &KeptPage { page: visitor.page(app, None), password })
}
