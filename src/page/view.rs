//! What people see when something stops them.

use askama::Template;

use super::{Html, Marked, Page, Sample};
use crate::types::Words;

/// Something is wrong; people get one calm sentence, and a reference for those who can look it up.
#[derive(Template)]
#[template(path = "page/error.html")]
pub struct ErrorPage {
    /// Look and language.
    pub page: Page,
    /// What.
    pub title: Words,
    /// And what usually helps.
    pub lede: Words,
    /// The app to go back to: its name and its registered address.
    pub back: Option<(String, String)>,
    /// The request's name; nothing if there is no use in it.
    pub reference: String,
}

impl ErrorPage {
    fn go(&self) -> String {
        let name = self.back.as_ref().map_or("", |(name, _)| name);
        self.page.words(&Words::new("go-back-to").with("name", name))
    }

    fn mention(&self) -> Html {
        self.page.rich("error-reference", &[("reference", Html::reference(&self.reference))])
    }
}

impl Sample for ErrorPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let of = |title: &'static str, lede: &'static str, back, reference: &str| Self {
            page: page(),
            title: title.into(),
            lede: lede.into(),
            back,
            reference: reference.into(),
        };
        let back = Some(("Fieldnotes".into(), "https://fieldnotes.example/".into()));
        vec![
            ("error", of("error-app-title", "error-app-lede", back, "01JD4-K7QXM")),
            ("error-broken", of("error-broken-title", "error-broken-lede", None, "01JD4-K7QXM")),
            ("error-request", of("error-request-title", "error-request-lede", None, "01JD4-K7QXM")),
        ]
    }
}

/// There is nothing at this address.
#[derive(Template)]
#[template(path = "page/not_found.html")]
pub struct NotFoundPage {
    /// Look and language.
    pub page: Page,
}

impl Sample for NotFoundPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        vec![("error-404", Self { page: page() })]
    }
}

/// The form was made for another time or another browser.
#[derive(Template)]
#[template(path = "page/stale.html")]
pub struct StalePage {
    /// Look and language.
    pub page: Page,
    /// Where to begin again.
    pub again: String,
}

impl Sample for StalePage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        vec![("error-stale", Self { page: page(), again: "/sign-in".into() })]
    }
}

/// The browser keeps no cookie.
#[derive(Template)]
#[template(path = "page/cookies.html")]
pub struct CookiesPage {
    /// Look and language.
    pub page: Page,
    /// Where to begin again.
    pub again: String,
}

impl Sample for CookiesPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        vec![("error-cookies", Self { page: page(), again: "/sign-in".into() })]
    }
}

/// Not now.
#[derive(Template)]
#[template(path = "page/busy.html")]
pub struct BusyPage {
    /// Look and language.
    pub page: Page,
    /// When to come back.
    pub seconds: u64,
    /// Whether it is because of too many requests from here, not of too much work.
    pub crowded: bool,
}

impl BusyPage {
    fn title(&self) -> &'static str {
        if self.crowded { "busy-crowded-title" } else { "busy-title" }
    }

    fn lede(&self) -> &str {
        self.page.say(if self.crowded { "busy-crowded-lede" } else { "busy-lede" })
    }

    fn wait(&self) -> String {
        self.page.wait(self.seconds)
    }
}

impl Sample for BusyPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let of = |seconds, crowded| Self { page: page(), seconds, crowded };
        vec![("error-busy", of(2, false)), ("error-crowded", of(150, true))]
    }
}

/// What an app got wrong, for its developer. Only in development.
#[derive(Template)]
#[template(path = "page/error_dev.html")]
pub struct DevErrorPage {
    /// Look and language.
    pub page: Page,
    /// What.
    pub title: Words,
    /// Who did it.
    pub lede: Words,
    /// The value that was sent.
    pub sent: Option<Marked>,
    /// The values that would have been right.
    pub registered: Vec<Marked>,
    /// For which client.
    pub registered_for: String,
    /// What the difference is, and what to do.
    pub explanation: Words,
    /// The command that mends it.
    pub command: Option<String>,
    /// What was sent, name and value.
    pub request: Vec<(String, String)>,
    /// To where.
    pub request_line: String,
    /// The documented code.
    pub code: &'static str,
}

impl DevErrorPage {
    fn registered_label(&self) -> String {
        let words = Words::new(if self.code == "unknown_client" { "dev-error-known" } else { "dev-error-registered" });
        self.page.words(&words.with("client", &self.registered_for).with("count", self.registered.len()))
    }

    fn request_text(&self) -> String {
        self.request.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("\n")
    }

    fn code_line(&self) -> Html {
        self.page.rich("dev-error-code", &[("code", Html::mono(self.code))])
    }
}

/// Words for what an app can get wrong: title, lede, explanation.
pub fn problem_words(code: &str, client: &str) -> (Words, Words, Words) {
    let (title, lede, explanation) = match code {
        "repeated_parameter" => ("problem-repeated-title", "problem-asked-lede", "problem-repeated-mend"),
        "unknown_client" => ("problem-unknown-client-title", "problem-unknown-client-lede", "problem-unknown-client-mend"),
        "redirect_uri_mismatch" => ("problem-redirect-title", "problem-redirect-lede", "problem-redirect-mend"),
        "redirect_uri_missing" => ("problem-no-redirect-title", "problem-asked-lede", "problem-no-redirect-mend"),
        "delivery_mismatch" => ("problem-delivery-title", "problem-asked-lede", "problem-delivery-mend"),
        "state_missing" => ("problem-state-title", "problem-asked-lede", "problem-state-mend"),
        "request_over" => ("problem-over-title", "problem-asked-lede", "problem-over-mend"),
        _ => ("problem-other-title", "problem-asked-lede", "problem-other-mend"),
    };
    let client = if client.is_empty() { "?" } else { client };
    (title.into(), Words::new(lede).with("client", client), explanation.into())
}

impl Sample for DevErrorPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let (sent, registered) = ("http://localhost:5173/callback", "http://localhost:3000/callback");
        let (sent, registered) = (Marked::difference(sent, registered), Marked::difference(registered, sent));
        let redirect =
            dev_error(page(), "redirect_uri_mismatch", Some(sent), vec![registered, Marked::plain("https://fieldnotes.example/callback")]);
        let (sent, known) =
            (Marked::difference("fieldnotes-wbe", "fieldnotes-web"), Marked::difference("fieldnotes-web", "fieldnotes-wbe"));
        vec![
            ("error-dev", redirect),
            (
                "error-dev-client",
                DevErrorPage {
                    lede: problem_words("unknown_client", "fieldnotes-wbe").1,
                    ..dev_error(page(), "unknown_client", Some(sent), vec![known])
                },
            ),
            ("error-dev-repeated", dev_error(page(), "repeated_parameter", Some(Marked::plain("scope")), vec![])),
            (
                "error-dev-missing",
                dev_error(page(), "redirect_uri_missing", None, vec![Marked::plain("https://fieldnotes.example/callback")]),
            ),
            ("error-dev-delivery", dev_error(page(), "delivery_mismatch", None, vec![])),
            ("error-dev-state", dev_error(page(), "state_missing", None, vec![])),
            ("error-dev-over", dev_error(page(), "request_over", None, vec![])),
            ("error-dev-other", dev_error(page(), "other", None, vec![])),
        ]
    }
}

fn dev_error(page: Page, code: &'static str, sent: Option<Marked>, registered: Vec<Marked>) -> DevErrorPage {
    let (title, lede, explanation) = problem_words(code, "fieldnotes-web");
    let command = (code == "redirect_uri_mismatch")
        .then(|| "housekey client edit fieldnotes-web --add-redirect-uri http://localhost:5173/callback".to_owned());
    let request = [("client_id", "fieldnotes-web"), ("response_type", "code"), ("state", "… (43 characters)")];
    DevErrorPage {
        page,
        title,
        lede,
        sent,
        registered,
        registered_for: "fieldnotes-web".into(),
        explanation,
        command,
        request: request.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        request_line: "GET /authorize".into(),
        code,
    }
}
