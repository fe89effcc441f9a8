//! stub
use askama::Template;
use crate::page::{Page,Sample};
use crate::types::*;
#[derive(Template)]
#[template(source="x", ext="html")]
pub struct ContinuePage { pub page: Page, pub href: String, pub app: String }
impl Sample for ContinuePage { fn samples(_: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> { vec![] } }
