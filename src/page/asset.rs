//! Files that pages load. Each has its fingerprint in its name, so that a browser may keep it for good.

use std::borrow::Cow;
use std::fmt::Write;

use aws_lc_rs::digest::{SHA256, digest};

/// A file, ready to be sent.
pub struct Asset {
    /// What templates call it.
    pub name: &'static str,
    /// What it is called in addresses: its name with its fingerprint.
    pub file: Cow<'static, str>,
    /// The fingerprint alone.
    pub hash: Cow<'static, str>,
    /// Its media type.
    pub media_type: &'static str,
    /// Itself.
    pub plain: Cow<'static, [u8]>,
    /// Compressed with Brotli, where that is smaller.
    pub brotli: Option<&'static [u8]>,
    /// Compressed with gzip, where that is smaller.
    pub gzip: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The files of `static/`.
pub fn built() -> &'static [Asset] {
    &BUILT
}

impl Asset {
    /// A file that an operator brought.
    pub fn of_look(name: &'static str, media_type: &'static str, bytes: Vec<u8>) -> Self {
        let mut hash = String::with_capacity(12);
        for byte in digest(&SHA256, &bytes).as_ref().iter().take(6) {
            let _ = write!(hash, "{byte:02x}");
        }
        let (stem, extension) = name.split_once('.').unwrap_or((name, "bin"));
        let file = format!("{stem}-{hash}.{extension}").into();
        Self { name, file, hash: hash.into(), media_type, plain: bytes.into(), brotli: None, gzip: None }
    }

    /// Its address, below the path of the issuer.
    pub fn href(&self, base: &str) -> String {
        format!("{base}/assets/{}", self.file)
    }
}
