//! Asks a person whether an app that is not ours may know them.

use askama::Template;

use crate::page::{Html, Page, Sample};
use crate::types::Words;

/// The question.
#[derive(Template)]
#[template(path = "oidc/consent.html")]
pub struct ConsentPage {
    /// Look and language.
    pub page: Page,
    /// The sealed journey.
    pub flow: String,
    /// The app's name.
    pub client: String,
    /// Whether it is made by who runs this server.
    pub ours: bool,
    /// Who is signed in.
    pub email: String,
    /// What the app asks for.
    pub scopes: Vec<ScopeLine>,
    /// Where the answer goes.
    pub host: String,
}

/// One thing an app asks for.
pub struct ScopeLine {
    /// `person`, `mail`, `clock` or `list`.
    pub icon: &'static str,
    /// In words.
    pub words: Words,
    /// As the app asked for it.
    pub raw: String,
}

impl ConsentPage {
    fn initial(&self) -> String {
        crate::page::initial(&self.client)
    }

    fn heading(&self) -> String {
        self.page.words(&Words::new("consent-heading").with("client", &self.client))
    }

    fn who(&self) -> Html {
        self.page.rich("signed-in-as", &[("email", Html::who(&self.email))])
    }

    fn caution(&self) -> Html {
        let (client, host) = (("client", Html::text(&self.client)), ("host", Html::strong(&self.host)));
        self.page.rich(if self.ours { "consent-ours" } else { "consent-caution" }, &[client, host])
    }

    fn how_long(&self) -> Html {
        self.page
            .rich("consent-until", &[("apps", Html::link(&self.page.path("/account/applications"), self.page.say("applications-title")))])
    }
}

impl Sample for ConsentPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let line = |icon, key: &'static str, raw: &str| ScopeLine { icon, words: key.into(), raw: raw.into() };
        let scopes = vec![
            line("person", "consent-scope-openid", "openid"),
            line("person", "consent-scope-profile", "profile"),
            line("mail", "consent-scope-email", "email"),
            line("clock", "consent-scope-offline-access", "offline_access"),
        ];
        let of = |ours, scopes| Self {
            page: page(),
            flow: "flow".into(),
            client: "Tidewater".into(),
            ours,
            email: "maya@okafor.example".into(),
            scopes,
            host: "app.tidewater.example".into(),
        };
        let least = vec![line("person", "consent-scope-openid", "openid")];
        vec![("consent", of(false, scopes)), ("consent-ours", of(true, least))]
    }
}
