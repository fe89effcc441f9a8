//! The demo app: a page and an API that sign in here, as any app would, from an origin of their own.
//!
//! Its files are `examples/demo/`. It knows nothing of the rest of the program but the issuer's address.

use std::future::ready;
use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::http::header;
use actix_web::middleware::DefaultHeaders;
use actix_web::{App, HttpResponse, HttpServer, web};

use crate::config::{ClientEntry, ClientKind, Delivery};
use crate::types::{ClientId, IssuerUrl, Origin, RedirectUri};

mod api;

/// The client that is given an access token and a refresh cookie.
pub const TOKEN_CLIENT: &str = "demo";
/// The client that is given an authorization code.
pub const CODE_CLIENT: &str = "demo-code";

/// The page's files: path, media type, content.
const FILES: &[(&str, &str, &str)] = &[
    ("/", "text/html; charset=utf-8", include_str!("../../examples/demo/index.html")),
    // The same page: its script sees that it was called back.
    ("/callback", "text/html; charset=utf-8", include_str!("../../examples/demo/index.html")),
    ("/app.js", "text/javascript; charset=utf-8", include_str!("../../examples/demo/app.js")),
    ("/sign-in.js", "text/javascript; charset=utf-8", include_str!("../../examples/demo/sign-in.js")),
    ("/verify.js", "text/javascript; charset=utf-8", include_str!("../../examples/demo/verify.js")),
    ("/style.css", "text/css; charset=utf-8", include_str!("../../examples/demo/style.css")),
    ("/icon.svg", "image/svg+xml", include_str!("../../examples/demo/icon.svg")),
];

/// Where the demo app is, and whom it trusts.
#[derive(Debug, Clone)]
pub struct DemoSettings {
    /// Whose tokens it takes.
    pub issuer: IssuerUrl,
    /// Where its page is served, as browsers write it.
    pub origin: Origin,
}

/// The two clients that the app is, for registration. None if the text is not an origin.
pub fn clients(demo_origin: &str) -> Vec<(ClientId, ClientEntry)> {
    let token = client(TOKEN_CLIENT, Delivery::Token, demo_origin, "/");
    let code = client(CODE_CLIENT, Delivery::Code, demo_origin, "/callback");
    token.into_iter().chain(code).collect()
}

fn client(id: &str, delivery: Delivery, origin: &str, callback: &str) -> Option<(ClientId, ClientEntry)> {
    let home = RedirectUri::parse(&format!("{origin}/")).ok()?;
    let entry = ClientEntry {
        name: Some("Demo app".to_owned()),
        redirect_uris: vec![RedirectUri::parse(&format!("{origin}{callback}")).ok()?],
        post_logout_redirect_uris: vec![home],
        origins: vec![Origin::parse(origin).ok()?],
        delivery,
        first_party: true,
        ..ClientEntry::new(ClientKind::Spa)
    };
    Some((ClientId::parse(id)?, entry))
}

/// Serves the demo app on one thread until the server is stopped. Its caller handles signals.
pub fn serve(listener: TcpListener, settings: DemoSettings) -> std::io::Result<Server> {
    let policy = content_security_policy(&settings.issuer);
    let api = web::Data::new(api::Api::new(&settings.issuer, &[TOKEN_CLIENT, CODE_CLIENT]).map_err(std::io::Error::other)?);
    let settings = web::Data::new(settings);
    let server = HttpServer::new(move || {
        let headers = DefaultHeaders::new()
            .add((header::CONTENT_SECURITY_POLICY, policy.clone()))
            .add((header::CACHE_CONTROL, "no-store"))
            .add((header::REFERRER_POLICY, "no-referrer"))
            .add((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .add(("Cross-Origin-Opener-Policy", "same-origin"));
        App::new().app_data(api.clone()).app_data(settings.clone()).wrap(headers).configure(routes)
    });
    Ok(server.workers(1).disable_signals().shutdown_timeout(1).keep_alive(Duration::from_secs(30)).listen(listener)?.run())
}

fn routes(config: &mut web::ServiceConfig) {
    for &(path, media_type, content) in FILES {
        let file = move || ready(HttpResponse::Ok().content_type(media_type).body(content));
        config.route(path, web::get().to(file));
    }
    config
        .route("/config.json", web::get().to(get_config))
        .route("/api/me", web::get().to(api::get_me))
        .route("/health", web::get().to(async || HttpResponse::Ok().body("ok")));
}

/// What the page must know. None of it is secret: a public client has no secrets.
async fn get_config(settings: web::Data<DemoSettings>) -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({
        "issuer": settings.issuer,
        "origin": settings.origin,
        "clients": { "token": TOKEN_CLIENT, "code": CODE_CLIENT },
    }))
}

/// Scripts are ours alone and may speak to us and the issuer: a token in the page's memory is as
/// safe as the page is from foreign script.
fn content_security_policy(issuer: &IssuerUrl) -> String {
    let issuer = issuer.origin();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' {issuer}; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clients_are_registered_where_the_app_is() {
        let clients = clients("http://localhost:8086");
        let [(token_id, token), (code_id, code)] = clients.as_slice() else { panic!("two clients") };
        assert_eq!((token_id.as_str(), token.delivery), ("demo", Delivery::Token));
        assert_eq!((code_id.as_str(), code.delivery), ("demo-code", Delivery::Code));
        assert!(token.redirect_uris[0].matches("http://localhost:8086/", false));
        assert!(code.redirect_uris[0].matches("http://localhost:8086/callback", false));
        assert_eq!(code.post_logout_redirect_uris, token.redirect_uris);
        assert!(super::clients("http://localhost:8086/").is_empty());
    }

    #[actix_web::test]
    async fn every_file_is_served_with_a_policy_and_nothing_is_inline() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let settings = DemoSettings { issuer: IssuerUrl::parse("http://localhost:8085").unwrap(), origin: Origin::parse(&origin).unwrap() };
        let server = serve(listener, settings).unwrap();
        let handle = server.handle();
        let running = actix_web::rt::spawn(server);
        for (path, media_type, _) in FILES {
            let response = reqwest::get(format!("{origin}{path}")).await.unwrap();
            assert_eq!(response.status(), 200, "{path}");
            assert_eq!(response.headers()["content-type"], *media_type);
            let policy = response.headers()["content-security-policy"].to_str().unwrap();
            assert!(policy.contains("script-src 'self';") && policy.contains("connect-src 'self' http://localhost:8085;"), "{policy}");
        }
        let config: serde_json::Value = reqwest::get(format!("{origin}/config.json")).await.unwrap().json().await.unwrap();
        assert_eq!(config["issuer"], "http://localhost:8085");
        assert_eq!(config["clients"]["code"], "demo-code");
        let page = FILES[0].2;
        for inline in ["style=", " onclick", "<style", "<script>", "javascript:"] {
            assert!(!page.contains(inline), "{inline}");
        }
        handle.stop(true).await;
        running.await.unwrap().unwrap();
    }
}
