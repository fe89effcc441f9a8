//! The kinds of work that is done later.

/// What there is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobKind {
    /// A letter that is written already, as [`super::Envelope`].
    Letter,
    /// A letter that is yet to be written, for a challenge.
    EmailChallenge,
    /// An app that is yet to be told of a session's end, as [`super::EndedSession`].
    BackchannelLogout,
}

impl JobKind {
    /// All of them, in the order in which they stand above.
    pub const ALL: [Self; 3] = [Self::Letter, Self::EmailChallenge, Self::BackchannelLogout];

    /// Its spelling in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Letter => "letter",
            Self::EmailChallenge => "email_challenge",
            Self::BackchannelLogout => "backchannel_logout",
        }
    }
}
