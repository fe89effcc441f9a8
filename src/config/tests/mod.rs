//! A story for each rule, and the words of each problem.

mod clients;
mod layers;
mod providers;
mod rules;
mod secrets;

use std::path::PathBuf;

use super::*;
use crate::random::Random;

const KEY: (&str, &str) = ("HOUSEKEY_MASTER_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
const SECRET: &str = "correct-horse-battery-staple";
/// The catalogue is not ours.
const NOT_JUDGED: JudgeProvider = |_, _, _| Vec::new();
const PUBLIC: &str = "issuer = \"https://auth.example.com\"\n";

fn env(pairs: &[(&str, &str)]) -> Environment {
    Environment::of(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

fn load_with(mode: Mode, text: &str, pairs: &[(&str, &str)]) -> Result<Loaded, Problems> {
    let mut pairs = pairs.to_vec();
    if !pairs.iter().any(|(name, _)| *name == KEY.0) {
        pairs.push(KEY);
    }
    load_text(mode, Some((PathBuf::from("housekey.toml"), text.to_owned())), &env(&pairs), &Random::seeded(1), NOT_JUDGED)
}

fn development(text: &str) -> Result<Config, Problems> {
    load_with(Mode::Development, text, &[]).map(|loaded| loaded.config)
}

/// The problems of a server for people, without the count above them.
fn wrong(text: &str, pairs: &[(&str, &str)]) -> String {
    let text = if text.contains("issuer =") { text.to_owned() } else { format!("{PUBLIC}{text}") };
    match load_with(Mode::Production, &text, pairs) {
        Ok(_) => "fine".to_owned(),
        Err(problems) => problems.0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
    }
}

fn fine(text: &str, pairs: &[(&str, &str)]) -> Config {
    load_with(Mode::Production, &format!("{PUBLIC}{text}"), pairs).map_err(|problems| problems.to_string()).unwrap().config
}
