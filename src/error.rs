//! What went wrong, independent of who is asking. How it looks is decided by the return type of
//! the handler: a page, an OAuth answer or a problem document.

use std::time::Duration;

/// The usual result of a use case that can fail for reasons other than a refusal.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Something that stops a request. A refusal (a wrong password, an old link) is not among them: that is an outcome.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or the caller may not know of it.
    #[error("not found")]
    NotFound,
    /// The caller may not.
    #[error("forbidden: {0}")]
    Forbidden(&'static str),
    /// A form or link of an earlier visit: its seal, its browser or its time does not fit any more.
    #[error("this page got old")]
    Stale {
        /// The journey, if it is known, so that the person can go on with it: the value of `flow`.
        flow: Option<String>,
    },
    /// No cookie came back although one was set.
    #[error("cookies are off")]
    NoCookies,
    /// The request cannot be understood; says why in words for the log and for programs.
    #[error("bad request: {0}")]
    Malformed(String),
    /// The body is larger than anything we ask for.
    #[error("too large")]
    TooLarge,
    /// A limit is reached.
    #[error("too many requests")]
    TooMany {
        /// When to come back.
        retry_after: Duration,
    },
    /// More work than can be done now.
    #[error("busy")]
    Busy {
        /// When to come back.
        retry_after: Duration,
    },
    /// A request from an app that cannot be answered to the app, because what it said about itself is wrong.
    #[error("{}", .0.log)]
    App(Box<AppProblem>),
    /// A fault of ours. Logged once, where it is shown.
    #[error("{what}")]
    Broken {
        /// What was being done.
        what: &'static str,
        /// Why it failed. Not for people.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Error {
    /// Something from an earlier visit, without a journey to go on with.
    pub const STALE: Self = Self::Stale { flow: None };

    /// A fault of ours, with its cause.
    pub fn broken(what: &'static str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Broken { what, source: source.into() }
    }
}

/// What an app got wrong, with everything its developer needs to mend it (ux.md 4.6). In production
/// people see one sentence and a reference instead; this goes to the log.
#[derive(Debug)]
pub struct AppProblem {
    /// The documented code, for example `redirect_uri_mismatch`.
    pub code: &'static str,
    /// One line for the log, without secrets.
    pub log: String,
    /// What the app sent, if the problem is one value.
    pub sent: Option<String>,
    /// What is registered for it, closest first.
    pub registered: Vec<String>,
    /// The client in question.
    pub client: String,
    /// The command that mends it.
    pub command: Option<String>,
    /// The registered address of the app, to go back to.
    pub back: Option<(String, String)>,
    /// The method and path that was called.
    pub request_line: String,
    /// What was sent, name and value, with secrets shortened.
    pub request: Vec<(String, String)>,
}
impl actix_web::ResponseError for Error {}
