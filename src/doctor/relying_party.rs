//! Who is to take a token, and what each of them is particular about. Measured against the programs themselves; the words
//! are what they answer.

/// Who is to take a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelyingParty {
    /// Convex, with `{ domain, applicationID }`.
    ConvexOidc,
    /// Convex, with `{ type: "customJwt", … }`.
    ConvexJwt,
    /// Auth.js, with us as a provider of type `oidc`.
    AuthJs,
    /// Anything that verifies a JWT by the book.
    Jose,
}

impl RelyingParty {
    /// Every one, by the name that the command line takes.
    pub const ALL: &'static [(&'static str, Self)] =
        &[("convex-oidc", Self::ConvexOidc), ("convex-jwt", Self::ConvexJwt), ("authjs", Self::AuthJs), ("jose", Self::Jose)];

    /// The one of this name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, party)| *party)
    }

    pub(super) fn is_convex(self) -> bool {
        matches!(self, Self::ConvexOidc | Self::ConvexJwt)
    }

    /// What a token may be signed with.
    pub(super) fn algorithms(self) -> &'static [&'static str] {
        match self {
            Self::ConvexOidc => &["RS256", "EdDSA"],
            Self::ConvexJwt => &["RS256", "ES256"],
            Self::AuthJs | Self::Jose => &["RS256", "ES256", "EdDSA"],
        }
    }

    /// How long after `exp` it is still taken, in seconds.
    pub(super) fn skew(self) -> i64 {
        match self {
            Self::ConvexOidc | Self::Jose => 0,
            Self::ConvexJwt => 5,
            Self::AuthJs => 30,
        }
    }

    /// What it answers if this rule is broken.
    pub(super) fn says(self, rule: &str) -> Option<&'static str> {
        const PARSE: &str = "401 InvalidAuthHeader: Could not parse JWT payload. Check that the token is a valid JWT format …";
        const NO_PROVIDER: &str = "401 NoAuthProvider: No auth provider found matching the given token";
        const NOT_OIDC: &str = "401 InvalidAuthHeader: Could not parse as OIDC ID token. Token might not be an OIDC-compliant JWT.";
        const UNVERIFIED: &str =
            "401 Unauthenticated: Could not verify OIDC token claim. Check that the token signature is valid and the token hasn't expired.";
        const NO_KID: &str = "401 InvalidAuthHeader: Could not decode token. JWT may be missing a 'kid' (key ID) header.";
        const BAD_KEY: &str =
            "401 InvalidAuthHeader: Could not decode token. The JWT's 'kid' (key ID) header is '…', does this key match …";
        const CLAIMS: &str = "401 InvalidAuthHeader: Could not verify token claim. Check that the JWT contains valid claims …";
        const EXPIRED: &str = "401 InvalidAuthHeader: Could not validate token: Token expired … seconds ago";
        match (self, rule) {
            (Self::ConvexOidc | Self::ConvexJwt, "form") => Some(PARSE),
            (Self::ConvexOidc | Self::ConvexJwt, "iss" | "aud") => Some(NO_PROVIDER),
            (Self::ConvexOidc, "sub" | "iat" | "claims") => Some(NOT_OIDC),
            (Self::ConvexOidc, _) => Some(UNVERIFIED),
            (Self::ConvexJwt, "kid") => Some(NO_KID),
            (Self::ConvexJwt, "alg" | "signature") => Some(BAD_KEY),
            (Self::ConvexJwt, "exp") => Some(EXPIRED),
            (Self::ConvexJwt, "sub" | "claims") => Some(CLAIMS),
            _ => None,
        }
    }
}
