//! stub
use askama::Template;
use crate::page::{Page,Sample};
use crate::types::*;
#[derive(Template)]
#[template(source="x", ext="html")]
pub struct InboxPage { pub page: Page, pub letters: Vec<InboxLine>, pub open: Option<OpenLetter> }
impl Sample for InboxPage { fn samples(_: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> { vec![] } }
pub struct InboxLine { pub id: String, pub to: String, pub subject: String, pub at: UnixMillis, pub open: bool }
pub struct OpenLetter { pub id: String, pub to: String, pub from: String, pub subject: String, pub at: UnixMillis, pub text: String, pub code: Option<String> }
