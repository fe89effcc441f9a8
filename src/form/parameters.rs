//! Decoded `name=value` pairs. A repeated name is an error, not a choice: whoever reads the other
//! value has been deceived (RFC 6749 §3.1).

use std::collections::BTreeMap;

use actix_web::HttpRequest;

use crate::error::Error;

/// The one that may come more than once (RFC 8707 §2): its values are addresses, kept with a space between them.
const MAY_REPEAT: &str = "resource";

/// Parameters of a query or a form. An empty value counts as absent (OAuth 2.1 §3.1).
#[derive(Debug, Clone, Default)]
pub struct Parameters {
    values: BTreeMap<String, String>,
}

/// A name that came more than once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeated {
    /// The name.
    pub name: String,
    /// Everything else, for saying whose request it was.
    pub first: Vec<(String, String)>,
}

impl From<Repeated> for Error {
    fn from(repeated: Repeated) -> Self {
        Self::Malformed(format!("{} was sent more than once", repeated.name.escape_default()))
    }
}

impl Parameters {
    /// Reads `application/x-www-form-urlencoded` text. Nothing here fails but repetition.
    pub fn parse(text: &[u8]) -> Result<Self, Repeated> {
        let mut values = BTreeMap::<String, String>::new();
        let mut repeated = None;
        for (name, value) in url::form_urlencoded::parse(text) {
            if let Some(before) = values.get_mut(name.as_ref()) {
                if name == MAY_REPEAT {
                    before.push(' ');
                    before.push_str(&value);
                    continue;
                }
                repeated.get_or_insert_with(|| name.into_owned());
            } else {
                values.insert(name.into_owned(), value.into_owned());
            }
        }
        match repeated {
            None => Ok(Self { values }),
            Some(name) => Err(Repeated { name, first: values.into_iter().collect() }),
        }
    }

    /// Those of a request's query. None if a name is there twice: somebody hopes that two readers read different ones.
    pub fn of_query(request: &HttpRequest) -> Self {
        Self::parse(request.query_string().as_bytes()).unwrap_or_default()
    }

    /// The value, if there is one that is not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The value, or nothing; for fields that may be left blank.
    pub fn text(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    /// Everything, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Puts a value in, in place of the one that came.
    pub fn set(&mut self, name: &str, value: String) {
        self.values.insert(name.to_owned(), value);
    }

    /// Takes a value out, for secrets that should not linger.
    pub fn take(&mut self, name: &str) -> Option<String> {
        self.values.remove(name).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_parameter_is_refused_whatever_its_values() {
        assert_eq!(Parameters::parse(b"a=1&b=2&a=1").unwrap_err().name, "a");
        assert_eq!(Parameters::parse(b"redirect_uri=x&redirect%5Furi=y").unwrap_err().name, "redirect_uri");
        let fine = Parameters::parse(b"a=1&b=&c=%20x+y&=z&&d").unwrap();
        assert_eq!(
            (fine.get("a"), fine.get("b"), fine.get("c"), fine.get("d"), fine.get("e")),
            (Some("1"), None, Some(" x y"), None, None)
        );
        assert!(Parameters::parse(b"a=%ff%zz&b=\xff").is_ok());
    }
}
