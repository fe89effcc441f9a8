//! The paths that people may ask for, read from the list of routes: one that is new is walked without being named here.

use std::collections::{BTreeMap, BTreeSet};

use super::state::Change;

/// Every path of people and owners, with the methods that it knows.
pub fn known() -> Vec<(String, Vec<&'static str>)> {
    let source = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/routes.rs")).unwrap();
    let mut known = Vec::new();
    for part in ["fn for_people", "fn for_owners"] {
        let body = source.split(part).nth(2).or_else(|| source.split(part).nth(1)).unwrap().split("\n}").next().unwrap();
        for rest in body.split("resource(\"").skip(1) {
            let (path, rest) = rest.split_once('"').unwrap();
            let methods = [("GET", "get()"), ("POST", "post()")].into_iter().filter(|(_, call)| rest.contains(call));
            known.push((path.to_owned(), methods.map(|(method, _)| method).collect()));
        }
    }
    assert!(known.len() > 35, "the list of routes is read wrongly: {known:?}");
    known
}

/// How often each route was reached, by method and path as the list writes it; and what came of it all.
#[derive(Default)]
pub struct Reached(BTreeMap<String, usize>, BTreeMap<String, usize>);

impl Reached {
    pub fn note(&mut self, method: &str, path: &str) {
        *self.0.entry(format!("{method} {}", as_listed(path))).or_default() += 1;
    }

    /// Something has changed.
    pub fn came(&mut self, change: &Change<'_>) {
        let kind = if change.table == "credentials" { format!("{} ", change.kind()) } else { String::new() };
        *self.1.entry(format!("{} {kind}{}", change.table, change.fate())).or_default() += 1;
    }

    pub fn add(&mut self, other: Self) {
        for (what, times) in other.1 {
            *self.1.entry(what).or_default() += times;
        }
        for (route, times) in other.0 {
            *self.0.entry(route).or_default() += times;
        }
    }

    /// Those that were asked, the rarest first; and those that never were.
    pub fn report(&self) -> String {
        let all: BTreeSet<String> =
            known().into_iter().flat_map(|(path, methods)| methods.into_iter().map(move |method| format!("{method} {path}"))).collect();
        let mut reached: Vec<_> = self.0.iter().filter(|(route, _)| all.contains(*route)).collect();
        reached.sort_by_key(|(_, times)| **times);
        let reached: Vec<_> = reached.into_iter().map(|(route, times)| format!("{route} {times}")).collect();
        let never: Vec<_> = all.into_iter().filter(|route| !self.0.contains_key(route)).collect();
        let came: Vec<_> = self.1.iter().map(|(what, times)| format!("{what} {times}")).collect();
        format!("routes reached: {}\nroutes never reached: {never:?}\nrows: {}", reached.join(", "), came.join(", "))
    }
}

fn as_listed(path: &str) -> String {
    let path = path.split('?').next().unwrap_or("");
    match path.split('/').collect::<Vec<_>>()[..] {
        ["", "oauth", _] => "/oauth/{provider}".to_owned(),
        ["", "oauth", _, "callback"] => "/oauth/{provider}/callback".to_owned(),
        ["", "l", _] => "/l/{link}".to_owned(),
        ["", "l", _, end @ ("cancel" | "keep")] => format!("/l/{{link}}/{end}"),
        _ => path.to_owned(),
    }
}
