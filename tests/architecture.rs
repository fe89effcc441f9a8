//! The house keeps its shape: imports go down, files say what they are, pure files stay pure, and
//! every route is behind the right door.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Modules by floor, the lowest first. Of one floor, those later in a row of rows may use the earlier.
const FLOORS: &[(&str, &[&[&str]])] = &[
    ("values", &[&["types"]]),
    ("ground", &[&["clock", "random", "error", "config", "db", "crypto", "language", "page", "form", "http_client", "app", "user_agent"]]),
    ("ledgers", &[&["audit", "job"], &["limit", "key", "mail"], &["work"]]),
    ("people", &[&["user", "spent"], &["credential", "session"], &["identity"], &["email_challenge"]]),
    ("ways in", &[&["sign_in"], &["password", "email_code", "upstream", "two_step", "passkey"]]),
    ("surfaces", &[&["oidc"], &["sign_up"], &["app_session"], &["account", "doctor"]]),
    (
        "edge",
        &[&["installation", "tables", "demo", "pretend", "dev", "gallery", "fuzz", "schedule", "server", "routes", "cli", "main", "lib"]],
    ),
];
/// Neighbours that must not know each other, although one stands after the other.
const STRANGERS: &[(&str, &str)] = &[
    ("sign_up", "oidc"),
    ("oidc", "sign_up"),
    ("password", "sign_up"),
    ("password", "email_code"),
    ("email_code", "password"),
    ("upstream", "password"),
    ("password", "upstream"),
    ("upstream", "email_code"),
    ("email_code", "upstream"),
    ("sign_up", "upstream"),
];
/// Neighbours on one level that may use each other: the ledgers are one book, and a page needs its app.
const TOGETHER: &[(&str, &str)] = &[
    ("audit", "work"),
    ("limit", "app"),
    ("limit", "work"),
    ("mail", "work"),
    ("key", "work"),
    ("key", "app"),
    ("session", "user"),
    ("credential", "user"),
    ("session", "sign_in"),
    ("page", "sign_up"),
];
const BANNED: &[&str] = &["utils", "helpers", "common", "misc", "shared", "manager", "service", "core", "handlers"];
const LONGEST: usize = 300;
const PURE: &[&str] = &[
    "user/state.rs",
    "sign_in/next_step.rs",
    "password/rules.rs",
    "page/difference.rs",
    "email_challenge/code.rs",
    "oidc/scope.rs",
    "doctor/auth_config.rs",
    "doctor/site.rs",
    "doctor/token.rs",
    "upstream/linking.rs",
    "upstream/profile.rs",
    "upstream/template.rs",
];

/// The place of a module: floor and row.
fn place(module: &str) -> Option<(usize, usize)> {
    FLOORS.iter().enumerate().find_map(|(floor, (_, rows))| rows.iter().position(|row| row.contains(&module)).map(|row| (floor, row)))
}

/// What is wrong with `from` using `to`, in a sentence.
fn judge(from: &str, to: &str) -> Option<String> {
    if from == to || TOGETHER.contains(&(from, to)) {
        return None;
    }
    let ((floor, row), (below, below_row)) = (place(from)?, place(to)?);
    let name = |floor: usize| FLOORS[floor].0;
    if STRANGERS.contains(&(from, to)) {
        return Some(format!("{from} may not import {to}: both are {}. Move what they share further down.", name(floor)));
    }
    let down = below < floor || (below == floor && (below_row < row || name(floor) == "edge" || name(floor) == "ground"));
    (!down).then(|| format!("{from} ({}) may not import {to} ({}): imports only go down.", name(floor), name(below)))
}

/// The first-level modules that a source names after `crate::`.
fn imports(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]").next().unwrap_or("");
    let mut found = Vec::new();
    for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
        for rest in line.split("crate::").skip(1) {
            let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            found.push(name);
        }
    }
    found
}

fn sources() -> BTreeMap<String, String> {
    fn walk(folder: &Path, root: &Path, into: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, root, into);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                into.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = BTreeMap::new();
    walk(&root, &root, &mut all);
    all
}

fn module(file: &str) -> &str {
    file.split('/').next().unwrap().trim_end_matches(".rs")
}

#[test]
fn imports_only_go_down() {
    let mut wrong = Vec::new();
    for (file, source) in sources() {
        for to in imports(&source) {
            wrong.extend(judge(module(&file), &to).map(|why| format!("src/{file}: {why}")));
        }
        assert!(place(module(&file)).is_some(), "src/{file} is on no floor: add {} to FLOORS", module(&file));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_judge_can_refuse() {
    assert!(judge("types", "db").is_some());
    assert!(judge("password", "oidc").unwrap().contains("imports only go down"));
    assert!(judge("sign_up", "oidc").unwrap().contains("surfaces"));
    assert!(judge("user", "session").is_some());
    assert_eq!(judge("oidc", "session"), None);
    assert_eq!(
        imports("use crate::a::B; // crate::no\n// crate::c\nlet x = crate::d::e();\n#[cfg(test)]\nuse crate::f;"),
        ["a", "no", "d"]
    );
}

#[test]
fn files_say_what_they_are_and_stay_small() {
    let mut wrong = Vec::new();
    for (file, source) in sources() {
        if !source.starts_with("//!") {
            wrong.push(format!("src/{file} does not begin with what it is"));
        }
        if file.split('/').any(|part| BANNED.contains(&part.trim_end_matches(".rs"))) {
            wrong.push(format!("src/{file}: a name that says nothing"));
        }
        let lines = source.split("#[cfg(test)]").next().unwrap().lines().count();
        if lines > LONGEST {
            wrong.push(format!("src/{file} has {lines} lines: is there a second subject inside?"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn pure_files_know_neither_database_nor_web_and_stores_no_web() {
    for (file, source) in sources() {
        let code = source.split("#[cfg(test)]").next().unwrap();
        if PURE.contains(&file.as_str()) {
            assert!(!code.contains("sea_orm") && !code.contains("actix"), "src/{file} is pure");
        }
        if file.ends_with("store.rs") || file.starts_with("session/family/") {
            assert!(!code.contains("actix"), "src/{file} is a store");
        }
    }
}

/// A class without a rule is a page that nobody has looked at. Letters and the pretend provider have styles of their own.
#[test]
fn every_class_of_a_page_has_a_style() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sheet = std::fs::read_to_string(root.join("static/css/app.css")).unwrap();
    let has_a_rule = |class: &str| {
        let ends = |tail: &str| !tail.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        sheet.split(&format!(".{class}")).skip(1).any(ends)
    };
    let mut pages = Vec::new();
    let mut folders = vec![root.join("templates")];
    while let Some(folder) = folders.pop() {
        let own_style = ["mail", "pretend"].iter().any(|name| folder.ends_with(name));
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|_| !own_style) {
            if entry.is_dir() { folders.push(entry) } else { pages.push(entry) }
        }
    }
    for page in pages.iter().filter(|page| page.extension().is_some_and(|end| end == "html")) {
        let mut html = std::fs::read_to_string(page).unwrap();
        // What a template decides is no class.
        for (begin, end) in [("{%", "%}"), ("{{", "}}")] {
            let mut pieces = html.split(begin);
            let first = pieces.next().unwrap();
            html = pieces.fold(first.to_owned(), |text, piece| text + " " + piece.split_once(end).unwrap().1);
        }
        for class in html.split("class=\"").skip(1).flat_map(|rest| rest.split('"').next().unwrap().split_whitespace()) {
            assert!(has_a_rule(class), "nothing in app.css is for .{class} of {}", page.display());
        }
    }
    assert!(pages.len() > 40 && has_a_rule("btn") && !has_a_rule("bt"));
}

/// Everything that a person's browser can send by `POST`, but for what other sites may start, asks for the form's proof.
#[test]
fn every_form_carries_its_proof() {
    let sources = sources();
    let routes = &sources["routes.rs"];
    let people = routes.split("fn for_people").nth(1).unwrap().split("\n}").next().unwrap();
    let handlers: Vec<_> =
        people.split("post().to(").skip(1).map(|rest| rest.split(')').next().unwrap().rsplit("::").next().unwrap()).collect();
    assert!(handlers.len() >= 9, "{handlers:?}");
    for handler in handlers {
        let (file, source) = sources.iter().find(|(_, source)| source.contains(&format!("pub async fn {handler}("))).unwrap();
        let signature = source.split(&format!("pub async fn {handler}(")).nth(1).unwrap().split('{').next().unwrap();
        let started_elsewhere = matches!(handler, "post_authorize" | "post_end_session" | "post_callback");
        assert!(signature.contains("Result<Form>") != started_elsewhere, "src/{file}: {handler} takes a form without its proof");
    }
}

/// Sessions, codes and tokens begin in one function each, and each of them asks the gate.
#[test]
fn whatever_issues_something_asks_the_gate() {
    let sources = sources();
    let calls = |needle: &str| -> Vec<&str> {
        let real = |source: &str| source.split("#[cfg(test)]").next().unwrap().contains(needle);
        sources.iter().filter(|(_, source)| real(source)).map(|(file, _)| file.as_str()).collect()
    };
    // Who begins what.
    assert_eq!(calls("session::insert("), ["oidc/token/device_code.rs", "sign_in/complete.rs"], "a browser's, and a device's");
    assert_eq!(calls("family::begin"), ["app_session/deliver.rs", "oidc/token/authorization_code.rs", "oidc/token/device_code.rs"]);
    assert_eq!(calls("store::insert(&mut ledger, &app.config.tokens"), ["oidc/authorize/respond.rs"], "codes begin in one place");
    // And that each asks: directly, by the next step, by the check before a code, or in the statement itself.
    for (file, asks) in [
        ("sign_in/next_step.rs", "gate(person)"),
        ("app_session/deliver.rs", "user::gate("),
        ("oidc/token/authorization_code.rs", "user::gate("),
        ("oidc/token/device_code.rs", "user::gate("),
        ("oidc/authorize/interaction.rs", "user::gate("),
        ("oidc/bearer.rs", "user::gate("),
        ("session/family/rotate.rs", "user::gate("),
        ("session/family/rotate.rs", "user::gate_of("),
        ("oidc/authorize/store.rs", "user::gate_of("),
        ("user/store.rs", "u.state = 'active'"),
    ] {
        assert!(sources[file].contains(asks), "src/{file} does not ask the gate");
    }
}

/// Whoever is refused can look up why: every error code is on the page about the protocol, and nothing else is.
#[test]
fn every_error_code_is_documented() {
    // Where codes stand: in a constructor of errors, in what is wrong with a request, in a problem for a page, in a constant.
    const BEFORE: [&str; 6] = ["OAuthError::new(\"", "not_found(\"", "Self::new(\"", "Err((\"", "code: \"", "INVALID_TARGET: &str = \""];
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/protocol.md")).unwrap();
    let tables = page.split("## Errors for programs").nth(1).unwrap();
    let is_code = |text: &str| text.contains('_') && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let first_cells = tables.lines().filter(|line| line.starts_with("| `")).filter_map(|line| line.split('|').nth(1));
    let documented: BTreeSet<_> = first_cells.flat_map(|cell| cell.split('`')).filter(|text| is_code(text)).collect();
    let sources = sources();
    let places = sources.iter().filter(|(file, _)| ["oidc/", "app_session/", "account/"].iter().any(|part| file.starts_with(part)));
    let mut undocumented = BTreeSet::new();
    for (_, source) in places {
        let source = source.split("#[cfg(test)]").next().unwrap().split_whitespace().collect::<Vec<_>>().join(" ").replace("( ", "(");
        let said = BEFORE.iter().flat_map(|before| source.split(before).skip(1)).map(|rest| rest.split('"').next().unwrap().to_owned());
        undocumented.extend(said.filter(|code| is_code(code) && !documented.contains(code.as_str())));
    }
    assert!(undocumented.is_empty(), "not on docs/protocol.md: {undocumented:?}");
    let unknown: Vec<_> =
        documented.iter().filter(|code| !sources.values().any(|source| source.contains(&format!("\"{code}\"")))).collect();
    assert!(unknown.is_empty(), "nowhere said: {unknown:?}");
}
