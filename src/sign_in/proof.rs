//! What a person has just shown, and how strong that is.

use serde::{Deserialize, Serialize};

use crate::types::CredentialId;

/// A way in that succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Method {
    /// The right password.
    Password,
    /// The link or the code from a letter to the address.
    EmailCode,
    /// Another login server's word.
    Upstream,
    /// A passkey that was unlocked: held, and by its person. Two steps in one.
    Passkey,
    /// The code that an authenticator app shows now.
    Totp,
    /// One of the codes kept for when the app is lost.
    RecoveryCode,
}

impl Method {
    /// Its name in the audit log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::EmailCode => "email_code",
            Self::Upstream => "upstream",
            Self::Passkey => "passkey",
            Self::Totp => "totp",
            Self::RecoveryCode => "recovery_code",
        }
    }

    /// Its name in `amr` (RFC 8176 §2). A code by mail is not a factor of its own (NIST SP 800-63B-4 §3.1.3).
    pub fn amr(self) -> &'static str {
        match self {
            Self::Password => "pwd",
            Self::EmailCode | Self::Totp | Self::RecoveryCode => "otp",
            Self::Passkey => "pop",
            // No value of RFC 8176 says it; this is what others write for it.
            Self::Upstream => "fed",
        }
    }

    /// Whether it says who somebody is. The others only confirm it.
    pub fn is_first(self) -> bool {
        matches!(self, Self::Password | Self::EmailCode | Self::Upstream | Self::Passkey)
    }
}

/// Proofs given in one journey, in order.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Proofs {
    methods: Vec<Method>,
    /// The way in that was used, if it is one that can be replaced or taken away.
    by: Option<CredentialId>,
}

impl Proofs {
    /// One proof.
    pub fn of(method: Method) -> Self {
        Self { methods: vec![method], by: None }
    }

    /// One more.
    #[must_use]
    pub fn and(mut self, method: Method) -> Self {
        self.methods.push(method);
        self
    }

    /// With the way in that was used: what was proved with it is void once it is gone.
    #[must_use]
    pub fn by(mut self, credential: CredentialId) -> Self {
        self.by = Some(credential);
        self
    }

    /// The way in that was used.
    pub fn credential(&self) -> Option<CredentialId> {
        self.by
    }

    /// Whether something says who it is.
    pub fn identify(&self) -> bool {
        self.methods.iter().any(|method| method.is_first())
    }

    /// Whether something of another kind confirms it.
    pub fn are_two_steps(&self) -> bool {
        self.methods.contains(&Method::Passkey) || (self.identify() && self.methods.iter().any(|method| !method.is_first()))
    }

    /// For `amr`, each once.
    pub fn amr(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.methods.iter().map(|method| method.amr()).collect();
        names.dedup();
        if self.are_two_steps() {
            names.push("mfa");
        }
        names
    }

    /// For the audit log.
    pub fn names(&self) -> Vec<&'static str> {
        self.methods.iter().map(|method| method.as_str()).collect()
    }
}
