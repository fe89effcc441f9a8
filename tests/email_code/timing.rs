//! Whether somebody has an account must not show in how long an answer takes.

use crate::support::{On, TestApp, View, peer, person};

const ROUNDS: usize = 160;

/// The median of how long each of two addresses takes, one after the other, in turns.
async fn compare(app: &TestApp, path: &str, prepare: impl AsyncFn(&TestApp, String) -> View, field: Option<(&str, &str)>) -> f64 {
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..ROUNDS {
        // Which goes first changes, so that warm caches favour nobody.
        let order = if round % 2 == 0 { [0, 1] } else { [1, 0] };
        for which in order {
            let address = format!("{}{round}@okafor.example", ["known", "other"][which]);
            let view = prepare(app, address).await;
            let form = view.form_to(path);
            let form = if let Some((name, value)) = field { form.fill(name, value) } else { form };
            let (took, status) = form.submit_timed().await;
            assert_eq!(status, 303, "{path}");
            times[which].push(took.as_secs_f64());
        }
    }
    let [known, unknown] = times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    });
    known / unknown
}

#[test]
fn known_and_unknown_addresses_take_the_same_time_on_every_form() {
    peer::run_alone(async {
        let app = TestApp::with(On::Sqlite, "[limits]\nenabled = false").await;
        for round in 0..ROUNDS {
            person(&app, &format!("known{round}@okafor.example")).await;
        }
        let typed =
            async |app: &TestApp, address: String| app.browser().get("/sign-in").await.form().fill("email", &address).submit().await;
        let forgotten = async |app: &TestApp, address: String| {
            let view = typed(app, address).await;
            view.follow("Forgot password?").await
        };
        let chosen =
            async |app: &TestApp, address: String| app.browser().get("/sign-up").await.form().fill("email", &address).submit().await;
        for attempt in 1.. {
            let ratios = [
                compare(&app, "/sign-in/email", typed, None).await,
                compare(&app, "/recover", forgotten, None).await,
                compare(&app, "/sign-up/password", chosen, Some(("new-password", "lantern orbit walnut quiet"))).await,
            ];
            eprintln!("known/unknown: {ratios:.3?}");
            if ratios.iter().all(|ratio| (ratio - 1.0).abs() < 0.03) {
                break;
            }
            // The machine is shared: a difference that is real shows every time.
            assert!(attempt < 6, "{ratios:?}");
        }
    });
}
