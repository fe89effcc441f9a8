//! The app whose functions run at Convex: beside a deployment that judges tokens as the real one does, and that has read
//! the example's own `convex/` folder.

use serde_json::{Value, json};

use super::{NOBODY, QUICK, Scene, is_here};
use crate::support::Script;
use crate::support::development::{Development, EMAIL, develop_with, sign_in};
use crate::support::example::Example;
use crate::support::peer::{self, Peer};

/// A deployment with the example's functions and these providers; null means the example's own.
fn deploy(development: &Development, providers: &Value) -> (Script, String) {
    let mut script = Script::of_issuer("convex", &development.issuer, "dev", None, "http://localhost/callback");
    let environment = json!({ "HOUSEKEY_ISSUER": development.issuer, "HOUSEKEY_CLIENT": "dev" });
    let url = script.says("deployExample", &[environment, providers.clone()]);
    (script, url)
}

async fn scene(providers: impl FnOnce(&Development) -> Value) -> (Script, Scene) {
    let development = develop_with(&[QUICK]).await.with_maya();
    let (script, url) = deploy(&development, &providers(&development));
    let app = Example::start("react-convex", &development, &[("VITE_CONVEX_URL", &url)]).await;
    (script, Scene::beside(development, app).await)
}

async fn knows_maya(scene: &Scene) {
    scene.says("Hello, Maya").await;
    let known = scene.browser.text("main pre").await;
    let known: Value = serde_json::from_str(&known).unwrap();
    assert_eq!((&known["email"], &known["issuer"]), (&json!(EMAIL), &json!(scene.development.issuer)));
    assert!(known["subject"].as_str().unwrap().starts_with("usr_"));
}

#[test]
fn convex_knows_who_asks_through_a_reload_and_a_refresh() {
    let name = "convex_knows_who_asks_through_a_reload_and_a_refresh";
    if !(is_here(name) && peer::require(Peer::Package("convex"), name)) {
        return;
    }
    peer::run(async {
        let (mut script, scene) = scene(|_| Value::Null).await;
        scene.browser.looks_right("example-react-convex-signed-out").await;
        scene.press("Sign in").await;
        sign_in(&scene.browser).await;
        knows_maya(&scene).await;
        scene.is_at("/").await;
        scene.browser.looks_right("example-react-convex-signed-in").await;
        scene.reload().await;
        knows_maya(&scene).await;
        // The token expires. The app brings another one, and the page never says that nobody is signed in.
        let watch = "window.lapsed = false; new MutationObserver(() => window.lapsed ||= document.body.innerText.includes('Nobody')).observe(document.body, { childList: true, subtree: true })";
        scene.browser.driver.execute(watch, vec![]).await.unwrap();
        let before = script.does("heard", &[]).as_array().unwrap().len();
        script.does("expire", &[]);
        script.waits("heard", |heard| heard.as_array().unwrap().len() > before);
        knows_maya(&scene).await;
        let lapsed = scene.browser.driver.execute("return window.lapsed", vec![]).await.unwrap();
        assert_eq!(lapsed.json(), &json!(false));
        let heard = script.does("heard", &[]);
        assert!(heard.as_array().unwrap().iter().all(|what| what == "User" || what == "None"), "nothing was refused: {heard}");
        scene.press("Sign out").await;
        scene.says(NOBODY).await;
        scene.browser.close().await;
    });
}

#[test]
fn a_convex_deployment_in_the_cloud_takes_the_keys_that_we_print() {
    let name = "a_convex_deployment_in_the_cloud_takes_the_keys_that_we_print";
    if !(is_here(name) && peer::require(Peer::Package("convex"), name)) {
        return;
    }
    peer::run(async {
        let printed = |development: &Development| {
            let snippet = development.command(&["client", "snippet", "dev", "convex-jwt", "--inline-jwks"], "");
            let said = |name: &str| {
                let value = snippet.split_once(&format!("{name}: \"")).unwrap_or_else(|| panic!("no {name} in {snippet}")).1;
                value.split('"').next().unwrap().to_owned()
            };
            assert!(said("jwks").starts_with("data:"), "nothing to be reached: {snippet}");
            let names = ["type", "issuer", "jwks", "algorithm", "applicationID"];
            json!([names.iter().map(|name| (*name, said(name))).collect::<std::collections::BTreeMap<_, _>>()])
        };
        let (_script, scene) = scene(printed).await;
        scene.press("Sign in").await;
        sign_in(&scene.browser).await;
        knows_maya(&scene).await;
        scene.browser.close().await;
    });
}
