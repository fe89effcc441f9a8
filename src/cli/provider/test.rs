//! `housekey provider test`: what can be found out from here, and the address at which the rest is.

use serde_json::json;

use super::super::output::{Failure, Output};
use crate::app::App;
use crate::upstream::{self, Upstreams};

/// Asks the provider for its description, then gives the address of the whole journey.
pub(super) async fn run(id: &str, app: &App, output: &Output) -> Result<(), Failure> {
    let upstreams = Upstreams::new(&app.config);
    let Some(provider) = upstreams.find(id) else {
        let known: Vec<_> = upstreams.iter().map(|one| one.id.to_string()).collect();
        let remedy = if known.is_empty() { format!("housekey provider add {id}") } else { format!("there are: {}", known.join(", ")) };
        return Err(Failure::asked_wrongly(format!("There is no provider {id} in the configuration.")).with_remedy(remedy));
    };
    let redirect_uri = upstream::redirect_uri(app, &provider.id);
    let sent_to = upstream::probe(app, provider).await.map_err(|why| {
        let hint = why.hint(provider, &redirect_uri).unwrap_or_else(|| "check the settings: housekey provider list".to_owned());
        Failure::new(format!("{} cannot be used: {why}", provider.name)).with_remedy(hint)
    })?;
    let address = upstream::test_address(app, provider)?;
    output.say(
        &format!(
            "{} answers. People are sent to {sent_to}.\nThis redirect URI must be registered there:\n  {redirect_uri}\nNow open this in a browser, while the server runs, and sign in. It shows what {} says, and signs nobody in:\n  {address}",
            provider.name, provider.name
        ),
        &json!({ "id": id, "authorization_endpoint": sent_to, "redirect_uri": redirect_uri, "open": address }),
    )
}
