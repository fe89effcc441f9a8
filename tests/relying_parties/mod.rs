//! Relying parties that others wrote, as their packages come: each signs a person in through our real pages, and says
//! what it accepted and what it refused.

mod authjs;
mod convex;
mod jose;
mod oidc_client_ts;
mod openid_client;

use std::future::Future;

use crate::support::peer::{self, Peer};
use crate::support::{Browser, PASSWORD};

/// Runs a story if the package that it is about is here.
fn story(package: &'static str, test: &str, of: impl Future<Output = ()>) {
    if peer::require(Peer::Package(package), test) {
        peer::run(of);
    }
}

/// Opens the address that an app sends people to, signs in there if asked, and tells where the browser is sent back to.
async fn through_our_pages(browser: &Browser, url: &str) -> String {
    let mut view = browser.get(url).await;
    if view.left_for.is_none() && view.refresh().is_none() {
        view = browser.sign_in_from(view, MAYA, PASSWORD).await;
    }
    view.left_for.clone().or_else(|| view.refresh()).unwrap_or_else(|| panic!("not sent back: {} {}", view.status, view.text()))
}

const MAYA: &str = "maya@okafor.example";
