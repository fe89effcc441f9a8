//! `/reauth`: whoever is signed in proves again who they are, because an app or a page of the account wants to be sure. What
//! they prove it with are their ways in, and what follows is a sign-in like any other: the session that it ends in remembers
//! what it began for.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{Destination, Flow, go, ways_in};
use crate::app::App;
use crate::error::Result;
use crate::form::Parameters;
use crate::page::{Html, Page, PageResult, ProviderButton, Sample};
use crate::session::{Session, Visitor};
use crate::types::Words;
use crate::user::{self, Person};

/// Asks for it.
#[derive(Template)]
#[template(path = "sign_in/reauth.html")]
pub struct StepUpPage {
    /// Look and language.
    pub page: Page,
    /// The sealed journey.
    pub flow: String,
    /// Who is signed in.
    pub email: String,
    /// Why they are asked.
    pub why: Words,
    /// How long ago they proved it last, in minutes.
    pub minutes: u64,
    /// By what they can.
    pub ways: Ways,
    /// Where it was asked.
    pub back: String,
    /// Whether it may be somebody else as well.
    pub anybody: bool,
}

/// The ways in that a person has and that work here today.
#[derive(Debug, Clone, Default)]
pub struct Ways {
    /// A passkey.
    pub passkey: bool,
    /// A password.
    pub password: bool,
    /// Letters to their address.
    pub mail: bool,
    /// Other login servers, where there is no other way.
    pub providers: Vec<ProviderButton>,
}

impl StepUpPage {
    fn lede(&self) -> String {
        let (key, count) = match self.minutes {
            0..60 => ("reauth-minutes", self.minutes.max(1)),
            60..2880 => ("reauth-hours", self.minutes / 60),
            _ => ("reauth-days", self.minutes / 1440),
        };
        format!("{} {}", self.page.words(&self.why), self.page.words(&Words::new(key).with("count", count)))
    }

    fn start(&self, provider: &ProviderButton) -> String {
        self.page.flow_path(&format!("/oauth/{}", provider.id), &self.flow)
    }

    /// Which way is the first, and looks like it.
    fn first(&self, way: &str) -> &'static str {
        let first = if self.ways.passkey {
            "passkey"
        } else if self.ways.password {
            "password"
        } else if self.ways.mail {
            "mail"
        } else {
            "provider"
        };
        if first == way { " btn-primary" } else { "" }
    }

    fn who(&self) -> Html {
        Html::who(&self.email)
    }
}

impl Sample for StepUpPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let google = || vec![ProviderButton::sample("google", "Google", "G")];
        let of = |why: Words, minutes, ways| Self {
            page: page(),
            flow: "flow".into(),
            email: "maya@okafor.example".into(),
            why,
            minutes,
            ways,
            back: "/account".into(),
            anybody: false,
        };
        let all = Ways { passkey: true, password: true, mail: true, providers: Vec::new() };
        let two = Ways { password: true, mail: true, ..Ways::default() };
        vec![
            ("reauth", of("reauth-delete".into(), 180, all)),
            ("reauth-app", Self { anybody: true, ..of(Words::new("reauth-app").with("name", "Tidewater"), 3, two) }),
            ("reauth-provider", of("reauth-email".into(), 60 * 24 * 4, Ways { providers: google(), ..Ways::default() })),
        ]
    }
}

/// `GET /reauth`
pub async fn get_reauth(app: web::Data<App>, visitor: Visitor, request: HttpRequest) -> PageResult {
    let parameters = Parameters::of_query(&request);
    let flow = Flow::open(&app, visitor.browser(), parameters.text("flow"))?;
    let session = visitor.session(&app).await?;
    let person = match &session {
        Some(session) => user::look(&app.db, session.user).await?,
        None => None,
    };
    match session.zip(person) {
        Some(who) => Ok(page(&app, &visitor, flow, &who).await?),
        None => Ok(go(&app, "/sign-in", &flow)?),
    }
}

async fn page(app: &App, visitor: &Visitor, flow: Flow, (session, person): &(Session, Person)) -> Result<HttpResponse> {
    let ways = ways(app, visitor, person).await?;
    let look = visitor.page(app, flow.client());
    let flow = match &person.email {
        Some(address) => flow.with_address(address),
        None => flow,
    };
    let page = StepUpPage {
        flow: flow.seal(app)?,
        email: person.email.as_ref().map(ToString::to_string).unwrap_or_default(),
        why: why(&flow.destination, look.name()),
        minutes: app.clock.now().since(session.auth_time).as_secs() / 60,
        ways,
        back: back(app, &look, &flow)?,
        anybody: flow.destination.app().is_some(),
        page: look,
    };
    Ok(visitor.show(StatusCode::OK, &page))
}

/// By what they can. Another server may say so without asking anybody: only where there is nothing else.
async fn ways(app: &App, visitor: &Visitor, person: &Person) -> Result<Ways> {
    let (linked, ways) = ways_in(app, app.db.read(), visitor, person).await?;
    let addressed = person.email.is_some();
    let own =
        Ways { passkey: ways.passkeys > 0, password: addressed && ways.password, mail: addressed && ways.mail, providers: Vec::new() };
    if own.passkey || own.password || own.mail {
        return Ok(own);
    }
    let is_linked = |button: &&ProviderButton| linked.iter().any(|one| one.identity.provider.as_str() == button.id);
    Ok(Ways { providers: visitor.providers().iter().filter(is_linked).cloned().collect(), ..own })
}

fn why(destination: &Destination, app: &str) -> Words {
    match destination {
        Destination::Email => "reauth-email".into(),
        Destination::Security => "reauth-security".into(),
        Destination::Password => "reauth-password".into(),
        Destination::Connections => "reauth-connections".into(),
        Destination::Data => "reauth-data".into(),
        Destination::Delete => "reauth-delete".into(),
        Destination::Account | Destination::Devices | Destination::Device(_) | Destination::ProviderTest | Destination::App(_) => {
            Words::new("reauth-app").with("name", app)
        }
    }
}

/// Who changes their mind is where they were: at a page that asks for nothing, or at the app, which is told.
fn back(app: &App, page: &Page, flow: &Flow) -> Result<String> {
    Ok(page.path(match flow.destination {
        Destination::Security | Destination::Password => "/account/security",
        Destination::Connections => "/account/connections",
        Destination::Data | Destination::Delete => "/account/data",
        Destination::App(_) => return Ok(page.flow_path("/continue", &flow.clone().refused().seal(app)?)),
        _ => "/account",
    }))
}
