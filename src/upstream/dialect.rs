//! What providers do differently at the token endpoint, put right on the way to them and back, so that the library need not
//! know of it.

use std::collections::BTreeMap;

use oauth2::http::{HeaderValue, Method as Verb, StatusCode, header};
use oauth2::{HttpRequest, HttpResponse};
use serde_json::Value;

use super::ask::set_header;
use super::configured::Upstream;
use super::failed::Failed;
use super::request::Method;
use super::template::{Template, Values};

/// The library's request as this provider expects it.
pub(super) fn in_its_own_way(upstream: &Upstream, mut request: HttpRequest) -> Result<HttpRequest, Failed> {
    let facts = &upstream.facts.token;
    let values = upstream.values();
    let missing = |why: super::Missing| Failed::Misconfigured(why.to_string());
    let form = url::form_urlencoded::parse(request.body()).into_owned().collect();
    let form = relaid(form, &facts.parameters, &facts.rename, &values)?;
    let encoded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    if facts.method == Method::Get {
        let uri = request.uri().to_string();
        let separator = if uri.contains('?') { '&' } else { '?' };
        let uri = format!("{uri}{separator}{encoded}");
        *request.uri_mut() = uri.parse().map_err(|_| Failed::Misconfigured(format!("{uri} is not an address")))?;
        *request.method_mut() = Verb::GET;
        request.headers_mut().remove(header::CONTENT_TYPE);
        request.body_mut().clear();
    } else {
        *request.body_mut() = encoded.into_bytes();
    }
    for (name, value) in &facts.headers {
        set_header(&mut request, name, &value.text(&values).map_err(missing)?)?;
    }
    Ok(request)
}

/// Standard parameters with those that the provider wants beside them, or instead of them, under the names that it gives them.
pub(super) fn relaid<'a>(
    mut pairs: Vec<(String, String)>,
    more: impl IntoIterator<Item = (&'a String, &'a Template)>,
    rename: &BTreeMap<String, String>,
    values: &Values<'_>,
) -> Result<Vec<(String, String)>, Failed> {
    for (name, value) in more {
        let value = value.text(values).map_err(|why| Failed::Misconfigured(why.to_string()))?;
        pairs.retain(|(known, _)| known != name);
        pairs.push((name.clone(), value));
    }
    for (name, _) in &mut pairs {
        if let Some(theirs) = rename.get(name) {
            name.clone_from(theirs);
        }
    }
    Ok(pairs)
}

/// A provider's answer as the library expects it, and what it said.
pub(super) fn in_the_standard_way(answer: HttpResponse) -> (HttpResponse, Value) {
    let parsed: Option<Value> = serde_json::from_slice(answer.body()).ok();
    let Some(Value::Object(mut said)) = parsed else {
        // GitHub's older servers answer with a form.
        let form: serde_json::Map<_, _> =
            url::form_urlencoded::parse(answer.body()).map(|(name, value)| (name.into_owned(), Value::from(value.into_owned()))).collect();
        return if form.contains_key("access_token") || form.contains_key("error") { restate(answer, form) } else { (answer, Value::Null) };
    };
    if let Some(Value::Array(scopes)) = said.get("scope") {
        let scopes: Vec<_> = scopes.iter().filter_map(Value::as_str).collect();
        said.insert("scope".into(), scopes.join(" ").into());
    }
    if let Some(seconds) = said.get("expires_in").and_then(Value::as_str).map(|text| text.parse::<u64>().ok()) {
        said.insert("expires_in".into(), seconds.map_or(Value::Null, Value::from));
    }
    restate(answer, said)
}

/// The answer with this in it. Some send an error with a status of success.
fn restate(mut answer: HttpResponse, mut said: serde_json::Map<String, Value>) -> (HttpResponse, Value) {
    let is_error = said.get("error").is_some_and(|error| !error.is_null()) && !said.contains_key("access_token");
    if is_error {
        if !said["error"].is_string() {
            let words = said["error"].to_string();
            said.insert("error".into(), words.into());
        }
    } else {
        said.insert("token_type".into(), "bearer".into());
    }
    if answer.status().is_success() || is_error {
        *answer.status_mut() = if is_error { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    }
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let said = Value::Object(said);
    *answer.body_mut() = said.to_string().into_bytes();
    (answer, said)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(status: u16, body: &str) -> (u16, Value) {
        let mut response = HttpResponse::new(body.as_bytes().to_vec());
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        let (response, said) = in_the_standard_way(response);
        (response.status().as_u16(), said)
    }

    #[test]
    fn what_providers_answer_is_put_into_the_standard_form() {
        for (status, body, expected, said) in [
            (200, r#"{"access_token":"a"}"#, 200, json!({ "access_token": "a", "token_type": "bearer" })),
            (201, r#"{"access_token":"a","scope":["x","y"]}"#, 200, json!({ "access_token": "a", "scope": "x y", "token_type": "bearer" })),
            (
                200,
                r#"{"access_token":"a","expires_in":"3600"}"#,
                200,
                json!({ "access_token": "a", "expires_in": 3600, "token_type": "bearer" }),
            ),
            (200, r#"{"error":"bad_verification_code"}"#, 400, json!({ "error": "bad_verification_code" })),
            (200, r#"{"error":{"code":100}}"#, 400, json!({ "error": "{\"code\":100}" })),
            (200, "access_token=a&scope=user", 200, json!({ "access_token": "a", "scope": "user", "token_type": "bearer" })),
            (500, "<html>", 500, Value::Null),
        ] {
            assert_eq!(answer(status, body), (expected, said), "{body}");
        }
    }
}
