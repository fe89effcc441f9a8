//! What a page lets somebody do: its forms and links, read from the HTML alone. Nothing here knows which pages there are.

use scraper::{ElementRef, Html, Selector};
use url::Url;

use crate::support::View;

/// A field of a form.
#[derive(Clone)]
pub struct Field {
    pub name: String,
    /// `hidden`, `text`, `checkbox` and so on.
    pub kind: String,
    /// What the page put there.
    pub value: String,
}

/// What pressing it adds, and where else it leads.
#[derive(Clone)]
pub struct Button {
    pub pair: Option<(String, String)>,
    pub action: Option<String>,
}

/// A form as the page shows it.
#[derive(Clone)]
pub struct Form {
    /// A path on this server.
    pub action: String,
    pub fields: Vec<Field>,
    pub buttons: Vec<Button>,
    /// Where a script asks what an authenticator is to do.
    pub options: Option<String>,
    /// The key of a new authenticator app that the page shows beside it.
    pub key: Option<String>,
}

impl Form {
    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.name == name).map(|field| field.value.as_str())
    }
}

/// Everything that a page offers.
#[derive(Clone, Default)]
pub struct Page {
    pub forms: Vec<Form>,
    /// Paths on this server.
    pub links: Vec<String>,
    /// Codes that are shown once.
    pub codes: Vec<String>,
    pub h1: String,
    pub words: String,
}

fn all<'a>(html: &'a Html, css: &str) -> Vec<ElementRef<'a>> {
    html.select(&Selector::parse(css).unwrap()).collect()
}

fn words(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The path and query of an address, if it is on the server of the page.
fn here(page: &Url, address: &str) -> Option<String> {
    let url = page.join(address).ok()?;
    (url.origin() == page.origin()).then(|| url[url::Position::BeforePath..url::Position::AfterQuery].to_owned())
}

impl Page {
    pub fn read(view: &View) -> Self {
        if !view.header("content-type").starts_with("text/html") {
            return Self { words: view.html.clone(), ..Self::default() };
        }
        let html = Html::parse_document(&view.html);
        let key = all(&html, "code#key").first().map(|key| words(*key));
        let refresh = all(&html, "meta[http-equiv=refresh]").first().and_then(|meta| meta.value().attr("content"));
        let refresh = refresh.and_then(|content| content.split_once("url=")).map(|(_, to)| to.to_owned());
        let hrefs = all(&html, "a[href]").into_iter().filter_map(|link| link.value().attr("href").map(str::to_owned));
        Self {
            forms: all(&html, "form").into_iter().filter_map(|form| Self::form(view, form, key.as_ref())).collect(),
            // The inbox of a development server shows everybody everything.
            links: hrefs.chain(refresh).filter_map(|to| here(&view.url, &to)).filter(|to| !to.starts_with("/dev/")).collect(),
            codes: all(&html, "#codes li").into_iter().map(words).collect(),
            h1: all(&html, "h1").first().map(|h1| words(*h1)).unwrap_or_default(),
            words: all(&html, "body").first().map(|body| words(*body)).unwrap_or_default(),
        }
    }

    fn form(view: &View, form: ElementRef<'_>, key: Option<&String>) -> Option<Form> {
        let action = here(&view.url, form.value().attr("action").unwrap_or(""))?;
        let of = |css: &str| form.select(&Selector::parse(css).unwrap()).collect::<Vec<_>>();
        let field = |input: ElementRef<'_>| {
            let element = input.value();
            let kind = element.attr("type").unwrap_or("text").to_owned();
            let boxed = matches!(kind.as_str(), "checkbox" | "radio");
            let value = element.attr("value").unwrap_or(if boxed { "on" } else { "" }).to_owned();
            Field { name: element.attr("name").unwrap().to_owned(), value, kind }
        };
        let button = |button: ElementRef<'_>| {
            let element = button.value();
            let pair = element.attr("name").map(|name| (name.to_owned(), element.attr("value").unwrap_or("").to_owned()));
            Button { pair, action: element.attr("formaction").and_then(|to| here(&view.url, to)) }
        };
        Some(Form {
            action,
            fields: of("input[name], select[name], textarea[name]").into_iter().map(field).collect(),
            buttons: of("button").into_iter().map(button).collect(),
            options: form.value().attr("data-options").and_then(|to| here(&view.url, to)),
            key: key.cloned(),
        })
    }
}
