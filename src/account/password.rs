//! `/account/password`: a new password, the first one, or none. The old one is not asked for: whoever comes here has just proved
//! who they are, perhaps by something stronger.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::recent::{Who, addressed, recently_proved};
use super::security::{self, notices};
use crate::app::App;
use crate::config::MethodName;
use crate::credential::{self, Kind};
use crate::error::{Error, Result};
use crate::form::Form;
use crate::identity::WaysIn;
use crate::mail::Notice;
use crate::page::{Page, PageError, PageResult, Sample, status_of};
use crate::password::{self, HashPool, Password, busy};
use crate::session::Visitor;
use crate::sign_in::{Destination, ways_in};
use crate::types::{EmailAddress, Words};

/// Asks for it.
#[derive(Template)]
#[template(path = "account/password.html")]
pub struct NewPasswordPage {
    /// Look and language.
    pub page: Page,
    /// Whose.
    pub email: String,
    /// Whether they have one.
    pub has: bool,
    /// The fewest characters.
    pub min_length: usize,
    /// What is wrong with the one that was chosen.
    pub problem: Option<Words>,
}

impl NewPasswordPage {
    fn rule(&self) -> String {
        self.page.words(&Words::new("new-password-rule").with("length", self.min_length))
    }

    fn title(&self) -> &str {
        self.page.say(if self.has { "password-change-title" } else { "password-set-title" })
    }
}

impl Sample for NewPasswordPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let of = |has, problem| Self { page: page(), email: "maya@okafor.example".into(), has, min_length: 15, problem };
        vec![
            ("account-password", of(true, None)),
            ("account-password-first", of(false, None)),
            ("account-password-leaked", of(true, Some("password-leaked".into()))),
        ]
    }
}

/// `GET /account/password`
pub async fn get_password(app: web::Data<App>, visitor: Visitor) -> PageResult {
    let (who, address) = may(&app, &visitor).await?;
    Ok(page(&app, &visitor, (&who, &address), None).await?)
}

/// `POST /account/password`: checked and hashed outside any transaction, then set.
pub async fn post_password(app: web::Data<App>, pool: web::Data<HashPool>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(mut form) = form?;
    let (who, address) = may(&app, &visitor).await?;
    let (session, person) = &who;
    let typed = form.take("new-password").unwrap_or_default();
    let names = [app.config.branding.name.as_str(), "housekey"];
    let password = match Password::chosen(typed, &app.config.sign_in.password, &address, &names) {
        Ok(password) => password,
        Err(problem) => return Ok(page(&app, &visitor, (&who, &address), Some(problem)).await?),
    };
    let phc = pool.hash(password).await.map_err(busy)?;
    let letters = notices(&app, &visitor, person, Notice::PasswordChanged).await?;
    let sign_out = form.get("signout").is_some().then_some(Some(session.id));
    let mut work = security::begin(&app, &visitor, person).await?;
    credential::lock(&work, person.id).await?;
    password::set(&mut work, person.id, &phc, sign_out, &letters).await?;
    work.commit().await?;
    Ok(security::here(&app))
}

/// `POST /account/password/remove`: never the last way in.
pub async fn post_remove(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    form?;
    let who = recently_proved(&app, &visitor, Destination::Security).await?;
    let person = &who.1;
    let letters = notices(&app, &visitor, person, Notice::PasswordRemoved).await?;
    let mut work = security::begin(&app, &visitor, person).await?;
    // Two at once, in two tabs, must not take the last two away.
    credential::lock(&work, person.id).await?;
    let ways = ways_in(&app, work.db(), &visitor, person).await?.1;
    if !(WaysIn { password: false, ..ways }).any() {
        drop(work);
        return Ok(security::page(&app, &visitor, &who, Some(Words::new("password-last"))).await?);
    }
    password::remove(&mut work, person.id, &letters).await?;
    work.commit().await?;
    Ok(security::here(&app))
}

/// Who sets a password, and the address that goes with it.
async fn may(app: &App, visitor: &Visitor) -> Result<(Who, EmailAddress), PageError> {
    if !app.config.offers(MethodName::Password) {
        return Err(Error::NotFound.into());
    }
    let who = recently_proved(app, visitor, Destination::Password).await?;
    let address = addressed(app, visitor, &who)?;
    Ok((who, address))
}

async fn page(app: &App, visitor: &Visitor, (who, address): (&Who, &EmailAddress), problem: Option<Words>) -> Result<HttpResponse> {
    let page = NewPasswordPage {
        page: visitor.page(app, None),
        email: address.to_string(),
        has: credential::has(app.db.read(), who.1.id, Kind::Password).await?,
        min_length: app.config.sign_in.password.min_length,
        problem,
    };
    Ok(visitor.show(status_of(page.problem.as_ref()), &page))
}
