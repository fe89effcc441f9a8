//! What the signed-in person sees of their account.

use askama::Template;

use crate::page::{Html, Page, Sample};

/// Who you are.
#[derive(Template)]
#[template(path = "account/home.html")]
pub struct HomePage {
    /// Look and language.
    pub page: Page,
    /// The address.
    pub email: String,
    /// The name, if we know one.
    pub name: Option<String>,
}

impl HomePage {
    fn who(&self) -> Html {
        self.page.rich("signed-in-as", &[("email", Html::who(&self.email))])
    }
}

impl Sample for HomePage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let of = |name: Option<&str>| Self { page: page(), email: "maya@okafor.example".into(), name: name.map(Into::into) };
        vec![("account", of(None)), ("account-name", of(Some("Maya Okafor")))]
    }
}
