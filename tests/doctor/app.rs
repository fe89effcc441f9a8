//! Apps, as they are registered and as they tell Convex about us.

use serde_json::Value;

use super::{run, run_with};
use crate::support::{On, TestApp, peer};

#[test]
fn an_app_on_another_site_is_told_that_its_cookie_stays_behind() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let clients = "[clients.here]\nkind = \"spa\"\nfirst_party = true\ndelivery = \"token\"\nredirect_uris = [\"http://localhost:5173/cb\"]\ninitiate_login_uri = \"http://localhost:5173/\"\n
            [clients.there]\nkind = \"spa\"\nfirst_party = true\ndelivery = \"token\"\nredirect_uris = [\"https://app.test/cb\"]\n";
        let (fine, said) = run_with(&app, clients, &["doctor", "--client", "here"], "");
        assert!(
            fine && said.contains("ok    client    here: people return to http://localhost:5173/cb") && said.contains("(same site)"),
            "{said}"
        );
        assert!(!said.contains("database") && !said.contains("there"), "one app only: {said}");
        let (fine, said) = run_with(&app, clients, &["doctor", "--client", "there", "--json"], "");
        let said: Value = serde_json::from_str(said.lines().next().unwrap()).unwrap();
        let wrong = said.as_array().unwrap().iter().find(|one| one["fine"] == false).unwrap();
        assert!(!fine && wrong["says"].as_str().unwrap().contains("different sites"), "{said}");
        assert!(wrong["remedy"].as_str().unwrap().contains("below one domain"), "{said}");
        assert_eq!((&wrong["check"], &wrong["note"], &wrong["facts"]["client_id"]), (&"client".into(), &false.into(), &"there".into()));
        let (fine, said) = run_with(&app, clients, &["doctor"], "");
        assert!(!fine && said.contains("here: people return") && said.contains("there: people return"), "all of them: {said}");
        let (fine, said) = run_with(&app, clients, &["doctor", "--client", "nobody"], "");
        assert!(!fine && said.contains("There is no client nobody") && said.contains("help: housekey client list"), "{said}");
    });
}

#[test]
fn what_the_snippet_prints_the_doctor_finds_fit() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let project = app.folder.path().join("app");
        std::fs::create_dir_all(project.join("convex")).unwrap();
        let config = project.join("convex/auth.config.ts");
        let doctor = |path: &std::path::Path| run(&app, &["doctor", "--convex", path.to_str().unwrap()], "");
        for options in [vec!["convex"], vec!["convex-jwt"], vec!["convex-jwt", "--inline-jwks"]] {
            let (fine, snippet) = run(&app, &[&["client", "snippet", "web"], options.as_slice()].concat(), "");
            assert!(fine, "{snippet}");
            std::fs::write(&config, snippet).unwrap();
            for path in [&project, &config] {
                let (fine, said) = doctor(path);
                let inline = options.len() == 2;
                assert!(fine && !said.contains("FAIL") && said.contains("ok    public"), "{options:?}: {said}");
                // Convex's cloud reaches no laptop, and with the keys in the file it need not.
                assert_eq!(said.contains("Convex's cloud cannot reach"), !inline, "{options:?}: {said}");
                assert_eq!(said.contains("fits the tokens for web, byte for byte"), inline, "{options:?}: {said}");
            }
        }
        let whole = std::fs::read_to_string(&config).unwrap();
        // The copied keys are another server's: those of before a change.
        let strange = base64_of(r#"{"keys":[{"kty":"oct","k":"AA","alg":"RS256","kid":"before"}]}"#);
        let copied = whole.split("base64,").nth(1).unwrap().split('"').next().unwrap();
        std::fs::write(&config, whole.replace(copied, &strange)).unwrap();
        let (fine, said) = doctor(&project);
        assert!(!fine && said.contains("so a key was changed") && said.contains("--inline-jwks, and paste it again"), "{said}");
        std::fs::write(&config, whole.replace("applicationID: \"web\"", "applicationID: \"convex\"")).unwrap();
        let (fine, said) = doctor(&project);
        assert!(!fine && said.contains("applicationID is ⟨convex⟩; tokens for web have aud web: 401 NoAuthProvider"), "{said}");
        assert!(said.contains("or in [clients.web] audience = \"convex\""), "{said}");
        std::fs::write(&config, whole.replace("applicationID", "applicationId")).unwrap();
        assert!(doctor(&project).1.contains("AuthConfigNotMatchingSchemaError"));
        let both = run(&app, &["doctor", "--client", "web", "--convex", project.to_str().unwrap()], "").1;
        assert!(both.contains("ok    client    web: ") && both.contains("ok    public") && both.contains("  convex  "), "{both}");
        let (fine, said) = doctor(&project.join("nowhere"));
        assert!(!fine && said.contains("no auth.config.ts is there") && said.contains("help: name the app's folder"), "{said}");
    });
}

fn base64_of(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(text)
}
