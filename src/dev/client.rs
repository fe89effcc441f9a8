//! The client that a developer's own app can be without being registered: any port of this machine, any path.

use crate::config::{ClientEntry, ClientKind};
use crate::crypto::Crypto;
use crate::oidc::Client;
use crate::types::ClientId;

/// Its `client_id`.
pub const CLIENT: &str = "dev";

/// The client, for a development server. None only if its name were no identifier.
pub fn client(crypto: &Crypto) -> Option<Client> {
    let entry = ClientEntry { name: Some("Your app".to_owned()), first_party: true, ..ClientEntry::new(ClientKind::Spa) };
    Some(Client::of_any_local_app(crypto, ClientId::parse(CLIENT)?, entry))
}
