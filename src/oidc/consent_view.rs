//! stub
use askama::Template;
use crate::page::{Page,Sample};
use crate::types::*;
#[derive(Template)]
#[template(source="x", ext="html")]
pub struct ConsentPage { pub page: Page, pub flow: String, pub client: String, pub email: String, pub scopes: Vec<ScopeLine>, pub host: String }
impl Sample for ConsentPage { fn samples(_: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> { vec![] } }
pub struct ScopeLine { pub icon: &'static str, pub words: Words, pub raw: String }
