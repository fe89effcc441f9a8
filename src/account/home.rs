//! `/account`: who is signed in here, what they are called, and by which addresses.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::email_view::sample;
use super::recent::{Who, signed_in};
use super::shell::{Place, Shell};
use super::waiting::{self, Waiting, Waits};
use crate::app::App;
use crate::audit::Event;
use crate::error::Result;
use crate::form::{Form, see_other};
use crate::page::{Html, Page, PageResult, Sample, status_of};
use crate::passkey;
use crate::session::Visitor;
use crate::sign_in::Destination;
use crate::types::{Words, typed_name};
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
    /// The field that is wrong.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: Option<Words>,
    /// The addresses, the primary one first.
    pub emails: Vec<Email>,
    /// Those that wait for an answer to a letter.
    pub waiting: Vec<Waiting>,
    /// Whether addresses can be changed here.
    pub mail: bool,
    /// What password managers are told, as JSON; nothing where there are no passkeys.
    pub signal: Option<String>,
}

impl ProfilePage {
    fn waits(&self, one: &Waiting) -> Html {
        let (email, tag) = (("email", Html::who(&one.to)), ("tag", Html::tag(&one.tag)));
        match &one.waits {
            Waits::Added => self.page.rich("profile-waits", &[tag]),
            Waits::Primary => self.page.rich("profile-waits-primary", &[email, tag]),
            Waits::Week(day) => self.page.rich("profile-waits-week", &[email, ("day", Html::who(day))]),
        }
    }
}

impl Sample for ProfilePage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let of = |name: &str, verified| Self {
            page: page(),
            shell: Shell::sample(Place::Profile),
            name: name.into(),
            field: "name",
            problem: None,
            emails: sample("maya@okafor.example", true, verified).into_iter().collect(),
            waiting: Vec::new(),
            mail: true,
            signal: None,
        };
        let emails = || [("maya@okafor.example", true), ("maya@fieldnotes.example", false)];
        let emails = || emails().into_iter().filter_map(|(text, is_primary)| sample(text, is_primary, true)).collect();
        let letter = |about: &str, to: &str, tag: &str, waits| Waiting { about: about.into(), to: to.into(), tag: tag.into(), waits };
        let waiting = || {
            vec![
                letter("maya@fieldnotes.example", "maya@okafor.example", "HX-47", Waits::Primary),
                letter("maya@new.example", "maya@new.example", "BD-32", Waits::Added),
            ]
        };
        let week =
            || vec![letter("maya@fieldnotes.example", "maya@okafor.example", "HX-47", Waits::Week("2026\u{2011}03\u{2011}10".into()))];
        let long = Some(Words::new("profile-name-long").with("limit", LONGEST));
        vec![
            ("account", of("Maya Okafor", true)),
            ("account-emails", Self { emails: emails(), ..of("Maya Okafor", true) }),
            ("account-waiting", Self { emails: emails(), waiting: waiting(), ..of("Maya Okafor", true) }),
            ("account-week", Self { emails: emails(), waiting: week(), ..of("Maya Okafor", true) }),
            (
                "account-code",
                Self { waiting: waiting(), field: "code", problem: Some("account-email-code-wrong".into()), ..of("Maya Okafor", true) },
            ),
            ("account-new", of("", false)),
            ("account-error", Self { problem: long, ..of(&"Maya ".repeat(30), true) }),
        ]
    }
}

/// What a profile has to say beside what it is.
pub(super) enum Said {
    Nothing,
    /// This was typed for a name, and is none.
    Name(String, Words),
    /// The code of a letter.
    Code(Words),
}

/// `GET /account`
pub async fn get_account(app: web::Data<App>, visitor: Visitor) -> PageResult {
    let who = signed_in(&app, &visitor, Destination::Account).await?;
    Ok(profile(&app, &visitor, &who, Said::Nothing).await?)
}

/// `POST /account`: another name.
pub async fn post_account(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let who = signed_in(&app, &visitor, Destination::Account).await?;
    let typed = form.text("name");
    let name = match read(typed) {
        Ok(name) => name,
        Err(problem) => {
            let shown = typed.chars().take(LONGEST * 4).collect();
            return Ok(profile(&app, &visitor, &who, Said::Name(shown, problem)).await?);
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

/// The page.
pub(super) async fn profile(app: &App, visitor: &Visitor, (_, person): &Who, said: Said) -> Result<HttpResponse> {
    let kept = || person.name.clone().unwrap_or_default();
    let (name, field, problem) = match said {
        Said::Nothing => (kept(), "name", None),
        Said::Name(typed, problem) => (typed, "name", Some(problem)),
        Said::Code(problem) => (kept(), "code", Some(problem)),
    };
    let passkeys = if app.config.offers_passkeys() { passkey::list(app, person.id).await? } else { Vec::new() };
    let page = ProfilePage {
        page: visitor.page(app, None),
        shell: Shell::of(Place::Profile, person),
        name,
        field,
        problem,
        emails: user::emails_of(app.db.read(), person.id).await?,
        waiting: waiting::of_person(app, person.id).await?,
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
