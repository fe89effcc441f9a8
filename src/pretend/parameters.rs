//! The parameters of a request: none twice, and an empty one is no parameter (RFC 6749 §3.1).

use std::collections::BTreeMap;

use actix_web::HttpRequest;
use actix_web::http::header;

/// Names and values.
#[derive(Debug)]
pub(super) struct Parameters(BTreeMap<String, String>);

impl Parameters {
    /// Those of an address or of a form. An error is a sentence for the developer.
    pub(super) fn parse(text: &[u8]) -> Result<Self, &'static str> {
        let mut all = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(text) {
            if all.insert(name.into_owned(), value.into_owned()).is_some() {
                return Err("a parameter was sent more than once");
            }
        }
        all.retain(|_, value: &mut String| !value.is_empty());
        Ok(Self(all))
    }

    /// Those of a request's form.
    pub(super) fn of_form(request: &HttpRequest, body: &[u8]) -> Result<Self, &'static str> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
        if !kind.split(';').next().unwrap_or("").trim().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err("the body must be application/x-www-form-urlencoded");
        }
        Self::parse(body)
    }

    /// A value, if it was sent.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A value, or nothing.
    pub(super) fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or("")
    }

    /// The words of a value.
    pub(super) fn words(&self, name: &str) -> impl Iterator<Item = &str> {
        self.text(name).split(' ').filter(|word| !word.is_empty())
    }
}
