//! A moment, as the database keeps it.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Milliseconds since 1970, UTC. A plain integer, because SQL compares the text forms of times wrongly.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, DeriveValueType, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnixMillis(pub i64);

impl UnixMillis {
    /// Whole seconds since 1970, as a JWT's `NumericDate` (RFC 7519 §2) has them.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// How long from an earlier moment to this one; zero if the other is not earlier.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The least `UUIDv7` of this moment: every id made later is greater (RFC 9562 §5.7).
    pub fn first_uuid(self) -> uuid::Uuid {
        uuid::Builder::from_unix_timestamp_millis(u64::try_from(self.0).unwrap_or(0), &[0; 10]).into_uuid()
    }

    /// For libraries that ask for it.
    pub fn system_time(self) -> std::time::SystemTime {
        std::time::UNIX_EPOCH + Duration::from_millis(u64::try_from(self.0).unwrap_or(0))
    }

    /// For showing, in UTC.
    pub fn date_time(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// As RFC 3339, in UTC.
    pub fn rfc3339(self) -> String {
        self.date_time().format(&Rfc3339).unwrap_or_default()
    }

    /// The day in UTC, as 2026-03-01, with hyphens that do not end a line.
    pub fn date(self) -> String {
        self.rfc3339().chars().take(10).collect::<String>().replace('-', "\u{2011}")
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

impl Add<Duration> for UnixMillis {
    type Output = Self;
    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis(duration)))
    }
}

impl Sub<Duration> for UnixMillis {
    type Output = Self;
    fn sub(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(millis(duration)))
    }
}

impl fmt::Debug for UnixMillis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}
