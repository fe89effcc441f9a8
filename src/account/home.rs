//! `/account`: who is signed in here, what they are called, and by which address.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::recent::{Who, signed_in};
use super::shell::{Place, Shell};
use crate::app::App;
use crate::audit::Event;
use crate::error::Result;
use crate::form::{Form, see_other};
use crate::page::{Page, PageResult, Sample, status_of};
use crate::passkey;
use crate::session::Visitor;
use crate::sign_in::Destination;
use crate::types::{EmailAddress, Words, typed_name};
use crate::user::{self, Email};
use crate::work::Actor;

/// What a column takes.
const LONGEST: usize = 100;

/// What apps see of a person.
#[derive(Template)]
#[template(path = "account/profile.html")]
pub struct ProfilePage {
    /// Look and language.
    pub page: Page,
    /// What stands around it.
    pub shell: Shell,
    /// The name, as it was typed.
    pub name: String,
    /// What is wrong with it.
    pub problem: Option<Words>,
    /// The addresses, the primary one first.
    pub emails: Vec<Email>,
    /// The address that is to take the place of the primary one.
    pub pending: Option<String>,
    /// Whether the address can be changed here.
    pub mail: bool,
    /// What password managers are told, as JSON; nothing where there are no passkeys.
    pub signal: Option<String>,
}

impl Sample for ProfilePage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let email = |text: &str, verified: bool, is_primary| {
            EmailAddress::parse(text).ok().map(|address| Email {
                user: crate::types::UserId(uuid::Uuid::nil()),
                address,
                verified_at: verified.then_some(crate::types::UnixMillis(0)),
                is_primary,
            })
        };
        let of = |name: &str, problem: Option<Words>, pending: Option<&str>, verified| Self {
            page: page(),
            shell: Shell::sample(Place::Profile),
            name: name.into(),
            problem,
            emails: email("maya@okafor.example", verified, true).into_iter().collect(),
            pending: pending.map(Into::into),
            mail: true,
            signal: None,
        };
        vec![
            ("account", of("Maya Okafor", None, None, true)),
            ("account-pending", of("Maya Okafor", None, Some("maya@new.example"), true)),
            ("account-new", of("", None, None, false)),
            ("account-error", of(&"Maya ".repeat(30), Some(Words::new("profile-name-long").with("limit", LONGEST)), None, true)),
        ]
    }
}

/// `GET /account`
pub async fn get_account(app: web::Data<App>, visitor: Visitor) -> PageResult {
    match signed_in(&app, &visitor, Destination::Account).await? {
        Ok(who) => {
            let name = who.1.name.clone().unwrap_or_default();
            Ok(page(&app, &visitor, &who, (name, None)).await?)
        }
        Err(first) => Ok(first),
    }
}

/// `POST /account`: another name.
pub async fn post_account(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let who = match signed_in(&app, &visitor, Destination::Account).await? {
        Ok(who) => who,
        Err(first) => return Ok(first),
    };
    let typed = form.text("name");
    let name = match read(typed) {
        Ok(name) => name,
        Err(problem) => {
            let shown = typed.chars().take(LONGEST * 4).collect();
            return Ok(page(&app, &visitor, &who, (shown, Some(problem))).await?);
        }
    };
    let user = who.1.id;
    if name != who.1.name {
        let mut work = app.begin(Actor::Visitor(visitor.caller().clone(), Some(user))).await?;
        user::rename(&work, user, name.as_deref()).await?;
        work.record(Event::UserRenamed { user });
        work.commit().await?;
    }
    Ok(see_other(&app.config.issuer.join("/account")))
}

/// A name that is not too long. None for none.
fn read(typed: &str) -> Result<Option<String>, Words> {
    let name = typed_name(typed);
    if name.chars().count() > LONGEST {
        return Err(Words::new("profile-name-long").with("limit", LONGEST));
    }
    Ok((!name.is_empty()).then_some(name))
}

async fn page(app: &App, visitor: &Visitor, (_, person): &Who, (name, problem): (String, Option<Words>)) -> Result<HttpResponse> {
    let passkeys = if app.config.offers_passkeys() { passkey::list(app, person.id).await? } else { Vec::new() };
    let pending = crate::email_change::pending(app.db.read(), person.id, app.clock.now()).await?;
    let page = ProfilePage {
        page: visitor.page(app, None),
        shell: Shell::of(Place::Profile, person),
        name,
        problem,
        emails: user::emails_of(app.db.read(), person.id).await?,
        pending: pending.map(|change| change.address.to_string()),
        mail: app.config.sends_letters() && person.email.is_some(),
        signal: if passkeys.is_empty() { None } else { Some(passkey::signal(app, person, &passkeys).to_string()) },
    };
    Ok(visitor.show(status_of(page.problem.as_ref()), &page))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_can_be_seen_of_it() {
        for (typed, name) in [
            ("Maya Okafor", Some("Maya Okafor")),
            ("  Maya \t  Okafor\n", Some("Maya Okafor")),
            ("", None),
            (" \u{202E} ", None),
            ("Maya\0 \u{2066}Okafor\u{2069}", Some("Maya Okafor")),
            ("マヤ", Some("マヤ")),
        ] {
            assert_eq!(read(typed).unwrap().as_deref(), name, "{typed:?}");
        }
        assert!(read(&"ä".repeat(100)).is_ok());
        assert!(read(&"ä".repeat(101)).is_err());
    }
}
