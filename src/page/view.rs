//! stub
use askama::Template;
use crate::page::{Page,Sample};
use crate::types::*;
#[derive(Template)]
#[template(source="x", ext="html")]
pub struct ErrorPage { pub page: Page, pub title: Words, pub lede: Words, pub back: Option<(String,String)>, pub reference: String }
impl Sample for ErrorPage { fn samples(_: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> { vec![] } }
#[derive(Template)]
#[template(source="x", ext="html")]
pub struct DevErrorPage { pub page: Page, pub title: Words, pub lede: Words, pub sent: Option<Marked>, pub registered: Vec<Marked>, pub registered_for: String, pub explanation: Words, pub command: Option<String>, pub request: Vec<(String,String)>, pub request_line: String, pub code: &'static str }
impl Sample for DevErrorPage { fn samples(_: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> { vec![] } }
#[derive(Template)]
#[template(source="x", ext="html")]
pub struct NotFoundPage { pub page: Page }
impl Sample for NotFoundPage { fn samples(_: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> { vec![] } }
#[derive(Template)]
#[template(source="x", ext="html")]
pub struct StalePage { pub page: Page, pub again: String }
impl Sample for StalePage { fn samples(_: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> { vec![] } }
#[derive(Template)]
#[template(source="x", ext="html")]
pub struct CookiesPage { pub page: Page, pub again: String }
impl Sample for CookiesPage { fn samples(_: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> { vec![] } }
#[derive(Template)]
#[template(source="x", ext="html")]
pub struct BusyPage { pub page: Page, pub seconds: u64, pub crowded: bool }
impl Sample for BusyPage { fn samples(_: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> { vec![] } }
pub struct Marked; impl Marked { pub fn difference(_: &str, _: &str) -> Self { Self } }
pub fn problem_words(_: &str, _: &str) -> (Words, Words, Words) { (Words::new("a"),Words::new("a"),Words::new("a")) }
