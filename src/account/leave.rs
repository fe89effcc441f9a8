//! `/account/delete`: a person leaves. They are signed out everywhere at once; a week later everything of theirs is removed, unless
//! they sign in before.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::recent::{Who, recently_proved};
use super::security::{begin, notices};
use crate::app::App;
use crate::audit::Event;
use crate::error::Result;
use crate::form::{Form, see_other};
use crate::language::Language;
use crate::mail::{self, Notice};
use crate::oidc::consent;
use crate::page::{Page, PageResult, Sample, status_of};
use crate::session::{self, Visitor, clear_cookie};
use crate::sign_in::Destination;
use crate::types::{EmailAddress, UnixMillis, Words};
use crate::user::{self, DEPARTURE_DELAY};
use crate::work::Actor;

/// How many people are removed at a time.
const BATCH: u64 = 50;

/// Says what it means, and asks for the address; then says when it will be.
#[derive(Template)]
#[template(path = "account/delete.html")]
pub struct LeavePage {
    /// Look and language.
    pub page: Page,
    /// How many apps of others are told.
    pub apps: usize,
    /// What was typed.
    pub typed: String,
    /// What is wrong with it.
    pub problem: Option<Words>,
    /// The day on which everything will be gone, once it has been said.
    pub done: Option<UnixMillis>,
}

impl LeavePage {
    fn means(&self) -> String {
        self.page.words(&Words::new("delete-means").with("apps", self.apps))
    }

    fn when(&self) -> String {
        self.page.words(&Words::new("delete-done-lede").with("day", self.done.map(UnixMillis::date).unwrap_or_default()))
    }
}

impl Sample for LeavePage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let of = |apps, typed: &str, problem, done| Self { page: page(), apps, typed: typed.into(), problem, done };
        vec![
            ("account-delete", of(2, "", None, None)),
            ("account-delete-alone", of(0, "", None, None)),
            ("account-delete-error", of(1, "maya@", Some("delete-other-address".into()), None)),
            ("account-delete-done", of(0, "", None, Some(UnixMillis(1_772_548_200_000)))),
        ]
    }
}

/// `GET /account/delete`
pub async fn get_delete(app: web::Data<App>, visitor: Visitor) -> PageResult {
    let who = recently_proved(&app, &visitor, Destination::Delete).await?;
    Ok(page(&app, &visitor, &who, ("", None)).await?)
}

/// `POST /account/delete`
pub async fn post_delete(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let who = recently_proved(&app, &visitor, Destination::Delete).await?;
    let typed = form.text("confirm");
    let is_theirs = |own: &EmailAddress| EmailAddress::parse(typed).is_ok_and(|address| address.canonical() == own.canonical());
    if !who.1.email.as_ref().is_none_or(is_theirs) {
        return Ok(page(&app, &visitor, &who, (typed, Some(Words::new("delete-other-address")))).await?);
    }
    let Some(day) = leave(&app, &visitor, &who).await? else { return Ok(see_other(&app.config.issuer.join("/sign-in"))) };
    let done = LeavePage { page: visitor.page(&app, None), apps: 0, typed: String::new(), problem: None, done: Some(day) };
    let mut response = visitor.show(StatusCode::OK, &done);
    clear_cookie(&mut response);
    Ok(response)
}

/// Signs them out everywhere, and keeps them out until they come back. Says on which day they will be gone;
/// nothing if somebody was faster.
async fn leave(app: &App, visitor: &Visitor, (_, person): &Who) -> Result<Option<UnixMillis>> {
    let user = person.id;
    let letters = notices(app, visitor, person, Notice::Leaving((app.clock.now() + DEPARTURE_DELAY).date())).await?;
    let mut work = begin(app, visitor, person).await?;
    let Some(day) = user::leave(&mut work, user).await? else { return Ok(None) };
    session::end_all(&mut work, user).await?;
    work.record(Event::DepartureBegun { user });
    mail::post(&mut work, &letters)?;
    work.commit().await?;
    Ok(Some(day))
}

/// Removes those whose week is over; says how many went. Two replicas at once remove each once.
pub async fn remove_due(app: &App) -> Result<u64> {
    let mut gone = 0;
    for user in user::due(app.db.read(), app.clock.now(), BATCH).await? {
        let look = mail::page(app, None, Language::default());
        let letters = user::notices(app, user, (Notice::Gone, ""), &look).await?;
        let mut work = app.begin(Actor::System).await?;
        if user::depart(&mut work, user).await? {
            work.record(Event::UserRemoved { user });
            mail::post(&mut work, &letters)?;
            gone += 1;
        }
        work.commit().await?;
    }
    Ok(gone)
}

async fn page(app: &App, visitor: &Visitor, (_, person): &Who, (typed, problem): (&str, Option<Words>)) -> Result<HttpResponse> {
    let apps = consent::list(app.db.read(), person.id).await?.len();
    let typed = typed.chars().take(320).collect();
    let page = LeavePage { page: visitor.page(app, None), apps, typed, problem, done: None };
    Ok(visitor.show(status_of(page.problem.as_ref()), &page))
}
