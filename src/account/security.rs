//! `/account/security`: how an account is protected, and two-step sign-in, on and off.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::recent::{Who, has_just_proved, recently_proved, signed_in};
use super::shell::{Place, Shell};
use crate::app::App;
use crate::config::{MethodName, TwoStep};
use crate::credential::{self, Kind};
use crate::error::Result;
use crate::form::{Form, see_other};
use crate::identity::WaysIn;
use crate::mail::{self, Notice};
use crate::page::{Page, PageResult, Sample, status_of};
use crate::passkey::{self, Listed};
use crate::session::Visitor;
use crate::sign_in::{Destination, too_soon, wait_words, ways_in};
use crate::two_step::view::{CodesPage, Place as SetUpAt, SetUpPage};
use crate::two_step::{self, Answer, By, Standing, Started};
use crate::types::{CredentialId, Envelope, UnixMillis, Words};
use crate::user::{self, Person};
use crate::work::{Actor, Work};

/// How an account is protected.
#[derive(Template)]
#[template(path = "account/security.html")]
pub struct SecurityPage {
    /// Look and language.
    pub page: Page,
    /// What stands around it.
    pub shell: Shell,
    /// Whether the person has just proved who they are, to change something here.
    pub proved: bool,
    /// Their password; nothing where none are used.
    pub password: Option<KeptPassword>,
    /// How the person stands to second steps.
    pub standing: Standing,
    /// Whether they can do without.
    pub required: bool,
    /// The person's passkeys; nothing where none are offered.
    pub passkeys: Option<Vec<Listed>>,
    /// The same for password managers, as JSON.
    pub signal: String,
    /// What is wrong.
    pub problem: Option<Words>,
}

/// What a page says of a password.
#[derive(Debug, Clone, Copy)]
pub struct KeptPassword {
    /// Since when it is what it is, if there is one.
    pub since: Option<UnixMillis>,
    /// Whether the person can do without it.
    pub spare: bool,
}

impl SecurityPage {
    fn changed(&self, since: UnixMillis) -> String {
        self.page.words(&Words::new("password-since").with("date", since.date()))
    }

    fn since(&self) -> String {
        let date = self.standing.since.map(UnixMillis::date).unwrap_or_default();
        self.page.words(&Words::new("security-app-since").with("date", date))
    }

    /// What a passkey is called.
    fn name<'a>(&'a self, passkey: &'a Listed) -> &'a str {
        passkey.name.as_deref().or(passkey.provider.as_deref()).unwrap_or_else(|| self.page.say("passkey-name"))
    }

    fn when(&self, passkey: &Listed) -> String {
        let since = passkey.since.date();
        self.page.words(&match passkey.last_used_at {
            Some(used) => Words::new("passkey-used").with("since", since).with("used", used.date()),
            None => Words::new("passkey-since").with("since", since),
        })
    }

    fn left(&self) -> String {
        self.page.words(&Words::new("security-codes-left").with("left", self.standing.codes))
    }
}

impl Sample for SecurityPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let since = Some(UnixMillis(1_772_400_000_000));
        let passkey = |provider: Option<&str>, synced, last_used_at| Listed {
            id: CredentialId(uuid::Uuid::nil()),
            key: "a2V5".into(),
            name: provider.is_none().then(|| "Blue security key".into()),
            provider: provider.map(Into::into),
            synced,
            since: UnixMillis(1_772_400_000_000),
            last_used_at,
        };
        let two = || Some(vec![passkey(Some("iCloud Keychain"), true, since), passkey(None, false, None)]);
        let of = |since, codes, required, problem| Self {
            page: page(),
            shell: Shell::sample(Place::Security),
            proved: false,
            password: Some(KeptPassword { since, spare: true }),
            standing: Standing { since, codes },
            required,
            passkeys: Some(Vec::new()),
            signal: "{}".into(),
            problem,
        };
        vec![
            ("account-security-passkeys", Self { passkeys: two(), ..of(None, 0, false, None) }),
            ("account-security-last", Self { passkeys: two(), ..of(None, 0, false, Some("passkey-last".into())) }),
            ("account-security-no-passkeys", Self { passkeys: None, password: None, ..of(None, 0, false, None) }),
            ("account-security-proved", Self { proved: true, ..of(since, 7, false, None) }),
            (
                "account-security-only-password",
                Self { password: Some(KeptPassword { since, spare: false }), ..of(None, 0, false, Some("password-last".into())) },
            ),
            ("account-security", of(since, 7, false, None)),
            ("account-security-off", of(None, 0, false, None)),
            ("account-security-few", of(since, 2, true, None)),
            ("account-security-error", of(since, 7, false, Some("two-step-wrong".into()))),
        ]
    }
}

/// `GET /account/security`: to be looked at by whoever is signed in.
pub async fn get_security(app: web::Data<App>, visitor: Visitor) -> PageResult {
    let who = signed_in(&app, &visitor, Destination::Security).await?;
    Ok(page(&app, &visitor, &who, None).await?)
}

/// `GET /account/security/two-step`: a new app, for the first one or instead of the one there is.
pub async fn get_two_step(app: web::Data<App>, visitor: Visitor) -> PageResult {
    let who = recently_proved(&app, &visitor, Destination::Security).await?;
    Ok(set_up_page(&app, &visitor, &who, &two_step::begin(&app, who.1.id), None)?)
}

/// `POST /account/security/two-step`: its first code.
pub async fn post_two_step(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let who = recently_proved(&app, &visitor, Destination::Security).await?;
    let (session, person) = &who;
    let started = Started::open(&app, person.id, form.text("started"));
    if let Some(wait) = two_step::limited(&app, visitor.caller(), person.id).await? {
        let mut response = set_up_page(&app, &visitor, &who, &started, Some(wait_words(wait)))?;
        too_soon(&mut response, wait);
        return Ok(response);
    }
    let letters = notices(&app, &visitor, person, Notice::TwoStepOn).await?;
    let mut work = begin(&app, &visitor, person).await?;
    let codes = two_step::turn_on(&app, &mut work, (&started, form.text("code")), By::Owner(session.id), &letters).await?;
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
    let who = recently_proved(&app, &visitor, Destination::Security).await?;
    if app.config.sign_in.two_step == TwoStep::Required {
        return Ok(here(&app));
    }
    let person = &who.1;
    if let Some(wait) = two_step::limited(&app, visitor.caller(), person.id).await? {
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
    let who = recently_proved(&app, &visitor, Destination::Security).await?;
    let letters = notices(&app, &visitor, &who.1, Notice::RecoveryCodesRenewed).await?;
    let mut work = begin(&app, &visitor, &who.1).await?;
    let Some(codes) = two_step::renew_codes(&app, &mut work, who.1.id, &letters).await? else { return Ok(here(&app)) };
    work.commit().await?;
    Ok(codes_page(&app, &visitor, codes))
}

/// A change that the person makes.
pub(super) async fn begin<'a>(app: &'a App, visitor: &Visitor, person: &Person) -> Result<Work<'a>> {
    app.begin(Actor::Visitor(visitor.caller().clone(), Some(person.id))).await
}

/// What their mailboxes are told of it.
pub(super) async fn notices(app: &App, visitor: &Visitor, person: &Person, notice: Notice) -> Result<Vec<Envelope>> {
    user::notices(app, person.id, (notice, visitor.user_agent()), &mail::page(app, None, visitor.language())).await
}

/// The page, once something has changed.
pub(super) fn here(app: &App) -> HttpResponse {
    see_other(&app.config.issuer.join("/account/security"))
}

fn codes_page(app: &App, visitor: &Visitor, codes: Vec<String>) -> HttpResponse {
    visitor.show(StatusCode::OK, &CodesPage { page: visitor.page(app, None), codes, flow: String::new() })
}

fn set_up_page(app: &App, visitor: &Visitor, (_, person): &Who, started: &Started, problem: Option<Words>) -> Result<HttpResponse> {
    let account = person.email.as_ref().map_or_else(|| person.id.to_string(), ToString::to_string);
    let status = status_of(problem.as_ref());
    let page = SetUpPage::of(app, (visitor.page(app, None), SetUpAt::Account), String::new(), (started, &account), problem)?;
    Ok(visitor.show(status, &page))
}

/// The page, with what is wrong.
pub(super) async fn page(app: &App, visitor: &Visitor, (session, person): &Who, problem: Option<Words>) -> Result<HttpResponse> {
    let standing = two_step::standing(app, person.id).await?;
    let required = app.config.sign_in.two_step == TwoStep::Required;
    let passkeys = if app.config.offers_passkeys() { Some(passkey::list(app, person.id).await?) } else { None };
    let signal = passkey::signal(app, person, passkeys.as_deref().unwrap_or_default()).to_string();
    let page = SecurityPage {
        page: visitor.page(app, None),
        shell: Shell::of(Place::Security, person),
        proved: has_just_proved(app, session, &Destination::Security),
        password: password(app, visitor, person).await?,
        standing,
        required,
        passkeys,
        signal,
        problem,
    };
    Ok(visitor.show(status_of(page.problem.as_ref()), &page))
}

async fn password(app: &App, visitor: &Visitor, person: &Person) -> Result<Option<KeptPassword>> {
    if !app.config.offers(MethodName::Password) {
        return Ok(None);
    }
    let since = credential::since(app.db.read(), person.id, Kind::Password).await?;
    let (_, ways) = ways_in(app, app.db.read(), visitor, person).await?;
    let spare = WaysIn { password: false, ..ways }.any();
    Ok(Some(KeptPassword { since, spare }))
}
