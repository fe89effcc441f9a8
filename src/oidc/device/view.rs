//! What people see who connect a device.

use askama::Template;

use crate::oidc::consent::view::ScopeLine;
use crate::page::{Page, Sample};
use crate::types::Words;

/// Where the code is typed.
#[derive(Template)]
#[template(path = "oidc/device.html")]
pub struct DevicePage {
    /// Look and language.
    pub page: Page,
    /// What was typed, or came with the address.
    pub typed: String,
    /// What is wrong with it.
    pub problem: Option<Words>,
}

impl Sample for DevicePage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let of = |typed: &str, problem: Option<&'static str>| Self { page: page(), typed: typed.into(), problem: problem.map(Words::new) };
        vec![
            ("device", of("", None)),
            ("device-typed", of("BDKX-TWMQ", None)),
            ("device-error", of("BDKX-TWMQ", Some("device-code-unknown"))),
        ]
    }
}

/// The question.
#[derive(Template)]
#[template(path = "oidc/device_confirm.html")]
pub struct DeviceConfirmPage {
    /// Look and language.
    pub page: Page,
    /// The sealed journey.
    pub flow: String,
    /// The code, to be compared.
    pub code: String,
    /// The app's name.
    pub name: String,
    /// From where it asked, and how long ago.
    pub asked: String,
    /// What it will be able to do.
    pub scopes: Vec<ScopeLine>,
}

impl Sample for DeviceConfirmPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let line = |icon, key: &'static str, raw: &str| ScopeLine { icon, words: key.into(), raw: raw.into() };
        let page = page();
        let asked = page.words(&Words::new("device-asked").with("address", "198.51.100.24").with("minutes", 1u64));
        let scopes = vec![
            line("person", "consent-scope-openid", "openid"),
            line("mail", "consent-scope-email", "email"),
            line("clock", "consent-scope-offline-access", "offline_access"),
        ];
        let (code, name) = ("BDKX-TWMQ".into(), "Fieldnotes for TV".into());
        vec![("device-confirm", Self { page, flow: "flow".into(), code, name, asked, scopes })]
    }
}

/// What came of it.
#[derive(Template)]
#[template(path = "oidc/device_done.html")]
pub struct DeviceDonePage {
    /// Look and language.
    pub page: Page,
    /// The app's name.
    pub name: String,
    /// Whether the person said yes.
    pub connected: bool,
}

impl DeviceDonePage {
    fn title(&self) -> &str {
        self.page.say(if self.connected { "device-done-title" } else { "device-denied-title" })
    }

    fn lede(&self) -> String {
        self.page.words(&Words::new(if self.connected { "device-done-lede" } else { "device-denied-lede" }).with("name", &self.name))
    }
}

impl Sample for DeviceDonePage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let of = |connected| Self { page: page(), name: "Fieldnotes for TV".into(), connected };
        vec![("device-done", of(true)), ("device-denied", of(false))]
    }
}
