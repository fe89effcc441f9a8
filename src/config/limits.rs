//! How often things may be done: `[limits]`.

use std::time::Duration;

use super::check::Surroundings;
use super::read::Reader;

/// `[limits]`. Each is "so many in that time"; a burst may use them at once.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Whether limits hold at all. Cannot be false outside loopback.
    pub enabled: bool,
    /// Password attempts from one network address (IPv6: one /64).
    pub password_per_address: Rate,
    /// Password attempts on one account from anywhere.
    pub password_per_account: Rate,
    /// Password attempts in total.
    pub password_total: Rate,
    /// Consecutive failures after which a password no longer works until recovery. At most 100.
    pub password_failures: u32,
    /// Letters asked for from one network address.
    pub letters_per_address: Rate,
    /// Letters to one mailbox.
    pub letters_per_recipient: Rate,
    /// The same over a longer time.
    pub letters_per_recipient_daily: Rate,
    /// Letters in total.
    pub letters_total: Rate,
    /// Codes typed in from one network address.
    pub codes_per_address: Rate,
    /// Codes typed in for one mailbox, from anywhere.
    pub codes_per_account: Rate,
    /// Second steps tried on one account, from anywhere.
    pub second_steps_per_account: Rate,
    /// Journeys to other login servers begun from one network address.
    pub sign_ins_per_address: Rate,
    /// Failed client authentications for one client.
    pub client_failures: Rate,
    /// Devices that ask to be connected, from one network address.
    pub devices_per_address: Rate,
    /// Authorization requests pushed by clients without a secret from one network address.
    pub pushes_per_address: Rate,
    /// Codes of devices typed in, from anywhere.
    pub device_codes_total: Rate,
}

/// So many in so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many, all at once if need be.
    pub count: u32,
    /// In how long.
    pub per: Duration,
}

/// Reads them.
pub(super) fn read(reader: &Reader<'_>, around: &Surroundings<'_>) -> Limits {
    let enabled = reader.yes_no("limits.enabled", true);
    if !enabled && !around.on_loopback {
        reader.wrong("limits.enabled", "limits can be switched off on this machine only", "raise single limits instead");
    }
    Limits {
        enabled,
        password_per_address: reader.rate("limits.password_per_address"),
        password_per_account: reader.rate("limits.password_per_account"),
        password_total: reader.rate("limits.password_total"),
        password_failures: reader.number("limits.password_failures", 100),
        letters_per_address: reader.rate("limits.letters_per_address"),
        letters_per_recipient: reader.rate("limits.letters_per_recipient"),
        letters_per_recipient_daily: reader.rate("limits.letters_per_recipient_daily"),
        letters_total: reader.rate("limits.letters_total"),
        codes_per_address: reader.rate("limits.codes_per_address"),
        codes_per_account: reader.rate("limits.codes_per_account"),
        second_steps_per_account: reader.rate("limits.second_steps_per_account"),
        sign_ins_per_address: reader.rate("limits.sign_ins_per_address"),
        client_failures: reader.rate("limits.client_failures"),
        devices_per_address: reader.rate("limits.devices_per_address"),
        pushes_per_address: reader.rate("limits.pushes_per_address"),
        device_codes_total: reader.rate("limits.device_codes_total"),
    }
}
