//! stub
use clap::Subcommand;
use super::output::*;
#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand { Check }
pub(super) fn run(_: ConfigCommand, _: Option<std::path::PathBuf>, _: &Output) -> Result<(), Failure> { Ok(()) }
