//! What people see behind the link of a letter.

use askama::Template;

use crate::page::{Html, Page, Sample};
use crate::types::Words;

pub(super) const SOMEBODY: &str = "maya@okafor.example";
pub(super) const NEW: &str = "maya@fieldnotes.example";
pub(super) const LINK: &str = "7Qm2xV4nTtZ0r8cJpYd1Bg";

/// Behind the link, in the browser that asked: one press, which the page's script makes by itself.
#[derive(Template)]
#[template(path = "email_code/link.html")]
pub struct LinkPage {
    /// Look and language.
    pub page: Page,
    /// The last part of the link.
    pub link: String,
    /// Whose mailbox it came from.
    pub email: String,
    /// What for.
    pub goal: Goal,
    /// The address that is to be the primary one, where it is about that.
    pub new: String,
}

/// What the form behind a link does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// Signs in.
    SignIn,
    /// Leads to a new password.
    Reset,
    /// Confirms an address.
    Confirm,
    /// Puts another address in the place of the primary one.
    Primary,
}

impl Goal {
    /// What the page is called, and what its button says where it was asked for and elsewhere.
    fn keys(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::SignIn => ("link-title", "link-continue", "link-other-here"),
            Self::Reset => ("link-reset-title", "link-reset-here", "link-reset-here"),
            Self::Confirm => ("link-confirm-title", "link-confirm-here", "link-confirm-here"),
            Self::Primary => ("link-primary-title", "link-primary-here", "link-primary-here"),
        }
    }
}

impl LinkPage {
    fn title(&self) -> &str {
        self.page.say(self.goal.keys().0)
    }

    fn lede(&self) -> Html {
        if self.goal == Goal::Primary {
            return self.page.rich("link-primary-lede", &[("email", Html::who(&self.email)), ("new", Html::who(&self.new))]);
        }
        self.page.rich("link-lede", &[("email", Html::who(&self.email))])
    }

    fn button(&self) -> &str {
        self.page.say(self.goal.keys().1)
    }
}

impl Sample for LinkPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let of = |goal| Self { page: page(), link: LINK.into(), email: SOMEBODY.into(), goal, new: NEW.into() };
        vec![
            ("link", of(Goal::SignIn)),
            ("link-reset", of(Goal::Reset)),
            ("link-confirm", of(Goal::Confirm)),
            ("link-primary", of(Goal::Primary)),
        ]
    }
}

/// Behind the link, in any other browser: a person decides, with everything they need for it.
#[derive(Template)]
#[template(path = "email_code/link_other.html")]
pub struct LinkOtherPage {
    /// Look and language.
    pub page: Page,
    /// The last part of the link.
    pub link: String,
    /// Whose mailbox it came from.
    pub email: String,
    /// Which browser asked, and how long ago.
    pub asked: String,
    /// The tag that the page which asked shows.
    pub tag: String,
    /// The code, in two halves.
    pub code: String,
    /// What for.
    pub goal: Goal,
    /// The address that is to be the primary one, where it is about that.
    pub new: String,
    /// Whether it can be finished here.
    pub ends_here: bool,
}

impl LinkOtherPage {
    fn button(&self) -> &str {
        self.page.say(self.goal.keys().2)
    }

    fn label<'a>(&'a self, enters: &'a str, confirms: &'a str) -> &'a str {
        self.page.say(if matches!(self.goal, Goal::Confirm | Goal::Primary) { confirms } else { enters })
    }

    fn type_it(&self) -> Html {
        self.page.rich("link-other-type", &[("tag", Html::strong(&self.tag))])
    }
}

impl Sample for LinkOtherPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let of = |goal, minutes: u64| {
            let page = page();
            Self {
                asked: page.words(&Words::new("link-other-asked").with("browser", "Firefox on Linux").with("minutes", minutes)),
                page,
                link: LINK.into(),
                email: SOMEBODY.into(),
                tag: "HX-47".into(),
                code: "482 913".into(),
                goal,
                new: NEW.into(),
                ends_here: true,
            }
        };
        vec![
            ("link-other", of(Goal::SignIn, 2)),
            ("link-other-reset", of(Goal::Reset, 0)),
            ("link-other-primary", of(Goal::Primary, 1)),
            ("link-other-add", Self { ends_here: false, ..of(Goal::Confirm, 1) }),
        ]
    }
}

/// The link has done its work.
#[derive(Template)]
#[template(path = "email_code/link_used.html")]
pub struct LinkUsedPage {
    /// Look and language.
    pub page: Page,
    /// The sealed journey.
    pub flow: String,
    /// Where somebody who is signed in goes on.
    pub href: String,
}

impl LinkUsedPage {
    fn strange(&self) -> Html {
        let account = Html::link(&self.page.path("/account"), self.page.say("link-used-look"));
        self.page.rich("link-used-strange", &[("account", account)])
    }
}

impl Sample for LinkUsedPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        vec![("link-used", Self { page: page(), flow: "flow".into(), href: "/account".into() })]
    }
}

/// The link is too old.
#[derive(Template)]
#[template(path = "email_code/link_expired.html")]
pub struct LinkExpiredPage {
    /// Look and language.
    pub page: Page,
    /// The sealed journey, begun again.
    pub flow: String,
    /// Whose mailbox it came from.
    pub email: String,
}

impl Sample for LinkExpiredPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        vec![("link-expired", Self { page: page(), flow: "flow".into(), email: SOMEBODY.into() })]
    }
}

/// Its reader did not ask for it, or another letter took its place.
#[derive(Template)]
#[template(path = "email_code/link_cancelled.html")]
pub struct LinkCancelledPage {
    /// Look and language.
    pub page: Page,
}

impl Sample for LinkCancelledPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        vec![("link-cancelled", Self { page: page() })]
    }
}

/// The journey ended in another tab.
#[derive(Template)]
#[template(path = "email_code/link_elsewhere.html")]
pub struct LinkElsewherePage {
    /// Look and language.
    pub page: Page,
    /// Where this tab could go on.
    pub href: String,
}

impl Sample for LinkElsewherePage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        vec![("link-elsewhere", Self { page: page(), href: "/account".into() })]
    }
}

/// An account has what its page asked for.
#[derive(Template)]
#[template(path = "email_code/confirmed.html")]
pub struct ConfirmedPage {
    /// Look and language.
    pub page: Page,
    /// It was another primary address; otherwise one more.
    pub primary: bool,
}

impl ConfirmedPage {
    fn title(&self) -> &str {
        self.page.say(if self.primary { "confirmed-primary-title" } else { "confirmed-title" })
    }

    fn what(&self) -> &str {
        self.page.say(if self.primary { "confirmed-primary" } else { "confirmed-added" })
    }
}

impl Sample for ConfirmedPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        vec![("confirmed", Self { page: page(), primary: false }), ("confirmed-primary", Self { page: page(), primary: true })]
    }
}
