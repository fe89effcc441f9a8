//! We are the provider. Which standard lives where:
//!
//! | standard | file |
//! |---|---|
//! | OpenID Connect Discovery 1.0, RFC 8414 | [`discovery`] |
//! | RFC 7517 (JWKS) | [`jwks`] |
//! | OpenID Connect Core §3.1.2, RFC 6749 §4.1.1, RFC 7636, RFC 9207 | [`authorize`] |
//! | RFC 6749 §4.1.3 and §6, RFC 9068, OpenID Connect Core §2 | [`token`] |
//! | RFC 6750 | [`bearer`] |
//! | OpenID Connect Core §5.3 | [`userinfo`] |
//! | OpenID Connect RP-Initiated Logout 1.0 | [`logout`] |
//! | OpenID Connect Back-Channel Logout 1.0 | [`backchannel_logout`] |
//! | Fetch (CORS) | [`cors`] |

pub mod authorize;
pub mod backchannel_logout;
pub mod bearer;
pub mod client;
pub mod consent;
pub(crate) mod consent_view;
pub mod cors;
pub mod discovery;
pub(crate) mod error;
pub mod jwks;
pub mod logout;
pub mod scope;
pub mod token;
pub mod userinfo;

pub use client::{Client, Clients};
pub use error::{OAuthError, OAuthResult};

use sea_orm::Schema;
use sea_orm::sea_query::TableCreateStatement;

pub(crate) fn tables(schema: &Schema) -> Vec<TableCreateStatement> {
    [client::tables(schema), authorize::tables(schema)].concat()
}
