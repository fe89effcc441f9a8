//! Makes the files of `static/` ready: fingerprints for their names, and compressed twins. And puts what is known
//! about other login servers into the program: a table of `src/upstream/catalogue/` with the marks of `static/providers/`.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use aws_lc_rs::digest::{SHA256, digest};

/// One file for each provider.
const CATALOGUE: &str = "src/upstream/catalogue";
/// Their marks. Pages draw them inline, in the text's colour: they are no assets.
const MARKS: &str = "static/providers";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=static");
    println!("cargo::rerun-if-changed={MARKS}");
    println!("cargo::rerun-if-changed={CATALOGUE}");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("no OUT_DIR"))?);
    let mut files = Vec::new();
    list(Path::new("static"), &mut files)?;
    files.retain(|file| !file.starts_with(MARKS));
    files.sort();
    let mut table = format!("static BUILT: [Asset; {}] = [\n", files.len());
    for (index, path) in files.iter().enumerate() {
        table.push_str(&entry(path, index, &out)?);
    }
    table.push_str("];\n");
    fs::write(out.join("assets.rs"), table)?;
    fs::write(out.join("catalogue.rs"), catalogue()?)
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { list(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

/// The providers, sorted: id, facts, and the mark if there is one.
fn catalogue() -> io::Result<String> {
    let mut ids = Vec::new();
    for entry in fs::read_dir(CATALOGUE)? {
        let path = entry?.path();
        let id = path.file_stem().filter(|_| path.extension().is_some_and(|extension| extension == "toml"));
        let id = id.ok_or_else(|| io::Error::other(format!("{} is no provider's file", path.display())))?;
        ids.push(id.to_string_lossy().into_owned());
    }
    ids.sort();
    let root = env::current_dir()?;
    let include = |file: &Path| format!("include_str!({:?})", root.join(file).to_string_lossy());
    let mut table = format!("static CATALOGUE: [(&str, &str, Option<&str>); {}] = [\n", ids.len());
    for id in ids {
        let mark = Path::new(MARKS).join(format!("{id}.svg"));
        let mark = if mark.exists() { format!("Some({})", include(&mark)) } else { "None".to_owned() };
        let facts = include(&Path::new(CATALOGUE).join(format!("{id}.toml")));
        let _ = writeln!(table, "({id:?}, {facts}, {mark}),");
    }
    table.push_str("];\n");
    Ok(table)
}

/// One row of the table; the bytes go to files beside it.
fn entry(path: &Path, index: usize, out: &Path) -> io::Result<String> {
    let bytes = fs::read(path)?;
    let mut hash = String::new();
    for byte in digest(&SHA256, &bytes).as_ref().iter().take(6) {
        let _ = write!(hash, "{byte:02x}");
    }
    let name = path.strip_prefix("static").map_err(io::Error::other)?.to_string_lossy().replace('\\', "/");
    let (stem, extension) = name.rsplit_once('.').ok_or_else(|| io::Error::other("a file without an extension"))?;
    let keep = |kind: &str, content: &[u8]| -> io::Result<String> {
        let file = out.join(format!("asset-{index}.{kind}"));
        fs::write(&file, content)?;
        Ok(format!("include_bytes!({:?})", file.to_string_lossy()))
    };
    let smaller = |kind: &str, content: &[u8]| -> io::Result<String> {
        if content.len() < bytes.len() { Ok(format!("Some({})", keep(kind, content)?)) } else { Ok("None".to_owned()) }
    };
    let (plain, brotli, gzip) = (keep("plain", &bytes)?, smaller("br", &brotli(&bytes)?)?, smaller("gz", &gzip(&bytes)?)?);
    Ok(format!(
        "Asset {{ name: {name:?}, file: Cow::Borrowed(\"{stem}-{hash}.{extension}\"), hash: Cow::Borrowed({hash:?}), media_type: {:?}, \
         plain: Cow::Borrowed({plain}), brotli: {brotli}, gzip: {gzip} }},\n",
        media_type(extension)?
    ))
}

fn media_type(extension: &str) -> io::Result<&'static str> {
    match extension {
        "css" => Ok("text/css; charset=utf-8"),
        "js" => Ok("text/javascript; charset=utf-8"),
        "svg" => Ok("image/svg+xml"),
        "png" => Ok("image/png"),
        other => Err(io::Error::other(format!("no media type is known for .{other}"))),
    }
}

fn brotli(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut packed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut &bytes[..], &mut packed, &parameters)?;
    Ok(packed)
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(bytes)?;
    packer.finish()
}
