//! stub
use actix_web::HttpResponse;
pub async fn get_asset() -> HttpResponse { HttpResponse::Ok().finish() }
