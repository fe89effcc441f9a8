//! The words that settings choose among, and how files, the database and the command line spell them.

/// `housekey dev` or `housekey serve`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// On a laptop: loopback, development inbox, errors that show everything.
    Development,
    /// For people.
    Production,
}

/// A way in that an operator can offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MethodName {
    /// A password.
    Password,
    /// A link and a code by mail.
    Email,
}

/// Who may create an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignUp {
    /// Anybody.
    Open,
    /// Only people who were invited.
    Invite,
    /// Nobody: accounts are made by operators.
    Closed,
}

/// Whether a second step is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TwoStep {
    /// Who has one is asked.
    Optional,
    /// Everybody.
    Required,
    /// Administrators.
    RequiredForAdmins,
}

/// A JWS algorithm (RFC 7518 §3.1, RFC 8037).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SigningAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256, 2048 bits.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

/// The outline of the hosted pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// An archway.
    Doorway,
    /// A card.
    Card,
    /// Nothing.
    Plain,
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appearance {
    /// As the visitor's system says.
    Auto,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

/// What kind of program a client is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientKind {
    /// Scripts in a browser. Public.
    Spa,
    /// A program on a person's device. Public.
    Native,
    /// A server with a secret.
    Web,
    /// A program that acts for itself.
    Service,
    /// A program without a browser of its own: a television, a terminal (RFC 8628).
    Device,
}

/// How a client proves itself at the token endpoint (OpenID Connect Core §9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientAuth {
    /// Not at all: PKCE binds the code instead.
    None,
    /// `client_secret_basic`
    Basic,
    /// `client_secret_post`
    Post,
    /// `private_key_jwt`
    PrivateKeyJwt,
}

/// How the signed-in person goes back to the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// An authorization code (RFC 6749 §4.1).
    Code,
    /// An access token in the fragment and a refresh cookie; first-party only.
    Token,
}

/// Where a client's refresh token lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshIn {
    /// In the token endpoint's answer: the client keeps it.
    Body,
    /// In a cookie of ours, which no script reads; first-party apps of the same site only.
    Cookie,
}

/// Whether a client's refresh cookie comes along when its page asks from another site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameSite {
    /// It does not: the app and this server are one site.
    Lax,
    /// It does, in browsers that let it.
    None,
}

/// Whether an authorization request must come with a PKCE challenge (RFC 7636).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pkce {
    /// It must.
    Required,
    /// A client with a secret that knows nothing of PKCE may go without.
    Optional,
}

/// How much an ID token says of its person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdTokenClaims {
    /// What the scopes open: relying parties such as Convex and Auth.js read it there.
    Full,
    /// Who it is; the rest is at the userinfo endpoint (OpenID Connect Core §5.4).
    Minimal,
}

/// Whether a client's tokens are bound to a key of its own (RFC 9449).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dpop {
    /// Where it asks for that.
    Optional,
    /// Always: it gets no tokens without a proof.
    Required,
    /// Always, and each proof has a nonce of ours in it, so that none can be made in advance.
    Nonce,
}

/// Gives an enum of words its spelling in files, in the database and on the command line.
macro_rules! spelled {
    ($($name:ident { $($variant:ident = $text:literal),* $(,)? })*) => {$(
        impl $name {
            /// Every value, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its spelling.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            /// The value spelled so.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == text)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )*};
}

spelled! {
    Mode { Development = "development", Production = "production" }
    MethodName { Password = "password", Email = "email" }
    SignUp { Open = "open", Invite = "invite", Closed = "closed" }
    TwoStep { Optional = "optional", Required = "required", RequiredForAdmins = "required_for_admins" }
    SigningAlgorithm { Rs256 = "RS256", Es256 = "ES256", EdDsa = "EdDSA" }
    Shape { Doorway = "doorway", Card = "card", Plain = "plain" }
    Appearance { Auto = "auto", Light = "light", Dark = "dark" }
    ClientKind { Spa = "spa", Native = "native", Web = "web", Service = "service", Device = "device" }
    ClientAuth { None = "none", Basic = "basic", Post = "post", PrivateKeyJwt = "private_key_jwt" }
    Delivery { Code = "code", Token = "token" }
    RefreshIn { Body = "body", Cookie = "cookie" }
    Pkce { Required = "required", Optional = "optional" }
    IdTokenClaims { Full = "full", Minimal = "minimal" }
    Dpop { Optional = "optional", Required = "required", Nonce = "nonce" }
    SameSite { Lax = "lax", None = "none" }
}
