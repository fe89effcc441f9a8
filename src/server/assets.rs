//! `/assets/…`: our files and the operator's, each under a name that changes with its content, so
//! that a browser asks once.

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::error::Error;
use crate::page::{Asset, PageResult, asset};

const FOREVER: &str = "public, max-age=31536000, immutable";

/// Sends a file, compressed as the browser likes it.
pub async fn get_asset(app: web::Data<App>, name: web::Path<String>, request: HttpRequest) -> PageResult {
    let asset =
        asset::built().iter().find(|asset| asset.file == name.as_str()).or_else(|| app.looks.asset(&name)).ok_or(Error::NotFound)?;
    let tag = format!("\"{}\"", asset.hash);
    let mut response = if said(&request, header::IF_NONE_MATCH).is_some_and(|tags| tags.contains(&tag)) {
        HttpResponse::NotModified().finish()
    } else {
        content(asset, &request)
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(FOREVER));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    // A picture opened by itself must not become a page of ours that runs scripts.
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    Ok(response)
}

fn content(asset: &Asset, request: &HttpRequest) -> HttpResponse {
    let accepts = |coding| accepted(request, coding);
    let packed = asset.brotli.filter(|_| accepts("br")).map(|bytes| ("br", bytes));
    let packed = packed.or_else(|| asset.gzip.filter(|_| accepts("gzip")).map(|bytes| ("gzip", bytes)));
    let mut response = HttpResponse::Ok();
    response.content_type(asset.media_type);
    match (packed, &asset.plain) {
        (Some((coding, bytes)), _) => response.insert_header((header::CONTENT_ENCODING, coding)).body(bytes),
        (None, std::borrow::Cow::Borrowed(bytes)) => response.body(*bytes),
        (None, std::borrow::Cow::Owned(bytes)) => response.body(bytes.clone()),
    }
}

fn said(request: &HttpRequest, name: header::HeaderName) -> Option<&str> {
    request.headers().get(name)?.to_str().ok()
}

/// Whether `Accept-Encoding` names this coding and does not refuse it (RFC 9110 §12.5.3).
fn accepted(request: &HttpRequest, coding: &str) -> bool {
    said(request, header::ACCEPT_ENCODING).unwrap_or("").split(',').any(|item| {
        let (name, weight) = item.split_once(';').unwrap_or((item, ""));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.trim_matches(['0', '.']).is_empty());
        name.trim().eq_ignore_ascii_case(coding) && !refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn codings_are_chosen_as_asked() {
        for (header, br, gzip) in [
            ("gzip, deflate, br, zstd", true, true),
            ("gzip;q=1.0, BR;q=0.5", true, true),
            ("br;q=0, gzip;q=0.000", false, false),
            ("", false, false),
            ("identity", false, false),
        ] {
            let request = TestRequest::default().insert_header(("accept-encoding", header)).to_http_request();
            assert_eq!((accepted(&request, "br"), accepted(&request, "gzip")), (br, gzip), "{header}");
        }
    }

    #[test]
    fn every_file_is_ready() {
        for asset in asset::built() {
            assert!(asset.file.contains(asset.hash.as_ref()) && asset.hash.len() == 12, "{}", asset.name);
            if let (Some(brotli), Some(gzip)) = (asset.brotli, asset.gzip) {
                assert!(brotli.len() < gzip.len() && gzip.len() < asset.plain.len(), "{}", asset.name);
            }
        }
    }
}
