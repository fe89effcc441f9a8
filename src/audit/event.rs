//! Every event, its name and what it carries. Names are public: the audit log shows them, webhooks will send them.

use serde_json::{Value, json};

use crate::types::{ChallengeId, ClientId, FamilyId, JobId, ProviderId, SessionId, UserId};

macro_rules! events {
    ($($(#[$doc:meta])* $variant:ident = $name:literal { $($field:ident: $type:ty),* $(,)? })*) => {
        /// Something worth remembering.
        #[derive(Debug, Clone)]
        #[expect(missing_docs, reason = "the fields are what their types say")]
        pub enum Event {
            $($(#[$doc])* $variant { $($field: $type),* },)*
        }

        impl Event {
            /// Every name, in the order of this list.
            pub const NAMES: &'static [&'static str] = &[$($name),*];

            /// What the log calls it.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $name),* }
            }

            /// Everything it carries.
            pub fn data(&self) -> Value {
                match self { $(Self::$variant { $($field),* } => json!({ $(stringify!($field): $field),* })),* }
            }
        }
    };
}

events! {
    /// A person exists from now on.
    UserCreated = "user.created" { user: UserId }
    /// An operator shut a person out.
    UserLocked = "user.locked" { user: UserId }
    /// An operator let a person in again, and forgot the failed passwords.
    UserUnlocked = "user.unlocked" { user: UserId }
    /// A person and everything about them is gone.
    UserRemoved = "user.removed" { user: UserId }
    /// A person wants to be removed: it happens in a week, unless they come back.
    DepartureBegun = "user.departure_begun" { user: UserId }
    /// They came back.
    DepartureCancelled = "user.departure_cancelled" { user: UserId }
    /// A person is called something else.
    UserRenamed = "user.renamed" { user: UserId }
    /// A person took a copy of what is kept of them.
    DataExported = "user.data_exported" { user: UserId }
    /// A browser holds a session.
    SignedIn = "session.started" { user: UserId, session: SessionId, methods: Vec<&'static str> }
    /// Somebody who was signed in proved again who they are: a session takes the place of another.
    SessionRenewed = "session.renewed" { user: UserId, session: SessionId, methods: Vec<&'static str>, proved_for: &'static str }
    /// A session ended because somebody said so.
    SignedOut = "session.ended" { user: UserId, session: SessionId, everywhere: bool }
    /// A wrong password. No user: nobody has that address.
    PasswordRefused = "password.refused" { user: Option<UserId> }
    /// The last allowed failure: only recovery helps now.
    PasswordLocked = "password.locked" { user: Option<UserId> }
    /// A correct password of a person who may not come in.
    SignInRefused = "session.refused" { user: UserId, reason: &'static str }
    /// A hash was renewed with the parameters of today.
    PasswordRehashed = "password.rehashed" { user: UserId }
    /// The mailbox has had enough for now: no letter goes.
    EmailChallengeHeld = "email_challenge.held" { challenge: ChallengeId }
    /// A letter that asks to prove an address went, and to whom is known. By whoever asked for it.
    EmailChallengeSent = "email_challenge.sent" { challenge: ChallengeId, user: Option<UserId>, purpose: &'static str }
    /// Somebody or something opened the link of a letter without going on: a person, or a scanner.
    EmailLinkOpened = "email_challenge.link_opened" { challenge: ChallengeId, user: Option<UserId>, same_browser: bool, opens: i64 }
    /// A wrong code from a letter.
    CodeRefused = "email_challenge.code_refused" { challenge: ChallengeId, user: Option<UserId>, tries: i64 }
    /// The link or the code of a letter was used.
    EmailChallengeRedeemed = "email_challenge.redeemed" { challenge: ChallengeId, user: Option<UserId>, by: &'static str, same_browser: bool }
    /// The reader of a letter said that they had not asked for it.
    EmailChallengeCancelled = "email_challenge.cancelled" { challenge: ChallengeId, user: Option<UserId> }
    /// The relay refuses a letter for good.
    LetterRefused = "letter.refused" { job: JobId, why: String }
    /// The password is another one.
    PasswordChanged = "password.changed" { user: UserId }
    /// The password was taken away.
    PasswordRemoved = "password.removed" { user: UserId }
    /// A passkey opens an account from now on.
    PasskeyAdded = "passkey.added" { user: UserId }
    /// A passkey is called something else.
    PasskeyRenamed = "passkey.renamed" { user: UserId }
    /// And no longer.
    PasskeyRemoved = "passkey.removed" { user: UserId }
    /// A passkey proved nothing: `counter` may mean that somebody has a copy of it.
    PasskeyRefused = "passkey.refused" { user: UserId, reason: &'static str }
    /// An account asks for a second step from now on, or for that of another app.
    TwoStepTurnedOn = "two_step.turned_on" { user: UserId }
    /// And no longer.
    TwoStepTurnedOff = "two_step.turned_off" { user: UserId }
    /// A wrong second step, after a right first one.
    SecondStepRefused = "two_step.refused" { user: UserId, method: &'static str }
    /// A recovery code was used; it is void now.
    RecoveryCodeUsed = "recovery_code.used" { user: UserId }
    /// There are ten new recovery codes; the old ones are void.
    RecoveryCodesRenewed = "recovery_codes.renewed" { user: UserId }
    /// An address was proved.
    EmailVerified = "email.verified" { user: UserId }
    /// A person has one more address.
    EmailAdded = "email.added" { user: UserId }
    /// And one less.
    EmailRemoved = "email.removed" { user: UserId }
    /// The primary address is another one.
    EmailChanged = "email.changed" { user: UserId }
    /// Another one will be in a week, unless its mailbox objects.
    EmailReplacementBegun = "email.replacement_begun" { user: UserId }
    /// It has objected.
    EmailReplacementRefused = "email.replacement_refused" { user: UserId }
    /// A person can come in through another login server.
    IdentityLinked = "identity.linked" { user: UserId, provider: ProviderId }
    /// And no longer.
    IdentityUnlinked = "identity.unlinked" { user: UserId, provider: ProviderId }
    /// Nobody had proved the address of an account until now: whoever made it before has lost every way in.
    AccountReclaimed = "user.reclaimed" { user: UserId }
    /// A journey to another login server came to nothing.
    UpstreamFailed = "upstream.failed" { provider: ProviderId, reason: &'static str }
    /// A client was given a person's token at another login server.
    UpstreamTokenGiven = "upstream.token_given" { user: UserId, client: ClientId, provider: ProviderId }
    /// A client received its first tokens of a sign-in.
    TokensIssued = "tokens.issued" { user: UserId, client: ClientId, session: SessionId, family: FamilyId }
    /// A person connected a device: its next question brings tokens.
    DeviceApproved = "device.approved" { user: UserId, client: ClientId }
    /// A person refused a device.
    DeviceDenied = "device.denied" { user: UserId, client: ClientId }
    /// A client gave back what it had received, by its refresh token or an access token.
    TokensRevoked = "tokens.revoked" { user: UserId, client: ClientId, session: SessionId, family: FamilyId }
    /// A person allowed somebody else's app to have what it asked for.
    AccessAllowed = "access.allowed" { user: UserId, client: ClientId, scope: String }
    /// And took it back: what the app held has ended.
    AccessWithdrawn = "access.withdrawn" { user: UserId, client: ClientId }
    /// An authorization code came a second time: what the first began has ended.
    CodeReused = "code.reused" { user: UserId, client: ClientId, family: Option<FamilyId> }
    /// A replaced refresh token came back too late: theft, or a broken client. The family has ended.
    RefreshTokenReused = "refresh_token.reused" { user: UserId, client: ClientId, session: SessionId, family: FamilyId }
    /// A client was registered.
    ClientAdded = "client.added" { client: ClientId }
    /// A client's registration changed.
    ClientEdited = "client.edited" { client: ClientId }
    /// A client has a new secret; the old one is void.
    ClientSecretRotated = "client.secret_rotated" { client: ClientId }
    /// A client is gone.
    ClientRemoved = "client.removed" { client: ClientId }
    /// A signing key exists from now on.
    KeyCreated = "key.created" { kid: String, algorithm: &'static str }
    /// A new signing key is to take over from the one before it, in time or at once.
    KeyRotated = "key.rotated" { kid: String, algorithm: &'static str, at_once: bool }
    /// A signing key is gone, and what it signed is refused.
    KeyRevoked = "key.revoked" { kid: String, algorithm: &'static str }
}

impl Event {
    /// The person it is about.
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::UserCreated { user }
            | Self::UserLocked { user }
            | Self::UserUnlocked { user }
            | Self::UserRemoved { user }
            | Self::DepartureBegun { user }
            | Self::DepartureCancelled { user }
            | Self::UserRenamed { user }
            | Self::DataExported { user }
            | Self::SignedIn { user, .. }
            | Self::SessionRenewed { user, .. }
            | Self::SignedOut { user, .. }
            | Self::SignInRefused { user, .. }
            | Self::PasswordRehashed { user }
            | Self::PasskeyAdded { user }
            | Self::PasskeyRenamed { user }
            | Self::PasskeyRemoved { user }
            | Self::PasskeyRefused { user, .. }
            | Self::TwoStepTurnedOn { user }
            | Self::TwoStepTurnedOff { user }
            | Self::SecondStepRefused { user, .. }
            | Self::RecoveryCodeUsed { user }
            | Self::RecoveryCodesRenewed { user }
            | Self::TokensIssued { user, .. }
            | Self::TokensRevoked { user, .. }
            | Self::AccessAllowed { user, .. }
            | Self::AccessWithdrawn { user, .. }
            | Self::CodeReused { user, .. }
            | Self::DeviceApproved { user, .. }
            | Self::DeviceDenied { user, .. }
            | Self::RefreshTokenReused { user, .. }
            | Self::PasswordChanged { user }
            | Self::PasswordRemoved { user }
            | Self::EmailVerified { user }
            | Self::EmailAdded { user }
            | Self::EmailRemoved { user }
            | Self::EmailReplacementBegun { user }
            | Self::EmailReplacementRefused { user }
            | Self::IdentityLinked { user, .. }
            | Self::IdentityUnlinked { user, .. }
            | Self::AccountReclaimed { user }
            | Self::UpstreamTokenGiven { user, .. }
            | Self::EmailChanged { user } => Some(*user),
            Self::PasswordRefused { user }
            | Self::PasswordLocked { user }
            | Self::EmailChallengeSent { user, .. }
            | Self::EmailLinkOpened { user, .. }
            | Self::CodeRefused { user, .. }
            | Self::EmailChallengeRedeemed { user, .. }
            | Self::EmailChallengeCancelled { user, .. } => *user,
            _ => None,
        }
    }

    /// The client it is about.
    pub fn client(&self) -> Option<&ClientId> {
        match self {
            Self::TokensIssued { client, .. }
            | Self::TokensRevoked { client, .. }
            | Self::AccessAllowed { client, .. }
            | Self::AccessWithdrawn { client, .. }
            | Self::UpstreamTokenGiven { client, .. }
            | Self::CodeReused { client, .. }
            | Self::DeviceApproved { client, .. }
            | Self::DeviceDenied { client, .. }
            | Self::RefreshTokenReused { client, .. }
            | Self::ClientAdded { client }
            | Self::ClientEdited { client }
            | Self::ClientSecretRotated { client }
            | Self::ClientRemoved { client } => Some(client),
            _ => None,
        }
    }

    /// The session it is about.
    pub fn session(&self) -> Option<SessionId> {
        match self {
            Self::SignedIn { session, .. }
            | Self::SessionRenewed { session, .. }
            | Self::SignedOut { session, .. }
            | Self::TokensIssued { session, .. }
            | Self::TokensRevoked { session, .. }
            | Self::RefreshTokenReused { session, .. } => Some(*session),
            _ => None,
        }
    }
}
