//! `npgen lock`: what a schema promised, written down beside it.

use std::path::{Path, PathBuf};

use npgen::Locked;

use super::{Done, Include, Refusal, after_help};

/// Writes the lock of a schema: its canonical text, into `chat.np.lock` beside `chat.np`
///
/// The lock goes into version control. `npgen check` holds a schema with `#![stable]` to it, and a
/// test can hold a protocol that is declared in Rust to one. A lock that the schema breaks is not
/// overwritten unless `--force` is given.
#[derive(clap::Args)]
#[command(after_help = after_help!("npgen lock schema/chat.np"))]
pub(crate) struct Arguments {
    /// The schemas; of a directory those that are `#![stable]` or have a lock
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Write nothing; fail if a lock is missing or would change
    #[arg(long, conflicts_with = "force")]
    check: bool,
    /// Overwrite a lock that the schema breaks
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    include: Include,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Done, Refusal> {
    let options = arguments.include.options();
    let (mut text, mut remarks, mut notes) = (String::new(), String::new(), String::new());
    for path in &arguments.paths {
        if path == Path::new("-") {
            let problem = "a lock stands beside its schema, so there is none for `-`";
            return Err(Refusal::Usage(problem.to_owned()));
        }
        let walked = path.is_dir();
        let mut met = false;
        for file in npgen::schemas_in([path])? {
            let wanted = !walked || npgen::lock_path(&file).exists() || npgen::is_stable(&file)?;
            if !wanted {
                continue;
            }
            met = true;
            let locked = if arguments.check {
                npgen::check_lock(&file, &options)?
            } else {
                npgen::write_lock(&file, arguments.force, &options)?
            };
            text.push_str(&locked.findings());
            if let Some(problem) = problem(&locked, arguments) {
                let lock = npgen::lock_path(&file);
                remarks.push_str(&format!("error: `{}` {problem}\n", lock.display()));
            }
        }
        if !met {
            let path = path.display();
            notes.push_str(&format!(
                "warning: no schema in `{path}` is `#![stable]` or has a lock\n  \
                 = help: name the file of one to give it a lock\n"
            ));
        }
    }
    let found = !remarks.is_empty();
    remarks.push_str(&notes);
    Ok(Done { text: text.into_bytes(), remarks, found, ..Done::default() })
}

fn problem(locked: &Locked, arguments: &Arguments) -> Option<&'static str> {
    match locked {
        Locked::Same => None,
        Locked::Missing if arguments.check => Some("is missing"),
        Locked::Behind(_) if arguments.check => Some("is behind its schema"),
        Locked::Broken(_) if arguments.check => Some("is broken by its schema"),
        Locked::Broken(_) if !arguments.force => Some(
            "is left alone: its schema breaks it\n  = help: mend the schema, or give `--force`",
        ),
        Locked::Missing | Locked::Behind(_) | Locked::Broken(_) => None,
    }
}
