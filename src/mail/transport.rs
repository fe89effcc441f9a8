//! Where letters go: a relay, a folder, or this process's memory.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{self, PoolConfig};
use lettre::{AsyncFileTransport, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use secrecy::ExposeSecret;

use super::message::message;
use crate::config::{self, SmtpTls};
use crate::error::{Error, Result};
use crate::types::{Envelope, JobId};

/// How long the relay may take for each answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// Connections at once; more would only make a slow relay slower.
const CONNECTIONS: u32 = 4;

/// What takes letters in this process.
pub type Outgoing = Arc<dyn Fn(Envelope) + Send + Sync>;

/// Where letters go.
#[derive(Clone)]
pub enum Transport {
    /// To this process: the development inbox, tests.
    Memory(Outgoing),
    /// To a folder, a file each.
    Folder(PathBuf),
    /// To a relay.
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    /// Nowhere: no letter should have been written.
    Nowhere,
}

/// Why a letter did not go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undelivered {
    /// It may go later, and no other can go now: the relay is away, or does not let us in.
    Down(String),
    /// It may go later: the relay does not take this one now.
    Later(String),
    /// It never will: the relay refuses this recipient or this letter.
    Never(String),
}

impl Transport {
    /// As configured; where nothing is, `otherwise`. `host` is what we call ourselves to the relay.
    pub fn new(email: &config::Email, host: &str, otherwise: Self) -> Result<Self> {
        match (&email.smtp, &email.folder) {
            (Some(relay), _) => Ok(Self::Smtp(connect(relay, host)?)),
            (None, Some(folder)) => {
                std::fs::create_dir_all(folder).map_err(|error| Error::broken("email.folder cannot be made", error))?;
                Ok(Self::Folder(folder.clone()))
            }
            (None, None) => Ok(otherwise),
        }
    }

    /// Hands a letter over. The same `id` gives the same Message-ID, so that a letter that goes twice is one.
    pub async fn send(&self, letter: &Envelope, id: JobId, host: &str) -> Result<(), Undelivered> {
        let message = || message(letter, id, host).map_err(|error| Undelivered::Never(error.to_string()));
        match self {
            Self::Memory(outgoing) => {
                outgoing(letter.clone());
                Ok(())
            }
            Self::Folder(folder) => {
                let sent = AsyncFileTransport::<Tokio1Executor>::new(folder).send(message()?).await;
                sent.map(|_| ()).map_err(|error| Undelivered::Down(error.to_string()))
            }
            Self::Smtp(relay) => relay.send(message()?).await.map(|_| ()).map_err(|error| undelivered(&error)),
            Self::Nowhere => Err(Undelivered::Down("email.smtp is empty".into())),
        }
    }

    /// Whether the relay can be reached and lets us in; anything else always can.
    pub async fn test(&self) -> Result<(), String> {
        match self {
            Self::Smtp(relay) => match relay.test_connection().await {
                Ok(true) => Ok(()),
                Ok(false) => Err("the relay hung up".into()),
                Err(error) => Err(reason(&error)),
            },
            Self::Nowhere => Err("email.smtp is empty".into()),
            Self::Memory(_) | Self::Folder(_) => Ok(()),
        }
    }
}

fn connect(relay: &config::Smtp, host: &str) -> Result<AsyncSmtpTransport<Tokio1Executor>> {
    let broken = |error: smtp::Error| Error::broken("the mail relay's TLS cannot be set up", error);
    let parameters = || {
        let mut builder = TlsParameters::builder(relay.host.clone());
        if let Some(pem) = &relay.ca {
            builder = builder.add_root_certificate(Certificate::from_pem(pem).map_err(broken)?);
        }
        builder.build_rustls().map_err(broken)
    };
    let tls = match relay.tls {
        SmtpTls::Implicit => Tls::Wrapper(parameters()?),
        // Required, not opportunistic: a relay that offers no TLS gets no letter.
        SmtpTls::StartTls => Tls::Required(parameters()?),
        SmtpTls::None => Tls::None,
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(relay.host.clone())
        .port(relay.port)
        .tls(tls)
        .timeout(Some(PATIENCE))
        .hello_name(ClientId::Domain(host.to_owned()))
        .pool_config(PoolConfig::new().max_size(CONNECTIONS).idle_timeout(Duration::from_secs(30)));
    if let Some((user, password)) = relay.user.as_ref().zip(relay.password.as_ref()) {
        builder = builder.credentials(Credentials::new(user.clone(), password.expose_secret().to_owned()));
    }
    Ok(builder.build())
}

/// A refusal of the mailbox or the letter is for good, or for now (RFC 5321 §4.2.2: 450 to 452). A refusal of
/// ourselves (RFC 4954 §4: 530 to 538) is the operator's to mend, and the letter waits for that.
fn undelivered(error: &smtp::Error) -> Undelivered {
    let code = error.status().map(u16::from);
    match code {
        Some(550..=559) => Undelivered::Never(reason(error)),
        Some(450..=452) => Undelivered::Later(reason(error)),
        _ => Undelivered::Down(reason(error)),
    }
}

/// The whole chain in one line, without the recipient, whom relays like to repeat.
fn reason(error: &smtp::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let more = cause.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        source = cause.source();
    }
    let plain = |word: &str| if word.contains('@') { "…".to_owned() } else { word.to_owned() };
    text.split_whitespace().map(plain).collect::<Vec<_>>().join(" ")
}
