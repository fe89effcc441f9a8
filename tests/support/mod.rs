//! What tests are made of: a server, a browser, people, apps, and databases to run on.

pub mod app;
pub mod authenticator;
pub mod browser;
pub mod certificate;
pub mod chromium;
pub mod development;
pub mod dpop;
pub mod example;
pub mod idp;
pub mod lossy;
pub mod peer;
pub mod person;
pub mod postgres;
pub mod process;
pub mod provider;
pub mod proxy;
pub mod receiver;
pub mod relying_party;
pub mod script;
pub mod smtp;
pub mod spa;
pub mod template;
pub mod timing;
pub mod trips;

pub use app::{On, TestApp};
pub use browser::{Browser, Form, View};
pub use person::{PASSWORD, maya_at_a_browser, person};
pub use provider::Provider;
pub use proxy::{Fault, Proxy};
pub use receiver::Receiver;
pub use relying_party::RelyingParty;
pub use script::Script;

use housekey::config::{ClientAuth, ClientEntry, ClientKind, Delivery, RefreshIn, Secret, SigningAlgorithm};
use housekey::types::{ClientId, Origin, RedirectUri};

pub const SECRET: &str = "a-secret-of-the-web-client-0123456789";

/// The apps of every test: public, confidential, native, first-party and not, each algorithm.
pub fn clients() -> Vec<(ClientId, ClientEntry)> {
    let entry = |kind, auth, first_party| ClientEntry {
        name: Some("Fieldnotes".into()),
        auth,
        secret: (auth != ClientAuth::None).then(|| Secret(SECRET.to_owned().into())),
        redirect_uris: vec![RedirectUri::parse("https://app.test/callback").unwrap()],
        post_logout_redirect_uris: vec![RedirectUri::parse("https://app.test/goodbye").unwrap()],
        first_party,
        ..ClientEntry::new(kind)
    };
    let id = |text: &str| ClientId::parse(text).unwrap();
    let mut token = entry(ClientKind::Spa, ClientAuth::None, true);
    token.delivery = Delivery::Token;
    token.redirect_uris = vec![RedirectUri::parse("https://spa.test/").unwrap()];
    token.origins = vec![Origin::parse("https://other.spa.test").unwrap()];
    let mut cookie = entry(ClientKind::Spa, ClientAuth::None, true);
    cookie.refresh = RefreshIn::Cookie;
    let mut native = entry(ClientKind::Native, ClientAuth::None, true);
    native.redirect_uris =
        vec![RedirectUri::parse("http://127.0.0.1/callback").unwrap(), RedirectUri::parse("com.example.app:/callback").unwrap()];
    let mut es256 = entry(ClientKind::Spa, ClientAuth::None, true);
    es256.signing = Some(SigningAlgorithm::Es256);
    let mut eddsa = entry(ClientKind::Spa, ClientAuth::None, true);
    eddsa.signing = Some(SigningAlgorithm::EdDsa);
    let mut web = entry(ClientKind::Web, ClientAuth::Basic, true);
    web.initiate_login_uri = Some(RedirectUri::parse("https://app.test/login").unwrap());
    let mut device = entry(ClientKind::Device, ClientAuth::None, false);
    (device.name, device.redirect_uris, device.post_logout_redirect_uris) = (Some("Fieldnotes for TV".into()), vec![], vec![]);
    let mut service = ClientEntry { name: Some("Nightly".into()), ..ClientEntry::new(ClientKind::Service) };
    service.secret.clone_from(&web.secret);
    service.scopes = ["notes.read", "notes.write"].map(str::to_owned).to_vec();
    let mut legacy = entry(ClientKind::Web, ClientAuth::Basic, true);
    legacy.pkce = housekey::config::Pkce::Optional;
    legacy.id_token = housekey::config::IdTokenClaims::Minimal;
    vec![
        (id("tv"), device.clone()),
        (id("radio"), device),
        (id("service"), service),
        (id("web-legacy"), legacy),
        (id("spa"), entry(ClientKind::Spa, ClientAuth::None, true)),
        (id("spa-token"), token),
        (id("spa-cookie"), cookie),
        (id("web"), web),
        (id("web2"), entry(ClientKind::Web, ClientAuth::Post, true)),
        (id("third-party"), entry(ClientKind::Spa, ClientAuth::None, false)),
        (id("native"), native),
        (id("spa-es256"), es256),
        (id("spa-eddsa"), eddsa),
    ]
}

/// One test on each database: `on_each_database!(name, |app| async move { … })` makes `name::on_sqlite`
/// and `name::on_postgres`.
#[macro_export]
macro_rules! on_each_database {
    ($(#[$doc:meta])* $name:ident, $test:expr) => {
        $crate::on_each_database_itself!($(#[$doc])* $name, |on| async move { ($test)($crate::support::TestApp::start(on).await).await });
    };
}

/// The same for a test that makes its own servers.
#[macro_export]
macro_rules! on_each_database_itself {
    ($(#[$doc:meta])* $name:ident, $test:expr) => {
        $(#[$doc])*
        mod $name {
            use super::*;

            #[test]
            fn on_sqlite() {
                $crate::support::peer::run(async { ($test)($crate::support::On::Sqlite).await });
            }

            #[test]
            fn on_postgres() {
                let name = concat!(stringify!($name), "::on_postgres");
                if $crate::support::peer::require($crate::support::peer::Peer::Postgres, name) {
                    $crate::support::peer::run(async { ($test)($crate::support::On::Postgres).await });
                }
            }
        }
    };
}

/// The same for a test that needs a peer as well.
#[macro_export]
macro_rules! on_each_database_with {
    ($(#[$doc:meta])* $name:ident, $peer:expr, $test:expr) => {
        $(#[$doc])*
        mod $name {
            use super::*;

            #[test]
            fn on_sqlite() {
                if $crate::support::peer::require($peer, concat!(stringify!($name), "::on_sqlite")) {
                    $crate::support::peer::run(async { ($test)($crate::support::On::Sqlite).await });
                }
            }

            #[test]
            fn on_postgres() {
                let name = concat!(stringify!($name), "::on_postgres");
                if $crate::support::peer::require($peer, name) && $crate::support::peer::require($crate::support::peer::Peer::Postgres, name) {
                    $crate::support::peer::run(async { ($test)($crate::support::On::Postgres).await });
                }
            }
        }
    };
}
