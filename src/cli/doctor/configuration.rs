//! The configuration, by the rules of production. One that production refuses is looked at as a development server's, as
//! every command does; here that is said.

use std::path::Path;

use serde_json::json;

use crate::app::App;
use crate::config::{Environment, Mode, examine};
use crate::doctor::Finding;
use crate::upstream::judge;

const CHECK: &str = "config";

/// What is to be said about it.
pub(super) fn configuration(app: &App, path: Option<&Path>) -> Vec<Finding> {
    match examine(Mode::Production, path, &Environment::of_process(), judge) {
        Ok(loaded) => {
            let whole = loaded.file.map_or_else(|| "what the environment says".to_owned(), |file| file.display().to_string());
            let fine = Finding::fine(CHECK, format!("{whole} is fit for production; the issuer is {}", app.config.issuer));
            let note = |warning: String| Finding::note(CHECK, warning, "housekey config check");
            std::iter::once(fine).chain(loaded.warnings.into_iter().map(note)).collect()
        }
        Err(problems) => {
            let (count, all) = (problems.0.len(), problems.0.iter().map(ToString::to_string).collect::<Vec<_>>());
            let says = format!(
                "this is a development server at {}: housekey serve would refuse to start with this configuration ({count} {})",
                app.config.issuer,
                if count == 1 { "problem" } else { "problems" }
            );
            vec![Finding::note(CHECK, says, "before people use it: housekey config check").with(json!({ "problems": all }))]
        }
    }
}
