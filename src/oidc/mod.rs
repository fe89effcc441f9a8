//! We are the provider. Which standard lives where:
//!
//! | standard | file |
//! |---|---|
//! | OpenID Connect Discovery 1.0, RFC 8414 | [`discovery`] |
//! | RFC 7517 (JWKS) | [`jwks`] |
//! | RFC 8628 | [`device`] |
//! | RFC 6749 §4.1.3, §4.4 and §6, RFC 9068, OpenID Connect Core §2 | [`token`] |
//! | RFC 7523 §3, OpenID Connect Core §9 | [`client`], [`spent_jti`] |
//! | OpenID Connect Core §3.1.2, RFC 6749 §4.1.1, RFC 7636, RFC 9207, Form Post Response Mode 1.0 | [`authorize`] |
//! | RFC 9126 | [`pushed`] |
//! | RFC 8707 | [`resource`] |
//! | RFC 9449 | [`dpop`] |
//! | RFC 6750 | [`bearer`] |
//! | OpenID Connect Core §3.1.2.4 (consent) | [`consent`] |
//! | OpenID Connect Core §5.3 | [`userinfo`] |
//! | RFC 7009 | [`revoke`] |
//! | RFC 7662 | [`introspect`] |
//! | OpenID Connect RP-Initiated Logout 1.0 | [`logout`] |
//! | OpenID Connect Back-Channel Logout 1.0 | [`backchannel_logout`] |
//! | `acr` and `acr_values`, RFC 9470 | [`acr`] |
//! | Fetch (CORS) | [`cors`] |

pub mod acr;
pub mod authorize;
pub mod backchannel_logout;
pub mod bearer;
pub mod claims;
pub mod client;
pub mod consent;
pub mod cors;
pub mod device;
pub mod discovery;
pub mod dpop;
pub(crate) mod error;
mod hint;
pub mod introspect;
pub mod jwks;
pub mod logout;
pub mod pushed;
pub mod resource;
pub mod revoke;
pub mod scope;
pub mod spent_jti;
pub mod token;
pub mod userinfo;

pub use client::{Client, Clients};
pub use error::{OAuthError, OAuthResult};

use sea_orm::Schema;
use sea_orm::sea_query::TableCreateStatement;

pub(crate) fn tables(schema: &Schema) -> Vec<TableCreateStatement> {
    let alone = vec![spent_jti::table(schema), pushed::table(schema)];
    [client::tables(schema), authorize::tables(schema), consent::tables(schema), device::tables(schema), alone].concat()
}
