//! Identifiers. Each is a `UUIDv7` of its own type that prints with a prefix (`usr_…`), so that
//! a log line says what an id is and the compiler says when two are mixed up.

use std::fmt;
use std::str::FromStr;

use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A text that is not an identifier of the kind asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a {0} identifier")]
pub struct IdError(&'static str);

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, DeriveValueType)]
        pub struct $name(pub Uuid);

        impl $name {
            /// What its text form begins with, before the underscore.
            pub const PREFIX: &'static str = $prefix;
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", $prefix, self.0.simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                text.strip_prefix(concat!($prefix, "_"))
                    .filter(|hex| hex.len() == 32 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
                    .and_then(|hex| Uuid::try_parse(hex).ok())
                    .map(Self)
                    .ok_or(IdError($prefix))
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        // sea-orm asks this of every primary key type and does not generate it for a UUID newtype.
        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    )*};
}

ids! {
    /// A person. The `sub` of every token.
    UserId = "usr";
    /// One of a person's addresses.
    EmailId = "eml";
    /// One way in that a person has.
    CredentialId = "crd";
    /// A signed-in browser. The `sid` of every token.
    SessionId = "ses";
    /// The line of refresh tokens that descend from one sign-in to one client.
    FamilyId = "fam";
    /// One journey of one browser tab, from the first page to the app.
    FlowId = "flw";
    /// A letter that asks its reader to prove an address.
    ChallengeId = "chl";
    /// Something to be done later.
    JobId = "job";
    /// What a provider said of somebody who has yet to prove which account here is theirs.
    PendingIdentityId = "pid";
    /// A line of the audit log.
    EventId = "evt";
}

/// Names that people choose: a text of the right length and characters, compared byte by byte.
macro_rules! names {
    ($($(#[$doc:meta])* $name:ident ($what:literal): |$text:ident| $fits:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, DeriveValueType, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The name, or nothing if the text cannot be one.
            pub fn parse(text: &str) -> Option<Self> {
                let fits = |$text: &str| $fits;
                ((1..=64).contains(&text.len()) && fits(text)).then(|| Self(text.to_owned()))
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                Self::parse(&text).ok_or_else(|| serde::de::Error::custom(concat!("not ", $what)))
            }
        }

        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    )*};
}

names! {
    /// A client's identifier, chosen by the operator or generated: 1 to 64 of `A-Z a-z 0-9 . _ -`,
    /// so that it fits into a cookie name, a log line and a command. Never like a person's: it is the `sub` of its own tokens
    /// (RFC 9700 §4.15).
    ClientId("a client identifier"): |text| text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
        && !text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("usr_"));
    /// The name of a provider of sign-ins: 1 to 64 of `a-z 0-9 -`, as it stands in the addresses of its pages. There is one
    /// spelling, so that none can be taken for another.
    ProviderId("the name of a provider"): |text| text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
}

impl ClientId {
    /// What an identifier may be, in words.
    pub const RULE: &'static str = "1 to 64 of A-Z a-z 0-9 . _ -, and not like a person's: usr_…";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_the_round_trip_and_no_other_spelling_of_it_does() {
        let id = UserId(Uuid::from_u128(0x0190_a0b0_c0d0_7000_8000_0000_0000_0001));
        let text = id.to_string();
        assert_eq!(text, "usr_0190a0b0c0d070008000000000000001");
        assert_eq!(text.parse(), Ok(id));
        for wrong in [
            text.to_uppercase(),
            text.replace("usr", "ses"),
            text.replacen('_', "", 1),
            format!("{text}0"),
            text[..text.len() - 1].to_owned(),
            "usr_0190a0b0-c0d0-7000-8000-000000000001".to_owned(),
        ] {
            assert!(wrong.parse::<UserId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_client_id_is_plain() {
        assert!(ProviderId::parse("azure-ad-b2c").is_some());
        for wrong in ["", "GOOGLE", "google ", "goo gle", "google/", "gооgle", &"a".repeat(65)] {
            assert!(ProviderId::parse(wrong).is_none(), "{wrong}");
        }
        assert!(ClientId::parse("fieldnotes-web").is_some());
        let user = UserId(Uuid::from_u128(7)).to_string();
        for wrong in ["", "a b", "a/b", "a;b", "ä", &"a".repeat(65), &user, &user.to_uppercase(), "usr_", "Usr_x"] {
            assert!(ClientId::parse(wrong).is_none(), "{wrong}");
        }
    }
}
