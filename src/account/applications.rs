//! `/account/applications`: the apps of others that a person lets use their account, and how to stop it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::app::App;
use crate::error::{Error, Result};
use crate::form::{Form, see_other};
use crate::oidc::Clients;
use crate::oidc::consent::{self, Allowed};
use crate::page::{Page, PageResult, Sample, initial};
use crate::session::{Session, Visitor};
use crate::sign_in::{self, Destination};
use crate::types::{ClientId, UnixMillis, Words};
use crate::work::Actor;

/// `GET /account/applications`
pub async fn get_applications(app: web::Data<App>, clients: web::Data<Clients>, visitor: Visitor) -> PageResult {
    let Some(session) = visitor.session(&app).await? else { return Ok(sign_in_first(&app, &visitor)?) };
    let mut applications = Vec::new();
    for allowed in consent::list(app.db.read(), session.user).await? {
        let name = clients.name_of(&app, &allowed.client).await?;
        let Allowed { client, scope, since, used_at } = allowed;
        applications.push(Application { id: client.to_string(), name, scope, since, used_at });
    }
    Ok(visitor.show(StatusCode::OK, &ApplicationsPage { page: visitor.page(&app, None), applications }))
}

/// `POST /account/applications`: one less. Twice is once.
pub async fn post_applications(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let Some(session) = visitor.session(&app).await? else { return Ok(sign_in_first(&app, &visitor)?) };
    let client = form.get("remove").and_then(ClientId::parse).ok_or_else(|| Error::Malformed("remove must be a client_id".into()))?;
    withdraw(&app, &visitor, &session, &client).await?;
    Ok(see_other(&app.config.issuer.join("/account/applications")))
}

async fn withdraw(app: &App, visitor: &Visitor, session: &Session, client: &ClientId) -> Result<()> {
    let mut work = app.begin(Actor::Visitor(visitor.caller().clone(), Some(session.user))).await?;
    consent::withdraw(&mut work, session.user, client).await?;
    work.commit().await
}

fn sign_in_first(app: &App, visitor: &Visitor) -> Result<HttpResponse> {
    sign_in::set_out(app, visitor, Destination::Applications, "/sign-in")
}

/// The apps.
#[derive(Template)]
#[template(path = "account/applications.html")]
pub struct ApplicationsPage {
    /// Look and language.
    pub page: Page,
    /// Those that may.
    pub applications: Vec<Application>,
}

/// One app.
pub struct Application {
    /// Its identifier.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it may, space-separated.
    pub scope: String,
    /// Since when.
    pub since: UnixMillis,
    /// When it was last given a code.
    pub used_at: Option<UnixMillis>,
}

impl Application {
    fn initial(&self) -> String {
        initial(&self.name)
    }
}

impl ApplicationsPage {
    fn may(&self, application: &Application) -> String {
        let scopes = application.scope.split(' ').filter_map(consent::page::in_words);
        scopes.map(|words| self.page.words(&words)).collect::<Vec<_>>().join(" · ")
    }

    fn when(&self, application: &Application) -> String {
        let since = application.since.date();
        self.page.words(&match application.used_at {
            Some(used) => Words::new("applications-used").with("since", since).with("used", used.date()),
            None => Words::new("applications-since").with("since", since),
        })
    }
}

impl Sample for ApplicationsPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let at = UnixMillis(1_772_400_000_000);
        let of = |id: &str, name: &str, scope: &str, used_at| Application {
            id: id.into(),
            name: name.into(),
            scope: scope.into(),
            since: at,
            used_at,
        };
        let two = vec![
            of("tidewater", "Tidewater", "openid profile email offline_access", Some(at)),
            of("harbour", "Harbour master", "openid", None),
        ];
        vec![
            ("account-applications", Self { page: page(), applications: two }),
            ("account-applications-none", Self { page: page(), applications: Vec::new() }),
        ]
    }
}
