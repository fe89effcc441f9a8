//! `/account/security`: two-step sign-in, on and off.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::recent::recently_proved;
use crate::app::App;
use crate::config::TwoStep;
use crate::error::Result;
use crate::form::{Form, see_other};
use crate::limit::{self, Action};
use crate::mail::{self, Notice};
use crate::page::{Page, PageResult, Sample};
use crate::session::{Session, Visitor};
use crate::sign_in::{Destination, too_soon, wait_words};
use crate::two_step::view::{CodesPage, Place, SetUpPage};
use crate::two_step::{self, Answer, Standing, Started};
use crate::types::{Envelope, UnixMillis, Words};
use crate::user::{self, Person};
use crate::work::{Actor, Work};

/// How an account is protected.
#[derive(Template)]
#[template(path = "account/security.html")]
pub struct SecurityPage {
    /// Look and language.
    pub page: Page,
    /// How the person stands to second steps.
    pub standing: Standing,
    /// Whether they can do without.
    pub required: bool,
    /// What is wrong with the code that was to turn it off.
    pub problem: Option<Words>,
}

impl SecurityPage {
    fn since(&self) -> String {
        let date = self.standing.since.map(UnixMillis::date).unwrap_or_default();
        self.page.words(&Words::new("security-app-since").with("date", date))
    }

    fn left(&self) -> String {
        self.page.words(&Words::new("security-codes-left").with("left", self.standing.codes))
    }
}

impl Sample for SecurityPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let of = |since, codes, required, problem| Self { page: page(), standing: Standing { since, codes }, required, problem };
        let since = Some(UnixMillis(1_772_400_000_000));
        vec![
            ("account-security", of(since, 7, false, None)),
            ("account-security-off", of(None, 0, false, None)),
            ("account-security-few", of(since, 2, true, None)),
            ("account-security-error", of(since, 7, false, Some("two-step-wrong".into()))),
        ]
    }
}

/// Whoever may change it: signed in, proved a short while ago.
type Who = (Session, Person);

/// `GET /account/security`
pub async fn get_security(app: web::Data<App>, visitor: Visitor) -> PageResult {
    match recently_proved(&app, &visitor, Destination::Security).await? {
        Ok(who) => Ok(page(&app, &visitor, &who, None).await?),
        Err(first) => Ok(first),
    }
}

/// `GET /account/security/two-step`: a new app, for the first one or instead of the one there is.
pub async fn get_two_step(app: web::Data<App>, visitor: Visitor) -> PageResult {
    match recently_proved(&app, &visitor, Destination::Security).await? {
        Ok(who) => Ok(set_up_page(&app, &visitor, &who, &two_step::begin(&app, who.1.id), None)?),
        Err(first) => Ok(first),
    }
}

/// `POST /account/security/two-step`: its first code.
pub async fn post_two_step(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let who = match recently_proved(&app, &visitor, Destination::Security).await? {
        Ok(who) => who,
        Err(first) => return Ok(first),
    };
    let (session, person) = &who;
    let started = Started::open(&app, person.id, form.text("started")).unwrap_or_else(|| two_step::begin(&app, person.id));
    if let Some(wait) = limited(&app, &visitor, person).await? {
        let mut response = set_up_page(&app, &visitor, &who, &started, Some(wait_words(wait)))?;
        too_soon(&mut response, wait);
        return Ok(response);
    }
    let letters = notices(&app, &visitor, person, Notice::TwoStepOn).await?;
    let mut work = begin(&app, &visitor, person).await?;
    let codes = two_step::turn_on(&app, &mut work, (&started, form.text("code")), Some(session.id), &letters).await?;
    let Some(codes) = codes else {
        drop(work);
        return Ok(set_up_page(&app, &visitor, &who, &started, Some(Words::new("two-step-wrong")))?);
    };
    work.commit().await?;
    Ok(codes_page(&app, &visitor, codes))
}

/// `POST /account/security/two-step/off`: with a code of the app, or one of those for when it is lost.
pub async fn post_off(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let who = match recently_proved(&app, &visitor, Destination::Security).await? {
        Ok(who) => who,
        Err(first) => return Ok(first),
    };
    if app.config.sign_in.two_step == TwoStep::Required {
        return Ok(here(&app));
    }
    let person = &who.1;
    if let Some(wait) = limited(&app, &visitor, person).await? {
        let mut response = page(&app, &visitor, &who, Some(wait_words(wait))).await?;
        too_soon(&mut response, wait);
        return Ok(response);
    }
    let typed = form.text("code");
    let answer = if typed.chars().any(char::is_alphabetic) { Answer::Recovery(typed) } else { Answer::Code(typed) };
    let letters = notices(&app, &visitor, person, Notice::TwoStepOff).await?;
    let mut work = begin(&app, &visitor, person).await?;
    if two_step::turn_off(&app, &mut work, (person.id, answer), &letters).await? {
        work.commit().await?;
        return Ok(here(&app));
    }
    drop(work);
    Ok(page(&app, &visitor, &who, Some(Words::new("two-step-wrong"))).await?)
}

/// `POST /account/security/codes`: ten new ones.
pub async fn post_codes(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    form?;
    let who = match recently_proved(&app, &visitor, Destination::Security).await? {
        Ok(who) => who,
        Err(first) => return Ok(first),
    };
    let letters = notices(&app, &visitor, &who.1, Notice::RecoveryCodesRenewed).await?;
    let mut work = begin(&app, &visitor, &who.1).await?;
    let Some(codes) = two_step::renew_codes(&app, &mut work, who.1.id, &letters).await? else { return Ok(here(&app)) };
    work.commit().await?;
    Ok(codes_page(&app, &visitor, codes))
}

async fn begin<'a>(app: &'a App, visitor: &Visitor, person: &Person) -> Result<Work<'a>> {
    app.begin(Actor::Visitor(visitor.caller().clone(), Some(person.id))).await
}

async fn notices(app: &App, visitor: &Visitor, person: &Person, notice: Notice) -> Result<Vec<Envelope>> {
    user::notices(app, person.id, (notice, visitor.user_agent()), &mail::page(app, None, visitor.language())).await
}

async fn limited(app: &App, visitor: &Visitor, person: &Person) -> Result<Option<std::time::Duration>> {
    let actions = [Action::CodeFrom(visitor.caller().network()), Action::SecondStepOf(person.id)];
    Ok(limit::draw(app, &actions).await?.into_iter().flatten().max())
}

fn here(app: &App) -> HttpResponse {
    see_other(&app.config.issuer.join("/account/security"))
}

fn codes_page(app: &App, visitor: &Visitor, codes: Vec<String>) -> HttpResponse {
    visitor.show(StatusCode::OK, &CodesPage { page: visitor.page(app, None), codes, flow: String::new() })
}

fn status(problem: Option<&Words>) -> StatusCode {
    if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
}

fn set_up_page(app: &App, visitor: &Visitor, (_, person): &Who, started: &Started, problem: Option<Words>) -> Result<HttpResponse> {
    let account = person.email.as_ref().map_or_else(|| person.id.to_string(), ToString::to_string);
    let status = status(problem.as_ref());
    let page = SetUpPage::of(app, (visitor.page(app, None), Place::Account), String::new(), (started, &account), problem)?;
    Ok(visitor.show(status, &page))
}

async fn page(app: &App, visitor: &Visitor, (_, person): &Who, problem: Option<Words>) -> Result<HttpResponse> {
    let standing = two_step::standing(app, person.id).await?;
    let required = app.config.sign_in.two_step == TwoStep::Required;
    let page = SecurityPage { page: visitor.page(app, None), standing, required, problem };
    Ok(visitor.show(status(page.problem.as_ref()), &page))
}
