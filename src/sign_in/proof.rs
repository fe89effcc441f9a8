//! What a person has just shown, and how strong that is.

/// A way in that succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// The right password.
    Password,
    /// The link or the code from a letter to the address.
    EmailCode,
    /// Another login server's word.
    Upstream,
}

impl Method {
    /// Its name in the audit log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::EmailCode => "email_code",
            Self::Upstream => "upstream",
        }
    }

    /// Its name in `amr` (RFC 8176 §2). A code by mail is not a factor of its own (NIST SP 800-63B-4 §3.1.3).
    pub fn amr(self) -> &'static str {
        match self {
            Self::Password => "pwd",
            Self::EmailCode => "otp",
            // No value of RFC 8176 says it; this is what others write for it.
            Self::Upstream => "fed",
        }
    }
}

/// Proofs given in one journey, in order.
#[derive(Debug, Clone, Default)]
pub struct Proofs(Vec<Method>);

impl Proofs {
    /// One proof.
    pub fn of(method: Method) -> Self {
        Self(vec![method])
    }

    /// One more.
    #[must_use]
    pub fn and(mut self, method: Method) -> Self {
        self.0.push(method);
        self
    }

    /// Whether this was shown.
    pub fn has(&self, method: Method) -> bool {
        self.0.contains(&method)
    }

    /// For `amr`, each once.
    pub fn amr(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.0.iter().map(|method| method.amr()).collect();
        names.dedup();
        names
    }

    /// For the audit log.
    pub fn names(&self) -> Vec<&'static str> {
        self.0.iter().map(|method| method.as_str()).collect()
    }
}
