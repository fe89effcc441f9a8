//! `/account/devices`: where the signed-in person is signed in, how to end it, and what happened lately.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;

use super::activity::{self, Happened};
use super::recent::{Who, signed_in};
use super::shell::{Place, Shell};
use crate::app::App;
use crate::audit::Event;
use crate::error::{Error, Result};
use crate::form::{Form, see_other};
use crate::oidc::Clients;
use crate::page::{Page, PageResult, Sample};
use crate::session::{self, Listed, Visitor};
use crate::sign_in::Destination;
use crate::types::{SessionId, UnixMillis, Words};
use crate::user_agent;
use crate::work::Actor;

/// Where somebody is signed in.
#[derive(Template)]
#[template(path = "account/devices.html")]
pub struct DevicesPage {
    /// Look and language.
    pub page: Page,
    /// What stands around it.
    pub shell: Shell,
    /// This one first, then those that were used last.
    pub devices: Vec<Device>,
    /// What happened lately, the latest first.
    pub activity: Vec<Happened>,
}

/// A browser that is signed in.
pub struct Device {
    /// Its session.
    pub id: SessionId,
    /// What it is, as people call it.
    pub name: String,
    /// From where it came.
    pub address: String,
    /// By what: RFC 8176 names.
    pub amr: Vec<String>,
    /// When it was used last, to within a few minutes.
    pub last_seen_at: UnixMillis,
    /// The one that shows this page.
    pub here: bool,
}

impl DevicesPage {
    /// How the person came in.
    fn method(&self, device: &Device) -> &str {
        let by = |name: &str| device.amr.iter().any(|one| one == name);
        self.page.say(match () {
            () if by("pop") => "devices-by-passkey",
            () if by("pwd") && by("mfa") => "devices-by-two-steps",
            () if by("pwd") => "devices-by-password",
            () if by("fed") => "devices-by-provider",
            () => "devices-by-mail",
        })
    }

    fn seen(&self, device: &Device) -> String {
        self.page.words(&Words::new("devices-seen").with("date", device.last_seen_at.date()).with("address", &device.address))
    }

    fn here(&self) -> &[Device] {
        self.devices.get(..1).unwrap_or_default()
    }

    fn others(&self) -> &[Device] {
        self.devices.get(1..).unwrap_or_default()
    }
}

impl Sample for DevicesPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let device = |name: &str, amr: &[&str], here| Device {
            id: SessionId(uuid::Uuid::nil()),
            name: name.into(),
            address: "203.0.113.7".into(),
            amr: amr.iter().map(|one| (*one).to_owned()).collect(),
            last_seen_at: UnixMillis(1_772_548_200_000),
            here,
        };
        let this = || device("Firefox on Linux", &["pwd", "otp", "mfa"], true);
        let others = [device("Safari on iPhone", &["pop", "mfa"], false), device("Chrome on Windows", &["otp"], false)];
        let of = |devices, activity| Self { page: page(), shell: Shell::sample(Place::Devices), devices, activity };
        vec![
            ("account-devices", of(std::iter::once(this()).chain(others).collect(), activity::samples())),
            ("account-devices-alone", of(vec![this()], Vec::new())),
        ]
    }
}

/// `GET /account/devices`
pub async fn get_devices(app: web::Data<App>, clients: web::Data<Clients>, visitor: Visitor) -> PageResult {
    let (session, person) = signed_in(&app, &visitor, Destination::Devices).await?;
    let mut devices: Vec<_> = session::list_of_user(app.db.read(), session.user, app.clock.now())
        .await?
        .into_iter()
        .map(|one: Listed| Device {
            here: one.session.id == session.id,
            id: one.session.id,
            name: user_agent::describe(&one.user_agent),
            address: one.address,
            amr: one.session.amr,
            last_seen_at: one.session.last_seen_at,
        })
        .collect();
    devices.sort_by_key(|device| (!device.here, std::cmp::Reverse(device.last_seen_at.0)));
    let activity = activity::of(&app, (&visitor.providers(), &clients), session.user).await?;
    let shell = Shell::of(Place::Devices, &person);
    Ok(visitor.show(StatusCode::OK, &DevicesPage { page: visitor.page(&app, None), shell, devices, activity }))
}

/// `POST /account/devices`: one less, or all but this one.
pub async fn post_devices(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let who = signed_in(&app, &visitor, Destination::Devices).await?;
    let which = match (form.get("end"), form.get("others")) {
        (Some(id), None) => Which::One(id.parse().map_err(|_| Error::Malformed("end must be a session".into()))?),
        (None, Some(_)) => Which::Others,
        _ => return Err(Error::Malformed("neither end nor others".into()).into()),
    };
    end(&app, &visitor, &who, which).await?;
    Ok(see_other(&app.config.issuer.join("/account/devices")))
}

enum Which {
    One(SessionId),
    Others,
}

async fn end(app: &App, visitor: &Visitor, (session, _): &Who, which: Which) -> Result<()> {
    let user = session.user;
    let mut work = app.begin(Actor::Visitor(visitor.caller().clone(), Some(user))).await?;
    match which {
        Which::One(id) => {
            // Somebody else's is nobody's.
            let theirs = session::find(work.db(), id, work.now).await?.is_some_and(|one| one.user == user);
            if theirs && session::end(&mut work, id).await? {
                work.record(Event::SignedOut { user, session: id, everywhere: false });
            }
        }
        Which::Others => {
            session::end_others(&mut work, user, Some(session.id)).await?;
        }
    }
    work.commit().await
}
