//! What is known about other login servers: every file of the catalogue is what it should be.

use housekey::upstream::{Entry, Kind, Provider, catalogue};

/// Those that are tried against the providers themselves.
const PROVEN: &[&str] =
    &["apple", "discord", "facebook", "github", "gitlab", "google", "linkedin", "microsoft-entra-id", "slack", "twitch", "twitter"];
/// Those whose confirmed addresses may join an account that exists. Each is a decision.
const TRUSTED: &[&str] = &["apple", "discord", "github", "google", "patreon", "simplelogin", "twitch", "vipps", "wikimedia"];

fn all() -> Vec<Entry> {
    catalogue::ids().map(|id| catalogue::find(id).unwrap().unwrap_or_else(|why| panic!("{id}: {why}"))).collect()
}

#[test]
fn every_file_is_read_and_keeps_the_rules() {
    let wrong: Vec<_> = catalogue::ids().filter_map(|id| Some(format!("{id}: {}", catalogue::find(id)?.err()?))).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    let ids: Vec<_> = catalogue::ids().collect();
    assert!(ids.len() >= 80 && ids.is_sorted(), "{ids:?}");
    assert!(PROVEN.iter().all(|id| ids.contains(id)));
    for id in ids {
        assert!(id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'), "{id}");
    }
    for none in ["", "Google", "google ", "nobody", "../google"] {
        assert!(catalogue::find(none).is_none(), "{none}");
    }
}

#[test]
fn every_example_comes_to_its_profile() {
    let mut wrong = Vec::new();
    for Entry { id, facts, .. } in all() {
        assert!(!facts.examples.is_empty(), "{id} has no example");
        for example in &facts.examples {
            match example.document().map(|document| facts.profile(&document)) {
                Ok(Ok(profile)) if profile == example.profile => {}
                other => wrong.push(format!("{id}, {}:\n  came to {other:?}\n  and not {:?}", example.says, example.profile)),
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn trust_is_as_decided() {
    let trusted: Vec<_> = all().iter().filter(|entry| entry.facts.email.trusted).map(|entry| entry.id).collect();
    assert_eq!(trusted, TRUSTED);
    let accepting: Vec<_> = all().iter().filter(|entry| !entry.facts.email.accept.is_empty()).map(|entry| entry.id).collect();
    assert_eq!(accepting, ["apple"]);
}

#[test]
fn nothing_is_fetched_or_linked_without_https() {
    for Entry { id, facts, .. } in all() {
        let settings = facts.settings.iter().map(|(name, setting)| {
            assert!(setting.kind != Kind::Url || setting.example.starts_with("https://"), "{id}");
            (name.clone(), setting.example.clone())
        });
        let settings = facts.settle(&settings.collect(), false).unwrap();
        let document = facts.examples[0].document().unwrap();
        let values = housekey::upstream::Values::new(&settings, "client").word("access_token", "x").answers(document.value());
        let mut addresses = vec![facts.documentation.clone()];
        addresses.extend(facts.console.clone());
        addresses.extend(facts.discovery(&values).unwrap());
        let endpoints = facts.endpoints.iter().flat_map(|endpoints| [&endpoints.authorization, &endpoints.token]);
        let asked = [&facts.userinfo, &facts.emails].into_iter().flatten().filter_map(|request| request.url.as_ref());
        // What a question needs of another answer is not in every example.
        addresses.extend(endpoints.chain(asked).chain(&facts.issuer).filter_map(|url| url.url(&values).ok()));
        for address in addresses {
            let url = url::Url::parse(&address).unwrap_or_else(|why| panic!("{id}: {address}: {why}"));
            assert!(url.scheme() == "https" && !url.path().contains("//"), "{id}: {address}");
        }
    }
}

#[test]
fn marks_have_one_shape_and_everybody_else_a_monogram() {
    let (mut marks, mut monograms) = (0, 0);
    for entry in all() {
        if let Some(mark) = entry.mark {
            let path = mark.strip_prefix(r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d=""#);
            let path =
                path.and_then(|rest| rest.trim_end_matches('\n').strip_suffix(r#""/></svg>"#)).unwrap_or_else(|| panic!("{}", entry.id));
            assert!(!path.is_empty() && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" .,-".contains(&byte)), "{}", entry.id);
            marks += 1;
        } else {
            let monogram = catalogue::monogram(&entry.facts.name);
            assert!((1..=2).contains(&monogram.chars().count()), "{}: {monogram}", entry.id);
            monograms += 1;
        }
    }
    assert!(marks >= 55 && monograms > 0, "{marks} marks, {monograms} monograms");
    let drawn: Vec<_> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/static/providers")).unwrap().collect();
    assert_eq!(drawn.len(), marks, "a mark belongs to nobody");
    assert!(!housekey::page::asset::built().iter().any(|asset| asset.name.starts_with("providers/")));
    for (name, monogram) in [("Ping Identity", "PI"), ("workos", "W"), ("42 School", "4S"), ("osu!", "O"), ("Ünited – Effects", "ÜE")] {
        assert_eq!(catalogue::monogram(name), monogram);
    }
}

#[test]
fn the_files_of_the_documentation_are_read() {
    let page = include_str!("../docs/providers.md");
    let blocks = page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let files: Vec<_> = blocks.filter(|block| block.contains("protocol = ")).collect();
    assert_eq!(files.len(), 2);
    for file in files {
        Provider::read(file).unwrap_or_else(|why| panic!("{file}\n{why}"));
    }
}
