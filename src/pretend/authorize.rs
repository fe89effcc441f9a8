//! `GET` and `POST /authorize`: who are you today? (OpenID Connect Core §3.1.2)
//!
//! The form needs no proof that it is ours. There is no account to misuse, and the answer goes to the
//! client alone, who knows by `state` whether it asked.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use url::form_urlencoded::Serializer;

use super::Provider;
use super::grant::Code;
use super::parameters::Parameters;
use super::people::Person;
use super::request::{self, Asked, Refusal};
use super::view::{self, NoticePage, WhoPage};

/// The page.
pub(super) async fn get_authorize(provider: web::Data<Provider>, request: HttpRequest) -> HttpResponse {
    answer(&provider, Parameters::parse(request.query_string().as_bytes()), |parameters, asked| {
        view::respond(StatusCode::OK, &WhoPage::new(parameters, &asked, None))
    })
}

/// Its form.
pub(super) async fn post_authorize(provider: web::Data<Provider>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    answer(&provider, Parameters::of_form(&request, &body), |parameters, asked| {
        let again = |problem| view::respond(StatusCode::BAD_REQUEST, &WhoPage::new(parameters, &asked, Some(problem)));
        let person = match parameters.text("who") {
            "cancel" => {
                let denied = [("error", "access_denied"), ("error_description", "the person pressed Cancel")];
                return back(&provider, &asked.redirect_uri, parameters, &denied);
            }
            "somebody" => match Person::typed(parameters) {
                Some(person) => person,
                None => return again("A subject is needed: up to 255 letters, digits and signs without accents."),
            },
            who => match Person::ready_made(who) {
                Some(person) => person,
                None => return again("There is nobody of that name here. Choose one of these."),
            },
        };
        let secret = URL_SAFE_NO_PAD.encode(provider.random.bytes::<24>());
        let to = asked.redirect_uri.clone();
        let now = provider.clock.now();
        provider.codes.put(secret.clone(), Code { person, asked, at: now }, now);
        back(&provider, &to, parameters, &[("code", &secret)])
    })
}

fn answer(
    provider: &Provider,
    parameters: Result<Parameters, &'static str>,
    good: impl FnOnce(&Parameters, Asked) -> HttpResponse,
) -> HttpResponse {
    let Ok(parameters) = parameters else {
        let why = "A parameter was sent more than once, or the body is not a form.";
        return view::respond(StatusCode::BAD_REQUEST, &NoticePage::refused(why));
    };
    match request::check(&provider.settings, &parameters) {
        Ok(asked) => good(&parameters, asked),
        Err(Refusal::Show(why)) => view::respond(StatusCode::BAD_REQUEST, &NoticePage::refused(why)),
        Err(Refusal::Return(to, code, description)) => {
            back(provider, &to, &parameters, &[("error", code), ("error_description", description)])
        }
    }
}

/// Sends the browser back to the client, with its `state` and our name (RFC 9207).
fn back(provider: &Provider, to: &str, parameters: &Parameters, answer: &[(&str, &str)]) -> HttpResponse {
    let mut query = Serializer::new(String::new());
    query.extend_pairs(answer);
    query.extend_pairs(parameters.get("state").map(|state| ("state", state)));
    query.append_pair("iss", provider.settings.origin.as_str());
    let joint = if to.contains('?') { '&' } else { '?' };
    HttpResponse::SeeOther().insert_header((header::LOCATION, format!("{to}{joint}{}", query.finish()))).finish()
}
