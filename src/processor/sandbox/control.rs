//! stub
use super::engine::Engine;
use actix_web::{HttpRequest, HttpResponse, web};
pub async fn handle(_r: HttpRequest, _b: web::Bytes, _e: web::Data<Engine>) -> HttpResponse {
    HttpResponse::NotFound().finish()
}
