//! `npgen ir`: the model of a schema, for other programs.

use std::path::PathBuf;

use super::{Done, Include, Refusal, after_help, source};

/// Prints the model of a schema as JSON
///
/// The shape is described in docs/ir.md of the project; `format` is its number.
#[derive(clap::Args)]
#[command(after_help = after_help!("npgen ir --pretty schema/chat.np"))]
pub(crate) struct Arguments {
    /// The schema; `-` is the standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// A line for each entry, instead of all on one
    #[arg(long)]
    pretty: bool,
    #[command(flatten)]
    include: Include,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Done, Refusal> {
    let options = arguments.include.options();
    let json = npgen::ir(source(&arguments.file), arguments.pretty, &options)?;
    Ok(Done::text(json))
}
