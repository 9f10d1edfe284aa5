//! `npgen gen`: generated code into files, or compared with them.

use std::path::PathBuf;

use npgen::{Failure, Options};

use super::{Done, after_help, source};

/// Generates one Rust file for each schema, named after its package
///
/// `package acme::chat` becomes `acme.chat.rs`. A file that would not change is not written.
#[derive(clap::Args)]
#[command(after_help = after_help!("npgen gen schema/chat.np --out src/gen"))]
pub(crate) struct Arguments {
    /// The schemas; `-` is the standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The directory to write to; it is created where needed
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The path under which the code finds network-protocol
    #[arg(long, value_name = "PATH", default_value = "::network_protocol")]
    facade: String,
    /// Write nothing; fail and name the files that are not up to date
    #[arg(long)]
    check: bool,
    /// Generate Rust items with `#[protocol]` and `#[derive(Wire)]` instead of finished code
    #[arg(long)]
    rust_door: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Done, Failure> {
    let options = Options::new().facade(arguments.facade.as_str()).rust_door(arguments.rust_door);
    let output = npgen::compile(arguments.files.iter().map(|path| source(path)), &options)?;
    if arguments.check {
        output.compare_with(&arguments.out)?;
    } else {
        output.write_to(&arguments.out)?;
    }
    Ok(Done { warnings: Some(output.warnings), ..Done::default() })
}
