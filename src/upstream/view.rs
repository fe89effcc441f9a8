//! What people see when they come from another login server.

use askama::Template;

use crate::page::{Html, Page, ProviderButton, Sample};
use crate::types::Words;

/// It came to nothing, and what to do instead.
#[derive(Template)]
#[template(path = "upstream/failed.html")]
pub struct ProviderFailedPage {
    /// Look and language.
    pub page: Page,
    /// With whom.
    pub provider: ProviderButton,
    /// The sealed journey; empty if it is not known.
    pub flow: String,
    /// Whether a signed-in person wanted one more way in.
    pub connecting: bool,
    /// The app that sent the person, to tell it that there will be no sign-in: its name, and where that is said.
    pub back: Option<(String, String)>,
    /// What.
    pub title: Words,
    /// And why.
    pub lede: Words,
    /// The request's name.
    pub reference: String,
    /// The provider's own words, in development.
    pub words: Option<String>,
}

impl ProviderFailedPage {
    fn go_back(&self) -> String {
        let name = self.back.as_ref().map_or("", |(name, _)| name);
        self.page.words(&Words::new("go-back-to").with("name", name))
    }

    fn start(&self) -> String {
        self.page.flow_path(&format!("/oauth/{}", self.provider.id), &self.flow)
    }

    fn again(&self) -> String {
        self.page.words(&Words::new("provider-again").with("provider", &self.provider.name))
    }

    fn mention(&self) -> Html {
        self.page.rich("error-reference", &[("reference", Html::reference(&self.reference))])
    }
}

impl Sample for ProviderFailedPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let of = |title, lede, connecting, words: Option<&str>| Self {
            page: page(),
            provider: google(),
            flow: "flow".into(),
            connecting,
            back: (!connecting).then(|| ("Tidewater".into(), "#continue".into())),
            title: Words::new(title).with("provider", "Google"),
            lede: Words::new(lede).with("provider", "Google"),
            reference: "01JD4-M2ZCQ".into(),
            words: words.map(str::to_owned),
        };
        let said = "provider_exchange_failed\nthe token endpoint said invalid_client: The provided client secret is invalid.";
        vec![
            ("error-provider", of("provider-failed-title", "provider-failed-lede", false, None)),
            ("error-provider-dev", of("provider-failed-title", "provider-wrong-lede", false, Some(said))),
            ("error-provider-down", of("provider-down-title", "provider-down-lede", false, None)),
            ("error-provider-asked-nobody", of("provider-asked-nobody-title", "provider-asked-nobody-lede", false, None)),
            ("error-provider-unknown", of("provider-unknown-title", "provider-unknown-lede", false, None)),
            ("error-provider-closed", of("provider-closed-title", "provider-closed-lede", false, None)),
            ("error-provider-taken", of("provider-taken-title", "provider-taken-lede", true, None)),
        ]
    }
}

/// Which address is yours?
#[derive(Template)]
#[template(path = "upstream/prove.html")]
pub struct ProvePage {
    /// Look and language.
    pub page: Page,
    /// The sealed journey.
    pub flow: String,
    /// Where the person comes from.
    pub provider: ProviderButton,
    /// What they are called there.
    pub label: Option<String>,
    /// An address to begin with.
    pub email: String,
    /// What is wrong with it.
    pub problem: Option<Words>,
    /// Whether letters let people in.
    pub mail: bool,
}

impl ProvePage {
    fn lede(&self) -> String {
        self.page.words(&Words::new("prove-lede").with("provider", &self.provider.name))
    }

    fn who(&self) -> Option<Html> {
        let label = self.label.as_deref()?;
        Some(self.page.rich("prove-as", &[("provider", Html::text(&self.provider.name)), ("label", Html::who(label))]))
    }
}

impl Sample for ProvePage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let of = |label: Option<&str>, email: &str, mail| Self {
            page: page(),
            flow: "flow".into(),
            provider: google(),
            label: label.map(str::to_owned),
            email: email.into(),
            problem: None,
            mail,
        };
        vec![
            ("link-account", of(Some("maya@okafor.example"), "maya@okafor.example", true)),
            ("link-account-unknown", of(Some("maya.okafor"), "", true)),
            ("link-account-no-mail", of(None, "", false)),
        ]
    }
}

/// Shall this open your account?
#[derive(Template)]
#[template(path = "upstream/connect.html")]
pub struct ConnectPage {
    /// Look and language.
    pub page: Page,
    /// The sealed journey.
    pub flow: String,
    /// Where the person comes from.
    pub provider: ProviderButton,
    /// What they are called there.
    pub label: Option<String>,
    /// The account's address.
    pub account: String,
}

impl ConnectPage {
    fn about(&self, key: &'static str) -> String {
        self.page.words(&Words::new(key).with("provider", &self.provider.name))
    }
}

impl Sample for ConnectPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let of = |label: Option<&str>| Self {
            page: page(),
            flow: "flow".into(),
            provider: google(),
            label: label.map(str::to_owned),
            account: "maya@okafor.example".into(),
        };
        vec![("link-connect", of(Some("maya.okafor"))), ("link-connect-nameless", of(None))]
    }
}

/// This opens your account from now on.
#[derive(Template)]
#[template(path = "upstream/linked.html")]
pub struct LinkedPage {
    /// Look and language.
    pub page: Page,
    /// The sealed journey.
    pub flow: String,
    /// Where it leads.
    pub go_on: String,
    /// Where the person comes from.
    pub provider: ProviderButton,
    /// The account's address.
    pub account: String,
}

impl LinkedPage {
    fn title(&self) -> String {
        self.page.words(&Words::new("connected-title").with("provider", &self.provider.name))
    }

    fn lede(&self) -> Html {
        self.page.rich("connected-lede", &[("email", Html::who(&self.account)), ("provider", Html::text(&self.provider.name))])
    }
}

impl Sample for LinkedPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let page = page();
        vec![(
            "link-done",
            Self { page, flow: "flow".into(), go_on: "#continue".into(), provider: google(), account: "maya@okafor.example".into() },
        )]
    }
}

/// What a provider said, for the operator who tests it.
#[derive(Template)]
#[template(path = "upstream/test.html")]
pub struct ProviderTestPage {
    /// Look and language.
    pub page: Page,
    /// Which provider.
    pub provider: ProviderButton,
    /// Who it says it is.
    pub subject: String,
    /// The address.
    pub email: Option<String>,
    /// What the address is worth here.
    pub state: &'static str,
    /// The name.
    pub name: Option<String>,
    /// What the person is called there.
    pub username: Option<String>,
    /// What would happen.
    pub outcome: &'static str,
    /// What an operator might want to change.
    pub hint: Option<Words>,
    /// What the catalogue says about it.
    pub note: Option<String>,
    /// Everything it said but its tokens, as JSON.
    pub said: String,
}

impl ProviderTestPage {
    fn about(&self, key: &'static str) -> String {
        self.page.words(&Words::new(key).with("provider", &self.provider.name))
    }
}

impl Sample for ProviderTestPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let of = |email: Option<&str>, state, outcome, hint: Option<Words>| Self {
            page: page(),
            provider: google(),
            subject: "104729581133570023917".into(),
            email: email.map(str::to_owned),
            state,
            name: Some("Maya Okafor".into()),
            username: None,
            outcome,
            hint,
            note: Some("While the consent screen is in testing, only the test users named there can sign in.".into()),
            said: "{\n  \"claims\": {\n    \"sub\": \"104729581133570023917\"\n  }\n}".into(),
        };
        let trust = Words::new("test-hint-trust").with("id", "google");
        let scopes = Words::new("test-hint-scopes").with("scopes", "openid profile");
        vec![
            ("provider-test", of(Some("maya@okafor.example"), "test-email-trusted", "test-links", None)),
            ("provider-test-untrusted", of(Some("maya@okafor.example"), "test-email-untrusted", "test-proves", Some(trust))),
            ("provider-test-no-address", of(None, "test-email-none", "test-proves", Some(scopes))),
        ]
    }
}

fn google() -> ProviderButton {
    ProviderButton::sample("google", "Google", "G")
}
