//! stub
use crate::app::App; use crate::error::Result; use crate::types::*; use crate::page::Page;
pub struct Facts { pub browser: String, pub at: UnixMillis, pub until: UnixMillis, pub tag: String }
pub struct SignUpLetter; impl SignUpLetter { pub fn new(_: &Page, _: Facts, _: String) -> Self { Self } }
pub struct SignUpExistingLetter; impl SignUpExistingLetter { pub fn new(_: &Page, _: Facts, _: String) -> Self { Self } }
pub fn envelope<T>(app: &App, to: &EmailAddress, now: UnixMillis, code: Option<String>, _: &T) -> Result<Envelope> { Ok(Envelope{to: to.clone(), from: app.config.email.from.clone(), subject: String::new(), text: String::new(), html: String::new(), code, at: now}) }
