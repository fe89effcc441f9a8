//! What was done, step by step: printed when something was violated, and never otherwise.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// How many walks have begun, anywhere.
pub static BEGUN: AtomicUsize = AtomicUsize::new(0);
/// Something was violated: the others may stop.
pub static OVER: AtomicBool = AtomicBool::new(false);

/// The steps so far.
pub struct Trace {
    seed: u64,
    lines: Vec<String>,
}

impl Trace {
    pub fn new(seed: u64) -> Self {
        Self { seed, lines: Vec::new() }
    }

    pub fn note(&mut self, line: String) {
        self.lines.push(line);
    }

    /// How what is about to be asked looks: field names, and only words about their values.
    pub fn asks(&mut self, who: &str, method: &str, path: &str, fields: &[(String, String)]) {
        let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={}", short(value))).collect();
        self.lines.push(format!("{who}: {method} {}{}{}", short_path(path), if fields.is_empty() { "" } else { " " }, fields.join(" ")));
    }

    pub fn answered(&mut self, status: u16, path: &str, h1: &str) {
        if let Some(line) = self.lines.last_mut() {
            line.push_str(&format!(" -> {status} {path} {h1:?}"));
        }
    }
}

/// Sealed values say nothing but which one it is.
fn short(value: &str) -> String {
    if value.len() <= 40 { format!("{value:?}") } else { format!("<{}…{}>", value.len(), &value[value.len() - 6..]) }
}

fn short_path(path: &str) -> String {
    let Some((path, query)) = path.split_once('?') else { return path.to_owned() };
    let pairs: Vec<_> =
        url::form_urlencoded::parse(query.as_bytes()).map(|(name, value)| format!("{name}={}", short(&value).replace('"', ""))).collect();
    format!("{path}?{}", pairs.join("&"))
}

impl Drop for Trace {
    fn drop(&mut self) {
        if std::thread::panicking() {
            OVER.store(true, Ordering::Relaxed);
            let walk = BEGUN.load(Ordering::Relaxed);
            eprintln!(
                "\n--- the walk of seed {}, about the {walk}th of this run, repeated by HOUSEKEY_WALK_SEED={} ---",
                self.seed, self.seed
            );
            for (number, line) in self.lines.iter().enumerate() {
                eprintln!("{number:>4}  {line}");
            }
        }
    }
}
