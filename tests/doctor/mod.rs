//! `housekey doctor`, beside real servers, real proxies and real tokens.

mod app;
mod public;
mod tls;
mod token;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use housekey::doctor::{Finding, Mark};

use crate::support::TestApp;

/// A command beside the running server, on its database; with something on its standard input.
fn run(app: &TestApp, command: &[&str], input: &str) -> (bool, String) {
    let clients = "[clients.web]\nkind = \"spa\"\nredirect_uris = [\"https://app.test/callback\"]\nfirst_party = true\n";
    run_with(app, clients, command, input)
}

/// The same with these settings.
fn run_with(app: &TestApp, toml: &str, command: &[&str], input: &str) -> (bool, String) {
    let head = format!("issuer = \"{}\"\ndata_dir = \"{}\"\n", app.issuer, app.folder.path().display());
    run_in(app.folder.path(), &format!("{head}{toml}"), &[], command, input)
}

/// The same with nothing but what is given.
fn run_in(folder: &Path, toml: &str, env: &[(&str, &str)], command: &[&str], input: &str) -> (bool, String) {
    let file = folder.join("cli.toml");
    std::fs::write(&file, toml).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_housekey"))
        .args(command)
        .args(["--config".as_ref(), file.as_os_str()])
        .env_clear()
        .env("HOUSEKEY_MASTER_KEY", "22".repeat(32))
        .envs(env.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let ran = child.wait_with_output().unwrap();
    (ran.status.success(), format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr)))
}

/// What is wrong, and nothing else is.
fn broken(findings: &[Finding]) -> Vec<&Finding> {
    findings.iter().filter(|finding| finding.mark == Mark::Broken).collect()
}
