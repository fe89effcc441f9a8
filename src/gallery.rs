//! Every page in every state: held to what all pages promise, and written out for looking at
//! (`cargo test gallery -- --ignored`, then open `target/pages/`).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use askama::Template;
use scraper::{ElementRef, Html, Selector};

use crate::config::{Appearance, Branding, Links, Shape};
use crate::language::{Language, ids};
use crate::mail::{About, ChallengeLetter, Facts, Letter, Notice, NoticeLetter};
use crate::page::{Look, Looks, Page, Sample, asset};
use crate::types::{EmailAddress, IssuerUrl, UnixMillis};

pub(crate) fn branding(name: &str) -> Branding {
    let link = |path: &str| Some(format!("https://fieldnotes.example/{path}"));
    Branding {
        name: name.into(),
        logo: None,
        logo_dark: None,
        accent: "#0b5d4b".into(),
        accent_dark: None,
        shape: Shape::Doorway,
        radius: 12,
        appearance: Appearance::Auto,
        css: None,
        copy: BTreeMap::new(),
        links: Links { terms: link("terms"), privacy: link("privacy"), help: link("help"), home: link("") },
    }
}

fn looks(branding: &Branding) -> Looks {
    Looks::of_branding(branding, &IssuerUrl::parse("http://localhost:8085").unwrap())
}

fn page(look: &Arc<Look>, development: bool) -> Page {
    Page::new(Arc::clone(look), Language::default(), "csrf".into(), "", development)
}

fn rendered<P: Template + Sample>(page: &dyn Fn() -> Page, into: &mut Vec<(String, String)>) {
    let samples = P::samples(page);
    assert!(!samples.is_empty(), "{} shows nothing", std::any::type_name::<P>());
    into.extend(samples.into_iter().map(|(name, sample)| (name.to_owned(), sample.render().unwrap())));
}

/// Every page. A new one is added here.
fn pages(page: &dyn Fn() -> Page) -> Vec<(String, String)> {
    let mut all = Vec::new();
    rendered::<crate::sign_in::view::SignInPage>(page, &mut all);
    rendered::<crate::sign_in::view::SignOutPage>(page, &mut all);
    rendered::<crate::sign_in::view::SignedOutPage>(page, &mut all);
    rendered::<crate::upstream::view::ProviderFailedPage>(page, &mut all);
    rendered::<crate::upstream::view::ProvePage>(page, &mut all);
    rendered::<crate::upstream::view::ConnectPage>(page, &mut all);
    rendered::<crate::upstream::view::LinkedPage>(page, &mut all);
    rendered::<crate::upstream::view::ProviderTestPage>(page, &mut all);
    rendered::<crate::account::connections::ConnectionsPage>(page, &mut all);
    rendered::<crate::password::view::PasswordPage>(page, &mut all);
    rendered::<crate::sign_up::view::SignUpPage>(page, &mut all);
    rendered::<crate::sign_up::view::ChoosePasswordPage>(page, &mut all);
    rendered::<crate::password::view::ForgotPage>(page, &mut all);
    rendered::<crate::password::view::ResetPage>(page, &mut all);
    rendered::<crate::email_code::view::CheckEmailPage>(page, &mut all);
    rendered::<crate::email_code::view::CheckEmailOfflinePage>(page, &mut all);
    rendered::<crate::email_code::view::CheckEmailExpiredPage>(page, &mut all);
    rendered::<crate::email_code::link_view::LinkPage>(page, &mut all);
    rendered::<crate::email_code::link_view::LinkOtherPage>(page, &mut all);
    rendered::<crate::email_code::link_view::LinkUsedPage>(page, &mut all);
    rendered::<crate::email_code::link_view::LinkExpiredPage>(page, &mut all);
    rendered::<crate::email_code::link_view::LinkCancelledPage>(page, &mut all);
    rendered::<crate::email_code::link_view::LinkElsewherePage>(page, &mut all);
    rendered::<crate::sign_up::view::SignUpClosedPage>(page, &mut all);
    rendered::<crate::app_session::view::ContinuePage>(page, &mut all);
    rendered::<crate::oidc::consent::view::ConsentPage>(page, &mut all);
    rendered::<crate::oidc::authorize::view::FormPostPage>(page, &mut all);
    rendered::<crate::sign_in::accounts::AccountsPage>(page, &mut all);
    rendered::<crate::account::home::ProfilePage>(page, &mut all);
    rendered::<crate::account::password::PasswordPage>(page, &mut all);
    rendered::<crate::account::data::DataPage>(page, &mut all);
    rendered::<crate::account::offer::OfferPage>(page, &mut all);
    rendered::<crate::account::leave::LeavePage>(page, &mut all);
    rendered::<crate::sign_in::step_up::StepUpPage>(page, &mut all);
    rendered::<crate::account::email::EmailPage>(page, &mut all);
    rendered::<crate::account::security::SecurityPage>(page, &mut all);
    rendered::<crate::account::devices::DevicesPage>(page, &mut all);
    rendered::<crate::two_step::view::TwoStepPage>(page, &mut all);
    rendered::<crate::two_step::view::SetUpPage>(page, &mut all);
    rendered::<crate::two_step::view::CodesPage>(page, &mut all);
    rendered::<crate::email_code::link_view::ConfirmedPage>(page, &mut all);
    rendered::<crate::dev::view::InboxPage>(page, &mut all);
    rendered::<crate::page::ErrorPage>(page, &mut all);
    rendered::<crate::page::DevErrorPage>(page, &mut all);
    rendered::<crate::page::NotFoundPage>(page, &mut all);
    rendered::<crate::page::StalePage>(page, &mut all);
    rendered::<crate::page::CookiesPage>(page, &mut all);
    rendered::<crate::page::BusyPage>(page, &mut all);
    all
}

fn facts() -> Facts {
    let at = UnixMillis(1_772_548_200_000);
    Facts { browser: "Firefox on Linux".into(), at, until: UnixMillis(at.0 + 15 * 60 * 1000), tag: "HX-47".into() }
}

fn letters(page: &Page) -> Vec<(&'static str, Box<dyn Letter>)> {
    let to = EmailAddress::parse("maya@okafor.example").unwrap();
    let carries = || ("482913".to_owned(), "https://auth.fieldnotes.example/l/7Qm2xV4nTtZ0r8cJpYd1Bg".to_owned());
    let asks = |about| Box::new(ChallengeLetter::new(page, facts(), about, &to, carries())) as Box<dyn Letter>;
    let tells = |notice| Box::new(NoticeLetter::new(page, facts(), notice)) as Box<dyn Letter>;
    vec![
        ("mail-sign-in", asks(About::SignIn)),
        ("mail-sign-up", asks(About::SignUp)),
        ("mail-existing", asks(About::Existing)),
        ("mail-reset", asks(About::Reset)),
        ("mail-no-password", asks(About::NoPassword)),
        ("mail-change-from", asks(About::ChangeFrom(EmailAddress::parse("new@okafor.example").unwrap()))),
        ("mail-change-to", asks(About::ChangeTo)),
        ("mail-closed", tells(Notice::SignUpClosed)),
        ("mail-barred", tells(Notice::Barred)),
        ("mail-taken", tells(Notice::AddressTaken)),
        ("mail-password", tells(Notice::PasswordChanged)),
        ("mail-password-gone", tells(Notice::PasswordRemoved)),
        ("mail-leaving", tells(Notice::Leaving("2026‑03‑10".into()))),
        ("mail-gone", tells(Notice::Gone)),
        ("mail-address", tells(Notice::AddressChanged)),
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

fn select<'a>(document: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    document.select(&Selector::parse(selector).unwrap()).collect()
}

#[test]
fn every_page_keeps_its_promises() {
    let look = looks(&branding("Fieldnotes")).of(None);
    for (name, html) in pages(&|| page(&look, true)) {
        let document = Html::parse_document(&html);
        let one = |selector: &str| assert_eq!(select(&document, selector).len(), 1, "{name}: {selector}");
        ["html[lang][dir]", "title", "h1", "main#main", "[role=status]", "script[src][defer]"].into_iter().for_each(one);
        // The policy allows nothing inline.
        for element in select(&document, "*") {
            let inline = element.value().attrs().find(|(attribute, _)| *attribute == "style" || attribute.starts_with("on"));
            assert_eq!(inline, None, "{name}: {}", element.html());
        }
        assert!(select(&document, "style, script:not([src])").is_empty(), "{name}");
        let ids: Vec<_> = select(&document, "[id]").iter().filter_map(|element| element.value().attr("id").map(str::to_owned)).collect();
        assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{name}: {ids:?}");
        for (selector, attribute) in [("[aria-describedby]", "aria-describedby"), ("[for]", "for"), ("[aria-controls]", "aria-controls")] {
            for element in select(&document, selector) {
                for id in element.value().attr(attribute).unwrap().split(' ') {
                    assert!(ids.iter().any(|known| known == id), "{name}: nothing has the id {id}");
                }
            }
        }
        for form in select(&document, "form") {
            assert_eq!(form.value().attr("method"), Some("post"), "{name}");
            // A form of ours carries its proof; one that goes to an app must not.
            let ours = !form.value().attr("action").unwrap().starts_with("https://");
            assert_eq!(form.select(&Selector::parse("input[name=csrf]").unwrap()).next().is_some(), ours, "{name}");
        }
        for link in select(&document, "a[href]") {
            let href = link.value().attr("href").unwrap();
            assert!(!href.is_empty() && href != "#", "{name}: {}", link.html());
        }
    }
}

#[test]
fn a_page_with_a_problem_says_so_first() {
    let look = looks(&branding("Fieldnotes")).of(None);
    let mut problems = 0;
    for (name, html) in pages(&|| page(&look, false)) {
        let document = Html::parse_document(&html);
        let is_problem = !select(&document, ".note-bad").is_empty();
        problems += usize::from(is_problem);
        let title: String = select(&document, "title")[0].text().collect();
        assert_eq!(
            title.starts_with("Error: "),
            is_problem || matches!(name.as_str(), "password-limited" | "check-email-wait"),
            "{name}: {title}"
        );
        // A problem may also be nobody's field: a letter that came back, or cannot go.
        let of_a_field = select(&document, ".note-bad a[href^='#']");
        assert_eq!(select(&document, "[aria-invalid=true]").len(), of_a_field.len(), "{name}");
        for link in of_a_field {
            let field = link.value().attr("href").unwrap().trim_start_matches('#');
            assert!(!select(&document, &format!("input#{field}[aria-describedby~={field}-error]")).is_empty(), "{name}");
        }
    }
    assert!(problems >= 7);
}

/// Text that is a key, not words.
fn is_key(text: &str) -> bool {
    let known = ["fieldnotes-web", "fieldnotes-wbe"];
    !known.contains(&text)
        && text.contains('-')
        && text.split('-').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase()))
}

#[test]
fn nothing_goes_without_words() {
    let look = looks(&branding("Fieldnotes")).of(None);
    for (name, html) in pages(&|| page(&look, true)) {
        let document = Html::parse_document(&html);
        let texts = document.root_element().text().map(str::to_owned);
        let labels =
            ["aria-label", "title", "data-show", "data-label", "data-wait", "data-ready", "data-left", "data-ok", "data-done", "content"];
        let labels = select(&document, "*")
            .into_iter()
            .flat_map(|element| labels.map(|label| element.value().attr(label).map(str::to_owned)))
            .flatten();
        for text in texts.chain(labels) {
            assert!(!is_key(text.trim()) || matches!(text.trim(), "no-referrer"), "{name}: {text}");
            assert!(!text.contains("{ $") && !text.contains("{$"), "{name}: {text}");
        }
    }
}

/// Strings in the program and in templates that look like keys.
fn said(folder: &Path, keys: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            said(&path, keys);
        } else if path.extension().is_some_and(|extension| extension == "rs" || extension == "html" || extension == "txt") {
            let text = fs::read_to_string(&path).unwrap();
            keys.extend(
                text.split('"').filter(|piece| is_key(piece) || *piece == "or" || *piece == "skip" || *piece == "copy").map(str::to_owned),
            );
        }
    }
}

#[test]
fn every_english_message_is_said() {
    let mut keys = BTreeSet::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    said(&root.join("src"), &mut keys);
    said(&root.join("templates"), &mut keys);
    let unsaid: Vec<_> = ids(Language::default().source()).filter(|id| !keys.contains(*id)).collect();
    assert!(unsaid.is_empty(), "{unsaid:?}");
}

#[test]
fn what_people_type_stays_text() {
    const HOSTILE: &str = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>{ $app }";
    let hostile = looks(&branding(HOSTILE)).of(None);
    for (name, html) in pages(&|| page(&hostile, true)) {
        assert!(!html.contains("<script>") && !html.contains("<img src=x"), "{name}");
    }
    let look = looks(&branding("Fieldnotes")).of(None);
    let text = |text: &str| text.to_owned();
    let check = crate::email_code::view::CheckEmailPage {
        page: page(&look, false),
        flow: text(HOSTILE),
        change: "/sign-in",
        email: text(HOSTILE),
        tag: text(HOSTILE),
        until: UnixMillis(0),
        from: text(HOSTILE),
        problem: Some(crate::types::Words::new("password-context").with("word", HOSTILE)),
        resend_in: 0,
        mail_app: Some((text(HOSTILE), text(HOSTILE))),
        bounced: true,
    };
    let html = check.render().unwrap();
    assert!(!html.contains("<script>") && !html.contains("<img"), "{html}");
    let document = Html::parse_document(&html);
    assert_eq!(select(&document, ".door-head .who")[0].text().collect::<String>(), HOSTILE);
    for (_, letter) in letters(&page(&hostile, false)) {
        assert!(!letter.html().unwrap().contains("<script>"));
    }
}

/// Letters that tell of something that has happened, and ask for nothing.
const TELLS: &[&str] = &[
    "mail-password",
    "mail-password-gone",
    "mail-leaving",
    "mail-gone",
    "mail-address",
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
        assert!(subject.starts_with("HX-47: ") != tells && subject.chars().count() <= 50, "{subject}");
        assert!(html.len() <= 15_000, "{name}: {}", html.len());
        let shown: String = Html::parse_document(&html).root_element().text().collect::<Vec<_>>().join(" ");
        for fact in ["Firefox on Linux", "3 March at 14:30 UTC"] {
            assert!(text.contains(fact) && shown.contains(fact), "{name}: {fact}\n{text}");
        }
        assert!(!text.contains("&#") && !text.contains("mail-") && !shown.contains("mail-"), "{name}: {text}");
        let asks = !matches!(name, "mail-closed" | "mail-barred" | "mail-taken") && !tells;
        for carried in ["482 913", "https://auth.fieldnotes.example/l/7Qm2xV4nTtZ0r8cJpYd1Bg", "HX-47 too"] {
            assert_eq!(text.contains(carried), asks, "{name}: {carried}");
        }
        // Notices have no button: whoever gets used to one presses those of strangers.
        let links = select(&Html::parse_document(&html), "a[href]").len();
        assert_eq!(links, usize::from(asks), "{name}");
        assert!(!html.contains("<img") && !html.contains("<script"), "{name}");
    }
}

#[test]
fn an_operator_may_word_things_differently() {
    let mut branding = branding("Fieldnotes");
    let copy = [("sign-in-title", "Come in to { $app }"), ("sign-in-continue", "Go\nare = injected")];
    branding.copy.insert("en".into(), copy.map(|(id, words)| (id.into(), words.into())).into());
    let look = looks(&branding).of(None);
    let page = page(&look, false);
    assert_eq!((page.say("sign-in-title"), page.say("are")), ("Come in to Fieldnotes", "are"));
}

/// For looking at, not for judging.
#[test]
#[ignore = "writes files"]
fn write_pages() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/pages");
    let assets = folder.join("assets");
    let plain = branding("Fieldnotes");
    let mut saltmarsh = Branding { accent: "#1d3f8f".into(), radius: 4, shape: Shape::Card, ..branding("Saltmarsh") };
    saltmarsh.links = Links::default();
    let dark = |branding: &Branding| Branding { appearance: Appearance::Dark, ..branding.clone() };
    for (prefix, branding) in
        [("", plain.clone()), ("dark-", dark(&plain)), ("brand-", saltmarsh.clone()), ("brand-dark-", dark(&saltmarsh))]
    {
        let looks = looks(&branding);
        let look = looks.of(None);
        for asset in asset::built().iter().chain(looks.assets()) {
            let path = assets.join(asset.file.as_ref());
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, &asset.plain).unwrap();
        }
        let write = |name: &str, html: String| {
            fs::write(folder.join(format!("{prefix}{name}.html")), html.replace("\"/assets/", "\"assets/")).unwrap();
        };
        for (name, html) in pages(&|| page(&look, false)) {
            write(&name, html);
        }
        for (name, letter) in letters(&page(&look, false)) {
            write(name, letter.html().unwrap());
        }
    }
}

/// A page must not cost more than a few microseconds: `cargo test --release gallery -- --ignored --nocapture`.
#[test]
#[ignore = "measures"]
fn measure() {
    let look = looks(&branding("Fieldnotes")).of(None);
    let samples = crate::email_code::view::CheckEmailPage::samples(&|| page(&look, false));
    let sign_in = crate::sign_in::view::SignInPage::samples(&|| page(&look, false));
    let time = |name: &str, render: &dyn Fn() -> usize| {
        const TIMES: u32 = 20_000;
        let began = std::time::Instant::now();
        let bytes: usize = (0..TIMES).map(|_| render()).sum();
        eprintln!("{name}: {:?} a page, {} bytes", began.elapsed() / TIMES, bytes / TIMES as usize);
    };
    time("check-email", &|| samples[0].1.render().unwrap().len());
    time("sign-in", &|| sign_in[0].1.render().unwrap().len());
    time("page", &|| page(&look, false).csrf.len());
}
