//! Every letter, as one that was asked for on a fixed day.

use crate::mail::{About, ChallengeLetter, Facts, Letter, Notice, NoticeLetter, ReplacementLetter};
use crate::page::Page;
use crate::types::{EmailAddress, UnixMillis};

fn facts() -> Facts {
    let at = UnixMillis(1_772_548_200_000);
    Facts { browser: "Firefox on Linux".into(), at, until: UnixMillis(at.0 + 15 * 60 * 1000), tag: "HX-47".into() }
}

/// Every letter, by its name. A new one is added here.
pub fn letters(page: &Page) -> Vec<(&'static str, Box<dyn Letter>)> {
    let (Ok(to), Ok(new)) = (EmailAddress::parse("maya@okafor.example"), EmailAddress::parse("new@okafor.example")) else {
        return Vec::new();
    };
    let link = "https://auth.fieldnotes.example/l/7Qm2xV4nTtZ0r8cJpYd1Bg";
    let asks = |about| {
        let href = (about != About::StepUp).then(|| link.to_owned());
        Box::new(ChallengeLetter::new(page, facts(), about, &to, ("482913".to_owned(), href))) as Box<dyn Letter>
    };
    let tells = |notice| Box::new(NoticeLetter::new(page, facts(), notice)) as Box<dyn Letter>;
    vec![
        ("mail-sign-in", asks(About::SignIn)),
        ("mail-step-up", asks(About::StepUp)),
        ("mail-sign-up", asks(About::SignUp)),
        ("mail-existing", asks(About::Existing)),
        ("mail-reset", asks(About::Reset)),
        ("mail-no-password", asks(About::NoPassword)),
        ("mail-add", asks(About::AddAddress)),
        ("mail-primary", asks(About::ChangePrimary(new.clone()))),
        ("mail-replace", Box::new(ReplacementLetter::new(page, facts(), (&to, &new), link.to_owned()))),
        ("mail-replaced", tells(Notice::PrimaryReplaced(new.to_string(), "2026\u{2011}03\u{2011}10".into()))),
        ("mail-closed", tells(Notice::SignUpClosed)),
        ("mail-barred", tells(Notice::Barred)),
        ("mail-taken", tells(Notice::AddressTaken)),
        ("mail-password", tells(Notice::PasswordChanged)),
        ("mail-password-gone", tells(Notice::PasswordRemoved)),
        ("mail-leaving", tells(Notice::Leaving("2026\u{2011}03\u{2011}10".into()))),
        ("mail-gone", tells(Notice::Gone)),
        ("mail-added", tells(Notice::AddressAdded(new.to_string()))),
        ("mail-removed", tells(Notice::AddressRemoved(new.to_string()))),
        ("mail-address", tells(Notice::PrimaryChanged(new.to_string()))),
        ("mail-new-sign-in", tells(Notice::NewSignIn)),
        ("mail-linked", tells(Notice::IdentityLinked("Google".into()))),
        ("mail-unlinked", tells(Notice::IdentityUnlinked("Google".into()))),
        ("mail-revoked", tells(Notice::Revoked)),
        ("mail-passkey", tells(Notice::PasskeyAdded)),
        ("mail-passkey-gone", tells(Notice::PasskeyRemoved)),
        ("mail-two-step-on", tells(Notice::TwoStepOn)),
        ("mail-two-step-off", tells(Notice::TwoStepOff)),
        ("mail-recovery", tells(Notice::RecoveryCodeUsed(6))),
        ("mail-codes", tells(Notice::RecoveryCodesRenewed)),
    ]
}

#[cfg(test)]
mod tests {
    use scraper::Html;

    use super::super::tests::{branding, looks, page, select};
    use super::*;

    /// Letters that tell of something that has happened, and ask for nothing.
    const TELLS: &[&str] = &[
        "mail-password",
        "mail-password-gone",
        "mail-leaving",
        "mail-gone",
        "mail-added",
        "mail-removed",
        "mail-address",
        "mail-replaced",
        "mail-new-sign-in",
        "mail-linked",
        "mail-unlinked",
        "mail-revoked",
        "mail-passkey",
        "mail-passkey-gone",
        "mail-two-step-on",
        "mail-two-step-off",
        "mail-recovery",
        "mail-codes",
    ];

    #[test]
    fn letters_say_the_same_twice() {
        let look = looks(&branding("Fieldnotes")).of(None);
        for (name, letter) in letters(&page(&look, false)) {
            let (subject, text, html) = (letter.subject(), letter.text().unwrap(), letter.html().unwrap());
            let tells = TELLS.contains(&name);
            // No page waits for what its reader does with it.
            let objects = name == "mail-replace";
            assert!(subject.starts_with("HX-47: ") != (tells || objects) && subject.chars().count() <= 50, "{subject}");
            assert!(html.len() <= 15_000, "{name}: {}", html.len());
            let shown: String = Html::parse_document(&html).root_element().text().collect::<Vec<_>>().join(" ");
            for fact in ["Firefox on Linux", "3 March at 14:30 UTC"] {
                assert!(text.contains(fact) && shown.contains(fact), "{name}: {fact}\n{text}");
            }
            assert!(!text.contains("&#") && !text.contains("mail-") && !shown.contains("mail-"), "{name}: {text}");
            let asks = !matches!(name, "mail-closed" | "mail-barred" | "mail-taken") && !tells && !objects;
            let leads = objects || (asks && name != "mail-step-up");
            for (carried, is_there) in
                [("482 913", asks), ("https://auth.fieldnotes.example/l/7Qm2xV4nTtZ0r8cJpYd1Bg", leads), ("HX-47 too", asks)]
            {
                assert_eq!(text.contains(carried), is_there, "{name}: {carried}");
            }
            // Notices have no button: whoever gets used to one presses those of strangers.
            let links = select(&Html::parse_document(&html), "a[href]").len();
            assert_eq!(links, usize::from(leads), "{name}");
            assert!(!html.contains("<img") && !html.contains("<script"), "{name}");
        }
    }
}
