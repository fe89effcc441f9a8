//! What the signed-in person sees of their account.

use askama::Template;

use crate::page::{Html, Page, ProviderButton, Sample};
use crate::types::{UnixMillis, Words};

/// Who you are.
#[derive(Template)]
#[template(path = "account/home.html")]
pub struct HomePage {
    /// Look and language.
    pub page: Page,
    /// The address.
    pub email: String,
    /// The name, if we know one.
    pub name: Option<String>,
    /// Whether the address can be changed here.
    pub mail: bool,
    /// Whether other login servers can open the account.
    pub providers: bool,
}

impl HomePage {
    fn who(&self) -> Html {
        self.page.rich("signed-in-as", &[("email", Html::who(&self.email))])
    }
}

impl Sample for HomePage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let of = |name: Option<&str>| Self {
            page: page(),
            email: "maya@okafor.example".into(),
            name: name.map(Into::into),
            mail: true,
            providers: true,
        };
        vec![("account", of(None)), ("account-name", of(Some("Maya Okafor")))]
    }
}

/// Another address.
#[derive(Template)]
#[template(path = "account/email.html")]
pub struct EmailPage {
    /// Look and language.
    pub page: Page,
    /// The address that is.
    pub current: String,
    /// What was typed.
    pub email: String,
    /// The change that waits.
    pub pending: Option<Pending>,
    /// The field that is wrong.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: Option<Words>,
    /// How long the letters can be answered.
    pub minutes: u64,
}

/// A change that waits for one or both of its letters.
pub struct Pending {
    /// The address to be.
    pub address: String,
    /// The tags of the letters to the old and the new address.
    pub tags: [String; 2],
    /// Which have been answered.
    pub confirmed: [bool; 2],
}

impl EmailPage {
    fn now(&self) -> Html {
        self.page.rich("account-email-now", &[("email", Html::who(&self.current))])
    }

    fn waits(&self) -> String {
        self.page.words(&Words::new("account-email-waits").with("minutes", self.minutes))
    }

    fn state(&self, which: usize) -> &str {
        let confirmed = self.pending.as_ref().is_some_and(|pending| pending.confirmed.get(which) == Some(&true));
        self.page.say(if confirmed { "account-email-confirmed" } else { "account-email-unconfirmed" })
    }
}

impl Sample for EmailPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let pending =
            || Some(Pending { address: "maya@new.example".into(), tags: ["HX-47".into(), "BD-32".into()], confirmed: [true, false] });
        let of = |pending, field, problem| Self {
            page: page(),
            current: "maya@okafor.example".into(),
            email: String::new(),
            pending,
            field,
            problem,
            minutes: 30,
        };
        vec![
            ("account-email", of(None, "email", None)),
            ("account-email-error", of(None, "email", Some("account-email-same".into()))),
            ("account-email-pending", of(pending(), "email", None)),
            ("account-email-code", of(pending(), "code", Some("account-email-code-wrong".into()))),
        ]
    }
}

/// The other login servers that open this account.
#[derive(Template)]
#[template(path = "account/connections.html")]
pub struct ConnectionsPage {
    /// Look and language.
    pub page: Page,
    /// Those that do, then those that could.
    pub connections: Vec<Connection>,
    /// Why one cannot go.
    pub problem: Option<Words>,
}

/// Another login server, and whether it opens this account.
pub struct Connection {
    /// Which.
    pub provider: ProviderButton,
    /// Whether it is still set up here.
    pub offered: bool,
    /// The way in, what the person is called there, and since when; nothing if it does not.
    pub linked: Option<(String, String, UnixMillis)>,
}

impl ConnectionsPage {
    fn state(&self, connection: &Connection) -> String {
        match &connection.linked {
            None => self.page.say("connections-none").to_owned(),
            Some(_) if !connection.offered => self.page.say("connections-gone").to_owned(),
            Some((_, _, since)) => self.page.words(&Words::new("connections-since").with("date", since.date())),
        }
    }
}

impl Sample for ConnectionsPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let google = || Connection {
            provider: ProviderButton::sample("google", "Google", "G"),
            offered: true,
            linked: Some(("crd_1".into(), "maya.okafor@example.com".into(), UnixMillis(1_772_400_000_000))),
        };
        let github = || Connection { provider: ProviderButton::sample("github", "GitHub", "GH"), offered: true, linked: None };
        let of = |connections, problem| Self { page: page(), connections, problem };
        vec![
            ("account-connections", of(vec![google(), github()], None)),
            ("account-connections-last", of(vec![google(), github()], Some("connections-last".into()))),
            ("account-connections-gone", of(vec![Connection { offered: false, ..google() }], None)),
        ]
    }
}
