//! Findings, for people and for programs.

use serde_json::{Value, json};

use crate::cli::output::{Failure, Output};
use crate::doctor::{Finding, Mark};

/// Prints them. A failure if something is broken; a note is none.
pub(super) fn print(findings: &[Finding], output: &Output) -> Result<(), Failure> {
    let lines: Vec<_> = findings.iter().map(in_words).collect();
    output.say(&lines.join("\n"), &Value::Array(findings.iter().map(as_json).collect()))?;
    match findings.iter().filter(|finding| finding.mark == Mark::Broken).count() {
        0 => Ok(()),
        1 => Err(Failure::new("one check failed")),
        count => Err(Failure::new(format!("{count} checks failed"))),
    }
}

fn in_words(finding: &Finding) -> String {
    let mark = match finding.mark {
        Mark::Fine => "ok  ",
        Mark::Note => "note",
        Mark::Broken => "FAIL",
    };
    let remedy = finding.remedy.as_ref().map(|remedy| format!("\n        help: {remedy}")).unwrap_or_default();
    format!("{mark}  {:<9} {}{remedy}", finding.check, finding.says)
}

/// `fine` says whether it works, as the exit code does; `note` whether there is something to know all the same.
fn as_json(finding: &Finding) -> Value {
    json!({
        "check": finding.check,
        "fine": finding.mark != Mark::Broken,
        "note": finding.mark == Mark::Note,
        "says": finding.says,
        "remedy": finding.remedy,
        "facts": finding.facts,
    })
}
