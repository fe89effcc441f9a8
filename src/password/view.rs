//! stub
use askama::Template;
use crate::page::{Page,Sample};
use crate::types::*;
#[derive(Template)]
#[template(source="x", ext="html")]
pub struct PasswordPage { pub page: Page, pub flow: String, pub email: String, pub problem: Option<Words>, pub hint: Option<Words>, pub limited: Option<u64> }
impl Sample for PasswordPage { fn samples(_: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> { vec![] } }
