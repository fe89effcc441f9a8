//! `/account/email/replace`: another primary address for whoever cannot read mail to theirs any more. Its mailbox may object for
//! a week, and all the others are told; then it happens by itself.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::email::{Owner, letter, owner};
use super::email_view::sample;
use super::shell::{Place, Shell};
use crate::app::App;
use crate::audit::Event;
use crate::email_challenge::{self as challenges, Asked, Challenge, Purpose};
use crate::error::Result;
use crate::form::{Form, see_other};
use crate::language::Language;
use crate::mail::{self, Notice};
use crate::page::{Html, Page, PageResult, Sample, status_of};
use crate::session::Visitor;
use crate::sign_in::{too_soon, wait_words};
use crate::types::{EmailAddress, UserId, Words};
use crate::user::{self, Email};
use crate::work::Actor;

/// How many become primary at a time.
const BATCH: u64 = 50;

/// Which of the others it is to be.
#[derive(Template)]
#[template(path = "account/replace.html")]
pub struct ReplacePage {
    /// Look and language.
    pub page: Page,
    /// What stands around it.
    pub shell: Shell,
    /// The primary address.
    pub email: String,
    /// The others.
    pub others: Vec<Email>,
    /// Why not now.
    pub problem: Option<Words>,
}

impl ReplacePage {
    fn lede(&self) -> Html {
        self.page.rich("account-replace-lede", &[("email", Html::who(&self.email))])
    }
}

impl Sample for ReplacePage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let of = |problem| Self {
            page: page(),
            shell: Shell::sample(Place::Profile),
            email: "maya@okafor.example".into(),
            others: ["maya@fieldnotes.example", "okafor@mail.example"].into_iter().filter_map(|one| sample(one, false, true)).collect(),
            problem,
        };
        vec![("account-replace", of(None)), ("account-replace-wait", of(Some(Words::new("check-wait").with("seconds", 30))))]
    }
}

/// `GET /account/email/replace`
pub async fn get_replace(app: web::Data<App>, visitor: Visitor) -> PageResult {
    let owner = owner(&app, &visitor).await?;
    if owner.others().next().is_none() {
        return Ok(see_other(&app.config.issuer.join("/account/email")));
    }
    Ok(page(&app, &visitor, &owner, None))
}

/// `POST /account/email/replace`
pub async fn post_replace(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let owner = owner(&app, &visitor).await?;
    let Some(new) = owner.other(form.text("primary")) else { return Ok(see_other(&app.config.issuer.join("/account/email"))) };
    let mut begun = challenges::waiting(app.db.read(), owner.user(), app.clock.now()).await?;
    begun.retain(|letter| letter.purpose == Purpose::ReplacePrimary);
    if begun.iter().any(|letter| letter.about.as_ref() == Some(&new.address)) {
        return Ok(see_other(&app.config.issuer.join("/account")));
    }
    match letter(&app, &visitor, &owner, (Purpose::ReplacePrimary, &owner.primary, &new.address)).await? {
        Asked::Sent(_) => {
            begin(&app, &visitor, &owner, (&new.address, &begun)).await?;
            Ok(see_other(&app.config.issuer.join("/account")))
        }
        Asked::Wait(wait) => {
            let mut response = page(&app, &visitor, &owner, Some(wait_words(wait)));
            too_soon(&mut response, wait);
            Ok(response)
        }
    }
}

/// Tells the other addresses, once the primary one has its letter. It takes the place of what was begun before.
async fn begin(app: &App, visitor: &Visitor, owner: &Owner, (new, before): (&EmailAddress, &[Challenge])) -> Result<()> {
    let user = owner.user();
    let day = (app.clock.now() + Purpose::ReplacePrimary.lifetime()).date();
    let notice = (Notice::PrimaryReplaced(new.to_string(), day), visitor.user_agent());
    let others = owner.others().map(|email| email.address.clone());
    let letters = mail::notices(app, &mail::page(app, None, visitor.language()), notice, others)?;
    let mut work = app.begin(Actor::Visitor(visitor.caller().clone(), Some(user))).await?;
    for letter in before {
        challenges::end(&work, letter.id).await?;
    }
    work.record(Event::EmailReplacementBegun { user });
    mail::post(&mut work, &letters)?;
    work.commit().await
}

fn page(app: &App, visitor: &Visitor, owner: &Owner, problem: Option<Words>) -> HttpResponse {
    let page = ReplacePage {
        page: visitor.page(app, None),
        shell: owner.shell(),
        email: owner.primary.to_string(),
        others: owner.others().cloned().collect(),
        problem,
    };
    visitor.show(status_of(page.problem.as_ref()), &page)
}

/// Makes those primary whose week is over; says how many. Two replicas at once make each so once.
pub async fn make_due(app: &App) -> Result<u64> {
    let mut made = 0;
    for challenge in challenges::due(app.db.read(), app.clock.now(), BATCH).await? {
        if let Some((user, new)) = challenge.user.zip(challenge.about.as_ref()) {
            made += u64::from(make(app, &challenge, user, new).await?);
        }
    }
    Ok(made)
}

async fn make(app: &App, challenge: &Challenge, user: UserId, new: &EmailAddress) -> Result<bool> {
    let notice = (Notice::PrimaryChanged(new.to_string()), "");
    let letters = user::notices(app, user, notice, &mail::page(app, None, Language::default())).await?;
    let mut work = app.begin(Actor::System).await?;
    challenges::lock_address(&work, &challenge.address).await?;
    // Somebody whom an operator has barred, or who leaves, changes nothing more.
    let active = user::find(work.db(), user).await?.is_some_and(|user| user.person.state == user::State::Active);
    let made = challenges::spend_due(&work, challenge.id).await? && active && user::make_primary(&mut work, user, new).await?;
    if made {
        challenges::end_of_address(&mut work, &challenge.address);
        work.record(Event::EmailChanged { user });
        mail::post(&mut work, &letters)?;
    }
    work.commit().await?;
    Ok(made)
}
