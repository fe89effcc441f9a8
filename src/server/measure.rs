//! Numbers for Prometheus, on a listener of their own.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use prometheus::{Encoder, Histogram, HistogramOpts, IntCounterVec, IntGauge, Opts, Registry, TextEncoder};

use crate::app::App;
use crate::error::{Error, Result};
use crate::job::{self, Standing};

/// What is counted.
pub struct Measures {
    registry: Registry,
    requests: IntCounterVec,
    seconds: Histogram,
    hashes_waiting: IntGauge,
    letters_waiting: IntGauge,
    letters_failing: IntGauge,
}

impl Measures {
    /// Everything at zero.
    pub fn new() -> Result<Self> {
        let broken = |error: prometheus::Error| Error::broken("metrics cannot be made", error);
        let requests =
            IntCounterVec::new(Opts::new("housekey_requests_total", "Requests by class of status"), &["status"]).map_err(broken)?;
        let buckets = vec![0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];
        let options = HistogramOpts::new("housekey_request_seconds", "Time from a request's head to its answer's").buckets(buckets);
        let seconds = Histogram::with_opts(options).map_err(broken)?;
        let hashes_waiting = IntGauge::new("housekey_hashes_waiting", "Passwords waiting to be hashed").map_err(broken)?;
        let letters_waiting = IntGauge::new("housekey_letters_waiting", "Letters that have not gone yet").map_err(broken)?;
        let letters_failing = IntGauge::new("housekey_letters_failing", "Letters that failed at least once").map_err(broken)?;
        let registry = Registry::new();
        registry.register(Box::new(letters_waiting.clone())).map_err(broken)?;
        registry.register(Box::new(letters_failing.clone())).map_err(broken)?;
        registry.register(Box::new(requests.clone())).map_err(broken)?;
        registry.register(Box::new(seconds.clone())).map_err(broken)?;
        registry.register(Box::new(hashes_waiting.clone())).map_err(broken)?;
        Ok(Self { registry, requests, seconds, hashes_waiting, letters_waiting, letters_failing })
    }

    /// Counts one answer.
    pub fn count(&self, status: StatusCode, took: Duration) {
        let class = match status.as_u16() / 100 {
            2 => "2xx",
            3 => "3xx",
            4 => "4xx",
            5 => "5xx",
            _ => "1xx",
        };
        self.requests.with_label_values(&[class]).inc();
        self.seconds.observe(took.as_secs_f64());
    }

    /// Notes how many passwords wait to be hashed.
    pub fn hashes_waiting(&self, waiting: usize) {
        self.hashes_waiting.set(i64::try_from(waiting).unwrap_or(i64::MAX));
    }

    fn letters(&self, standing: &Standing) {
        self.letters_waiting.set(i64::try_from(standing.waiting).unwrap_or(i64::MAX));
        self.letters_failing.set(i64::try_from(standing.failing).unwrap_or(i64::MAX));
    }

    fn text(&self) -> Result<Vec<u8>> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text).map_err(|error| Error::broken("metrics cannot be written", error))?;
        Ok(text)
    }
}

/// `GET /metrics`
pub async fn get_metrics(app: web::Data<App>, measures: web::Data<Measures>, pool: web::Data<crate::password::HashPool>) -> HttpResponse {
    measures.hashes_waiting(pool.waiting());
    if let Ok(standing) = job::letters(&app.db).await {
        measures.letters(&standing);
    }
    match measures.text() {
        Ok(text) => HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(text),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}
