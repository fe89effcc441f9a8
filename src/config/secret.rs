//! Secrets come from the environment, or from files it names; never from the configuration file.

use std::io::{Read, Write};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::check::Surroundings;
use super::problem::Problem;
use super::read::Reader;
use super::setting::variable_of;
use super::{MasterKey, Mode};
use crate::random::Random;

/// The secret of this variable, or of the file that `…_FILE` names.
pub(super) fn secret(reader: &Reader<'_>, name: &str, around: &Surroundings<'_>) -> Option<SecretString> {
    let file_name = format!("{name}_FILE");
    match (around.env.get(name), around.env.get(&file_name)) {
        (Some(_), Some(_)) => {
            reader.add(Problem::new(name, format!("is set, and {file_name} as well")).remedy("set one of them"));
            None
        }
        (Some(text), None) => Some(SecretString::from(text.to_owned())),
        (None, Some(path)) => match from_file(Path::new(path), around.mode) {
            Ok(text) => Some(text),
            Err(why) => {
                reader.add(Problem::new(format!("{file_name}={path}"), why).remedy("chmod 600 the file, and let this user own it"));
                None
            }
        },
        (None, None) => None,
    }
}

/// That of a client or a provider. Only on a developer's own machine it may stand in the file.
pub(super) fn secret_of(reader: &Reader<'_>, key: &str, around: &Surroundings<'_>) -> Option<SecretString> {
    let variable = variable_of(key);
    let in_file = reader.optional(key);
    if in_file.is_some() && !around.is_lenient() {
        reader.wrong(key, "a secret stands in the file", format!("remove it there, and set {variable} or {variable}_FILE"));
    }
    let secret = secret(reader, &variable, around).or(in_file.map(Into::into));
    if secret.is_none() && reader.has_secret(key) {
        reader.mark_wrong(key);
    }
    secret
}

fn from_file(path: &Path, mode: Mode) -> Result<SecretString, String> {
    use std::os::unix::fs::PermissionsExt;
    let mut file = std::fs::File::open(path).map_err(|error| format!("the file cannot be read: {error}"))?;
    let permissions = file.metadata().map_err(|error| error.to_string())?;
    if mode == Mode::Production && permissions.permissions().mode() & 0o077 != 0 {
        return Err("the file can be read by other users".into());
    }
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(|error| format!("the file cannot be read: {error}"))?;
    Ok(SecretString::from(text.trim_end_matches(['\r', '\n']).to_owned()))
}

/// The master key. A development server makes itself one; a real one must be given.
pub(super) fn master_key(reader: &Reader<'_>, data_dir: &Path, around: &Surroundings<'_>, random: Option<&Random>) -> MasterKey {
    let nothing = MasterKey(Zeroizing::new([0; 32]));
    if let Some(text) = secret(reader, "HOUSEKEY_MASTER_KEY", around) {
        return parse(text.expose_secret()).unwrap_or_else(|| {
            reader.add(Problem::new("HOUSEKEY_MASTER_KEY", "is not 32 bytes in hex or base64").remedy("make one with: housekey key new"));
            nothing
        });
    }
    if around.mode == Mode::Production {
        let set = around.env.get("HOUSEKEY_MASTER_KEY_FILE").is_some();
        if !set {
            let remedy = "make one with: housekey key new, keep a copy in a safe place, and set it (or HOUSEKEY_MASTER_KEY_FILE)";
            reader.add(
                Problem::new("HOUSEKEY_MASTER_KEY", "is not set: it seals the signing keys and passwords in the database").remedy(remedy),
            );
        }
        return nothing;
    }
    let Some(random) = random else {
        return nothing;
    };
    generated(data_dir, random).unwrap_or_else(|why| {
        reader.add(
            Problem::new(data_dir.join("master.key").display().to_string(), why)
                .remedy("choose another data_dir, or correct its permissions"),
        );
        nothing
    })
}

fn parse(text: &str) -> Option<MasterKey> {
    let text = text.trim();
    let bytes = if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        (0..64).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect::<Option<Vec<_>>>()
    } else {
        let text = text.trim_end_matches('=');
        STANDARD_NO_PAD.decode(text).or_else(|_| URL_SAFE_NO_PAD.decode(text)).ok()
    };
    let bytes = Zeroizing::new(bytes?);
    Some(MasterKey(Zeroizing::new(bytes.as_slice().try_into().ok()?)))
}

/// The key in `data_dir`, made at the first start. Of two processes that start at once, one makes it.
fn generated(data_dir: &Path, random: &Random) -> Result<MasterKey, String> {
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
    let path = data_dir.join("master.key");
    if let Ok(text) = std::fs::read_to_string(&path) {
        return parse(&text).ok_or_else(|| "is not a master key".to_owned());
    }
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(data_dir)
        .map_err(|error| format!("the folder cannot be made: {error}"))?;
    let key = MasterKey(Zeroizing::new(random.bytes()));
    // Not named by the process: in two containers over one folder both are process 1.
    let draft = data_dir.join(format!("master.key.{:016x}", u64::from_be_bytes(random.bytes())));
    let written = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft);
    let linked = written
        .and_then(|mut file| file.write_all(STANDARD.encode(*key.0).as_bytes()))
        .and_then(|()| std::fs::hard_link(&draft, &path).or_else(|error| if path.exists() { Ok(()) } else { Err(error) }))
        .map_err(|error| format!("cannot be written: {error}"));
    let _ = std::fs::remove_file(&draft);
    linked?;
    let text = Zeroizing::new(std::fs::read_to_string(&path).map_err(|error| error.to_string())?);
    parse(&text).ok_or_else(|| "is not a master key".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_that_start_at_once_agree_on_one_key() {
        let folder = tempfile::tempdir().unwrap();
        for round in 0..20 {
            let data_dir = folder.path().join(round.to_string());
            let start = std::sync::Barrier::new(8);
            let keys: Vec<_> = std::thread::scope(|scope| {
                let make = |seed| {
                    let (start, data_dir) = (&start, &data_dir);
                    scope.spawn(move || {
                        start.wait();
                        generated(data_dir, &Random::seeded(seed)).map(|key| *key.0)
                    })
                };
                let threads: Vec<_> = (0..8).map(make).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            assert!(keys.iter().all(|key| key.is_ok() && *key == keys[0]), "{keys:?}");
            assert_eq!(std::fs::read_dir(&data_dir).unwrap().count(), 1);
        }
    }
}
