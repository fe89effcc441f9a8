//! Who is at the page: a browser, perhaps with a session. The extractor of every page handler.

use std::future::{Ready, ready};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use askama::Template;

use super::{Devices, Session, cookie, store};
use crate::app::App;
use crate::audit::Event;
use crate::error::{Error, Result};
use crate::form::Browser;
use crate::language::{Language, negotiate};
use crate::page::{Page, ProviderButton, ProviderButtons, Sample, respond};
use crate::sign_in::{Asked, At, Trust};
use crate::types::{Caller, ClientId, SessionSecret, Token};
use crate::work::Actor;

/// How stale a session's "last seen" may be: a page view is not worth a write.
const SEEN_EVERY: Duration = Duration::from_mins(5);

/// Somebody at a browser.
pub struct Visitor {
    caller: Caller,
    browser: Browser,
    secret: Option<Token<SessionSecret>>,
    user_agent: String,
    language: Language,
    request: HttpRequest,
}

impl FromRequest for Visitor {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

impl Visitor {
    /// The visitor that sent this request.
    pub fn of(request: &HttpRequest) -> Result<Self> {
        let app = request.app_data::<Data<App>>().ok_or_else(|| Error::broken("the application is missing", "no App in app_data"))?;
        let said = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        Ok(Self {
            caller: crate::form::caller(request),
            browser: Browser::of(app, request),
            secret: cookie::read(request),
            user_agent: said(header::USER_AGENT).unwrap_or("").to_owned(),
            language: negotiate(None, None, said(header::ACCEPT_LANGUAGE)),
            request: request.clone(),
        })
    }

    /// The caller.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The browser.
    pub fn browser(&self) -> &Browser {
        &self.browser
    }

    /// What the browser calls itself.
    pub fn user_agent(&self) -> &str {
        &self.user_agent
    }

    /// The language the browser asks for.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Who makes the changes of this request.
    pub fn actor(&self) -> Actor {
        Actor::Visitor(self.caller.clone(), None)
    }

    /// The host that the browser believes it is talking to, without the port.
    pub fn host(&self) -> &str {
        let host = self.request.headers().get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map_or(host, |(name, _)| name);
        name.trim_start_matches('[').trim_end_matches(']')
    }

    /// Where a session would begin, on a journey that asks this.
    pub fn at(&self, asked: Asked) -> At<'_> {
        At {
            user_agent: &self.user_agent,
            address: self.caller.address.to_string(),
            previous: self.secret.as_ref(),
            trust: Trust::of(&self.request),
            asked,
            notices: Vec::new(),
        }
    }

    /// What a cookie of this browser says.
    pub fn cookie(&self, name: &str) -> Option<String> {
        crate::form::cookie::read(&self.request, name)
    }

    /// Who has signed in at this browser before.
    pub fn devices(&self, app: &App) -> Devices {
        Devices::of(app, &self.request)
    }

    /// The other login servers that people may come from.
    pub fn providers(&self) -> ProviderButtons {
        self.request.app_data::<Data<Vec<ProviderButton>>>().map(|buttons| buttons.clone().into_inner()).unwrap_or_default()
    }

    /// The living session, if there is one.
    pub async fn session(&self, app: &App) -> Result<Option<Session>> {
        let Some(secret) = &self.secret else { return Ok(None) };
        let now = app.clock.now();
        let session = store::find_by_secret(&app.db, secret, now).await?;
        if let Some(session) = &session
            && now.since(session.last_seen_at) > SEEN_EVERY
        {
            store::seen(&app.db, session.id, now, app.config.sign_in.session_idle).await?;
        }
        Ok(session)
    }

    /// What a page for this visitor knows, in the look of the app they came from.
    pub fn page(&self, app: &App, client: Option<&ClientId>) -> Page {
        let config = &app.config;
        Page::new(app.looks.of(client), self.language, self.browser.csrf(app), config.issuer.path(), config.is_development())
    }

    /// Shows a page, once, to a browser that from then on has a name.
    pub fn show<P: Template + Sample>(&self, status: StatusCode, page: &P) -> HttpResponse {
        let mut response = respond(status, page);
        self.browser.introduce(&mut response);
        response
    }

    /// Ends this session, or all of this person's, and takes the cookie away.
    pub async fn sign_out(&self, app: &App, session: &Session, everywhere: bool, response: &mut HttpResponse) -> Result<()> {
        let mut work = app.begin(Actor::Visitor(self.caller.clone(), Some(session.user))).await?;
        if everywhere {
            store::end_all(&mut work, session.user).await?;
        } else if store::end(&mut work, session.id).await? {
            work.record(Event::SignedOut { user: session.user, session: session.id, everywhere });
        }
        work.commit().await?;
        cookie::clear(response);
        Ok(())
    }
}
