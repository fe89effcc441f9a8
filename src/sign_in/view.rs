//! What people see when they sign in or out.

use askama::Template;

use crate::config::MethodName;
use crate::page::{Html, Page, ProviderButton, Sample};
use crate::types::Words;

/// Asks for the address.
#[derive(Template)]
#[template(path = "sign_in/sign_in.html")]
pub struct SignInPage {
    /// Look and language.
    pub page: Page,
    /// The sealed journey.
    pub flow: String,
    /// What was typed.
    pub email: String,
    /// What is wrong with it.
    pub problem: Option<Words>,
    /// The ways in, what comes first first.
    pub methods: Vec<MethodName>,
    /// The other login server that somebody came from last at this browser.
    pub last: Option<ProviderButton>,
    /// The others that people may come from.
    pub providers: Vec<ProviderButton>,
    /// Whether strangers may create an account.
    pub sign_up: bool,
    /// Whether a passkey can be used instead.
    pub passkey: bool,
    /// What password managers are told of a passkey that nobody here knows, as JSON.
    pub signal: Option<String>,
}

impl SignInPage {
    /// What the one primary button does.
    fn by_mail(&self) -> bool {
        self.methods.first() == Some(&MethodName::Email)
    }

    fn start(&self, provider: &ProviderButton) -> String {
        self.page.flow_path(&format!("/oauth/{}", provider.id), &self.flow)
    }

    /// Those that are shown at once, and those that are a click away.
    fn first_and_more(&self) -> (&[ProviderButton], &[ProviderButton]) {
        // Four fit where three and a fold would not be shorter.
        let at_once = if self.providers.len() <= 4 { self.providers.len() } else { 3 };
        self.providers.split_at(at_once)
    }

    /// Whether a password can be chosen instead. The other way round is offered on the password's own page.
    fn or_password(&self) -> bool {
        self.by_mail() && self.methods.contains(&MethodName::Password)
    }
}

impl Sample for SignInPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let of = |email: &str, problem, sign_up| Self {
            page: page(),
            flow: "flow".into(),
            email: email.into(),
            problem,
            methods: vec![MethodName::Password, MethodName::Email],
            last: None,
            providers: Vec::new(),
            sign_up,
            passkey: false,
            signal: None,
        };
        let with = |names: &[(&str, &str, &str)], methods: Vec<MethodName>| Self {
            providers: names.iter().map(|(id, name, monogram)| ProviderButton::sample(id, name, monogram)).collect(),
            methods,
            ..of("", None, true)
        };
        let two = [("google", "Google", "G"), ("github", "GitHub", "GH")];
        let six = [
            ("google", "Google", "G"),
            ("github", "GitHub", "GH"),
            ("apple", "Apple", "A"),
            ("gitlab", "GitLab", "GL"),
            ("slack", "Slack", "S"),
            ("acme", "Acme Works", "AW"),
        ];
        let mut by_mail = of("", None, true);
        by_mail.methods.reverse();
        vec![
            ("sign-in", of("", None, true)),
            ("sign-in-passkey", Self { passkey: true, ..with(&two, vec![MethodName::Email, MethodName::Password]) }),
            ("sign-in-passkey-unknown", Self { passkey: true, ..of("", Some("passkey-unknown".into()), true) }),
            ("sign-in-closed", of("", None, false)),
            ("sign-in-by-mail", by_mail),
            ("sign-in-providers", with(&two, vec![MethodName::Email, MethodName::Password])),
            ("sign-in-many-providers", with(&six, vec![MethodName::Email])),
            (
                "sign-in-returning",
                Self { last: Some(ProviderButton::sample("google", "Google", "G")), ..with(&two[1..], vec![MethodName::Email]) },
            ),
            ("sign-in-only-providers", with(&two, Vec::new())),
            ("sign-in-error", of("maya@", Some("email-malformed".into()), true)),
        ]
    }
}

/// Asks whether to sign out.
#[derive(Template)]
#[template(path = "sign_in/sign_out.html")]
pub struct SignOutPage {
    /// Look and language.
    pub page: Page,
    /// Who is signed in.
    pub email: String,
    /// On how many other devices.
    pub others: u64,
}

impl SignOutPage {
    fn who(&self) -> Html {
        self.page.rich("signed-in-as", &[("email", Html::who(&self.email))])
    }

    fn elsewhere(&self) -> String {
        self.page.words(&Words::new("sign-out-elsewhere").with("others", self.others))
    }
}

impl Sample for SignOutPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let of = |others| Self { page: page(), email: "maya@okafor.example".into(), others };
        vec![("sign-out", of(3)), ("sign-out-alone", of(0))]
    }
}

/// Says that it is done.
#[derive(Template)]
#[template(path = "sign_in/signed_out.html")]
pub struct SignedOutPage {
    /// Look and language.
    pub page: Page,
    /// The app to go back to: its name and its registered address.
    pub app: Option<(String, String)>,
}

impl SignedOutPage {
    fn go(&self) -> String {
        let name = self.app.as_ref().map_or("", |(name, _)| name);
        self.page.words(&Words::new("go-to").with("name", name))
    }
}

impl Sample for SignedOutPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let app = Some(("Tidewater".into(), "https://app.tidewater.example/".into()));
        vec![("signed-out", Self { page: page(), app: None }), ("signed-out-app", Self { page: page(), app })]
    }
}
