//! Pushed authorization requests (RFC 9126): a client hands its request over from server to server, where nobody can read or change it,
//! and sends the browser with a reference that is good once.

use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use sea_orm::sea_query::TableCreateStatement;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, Schema};
use serde_json::json;

use super::{Clients, OAuthError, OAuthResult, authorize, client, cors, token};
use crate::app::App;
use crate::db::{insert, remove_some, sql};
use crate::error::{Error, Result};
use crate::form::{self, Body, Parameters};
use crate::key::{Keys, b64};
use crate::limit::{self, Action};
use crate::types::{ClientId, PushedRequest, Token, UnixMillis};

/// The beginning of a reference (§2.2).
const URN: &str = "urn:ietf:params:oauth:request_uri:";
/// How long it is good for: the browser is on its way.
const LIFETIME: Duration = Duration::from_secs(90);
/// More than any request needs.
const LARGEST: usize = 16 * 1024;
const LINE: &str = "POST /par";

mod pushed_request {
    use sea_orm::entity::prelude::*;

    use crate::types::{ClientId, UnixMillis};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "pushed_requests")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false, column_type = "Blob")]
        pub request_hash: Vec<u8>,
        #[sea_orm(column_type = "String(StringLen::N(64))")]
        pub client_id: ClientId,
        #[sea_orm(column_type = "Blob")]
        pub parameters: Vec<u8>,
        pub expires_at: UnixMillis,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// The endpoint.
pub async fn post_par(
    app: web::Data<App>,
    keys: web::Data<Keys>,
    clients: web::Data<Clients>,
    request: HttpRequest,
    body: Result<Body, Error>,
) -> OAuthResult {
    let answer = respond(&app, &keys, &clients, &request, body).await;
    cors::allow(&app, &clients, &request, answer).await
}

async fn respond(app: &App, keys: &Keys, clients: &Clients, request: &HttpRequest, body: Result<Body, Error>) -> OAuthResult {
    let Body(mut parameters) = body?;
    let client = client::authenticate(app, clients, request, &mut parameters).await?;
    if parameters.get("request_uri").is_some() {
        return Err(OAuthError::invalid_request("a pushed request cannot refer to another one"));
    }
    // RFC 9449 §10.1: a proof here binds the code as dpop_jkt would.
    if let Some(proved) = token::proved(app, &client, request).await? {
        if parameters.get("dpop_jkt").is_some_and(|jkt| jkt != proved.jkt) {
            return Err(OAuthError::invalid_dpop_proof("dpop_jkt is another key's"));
        }
        parameters.set("dpop_jkt", proved.jkt);
    }
    parameters.set("client_id", client.id.to_string());
    authorize::judge(app, keys, clients, &parameters, LINE).await??;
    let text: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters.iter()).finish();
    if text.len() > LARGEST {
        return Err(Error::TooLarge.into());
    }
    // Who cannot prove itself could fill the table in anybody's name.
    if !client.is_confidential() {
        limit::take(app, &[Action::PushFrom(form::caller(request).network())]).await?;
    }
    let reference = keep(app, &client.id, &text).await?;
    Ok(HttpResponse::build(StatusCode::CREATED)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(json!({ "request_uri": format!("{URN}{}", reference.reveal()), "expires_in": LIFETIME.as_secs() })))
}

async fn keep(app: &App, client: &ClientId, text: &str) -> Result<Token<PushedRequest>> {
    let reference = Token::<PushedRequest>::new(app.random.bytes());
    let hash = reference.hash().to_vec();
    let row = pushed_request::ActiveModel {
        parameters: Set(app.crypto.seal_column(&name(&hash), text.as_bytes())?),
        request_hash: Set(hash),
        client_id: Set(client.clone()),
        expires_at: Set(app.clock.now() + LIFETIME),
    };
    app.db.change(insert(app.db.backend(), row, None)).await?;
    Ok(reference)
}

/// Whether a `request_uri` is one of ours.
pub fn is_reference(request_uri: &str) -> bool {
    request_uri.starts_with(URN)
}

/// Takes a pushed request, once; only for the client that pushed it. Nothing if it is over, spent or another's. Fifty at once: one.
pub async fn take(app: &App, client: &str, request_uri: &str) -> Result<Option<Parameters>> {
    let reference = request_uri.strip_prefix(URN).and_then(Token::<PushedRequest>::parse);
    let Some((reference, client)) = reference.zip(ClientId::parse(client)) else { return Ok(None) };
    let hash = reference.hash().to_vec();
    let text = "DELETE FROM pushed_requests WHERE request_hash = $1 AND client_id = $2 AND expires_at > $3 RETURNING parameters";
    let values = [hash.clone().into(), client.as_str().into(), app.clock.now().0.into()];
    let rows = app.db.change(sql(app.db.write(), text, values)).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let parameters = app.crypto.open_column(&name(&hash), &row.get::<Vec<u8>>("parameters")?)?;
    Ok(Some(Parameters::parse(&parameters)?))
}

/// Removes those that nobody fetched, at most `limit`; says how many went.
pub async fn remove_expired(db: &impl ConnectionTrait, now: UnixMillis, limit: u64) -> Result<u64> {
    let over = pushed_request::Column::ExpiresAt.lt(now);
    remove_some::<pushed_request::Entity>(db, pushed_request::Column::RequestHash, over, limit).await
}

fn name(hash: &[u8]) -> String {
    format!("pushed_requests.parameters {}", b64(hash))
}

pub(super) fn table(schema: &Schema) -> TableCreateStatement {
    schema.create_table_from_entity(pushed_request::Entity)
}
