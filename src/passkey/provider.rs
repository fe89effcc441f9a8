//! What keeps a passkey, by the number of its model (AAGUID, WebAuthn §6.5.1). Only a name to begin with: nothing proves it, and
//! the person may call it otherwise.

const KNOWN: &[(&str, &str)] = &[
    ("ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4", "Google Password Manager"),
    ("fbfc3007-154e-4ecc-8c0b-6e020557d7bd", "iCloud Keychain"),
    ("dd4ec289-e01d-41c9-bb89-70fa845d4bf2", "iCloud Keychain"),
    ("adce0002-35bc-c60a-648b-0b25f1f05503", "Chrome on Mac"),
    ("08987058-cadc-4b81-b6e1-30de50dcbe96", "Windows Hello"),
    ("9ddd1817-af5a-4672-a2b9-3e3dd95000a9", "Windows Hello"),
    ("6028b017-b1d4-4c02-b4b3-afcdafc96bb2", "Windows Hello"),
    ("bada5566-a7aa-401f-bd96-45619a55120d", "1Password"),
    ("d548826e-79b4-db40-a3d8-11116f7e8349", "Bitwarden"),
    ("531126d6-e717-415c-9320-3d9aa6981239", "Dashlane"),
    ("0ea242b4-43c4-4a1b-8b17-dd6d0b6baec6", "Keeper"),
    ("b84e4048-15dc-4dd0-8640-f4f60813c8af", "NordPass"),
    ("50726f74-6f6e-5061-7373-50726f746f6e", "Proton Pass"),
    ("53414d53-554e-4700-0000-000000000000", "Samsung Pass"),
    ("f3809540-7f14-49c1-a8b3-8f813b225541", "Enpass"),
    ("fdb141b2-5d84-443e-8a35-4698c205a502", "KeePassXC"),
    ("cb69481e-8ff7-4039-93ec-0a2729a154a8", "YubiKey 5"),
    ("ee882879-721c-4913-9775-3dfcce97072a", "YubiKey 5"),
    ("2fc0579f-8113-47ea-b116-bb5a8db9202a", "YubiKey 5 NFC"),
];

/// The name of what made this authenticator data, if it says so and we know it.
pub(super) fn name(authenticator_data: &[u8]) -> Option<&'static str> {
    // After the hash of the relying party's name, the flags and the counter.
    let number = uuid::Uuid::from_slice(authenticator_data.get(37..53)?).ok()?.to_string();
    KNOWN.iter().find(|(known, _)| *known == number).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_found_and_nothing_breaks() {
        for (number, expected) in KNOWN {
            let number = uuid::Uuid::try_parse(number).unwrap();
            let data = [&[0; 37], number.as_bytes().as_slice(), &[1, 2, 3]].concat();
            assert_eq!(name(&data), Some(*expected));
            assert_eq!(name(&data[..52]), None);
        }
        assert_eq!(name(&[0; 64]), None);
        assert_eq!(name(&[]), None);
    }
}
