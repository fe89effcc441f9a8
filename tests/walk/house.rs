//! One server for many walks, with two providers beside it, and the people who live there at the beginning.

use housekey::credential::{self, Kind, NewCredential};
use housekey::identity::{self, Identity};
use housekey::password::{HashPool, Password};
use housekey::types::{EmailAddress, ProviderId};
use housekey::user::{self, NewUser};
use housekey::work::Actor;
use sea_orm::{ConnectionTrait, Statement};

use super::people::{BEN, MAYA, Member, NAMES, NOOR, address, hex};
use crate::support::{Browser, On, Provider, RelyingParty, TestApp};

/// What differs between houses: who may sign up, what is asked for first, whether a second step is required.
pub const VARIANTS: u64 = 4;

/// Everything that belongs to people, in an order in which it can go.
const TABLES: [&str; 17] = [
    "authorization_codes",
    "device_authorizations",
    "token_families",
    "grants",
    "sessions",
    "email_challenges",
    "pending_identities",
    "upstream_attempts",
    "pushed_requests",
    "spent_ceremonies",
    "credentials",
    "emails",
    "audit_events",
    "limit_buckets",
    "lockouts",
    "jobs",
    "users",
];

pub struct House {
    pub app: TestApp,
    pub providers: [Provider; 2],
    pub pool: HashPool,
    /// Nobody's; those of people go over its connections.
    pub browser: Browser,
    /// A device, and an app that is somebody else's.
    pub apps: [RelyingParty; 2],
    pub closed: bool,
    pub required: bool,
}

impl House {
    pub async fn open(variant: u64) -> Self {
        let providers = [Provider::start(), Provider::start()];
        let (closed, required) = (variant == 1, variant == 3);
        let methods = if variant == 2 { "\"email\", \"password\"" } else { "\"password\", \"email\"" };
        let sign_up = if closed { "closed" } else { "open" };
        let policy = if required { "required" } else { "optional" };
        let toml = format!(
            "[limits]\nenabled = false\n[log]\nfilter = \"error\"\n[sign_in]\nmethods = [{methods}, \"passkey\"]\nsign_up = \"{sign_up}\"\n\
             [sign_in.two_step]\npolicy = \"{policy}\"\n{}{}",
            providers[0].toml("u1", "trust_email = true"),
            providers[1].toml("u2", ""),
        );
        let app = TestApp::with(On::Sqlite, &toml).await;
        let pool = HashPool::new(&app.app.config.sign_in.password, &app.app.random);
        for provider in &providers {
            // Their clocks go as ours.
            let clock = app.clock.clone();
            provider.fault(move |token| {
                let now = clock.now().seconds();
                (token.claims["iat"], token.claims["exp"]) = (now.into(), (now + 300).into());
            });
        }
        let (browser, apps) = (app.browser(), ["tv", "third-party"].map(|id| RelyingParty::new(&app, id)));
        Self { app, providers, pool, browser, apps, closed, required }
    }

    /// Nobody was ever here.
    pub async fn clear(&self) {
        self.app.settle();
        let db = self.app.app.db.write();
        for table in TABLES {
            db.execute_raw(Statement::from_string(self.app.app.db.backend(), format!("DELETE FROM {table}"))).await.unwrap();
        }
    }

    /// Maya has a second step, Noor comes by another server as well, Ben has proved nothing; and there is Mallory.
    pub async fn people(&self) -> Vec<Member> {
        let mut cast = Vec::new();
        for owner in 0..NAMES.len() {
            cast.push(self.person(owner).await);
        }
        cast
    }

    async fn person(&self, owner: usize) -> Member {
        let ground = &self.app.app;
        let password = format!("{} likes four plain words", NAMES[owner].to_lowercase());
        let phc = self.pool.hash(Password::parse(password.clone()).unwrap()).await.unwrap();
        let email = EmailAddress::parse(address(owner, 0)).unwrap();
        let name = Some(format!("{} Quillfeather", NAMES[owner]));
        let mut work = ground.begin(Actor::Operator).await.unwrap();
        let new = NewUser { email: &email, verified: owner != BEN, name };
        let user = user::insert(&mut work, new).await.unwrap().unwrap();
        let (lookup_key, data) = (user.0.as_bytes().to_vec(), phc.as_str().as_bytes());
        credential::insert(&mut work, NewCredential { user, kind: Kind::Password, label: "", lookup_key, data }).await.unwrap();
        if owner == NOOR {
            let there = Identity {
                provider: ProviderId::parse("u1").unwrap(),
                realm: self.providers[0].issuer.clone(),
                subject: "noor-at-u1".to_owned(),
                email: None,
                name: None,
                username: None,
                tokens: None,
            };
            identity::link(&mut work, user, &there).await.unwrap();
        }
        work.commit().await.unwrap();
        let mut member = Member::new(owner, hex(user.0.as_bytes()), user);
        member.password = Some(password);
        if owner == MAYA {
            member.phone = Some(crate::two_step::equip(&self.app, user).await);
            let mut work = ground.begin(Actor::Operator).await.unwrap();
            member.recovery = housekey::two_step::renew_codes(ground, &mut work, user, &[]).await.unwrap().unwrap();
            work.commit().await.unwrap();
        }
        member
    }
}
