//! The parts, built once: what every use case may lean on. Ground only; features with state of their
//! own (`key::Keys`, `oidc::Clients`, `password::HashPool`) stand beside it.

use tokio::sync::Notify;

use crate::clock::Clock;
use crate::config::{Config, SignUp};
use crate::crypto::Crypto;
use crate::db::Db;
use crate::error::Result;
use crate::http_client::HttpClient;
use crate::page::Looks;
use crate::random::Random;
use crate::types::{EmailAddress, JobKind};

/// The ground everything stands on.
pub struct App {
    /// What the operator chose.
    pub config: Config,
    /// Rows.
    pub db: Db,
    /// Time.
    pub clock: Clock,
    /// Chance.
    pub random: Random,
    /// Keys derived from the master key.
    pub crypto: Crypto,
    /// How pages look and speak.
    pub looks: Looks,
    /// Other servers.
    pub http: HttpClient,
    /// Ring when something was left for later.
    pub bells: Bells,
}

impl App {
    /// Puts the parts together.
    pub fn new(config: Config, db: Db, clock: Clock, random: Random) -> Result<Self> {
        let crypto = Crypto::new(&config.master_key)?;
        let looks = Looks::new(&config);
        let http = HttpClient::new(&config);
        Ok(Self { config, db, clock, random, crypto, looks, http, bells: Bells::default() })
    }

    /// Whether strangers may ask for an account at all. It takes a letter.
    pub fn sign_ups_are_open(&self) -> bool {
        self.config.sign_in.sign_up == SignUp::Open && self.config.sends_letters()
    }

    /// Whether whoever reads the mail of this address may have an account.
    pub fn admits(&self, address: &EmailAddress) -> bool {
        let domains = &self.config.sign_in.sign_up_domains;
        let fits = domains.is_empty() || domains.iter().any(|domain| domain == address.domain());
        self.config.sign_in.sign_up == SignUp::Open && fits
    }
}

/// A bell for each kind of job, heard in this process: whoever does another kind sleeps on.
#[derive(Default)]
pub struct Bells([Notify; JobKind::ALL.len()]);

impl Bells {
    /// That of one kind.
    pub fn of(&self, kind: JobKind) -> &Notify {
        &self.0[kind as usize]
    }
}
