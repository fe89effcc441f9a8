//! Every limited action, what it is counted by, and which setting says how often.

use std::net::IpAddr;

use crate::config::{Limits, Rate};
use crate::types::{ClientId, EmailAddress, UserId};

/// Something that may be done only so often.
#[derive(Debug, Clone)]
pub enum Action<'a> {
    /// A password tried from a network.
    PasswordFrom(IpAddr),
    /// A password tried on an account; with the device, if it is one that the person uses.
    PasswordOn(&'a EmailAddress, Option<&'a [u8]>),
    /// A password tried anywhere.
    PasswordAnywhere,
    /// A letter asked for from a network.
    LetterFrom(IpAddr),
    /// A letter to a mailbox.
    LetterTo(&'a EmailAddress),
    /// The same, counted by the day.
    LetterOfTheDayTo(&'a EmailAddress),
    /// A letter to anywhere.
    LetterAnywhere,
    /// A code typed in from a network.
    CodeFrom(IpAddr),
    /// A code typed in for a mailbox.
    CodeFor(&'a EmailAddress),
    /// A second step tried on an account.
    SecondStepOf(UserId),
    /// A journey to another login server begun from a network.
    SignInFrom(IpAddr),
    /// A client that could not prove itself, from a network.
    ClientFailure(&'a ClientId, IpAddr),
    /// A device that asks to be connected, from a network.
    DeviceFrom(IpAddr),
    /// An authorization request pushed by a client without a secret, from a network.
    PushFrom(IpAddr),
    /// A device's code typed in anywhere.
    DeviceCodeAnywhere,
}

impl Action<'_> {
    /// How often.
    pub fn rate(&self, limits: &Limits) -> Rate {
        match self {
            Self::PasswordFrom(_) => limits.password_per_address,
            Self::PasswordOn(..) => limits.password_per_account,
            Self::PasswordAnywhere => limits.password_total,
            Self::LetterFrom(_) => limits.letters_per_address,
            Self::LetterTo(_) => limits.letters_per_recipient,
            Self::LetterOfTheDayTo(_) => limits.letters_per_recipient_daily,
            Self::LetterAnywhere => limits.letters_total,
            Self::CodeFrom(_) => limits.codes_per_address,
            Self::CodeFor(_) => limits.codes_per_account,
            Self::SecondStepOf(_) => limits.second_steps_per_account,
            Self::SignInFrom(_) => limits.sign_ins_per_address,
            Self::ClientFailure(..) => limits.client_failures,
            Self::DeviceFrom(_) => limits.devices_per_address,
            Self::PushFrom(_) => limits.pushes_per_address,
            Self::DeviceCodeAnywhere => limits.device_codes_total,
        }
    }

    /// What it is counted by.
    pub(super) fn key(&self) -> Vec<u8> {
        let (kind, of): (u8, Vec<u8>) = match self {
            Self::PasswordFrom(ip) => (1, ip.to_string().into()),
            Self::PasswordOn(address, device) => (2, [address.canonical().as_bytes(), b"\0", device.unwrap_or_default()].concat()),
            Self::PasswordAnywhere => (3, Vec::new()),
            Self::LetterFrom(ip) => (4, ip.to_string().into()),
            Self::LetterTo(address) => (5, address.canonical().into()),
            Self::LetterAnywhere => (6, Vec::new()),
            Self::CodeFrom(ip) => (7, ip.to_string().into()),
            Self::LetterOfTheDayTo(address) => (9, address.canonical().into()),
            Self::CodeFor(address) => (10, address.canonical().into()),
            Self::SignInFrom(ip) => (11, ip.to_string().into()),
            Self::DeviceFrom(ip) => (12, ip.to_string().into()),
            Self::DeviceCodeAnywhere => (13, Vec::new()),
            Self::PushFrom(ip) => (14, ip.to_string().into()),
            Self::SecondStepOf(user) => (15, user.0.as_bytes().to_vec()),
            Self::ClientFailure(client, ip) => (8, format!("{client} {ip}").into()),
        };
        [&[kind], of.as_slice()].concat()
    }
}
