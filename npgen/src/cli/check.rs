//! `npgen check`: silence when all is well.

use std::path::PathBuf;

use npgen::Failure;

use super::{Done, after_help, source};

/// Checks schemas, and says nothing when they are fine
#[derive(clap::Args)]
#[command(after_help = after_help!("npgen check schema/chat.np"))]
pub(crate) struct Arguments {
    /// The schemas; `-` is the standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Done, Failure> {
    let warnings = npgen::check(arguments.files.iter().map(|path| source(path)))?;
    Ok(Done { warnings: Some(warnings), ..Done::default() })
}
