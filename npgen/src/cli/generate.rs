//! `npgen gen`: generated code into files, or compared with them.

use std::path::PathBuf;

use super::{Done, Include, Refusal, after_help, source};

/// Generates one Rust file for each schema, named after its package
///
/// `package acme::chat` becomes `acme.chat.rs`. A file that would not change is not written.
#[derive(clap::Args)]
#[command(after_help = after_help!("npgen gen schema/chat.np --out src/gen"))]
pub(crate) struct Arguments {
    /// The schemas, or directories with schemas; `-` is the standard input
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
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
    #[command(flatten)]
    include: Include,
    /// Where the items of another package stand in Rust: `acme::common=crate::shared`. Without it
    /// that is `crate::acme::common`
    #[arg(long, value_name = "PACKAGE=PATH", value_parser = module)]
    module: Vec<(String, String)>,
}

/// `acme::common=crate::shared`.
fn module(text: &str) -> Result<(String, String), String> {
    let (package, path) = text.split_once('=').ok_or("write it as `acme::common=crate::shared`")?;
    Ok((package.to_owned(), path.to_owned()))
}

pub(crate) fn run(arguments: &Arguments) -> Result<Done, Refusal> {
    let mut options = arguments
        .include
        .options()
        .facade(arguments.facade.as_str())
        .rust_door(arguments.rust_door);
    for (package, path) in &arguments.module {
        options = options.module(package, path);
    }
    let files = npgen::schemas_in(&arguments.paths)?;
    let output = npgen::compile(files.iter().map(|path| source(path)), &options)?;
    if arguments.check {
        output.compare_with(&arguments.out)?;
    } else {
        output.write_to(&arguments.out)?;
    }
    Ok(Done { warnings: Some(output.warnings), ..Done::default() })
}
