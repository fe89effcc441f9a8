//! Builds `src/password/leaked.bin` from lists of leaked passwords, one a line:
//! `cargo run --release --example build_leaked_list -- leaked.bin list.txt another.txt`

use std::collections::BTreeSet;
use std::io::Write;

use aws_lc_rs::digest::{SHA256, digest};
use unicode_normalization::UnicodeNormalization;

const BITS_PER_ENTRY: u64 = 24;
const PROBES: u64 = 16;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let target = arguments.next().ok_or_else(|| std::io::Error::other("usage: build_leaked_list TARGET LIST…"))?;
    let mut entries = BTreeSet::new();
    for list in arguments {
        let text = String::from_utf8_lossy(&std::fs::read(list)?).into_owned();
        entries.extend(text.lines().map(|line| line.trim().nfkc().collect::<String>().to_lowercase()).filter(|line| line.chars().count() >= 8));
    }
    let size = (entries.len() as u64 * BITS_PER_ENTRY).next_multiple_of(8);
    let mut bits = vec![0_u8; usize::try_from(size / 8).unwrap_or(0)];
    for entry in &entries {
        let hash = digest(&SHA256, entry.as_bytes());
        let half = |at: usize| hash.as_ref()[at..at + 8].iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        let (first, second) = (half(0), half(8) | 1);
        for probe in 0..PROBES {
            let at = first.wrapping_add(probe.wrapping_mul(second)) % size;
            if let Ok(byte) = usize::try_from(at / 8) {
                bits[byte] |= 1 << (at % 8);
            }
        }
    }
    let mut file = std::fs::File::create(&target)?;
    file.write_all(&size.to_le_bytes())?;
    file.write_all(&bits)?;
    writeln!(std::io::stderr(), "{} entries, {} bytes: {target}", entries.len(), bits.len() + 8)
}
