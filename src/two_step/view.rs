//! What people see of second steps.

use askama::Template;

use super::manage::Started;
use super::totp::Picture;
use crate::app::App;
use crate::error::Result;
use crate::page::{Html, Page, Sample};
use crate::types::Words;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// What the app shows.
    Code,
    /// The passkey.
    Passkey,
    /// One of the codes kept for when the app is lost.
    Recovery,
}

/// Which of them a person has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Has {
    /// An app, and codes for when it is lost.
    pub app: bool,
    /// A passkey.
    pub passkey: bool,
}

impl Has {
    /// What is asked for first: the app's code, whose field is there whatever the browser can do.
    pub fn first(self) -> Option<By> {
        match self {
            Self { app: true, .. } => Some(By::Code),
            Self { passkey: true, .. } => Some(By::Passkey),
            _ => None,
        }
    }

    /// Whether it can be that.
    pub fn offers(self, by: By) -> bool {
        match by {
            By::Code | By::Recovery => self.app,
            By::Passkey => self.passkey,
        }
    }
}

/// Asks for it.
#[derive(Template)]
#[template(path = "two_step/two_step.html")]
pub struct TwoStepPage {
    /// Look and language.
    pub page: Page,
    /// The sealed journey.
    pub flow: String,
    /// By what.
    pub by: By,
    /// What else there is.
    pub has: Has,
    /// What is wrong.
    pub problem: Option<Words>,
}

impl TwoStepPage {
    /// What to say beside the field: more than above it, where a wrong code is often a wrong clock.
    fn beside(&self) -> Option<Words> {
        let problem = self.problem.as_ref().filter(|problem| self.page.blames(problem))?;
        Some(if problem.key == "two-step-wrong" { Words::new("two-step-wrong-hint") } else { problem.clone() })
    }

    /// Who can help a person who has lost everything.
    fn lost(&self) -> Option<Html> {
        let help = self.page.look().links.help.as_deref()?;
        Some(self.page.rich("recovery-lost", &[("link", Html::link(help, self.page.say("recovery-lost-link")))]))
    }

    /// The other ways: what they are called, and where.
    fn others(&self) -> Vec<(By, &str, String)> {
        let path = self.page.flow_path("/sign-in/two-step", &self.flow);
        let all = [
            (By::Code, "two-step-by-code", format!("{path}&with=code")),
            (By::Passkey, "reauth-passkey", format!("{path}&with=passkey")),
            (By::Recovery, "recovery-title", format!("{path}&with=recovery")),
        ];
        let others = all.into_iter().filter(|(by, ..)| *by != self.by && self.has.offers(*by));
        others.map(|(by, key, path)| (by, self.page.say(key), path)).collect()
    }
}

impl Sample for TwoStepPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let (app, both, alone) = (Has { app: true, passkey: false }, Has { app: true, passkey: true }, Has { app: false, passkey: true });
        let of = |by, has, problem: Option<Words>| Self { page: page(), flow: "flow".into(), by, has, problem };
        vec![
            ("two-step", of(By::Code, app, None)),
            ("two-step-both", of(By::Code, both, None)),
            ("two-step-passkey", of(By::Passkey, both, None)),
            ("two-step-passkey-alone", of(By::Passkey, alone, Some("passkey-refused-here".into()))),
            ("two-step-error", of(By::Code, app, Some("two-step-wrong".into()))),
            ("two-step-limited", of(By::Code, app, Some(Words::new("check-wait").with("seconds", 42_u64)))),
            ("two-step-recovery", of(By::Recovery, both, None)),
            ("two-step-recovery-error", of(By::Recovery, app, Some("recovery-wrong".into()))),
        ]
    }
}

/// Where a second step is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// On the way in, because it is required.
    SignIn,
    /// On the account's own pages.
    Account,
}

/// Sets up an authenticator app, in three steps.
#[derive(Template)]
#[template(path = "two_step/set_up.html")]
pub struct SetUpPage {
    /// Look and language.
    pub page: Page,
    /// Where it is done.
    pub place: Place,
    /// The sealed journey; empty on the account's pages.
    pub flow: String,
    /// The new app, sealed.
    pub started: String,
    /// What it reads.
    pub picture: Picture,
    /// The same as an address, for the phone on which this page is open.
    pub address: String,
    /// The same for typing.
    pub key: String,
    /// What is wrong with the code.
    pub problem: Option<Words>,
}

impl SetUpPage {
    /// For an account that the app will call so.
    pub fn of(
        app: &App,
        (page, place): (Page, Place),
        flow: String,
        (started, account): (&Started, &str),
        problem: Option<Words>,
    ) -> Result<Self> {
        let (picture, address) = started.app.picture(&app.config.branding.name, account)?;
        Ok(Self { page, place, flow, started: started.seal(app)?, picture, address, key: started.app.typed_key(), problem })
    }

    fn action(&self) -> String {
        self.page.path(match self.place {
            Place::SignIn => "/sign-in/two-step/set-up",
            Place::Account => "/account/security/two-step",
        })
    }
}

impl Sample for SetUpPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let app = super::Authenticator::new(&crate::random::Random::seeded(3));
        let of = |place, problem| {
            let (picture, address) = app.picture("Fieldnotes", "maya@okafor.example").unwrap_or_else(|_| unreachable!("a sample"));
            let (flow, started) = (if place == Place::SignIn { "flow".into() } else { String::new() }, "started".into());
            Self { page: page(), place, flow, started, picture, address, key: app.typed_key(), problem }
        };
        vec![
            ("two-step-set-up", of(Place::Account, None)),
            ("two-step-set-up-error", of(Place::Account, Some("two-step-wrong".into()))),
            ("two-step-set-up-required", of(Place::SignIn, None)),
        ]
    }
}

/// Shows recovery codes, once.
#[derive(Template)]
#[template(path = "two_step/codes.html")]
pub struct CodesPage {
    /// Look and language.
    pub page: Page,
    /// The codes.
    pub codes: Vec<String>,
    /// The sealed journey, where one goes on; empty on the account's pages.
    pub flow: String,
}

impl Sample for CodesPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let codes =
            "7KQ4M-XW2PT 9HRD3-BN6VC T2WJX-8LQ5K MC6RP-4YH7D 3VNGB-Q9KXT XP5HL-2DW8M 8BQTC-J6R4N L7DYK-W3M9H 4GXVP-T8C2B QH9NM-6KJ5R";
        let codes = codes.split(' ').map(str::to_owned).collect();
        vec![("two-step-codes", Self { page: page(), codes, flow: String::new() })]
    }
}
