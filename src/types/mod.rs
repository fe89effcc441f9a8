//! Values with no dependencies: parsed once at the edge, trusted everywhere after.

mod caller;
mod edit_distance;
mod email_address;
mod ended_session;
mod envelope;
pub mod id;
mod job_kind;
mod name;
mod origin;
mod redirect_uri;
mod time;
mod token;
mod url;
mod words;

pub use caller::Caller;
pub use edit_distance::edit_distance;
pub use email_address::{EmailAddress, EmailAddressError};
pub use ended_session::EndedSession;
pub use envelope::Envelope;
pub use id::{
    ChallengeId, ClientId, CredentialId, EmailId, EventId, FamilyId, FlowId, JobId, PendingIdentityId, ProviderId, SessionId, UserId,
};
pub use job_kind::JobKind;
pub use name::{is_invisible, typed_name};
pub use origin::Origin;
pub use redirect_uri::RedirectUri;
pub use time::UnixMillis;
pub use token::{AuthorizationCode, DeviceCode, PushedRequest, SessionSecret, Token, TokenHash, TokenKind, UpstreamState, moment_of};
pub use url::{IssuerUrl, UrlError, loopback_name};
pub use words::Words;
