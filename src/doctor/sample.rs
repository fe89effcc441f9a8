//! A production server's configuration with its apps, for the tests of what is said about them.

use std::sync::Arc;

use crate::config::{Config, Environment, Mode, load_text};
use crate::crypto::Crypto;
use crate::oidc::Client;
use crate::random::Random;

/// The settings of this text, at this issuer.
pub(super) fn house(issuer: &str, toml: &str) -> (Config, Vec<Arc<Client>>) {
    let env = Environment::of([("HOUSEKEY_MASTER_KEY".to_owned(), "22".repeat(32))]);
    let file = ("housekey.toml".into(), format!("issuer = \"{issuer}\"\n{toml}"));
    let loaded = load_text(Mode::Production, Some(file), &env, &Random::default(), crate::upstream::judge);
    let config = loaded.unwrap_or_else(|problems| panic!("{problems}")).config;
    let crypto = Crypto::new(&config.master_key).unwrap();
    let clients = config.clients.iter().map(|(id, entry)| Arc::new(Client::new(&crypto, id.clone(), entry.clone()))).collect();
    (config, clients)
}
