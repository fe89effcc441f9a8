//! A single-page app that uses the SDK as it is published, one auth object for each client of the page.

use std::net::TcpListener;
use std::path::PathBuf;

use actix_web::{App, HttpResponse, HttpServer, web};

const PAGE: &str = r#"<!doctype html>
<html lang="en"><title>An app</title><link rel="icon" href="data:,">
<dl></dl>
<script type="module">
import { createAuth } from "/sdk/index.js";
const { issuer, clients } = await (await fetch("/config.json")).json();
window.auths = {};
window.told = {};
for (const { name, ...options } of clients) {
  const shown = document.createElement("dd");
  shown.id = name;
  document.querySelector("dl").append(shown);
  const auth = (auths[name] = createAuth({ issuer, clientId: name, redirectUri: `/arrived/${name}`, ...options }));
  told[name] = [];
  auth.onChange((event) => told[name].push(event.type === "state" ? event.state.status : event.type === "error" ? event.error.code : event.cause));
  auth.subscribe((state) => (shown.textContent = state.status === "signed-in" ? `signed-in ${state.user.email}` : `${state.status} ${state.reason ?? ""}`));
}
</script>
"#;

/// The packages, as `npm run build` in `sdk/js` leaves them.
pub fn sdk() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("sdk/js/packages/client/dist")
}

/// Serves the app. Its clients are named by what `createAuth` is given; each comes back to `/arrived/<name>`.
pub fn serve(listener: TcpListener, issuer: &str, clients: &serde_json::Value) {
    let config = serde_json::json!({ "issuer": issuer, "clients": clients }).to_string();
    let server = HttpServer::new(move || {
        let config = config.clone();
        App::new()
            .route("/config.json", web::get().to(move || std::future::ready(json(config.clone()))))
            .route("/sdk/{file}", web::get().to(get_sdk))
            .default_service(web::get().to(async || HttpResponse::Ok().content_type("text/html; charset=utf-8").body(PAGE)))
    });
    let server = server.workers(1).disable_signals().listen(listener).unwrap().run();
    tokio::spawn(server);
}

fn json(text: String) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(text)
}

async fn get_sdk(file: web::Path<String>) -> HttpResponse {
    match std::fs::read_to_string(sdk().join(file.as_str())) {
        Ok(text) => HttpResponse::Ok().content_type("text/javascript; charset=utf-8").body(text),
        Err(_) => HttpResponse::NotFound().finish(),
    }
}
