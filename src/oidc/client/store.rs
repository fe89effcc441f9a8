//! The table of clients that were registered at the command line.

use sea_orm::sea_query::{OnConflict, TableCreateStatement};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Schema};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::Client;
use crate::audit::Event;
use crate::config::{
    ClientAuth, ClientEntry, ClientKeys, ClientKind, CustomClaims, Delivery, Dpop, IdTokenClaims, Pkce, RefreshIn, SameSite,
    SigningAlgorithm,
};
use crate::error::{Error, Result};
use crate::oidc::consent;
use crate::types::{ClientId, Origin, RedirectUri};
use crate::work::Work;

mod client {
    use sea_orm::entity::prelude::*;

    use crate::types::{ClientId, UnixMillis};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "clients")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false, column_type = "String(StringLen::N(64))")]
        pub id: ClientId,
        #[sea_orm(column_type = "Text")]
        pub entry: String,
        #[sea_orm(column_type = "Blob")]
        pub secret_hash: Option<Vec<u8>>,
        pub created_at: UnixMillis,
        pub updated_at: UnixMillis,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A registration as JSON. Names, addresses and public keys: the secret is in its own column, as a mark.
#[derive(Serialize, Deserialize)]
struct Stored {
    kind: String,
    name: Option<String>,
    auth: String,
    /// Absent in registrations of earlier versions.
    jwks: Option<String>,
    jwks_uri: Option<String>,
    redirect_uris: Vec<String>,
    post_logout_redirect_uris: Vec<String>,
    origins: Vec<String>,
    delivery: String,
    /// Absent in registrations of earlier versions.
    refresh: Option<String>,
    /// Likewise.
    same_site: Option<String>,
    /// Likewise.
    pkce: Option<String>,
    signing: Option<String>,
    first_party: bool,
    audience: Option<String>,
    /// Absent in registrations of earlier versions.
    #[serde(default)]
    scopes: Vec<String>,
    /// Absent in registrations of earlier versions.
    #[serde(default)]
    require_par: bool,
    #[serde(default)]
    resources: Vec<String>,
    dpop: Option<String>,
    id_token: Option<String>,
    claims: Option<String>,
    initiate_login_uri: Option<String>,
    /// Absent in registrations of earlier versions.
    backchannel_logout_uri: Option<String>,
}

fn write(entry: &ClientEntry) -> Result<String> {
    let texts = |uris: &[RedirectUri]| uris.iter().map(ToString::to_string).collect();
    let stored = Stored {
        kind: entry.kind.to_string(),
        name: entry.name.clone(),
        auth: entry.auth.to_string(),
        jwks: entry.jwks.as_ref().map(|keys| keys.as_str().to_owned()),
        jwks_uri: entry.jwks_uri.as_ref().map(ToString::to_string),
        redirect_uris: texts(&entry.redirect_uris),
        post_logout_redirect_uris: texts(&entry.post_logout_redirect_uris),
        origins: entry.origins.iter().map(ToString::to_string).collect(),
        delivery: entry.delivery.to_string(),
        refresh: Some(entry.refresh.to_string()),
        same_site: Some(entry.same_site.to_string()),
        pkce: Some(entry.pkce.to_string()),
        signing: entry.signing.map(|signing| signing.to_string()),
        first_party: entry.first_party,
        audience: entry.audience.clone(),
        scopes: entry.scopes.clone(),
        require_par: entry.require_par,
        resources: entry.resources.clone(),
        dpop: Some(entry.dpop.to_string()),
        id_token: Some(entry.id_token.to_string()),
        claims: entry.claims.as_ref().map(|claims| claims.as_str().to_owned()),
        initiate_login_uri: entry.initiate_login_uri.as_ref().map(ToString::to_string),
        backchannel_logout_uri: entry.backchannel_logout_uri.as_ref().map(ToString::to_string),
    };
    serde_json::to_string(&stored).map_err(|error| Error::broken("a client cannot be written", error))
}

/// A word; what it meant before there was one, in a registration of an earlier version.
fn or<T>(text: Option<String>, parse: impl Fn(&str) -> Option<T>, before: T) -> Option<T> {
    text.map_or(Some(before), |text| parse(&text))
}

fn read(row: client::Model) -> Result<Client> {
    let broken = |what: &str| Error::broken("a stored client does not read", format!("{}: {what}", row.id));
    let stored: Stored = serde_json::from_str(&row.entry).map_err(|error| broken(&error.to_string()))?;
    let uris = |texts: &[String]| {
        texts.iter().map(|text| RedirectUri::parse(text).map_err(|e| broken(&e.to_string()))).collect::<Result<Vec<_>>>()
    };
    let uri = |text: Option<String>| text.map(|text| RedirectUri::parse(&text)).transpose().map_err(|e| broken(&e.to_string()));
    let entry = ClientEntry {
        kind: ClientKind::parse(&stored.kind).ok_or_else(|| broken("kind"))?,
        name: stored.name,
        auth: ClientAuth::parse(&stored.auth).ok_or_else(|| broken("auth"))?,
        secret: None,
        jwks: stored.jwks.map(|text| ClientKeys::parse(&text).map_err(|why| broken(&why))).transpose()?,
        jwks_uri: uri(stored.jwks_uri)?,
        redirect_uris: uris(&stored.redirect_uris)?,
        post_logout_redirect_uris: uris(&stored.post_logout_redirect_uris)?,
        origins: stored.origins.iter().map(|text| Origin::parse(text).map_err(|e| broken(&e.to_string()))).collect::<Result<_>>()?,
        delivery: Delivery::parse(&stored.delivery).ok_or_else(|| broken("delivery"))?,
        refresh: or(stored.refresh, RefreshIn::parse, RefreshIn::Body).ok_or_else(|| broken("refresh"))?,
        same_site: or(stored.same_site, SameSite::parse, SameSite::Lax).ok_or_else(|| broken("same_site"))?,
        pkce: or(stored.pkce, Pkce::parse, Pkce::Required).ok_or_else(|| broken("pkce"))?,
        signing: stored.signing.map(|text| SigningAlgorithm::parse(&text).ok_or_else(|| broken("signing"))).transpose()?,
        first_party: stored.first_party,
        audience: stored.audience,
        scopes: stored.scopes,
        require_par: stored.require_par,
        resources: stored.resources,
        dpop: or(stored.dpop, Dpop::parse, Dpop::Optional).ok_or_else(|| broken("dpop"))?,
        id_token: or(stored.id_token, IdTokenClaims::parse, IdTokenClaims::Full).ok_or_else(|| broken("id_token"))?,
        claims: stored.claims.map(|text| CustomClaims::parse(&text).map_err(|why| broken(&why))).transpose()?,
        initiate_login_uri: uri(stored.initiate_login_uri)?,
        backchannel_logout_uri: uri(stored.backchannel_logout_uri)?,
        branding: None,
    };
    Ok(Client::with_mark(row.id.clone(), entry, row.secret_hash))
}

/// Every stored client, by identifier.
pub async fn list(db: &impl ConnectionTrait) -> Result<Vec<Client>> {
    client::Entity::find().order_by_asc(client::Column::Id).all(db).await?.into_iter().map(read).collect()
}

/// One stored client.
pub async fn find(db: &impl ConnectionTrait, id: &ClientId) -> Result<Option<Client>> {
    client::Entity::find_by_id(id.clone()).one(db).await?.map(read).transpose()
}

/// Registers a client; says whether the identifier was free.
pub async fn insert(work: &mut Work<'_>, id: &ClientId, entry: ClientEntry) -> Result<bool> {
    let client = Client::new(work.crypto(), id.clone(), entry);
    let row = client::ActiveModel {
        id: Set(id.clone()),
        entry: Set(write(&client.entry)?),
        secret_hash: Set(client.secret_mark),
        created_at: Set(work.now),
        updated_at: Set(work.now),
    };
    let inserted = client::Entity::insert(row)
        .on_conflict(OnConflict::column(client::Column::Id).do_nothing().to_owned())
        .exec_without_returning(work.db())
        .await?;
    if inserted == 1 {
        work.record(Event::ClientAdded { client: id.clone() });
    }
    Ok(inserted == 1)
}

/// Replaces a registration, its secret excepted; says whether there is such a client.
pub async fn update(work: &mut Work<'_>, id: &ClientId, entry: &ClientEntry) -> Result<bool> {
    let changed = client::Entity::update_many()
        .col_expr(client::Column::Entry, write(entry)?.into())
        .col_expr(client::Column::UpdatedAt, work.now.0.into())
        .filter(client::Column::Id.eq(id.clone()))
        .exec(work.db())
        .await?;
    if changed.rows_affected == 1 {
        work.record(Event::ClientEdited { client: id.clone() });
    }
    Ok(changed.rows_affected == 1)
}

/// Gives a client a new secret; says whether there is such a client.
pub async fn rotate_secret(work: &mut Work<'_>, id: &ClientId, secret: &SecretString) -> Result<bool> {
    let mark = super::mark(work.crypto(), id, secret);
    let changed = client::Entity::update_many()
        .col_expr(client::Column::SecretHash, mark.into())
        .col_expr(client::Column::UpdatedAt, work.now.0.into())
        .filter(client::Column::Id.eq(id.clone()))
        .exec(work.db())
        .await?;
    if changed.rows_affected == 1 {
        work.record(Event::ClientSecretRotated { client: id.clone() });
    }
    Ok(changed.rows_affected == 1)
}

/// Removes a client; says whether there was one.
pub async fn remove(work: &mut Work<'_>, id: &ClientId) -> Result<bool> {
    let removed = client::Entity::delete_by_id(id.clone()).exec(work.db()).await?.rows_affected == 1;
    if removed {
        consent::forget_client(work, id).await?;
        work.record(Event::ClientRemoved { client: id.clone() });
    }
    Ok(removed)
}

pub(crate) fn tables(schema: &Schema) -> Vec<TableCreateStatement> {
    vec![schema.create_table_from_entity(client::Entity)]
}
