//! What people see of their connections.

use askama::Template;

use super::shell::{Place, Shell};
use crate::oidc::consent;
use crate::page::{Page, ProviderButton, Sample, initial};
use crate::types::{UnixMillis, Words};

/// The other login servers that open this account, and the apps of others that may use it.
#[derive(Template)]
#[template(path = "account/connections.html")]
pub struct ConnectionsPage {
    /// Look and language.
    pub page: Page,
    /// What stands around it.
    pub shell: Shell,
    /// Whether the person has just proved who they are, to change something here.
    pub proved: bool,
    /// The apps that may.
    pub applications: Vec<Application>,
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

/// An app of others.
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

impl ConnectionsPage {
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
        let application = |id: &str, name: &str, scope: &str, used_at| Application {
            id: id.into(),
            name: name.into(),
            scope: scope.into(),
            since: UnixMillis(1_772_400_000_000),
            used_at,
        };
        let apps = || {
            vec![
                application("tidewater", "Tidewater", "openid profile email offline_access", Some(UnixMillis(1_772_400_000_000))),
                application("harbour", "Harbour master", "openid", None),
            ]
        };
        let of = |connections, problem| Self {
            page: page(),
            shell: Shell::sample(Place::Connections),
            proved: false,
            applications: Vec::new(),
            connections,
            problem,
        };
        vec![
            ("account-connections", Self { applications: apps(), ..of(vec![google(), github()], None) }),
            ("account-connections-none", of(Vec::new(), None)),
            ("account-connections-proved", Self { proved: true, ..of(vec![google(), github()], None) }),
            ("account-connections-last", of(vec![google(), github()], Some("connections-last".into()))),
            ("account-connections-gone", of(vec![Connection { offered: false, ..google() }], None)),
        ]
    }
}
