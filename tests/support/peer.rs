//! Programs that a machine may or may not have. A test whose peer is missing says so by name; with
//! `HOUSEKEY_TEST_ALL=1` it fails.

use std::future::Future;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{PoisonError, RwLock};

use super::{chromium, postgres, spa};

/// A program beside ours.
#[derive(Debug, Clone, Copy)]
pub enum Peer {
    Postgres,
    Chromium,
    /// What looks for what people cannot read, reach or hear.
    Axe,
    /// What gives marks to pages.
    Lighthouse,
    Smtp,
    IdProvider,
    /// A relying party's package, by its name.
    Package(&'static str),
    /// Our own packages for apps in a browser.
    Sdk,
    /// What the apps in `examples/` are made with.
    Examples,
}

/// Whether this machine has Node.js and what was installed for it in a folder.
fn node_has(installed: &str) -> bool {
    let node = Command::new("node").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    node.is_ok_and(|status| status.success()) && Path::new(env!("CARGO_MANIFEST_DIR")).join(installed).exists()
}

/// Whether the peer is here.
pub fn require(peer: Peer, test: &str) -> bool {
    let in_node = |package: &str, what: &str| {
        (node_has(&format!("tests/peers/node_modules/{package}")), format!("{what} (Node.js, and npm ci --prefix tests/peers)"))
    };
    let (here, name) = match peer {
        Peer::Postgres => (postgres::Postgres::get().is_some(), "PostgreSQL server".to_owned()),
        Peer::Chromium => (chromium::find().is_some(), "Chromium with its driver".to_owned()),
        Peer::Axe => in_node("axe-core", "axe-core"),
        Peer::Lighthouse => {
            (node_has("tests/look/node_modules/lighthouse"), "Lighthouse (Node.js, and npm ci --prefix tests/look)".to_owned())
        }
        Peer::Smtp => in_node("smtp-server", "SMTP server"),
        Peer::IdProvider => in_node("oidc-provider", "real OpenID provider"),
        Peer::Sdk => (spa::sdk().join("index.js").exists(), "built SDK (npm ci and npm run build, in sdk/js)".to_owned()),
        // The last thing that installing them does is to build the SDK.
        Peer::Examples => {
            let here = node_has("examples/node_modules/vite") && node_has("sdk/js/packages/server/dist/index.js");
            (here, "workshop for the examples (Node.js, and npm ci --prefix examples)".to_owned())
        }
        Peer::Package(package) => in_node(package, &format!("relying party with {package}")),
    };
    if !here {
        assert!(
            std::env::var_os("HOUSEKEY_TEST_ALL").is_none_or(|value| value != "1"),
            "{test} needs a {name}, and HOUSEKEY_TEST_ALL=1 forbids to skip it"
        );
        // Past the test runner, which would keep it to itself.
        let _ = writeln!(std::io::stderr(), "skipped {test}: no {name} on this machine");
    }
    here
}

/// Held by every test that runs; by one that measures, alone.
static QUIET: RwLock<()> = RwLock::new(());

/// Runs a test's future, on threads of its own.
pub fn run<T>(test: impl Future<Output = T>) -> T {
    let _others = QUIET.read().unwrap_or_else(PoisonError::into_inner);
    on_threads(test)
}

/// The same while no other test runs: for what is measured.
pub fn run_alone<T>(test: impl Future<Output = T>) -> T {
    let _alone = QUIET.write().unwrap_or_else(PoisonError::into_inner);
    on_threads(test)
}

fn on_threads<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let result = runtime.block_on(test);
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    result
}
