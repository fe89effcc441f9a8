//! The authenticator app's codes (RFC 6238): six digits, thirty seconds, SHA-1, which is what every app reads. A step is used
//! once: its number stands beside the secret in the row, and both are replaced together.

use qrcode::{Color, EcLevel, QrCode};
use serde::{Deserialize, Serialize};
use totp_rs::{Builder, Secret, Totp};
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::random::Random;
use crate::types::UnixMillis;

/// How long one code is shown, in seconds.
const STEP: u64 = 30;
/// How many steps a phone's clock may be off, either way.
const SKEW: u16 = 1;

/// What an account keeps of its app.
#[derive(Clone, Serialize, Deserialize)]
pub struct Authenticator {
    secret: Zeroizing<String>,
    /// The last step whose code was used.
    last: u64,
}

impl Authenticator {
    /// A new secret of 160 random bits.
    pub fn new(random: &Random) -> Self {
        Self { secret: Zeroizing::new(Secret::new_stack(random.bytes()).to_base32()), last: 0 }
    }

    /// As the row keeps it.
    pub fn read(data: &[u8]) -> Result<Self> {
        serde_json::from_slice(data).map_err(|error| Error::broken("an authenticator cannot be read", error))
    }

    /// As the row keeps it.
    pub fn write(&self) -> Result<Zeroizing<Vec<u8>>> {
        serde_json::to_vec(self).map(Zeroizing::new).map_err(|error| Error::broken("an authenticator cannot be written", error))
    }

    /// Itself with this code used; nothing if the code is wrong, or of a step that has been used or gone by.
    pub fn with_used(&self, digits: &str, now: UnixMillis) -> Result<Option<Self>> {
        let seconds = u64::try_from(now.seconds()).unwrap_or(0);
        let step = self.totp("", "")?.check(digits, seconds).filter(|step| *step > self.last);
        Ok(step.map(|last| Self { last, ..self.clone() }))
    }

    /// The secret in groups of four letters, for typing.
    pub fn typed_key(&self) -> String {
        let letters: Vec<char> = self.secret.chars().collect();
        letters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join(" ")
    }

    /// What the app reads: an `otpauth` address as a picture, and the address.
    pub fn picture(&self, issuer: &str, account: &str) -> Result<(Picture, String)> {
        let address = self.totp(issuer, account)?.to_url().map_err(|error| Error::broken("an otpauth address cannot be made", error))?;
        let code =
            QrCode::with_error_correction_level(&address, EcLevel::M).map_err(|error| Error::broken("too much for a QR code", error))?;
        Ok((Picture::of(&code), address))
    }

    fn totp(&self, issuer: &str, account: &str) -> Result<Totp> {
        let broken = |error: &dyn std::fmt::Display| Error::broken("an authenticator's secret is none", error.to_string());
        let secret = Secret::try_from_base32(self.secret.as_str()).map_err(|error| broken(&error))?;
        // A colon parts the two in the address.
        let plain = |text: &str| text.replace(':', " ");
        let builder = Builder::new().with_secret(secret).with_step_duration(STEP).with_skew(SKEW);
        builder.with_issuer(Some(plain(issuer))).with_account_name(plain(account)).build().map_err(|error| broken(&error))
    }
}

/// A QR code as one path.
pub struct Picture {
    /// Its side, in modules.
    pub side: usize,
    /// The dark modules, as SVG draws them.
    pub path: String,
}

impl Picture {
    fn of(code: &QrCode) -> Self {
        let side = code.width();
        let mut path = String::new();
        for (y, row) in code.to_colors().chunks(side).enumerate() {
            let mut x = 0;
            for run in row.chunk_by(|a, b| a == b) {
                if run[0] == Color::Dark {
                    path.push_str(&format!("M{x} {y}h{0}v1h-{0}z", run.len()));
                }
                x += run.len();
            }
        }
        Self { side, path }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238 appendix B, the last six digits.
    #[test]
    fn the_vectors_of_the_rfc() {
        let secret = Zeroizing::new(Secret::new_stack(*b"12345678901234567890").to_base32());
        let app = Authenticator { secret, last: 0 };
        for (seconds, digits) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")] {
            let at = |seconds: i64| UnixMillis(seconds * 1000);
            let used = app.with_used(digits, at(seconds)).unwrap().unwrap();
            assert_eq!(used.last, u64::try_from(seconds).unwrap() / 30);
            assert!(used.with_used(digits, at(seconds)).unwrap().is_none(), "once");
            for (off, good) in [(0, true), (-30, true), (30, true), (-60, false), (60, false)] {
                // Before the beginning of time there was no step.
                if seconds + off < 0 {
                    continue;
                }
                assert_eq!(app.with_used(digits, at(seconds + off)).unwrap().is_some(), good, "{seconds} {off}");
            }
        }
        for wrong in ["", "28708", "2870822", "287083", "abcdef", "２８７０８２"] {
            assert!(app.with_used(wrong, UnixMillis(59_000)).unwrap().is_none(), "{wrong}");
        }
    }

    #[test]
    fn an_app_can_read_the_picture() {
        let app = Authenticator::new(&Random::seeded(1));
        let (picture, address) = app.picture("Field: notes", "maya@okafor.example").unwrap();
        assert!(address.starts_with("otpauth://totp/Field%20%20notes:maya%40okafor.example?secret="), "{address}");
        assert!(address.contains(&app.secret.to_string()) && app.typed_key().replace(' ', "") == *app.secret);
        assert!(picture.side > 20 && picture.path.starts_with("M0 0h7v1h-7z"), "{}", picture.path);
        let kept = Authenticator::read(&app.write().unwrap()).unwrap();
        assert_eq!(kept.secret, app.secret);
    }
}
