//! `/health`: the process answers. `/ready`: it can serve, and is not stopping.

use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::{HttpResponse, web};
use serde_json::json;

use crate::app::App;

/// Turned off when the server begins to stop, so that a load balancer looks elsewhere before requests end.
#[derive(Default)]
pub struct Readiness {
    stopping: AtomicBool,
}

impl Readiness {
    /// From now on not ready.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
    }
}

/// `GET /health`
pub async fn get_health() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))
}

/// `GET /ready`
pub async fn get_ready(app: web::Data<App>, readiness: web::Data<Readiness>) -> HttpResponse {
    let not = |why: &str| HttpResponse::ServiceUnavailable().json(json!({ "status": "unavailable", "reason": why }));
    if readiness.stopping.load(Ordering::Acquire) {
        return not("stopping");
    }
    match app.db.ping().await {
        Ok(()) => HttpResponse::Ok().json(json!({ "status": "ready" })),
        Err(_) => not("the database does not answer"),
    }
}
