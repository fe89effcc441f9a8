//! `/dev/pages`: every page in every state, in this server's own look. For whoever changes words, templates or colours.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};

use super::page::{LETTER_POLICY, POLICY, near};
use super::pages_view::{Group, PagesPage};
use crate::app::App;
use crate::error::{Error, Result};
use crate::form::Parameters;
use crate::gallery;
use crate::page::{Page, PageResult, respond_with, respond_with_html};
use crate::session::Visitor;

/// What pages do by themselves, and what they do here: nothing, or nobody could look at them. The inbox shows a letter that
/// is there.
const STILL: [(&str, &str); 7] = [
    ("http-equiv=\"refresh\"", "name=\"refresh\""),
    (" data-submit", ""),
    (" data-elsewhere", " data-nowhere"),
    (" data-autofill", ""),
    (" data-passkey=\"upgrade\"", ""),
    (" data-signal=", " data-said="),
    ("/dev/inbox/2/html", "/dev/pages/mail-sign-up"),
];

/// `GET /dev/pages`
pub async fn get_pages(app: web::Data<App>, visitor: Visitor) -> PageResult {
    near(&visitor)?;
    let page = || visitor.page(&app, None);
    let mut groups: Vec<Group> = Vec::new();
    for shown in gallery::pages(&page) {
        match groups.last_mut().filter(|group| group.name == shown.page) {
            Some(group) => group.states.push(shown.name),
            None => groups.push(Group { name: shown.page, states: vec![shown.name] }),
        }
    }
    let letters = gallery::letters(&page()).into_iter().map(|(name, _)| name).collect();
    groups.push(Group { name: "Letter", states: letters });
    Ok(respond_with(StatusCode::OK, &PagesPage { page: page(), groups }, POLICY))
}

/// `GET /dev/pages/{name}`: as people see it, unless `theme` (`light` or `dark`), `dir` (`rtl`) or `strip` (`on`) say otherwise.
pub async fn get_sample(app: web::Data<App>, visitor: Visitor, name: web::Path<String>, request: HttpRequest) -> PageResult {
    near(&visitor)?;
    let wanted = Parameters::of_query(&request);
    let page = || {
        let mut page = visitor.page(&app, None);
        (page.csrf, page.development) = ("csrf".to_owned(), wanted.get("strip") == Some("on"));
        page
    };
    if let Some((_, letter)) = gallery::letters(&page()).into_iter().find(|(one, _)| *one == name.as_str()) {
        return Ok(HttpResponse::Ok()
            .insert_header((header::CONTENT_SECURITY_POLICY, LETTER_POLICY))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .content_type("text/html; charset=utf-8")
            .body(letter.html()?));
    }
    let html = sample(&page, &name)?;
    Ok(respond_with_html(StatusCode::OK, dressed(&html, wanted.get("theme"), wanted.get("dir")), POLICY))
}

fn sample(page: &dyn Fn() -> Page, name: &str) -> Result<String> {
    let shown = gallery::pages(page).into_iter().find(|shown| shown.name == name).ok_or(Error::NotFound)?;
    Ok(STILL.into_iter().fold(shown.html()?, |html, (does, does_not)| html.replace(does, does_not)))
}

/// A browser takes the first of two attributes of one name.
fn dressed(html: &str, theme: Option<&str>, direction: Option<&str>) -> String {
    let mut first = String::new();
    for (name, value, known) in [("data-theme", theme, ["light", "dark"]), ("dir", direction, ["ltr", "rtl"])] {
        if let Some(value) = value.filter(|value| known.contains(value)) {
            first += &format!(" {name}=\"{value}\"");
        }
    }
    html.replacen("<html", &format!("<html{first}"), 1)
}
