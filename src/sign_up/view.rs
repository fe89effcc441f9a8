//! stub
use askama::Template;
use crate::page::{Page,Sample};
use crate::types::*;
#[derive(Template)]
#[template(source="x", ext="html")]
pub struct SignUpPage { pub page: Page, pub flow: String, pub email: String, pub problem: Option<Words> }
impl Sample for SignUpPage { fn samples(_: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> { vec![] } }
#[derive(Template)]
#[template(source="x", ext="html")]
pub struct ChoosePasswordPage { pub page: Page, pub flow: String, pub email: String, pub min_length: usize, pub problem: Option<Words> }
impl Sample for ChoosePasswordPage { fn samples(_: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> { vec![] } }
#[derive(Template)]
#[template(source="x", ext="html")]
pub struct CheckEmailPage { pub page: Page, pub flow: String, pub email: String, pub tag: String, pub until: UnixMillis, pub from: String, pub problem: Option<Words>, pub resend_in: u64, pub mail_app: Option<(String,String)> }
impl Sample for CheckEmailPage { fn samples(_: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> { vec![] } }
#[derive(Template)]
#[template(source="x", ext="html")]
pub struct CheckEmailExpiredPage { pub page: Page, pub flow: String }
impl Sample for CheckEmailExpiredPage { fn samples(_: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> { vec![] } }
#[derive(Template)]
#[template(source="x", ext="html")]
pub struct SignUpClosedPage { pub page: Page, pub flow: String }
impl Sample for SignUpClosedPage { fn samples(_: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> { vec![] } }
