//! `npgen expand`: the code of a schema, or of one item of it, to be read.

use std::path::PathBuf;

use super::{Done, Include, Refusal, after_help, source};

/// Prints the code that is generated for a schema
#[derive(clap::Args)]
#[command(after_help = after_help!("npgen expand schema/chat.np --item Chat"))]
pub(crate) struct Arguments {
    /// The schema; `-` is the standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Only the code of this item
    #[arg(long, value_name = "NAME")]
    item: Option<String>,
    /// The path under which the code finds network-protocol
    #[arg(long, value_name = "PATH", default_value = "::network_protocol")]
    facade: String,
    /// Print Rust items with `#[protocol]` and `#[derive(Wire)]` instead of finished code
    #[arg(long)]
    rust_door: bool,
    #[command(flatten)]
    include: Include,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Done, Refusal> {
    let mut options = arguments
        .include
        .options()
        .facade(arguments.facade.as_str())
        .rust_door(arguments.rust_door);
    if let Some(item) = &arguments.item {
        options = options.item(item.as_str());
    }
    let output = npgen::compile([source(&arguments.file)], &options)?;
    let code: String = output.files.iter().map(|file| file.code.as_str()).collect();
    Ok(Done { text: code.into_bytes(), warnings: Some(output.warnings), ..Done::default() })
}
