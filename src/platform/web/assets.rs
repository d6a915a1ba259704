//! Stylesheets, fonts and pictures, embedded in the binary and served under `/assets/{version}/…`.
//!
//! The version is a digest of the whole set, so a page never mixes files of two releases and a stylesheet may
//! name its fonts relatively. Answers under the current version never change and say so; under another version
//! (an old page against a new server, or the reverse during a roll-out) the file of this release is served, and
//! must be asked for again next time.

use std::sync::LazyLock;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, guard, web};
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};

/// A year, the most that caches honour.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Files;

static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Files::iter().collect();
    names.sort();
    let mut digest = Sha256::new();
    for name in names {
        digest.update(name.as_bytes());
        if let Some(file) = Files::get(&name) {
            digest.update(file.metadata.sha256_hash());
        }
    }
    hex(&digest.finalize()[..8])
});

/// The address of an asset, for use in a page: `url("css/base.css")` → `/assets/1f2e…/css/base.css`.
pub fn url(path: &str) -> String {
    format!("/assets/{}/{path}", *VERSION)
}

/// Registers `GET` and `HEAD` of `/assets/{version}/{path}`.
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(web::resource("/assets/{version}/{path:.*}").guard(guard::Any(guard::Get()).or(guard::Head())).to(
        |request: HttpRequest, path: web::Path<(String, String)>| async move {
            let (version, path) = path.into_inner();
            serve(&request, &version, &path)
        },
    ));
}

fn serve(request: &HttpRequest, version: &str, path: &str) -> HttpResponse {
    let Some(file) = Files::get(path).filter(|_| !path.ends_with(".md")) else {
        return HttpResponse::NotFound().finish();
    };
    let etag = format!("\"{}\"", hex(&file.metadata.sha256_hash()[..16]));
    let caching = if version == *VERSION { FOREVER } else { ASK_AGAIN };
    let known =
        request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).is_some_and(|value| {
            value.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag || tag.trim() == "*")
        });
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((header::ETAG, etag)).insert_header((header::CACHE_CONTROL, caching));
    if known {
        response.finish()
    } else {
        response.content_type(content_type(path, &file)).body(file.data.into_owned())
    }
}

/// Text is UTF-8; browsers would have to guess otherwise.
fn content_type(path: &str, file: &EmbeddedFile) -> String {
    let mime = file.metadata.mimetype();
    if path.ends_with(".css") || path.ends_with(".txt") { format!("{mime}; charset=utf-8") } else { mime.to_owned() }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use actix_web::http::StatusCode;
    use actix_web::test::TestRequest;
    use actix_web::{App, test};

    use super::*;

    async fn get(request: TestRequest) -> actix_web::dev::ServiceResponse {
        let app = test::init_service(App::new().configure(configure)).await;
        test::call_service(&app, request.to_request()).await
    }

    fn header_of<'a>(response: &'a actix_web::dev::ServiceResponse, name: &str) -> &'a str {
        response.headers().get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[actix_web::test]
    async fn the_current_version_is_cached_for_good() {
        let response = get(TestRequest::get().uri(&url("css/base.css"))).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(header_of(&response, "content-type"), "text/css; charset=utf-8");
        assert!(header_of(&response, "cache-control").contains("immutable"));
        let body = test::read_body(response).await;
        assert_eq!(body, Files::get("css/base.css").unwrap().data.as_ref());
    }

    #[actix_web::test]
    async fn another_version_is_served_but_not_kept() {
        let response =
            get(TestRequest::get().uri("/assets/0000000000000000/fonts/hyperlegible-next-latin.woff2")).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(header_of(&response, "content-type"), "font/woff2");
        assert_eq!(header_of(&response, "cache-control"), "no-cache");
    }

    #[actix_web::test]
    async fn a_known_etag_is_answered_without_a_body() {
        let etag = header_of(&get(TestRequest::get().uri(&url("img/mark.svg"))).await, "etag").to_owned();
        let response = get(TestRequest::get().uri(&url("img/mark.svg")).insert_header(("if-none-match", etag))).await;
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
        assert!(test::read_body(response).await.is_empty());
    }

    #[actix_web::test]
    async fn what_is_not_embedded_is_not_found() {
        for path in [url("css/none.css"), url("../Cargo.toml"), url("README.md"), url("css/%2e%2e/%2e%2e/Cargo.toml")] {
            assert_eq!(get(TestRequest::get().uri(&path)).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[::core::prelude::v1::test]
    fn every_address_in_a_stylesheet_exists() {
        for name in Files::iter().filter(|name| name.ends_with(".css")) {
            let file = Files::get(&name).unwrap();
            let text = std::str::from_utf8(&file.data).unwrap();
            for address in text.split("url(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                let path = address.strip_prefix("../").unwrap_or_else(|| panic!("{name}: {address} leaves the set"));
                assert!(Files::get(path).is_some(), "{name}: {address}");
            }
        }
    }

    /// Relative luminance of `#rrggbb` (WCAG 2.2, "relative luminance").
    fn luminance(colour: &str) -> f64 {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(one: f64, other: f64) -> f64 {
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// WCAG 2.2: 1.4.3 asks 4.5 of text, 1.4.11 asks 3 of what shows where a control is.
    #[::core::prelude::v1::test]
    fn colours_can_be_told_apart_in_light_and_dark() {
        let file = Files::get("css/tokens.css").unwrap();
        let text = std::str::from_utf8(&file.data).unwrap();
        let (light, dark) = text.split_once("prefers-color-scheme: dark").unwrap();
        for scheme in [light, dark] {
            let colour = |name: &str| {
                let value = scheme.split(&format!("--{name}: ")).nth(1).unwrap_or_else(|| panic!("no {name}"));
                luminance(&value[..7])
            };
            for (front, backs) in [
                ("ink", &["paper", "sheet", "sunk", "accent-wash"][..]),
                ("ink-soft", &["paper", "sheet", "sunk", "accent-wash"]),
                ("accent", &["paper", "sheet", "accent-wash"]),
                ("accent-ink", &["accent", "accent-deep"]),
                ("danger", &["paper", "sheet", "danger-wash"]),
                ("warn", &["warn-wash"]),
                ("info", &["info-wash"]),
            ] {
                for back in backs {
                    let ratio = contrast(colour(front), colour(back));
                    assert!(ratio >= 4.5, "{front} on {back}: {ratio:.2}");
                }
            }
            for (line, back) in
                [("rule-strong", "sheet"), ("rule-strong", "paper"), ("focus", "sheet"), ("focus", "paper")]
            {
                let ratio = contrast(colour(line), colour(back));
                assert!(ratio >= 3.0, "{line} on {back}: {ratio:.2}");
            }
        }
    }
}
