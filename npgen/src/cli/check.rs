//! `npgen check`: silence when all is well.

use std::path::{Path, PathBuf};

use npgen::{Locked, Options};

use super::{Done, Include, Refusal, after_help, source};

/// Checks schemas, and says nothing when they are fine
///
/// A schema with `#![stable]` is also held to its lock, `chat.np.lock` beside `chat.np`: a change
/// that breaks it is an error.
#[derive(clap::Args)]
#[command(after_help = after_help!("npgen check schema/chat.np"))]
pub(crate) struct Arguments {
    /// The schemas, or directories with schemas; `-` is the standard input
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// Say how much was checked
    #[arg(long)]
    summary: bool,
    #[command(flatten)]
    include: Include,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Done, Refusal> {
    let files = npgen::schemas_in(&arguments.paths)?;
    let options = files.iter().fold(arguments.include.options(), Options::schema);
    let warnings = npgen::check(files.iter().map(|path| source(path)), &options)?;
    let (mut remarks, mut found) = (String::new(), false);
    for file in files.iter().filter(|file| file.as_path() != Path::new("-")) {
        let (remark, breaks) = locked(file, &options)?;
        remarks.push_str(&remark);
        found |= breaks;
    }
    let text = if arguments.summary { summary(&files, warnings.warnings()) } else { String::new() };
    Ok(Done { text: text.into_bytes(), warnings: Some(warnings), remarks, found })
}

/// What there is to say about a schema and its lock, and whether it is an error.
fn locked(file: &Path, options: &Options) -> Result<(String, bool), Refusal> {
    if !npgen::is_stable(file)? {
        return Ok((String::new(), false));
    }
    let name = file.display();
    let help = |what: &str| format!("  = help: {what} `npgen lock {name}`\n");
    Ok(match npgen::check_lock(file, options)? {
        Locked::Same => (String::new(), false),
        Locked::Missing => {
            let help = help("write it with");
            (format!("error: `{name}` is `#![stable]` and has no lock\n{help}"), true)
        }
        behind @ Locked::Behind(_) => {
            let help = help("bring it up to date with");
            let changes = behind.findings();
            (format!("{changes}warning: the lock of `{name}` is behind\n{help}"), false)
        }
        broken @ Locked::Broken(_) => {
            let changes = broken.findings();
            (format!("{changes}error: `{name}` breaks its lock\n"), true)
        }
    })
}

fn summary(files: &[PathBuf], warnings: usize) -> String {
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let files = files.len();
    format!(
        "checked {files} schema{}: no errors, {warnings} warning{}\n",
        plural(files),
        plural(warnings)
    )
}
