//! Files that the configuration names. They are looked for beside it.

use std::path::Path;

use super::read::Reader;

const LARGEST: usize = 100 * 1024;

/// The name that stands at a key, and what the file holds.
pub(super) fn bytes(reader: &Reader<'_>, key: &str, folder: &Path) -> Option<(String, Vec<u8>)> {
    let name = reader.optional(key)?;
    match std::fs::read(folder.join(&name)) {
        Ok(bytes) if bytes.len() <= LARGEST => Some((name, bytes)),
        Ok(bytes) => {
            reader.wrong(key, format!("{name} has {} bytes", bytes.len()), "at most 100 kB");
            None
        }
        Err(error) => {
            reader.wrong(key, format!("{name} cannot be read: {error}"), "the path is relative to the configuration file");
            None
        }
    }
}

/// The same as text.
pub(super) fn text(reader: &Reader<'_>, key: &str, folder: &Path) -> Option<(String, String)> {
    let (name, bytes) = bytes(reader, key, folder)?;
    let Ok(text) = String::from_utf8(bytes) else {
        reader.wrong(key, format!("{name} is not text"), "save it as UTF-8");
        return None;
    };
    Some((name, text))
}
