//! `npgen breaking`: what changed since another version, and whether that breaks somebody.

use std::path::{Path, PathBuf};

use npgen::{Changes, Level};

use super::{Done, Include, Refusal, after_help, explain};

/// Compares schemas with an older version, and fails if peers of the two do not understand each
/// other
///
/// Prints a line for each change that breaks something, or may. What is meant can be allowed: by
/// `--allow NPB101`, or in the schema by `#[npgen::allow(NPB101)]` on the entry, its item or, as
/// `#![npgen::allow(NPB101)]`, the file. `npgen explain NPB101` says more about a rule.
///
/// Schemas are matched by their packages, wherever their files are; that of a revision is also
/// found where it stood before it was moved.
#[derive(clap::Args)]
#[command(after_help = after_help!("npgen breaking --against main schema"))]
pub(crate) struct Arguments {
    /// The older version: a file, a directory, or a git revision of the same paths
    #[arg(long, value_name = "REV|FILE|DIR")]
    against: String,
    /// The schemas, or directories with schemas, as they are; the working directory if nothing is
    /// said and the older version is a revision
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Allow what a rule speaks of
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    allow: Vec<String>,
    /// Also print the changes that break nothing
    #[arg(long, short)]
    verbose: bool,
    /// How to print them
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    #[command(flatten)]
    include: Include,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Format {
    /// One line for each change
    Text,
    /// A JSON array of all changes
    Json,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Done, Refusal> {
    let mut paths = arguments.paths.clone();
    if paths.is_empty() {
        if Path::new(&arguments.against).exists() {
            let against = &arguments.against;
            return Err(Refusal::Usage(format!(
                "with what is `{against}` compared?\n  = help: name the new schemas: \
                 `npgen breaking --against {against} schema`"
            )));
        }
        paths.push(PathBuf::from("."));
    }
    let options = arguments.include.options();
    let mut changes = npgen::breaking(&arguments.against, &paths, &options)?;
    for id in &arguments.allow {
        let rule = npgen::evolution_rule(id).ok_or_else(|| explain::unknown(id))?;
        changes = changes.allow(rule.id);
    }
    Ok(told(arguments, &changes))
}

fn told(arguments: &Arguments, changes: &Changes) -> Done {
    let least = if arguments.verbose { Level::Note } else { Level::Warning };
    let text = match arguments.format {
        Format::Text => changes.render(least),
        Format::Json => changes.to_json(),
    };
    let found = changes.is_break();
    let summary = changes.summary();
    let mut remarks: String =
        changes.notes().iter().map(|note| format!("note: {note}\n")).collect();
    if !summary.is_empty() {
        let level = if found { "error" } else { "warning" };
        remarks.push_str(&format!("{level}: {summary}\n"));
    }
    Done { text: text.into_bytes(), remarks, found, ..Done::default() }
}
