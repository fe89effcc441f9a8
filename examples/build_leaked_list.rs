//! Writes `src/password/leaked.bin` from lists of leaked passwords, one password a line:
//! `cargo run --example build_leaked_list -- src/password/leaked.bin LIST…`
//!
//! Lists named first matter most: when the file would grow too large, the rest is left out.

use std::collections::HashSet;
use std::error::Error;
use std::io::Write;
use std::{env, fs};

use housekey::password::leaked::{SHORTEST, encode, fingerprint, fold};

/// Two and a half megabytes hold this many.
const MOST: usize = 1_000_000;
/// One look-up in so many finds what is not listed.
const ODDS: u32 = 200_000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut paths = env::args().skip(1);
    let target = paths.next().ok_or("usage: build_leaked_list TARGET LIST…")?;
    let mut out = std::io::stdout();
    let mut order = Vec::new();
    let mut listed = HashSet::new();
    for path in paths {
        let before = order.len();
        for line in fs::read(&path)?.split(|byte| *byte == b'\n') {
            // Old lists are in old encodings; what is not UTF-8 nobody can type into a form.
            let Ok(line) = str::from_utf8(line.strip_suffix(b"\r").unwrap_or(line)) else { continue };
            let folded = fold(line);
            let hash = fingerprint(&folded);
            if (SHORTEST..=256).contains(&folded.chars().count()) && listed.insert(hash) {
                order.push(hash);
            }
        }
        writeln!(out, "{path}: {} more", order.len() - before)?;
    }
    let total = order.len();
    order.truncate(MOST);
    let bytes = encode(order, ODDS);
    writeln!(out, "{} of {total} listed in {} bytes", total.min(MOST), bytes.len())?;
    fs::write(target, bytes)?;
    Ok(())
}
