//! stub
use askama::Template;
use crate::page::{Page,Sample};
use crate::types::*;
#[derive(Template)]
#[template(source="x", ext="html")]
pub struct SignInPage { pub page: Page, pub flow: String, pub email: String, pub problem: Option<Words>, pub sign_up: bool }
impl Sample for SignInPage { fn samples(_: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> { vec![] } }
#[derive(Template)]
#[template(source="x", ext="html")]
pub struct SignOutPage { pub page: Page, pub email: String, pub others: u64 }
impl Sample for SignOutPage { fn samples(_: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> { vec![] } }
#[derive(Template)]
#[template(source="x", ext="html")]
pub struct SignedOutPage { pub page: Page, pub app: Option<(String,String)> }
impl Sample for SignedOutPage { fn samples(_: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> { vec![] } }
