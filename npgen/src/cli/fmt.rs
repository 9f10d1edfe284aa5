//! `npgen fmt`: schemas laid out one way.

use std::path::{Path, PathBuf};

use npgen::Source;

use super::{Done, Refusal, after_help, source};

/// Lays schemas out one way
///
/// Comments, docs, empty lines (one at a time) and the order of things stay. A list stays on its
/// line if it fits 100 characters and its author did not end the line behind the `{`. What cannot
/// be read is refused and left as it is.
///
/// Of a directory all *.np files are taken, but hidden ones and what a file `.npignore` in it or
/// above names: a name or a path in each line, `*` for any characters, `/` at the end for folders.
#[derive(clap::Args)]
#[command(after_help = after_help!("npgen fmt schema/chat.np"))]
pub(crate) struct Arguments {
    /// The schemas, or directories with schemas; `-` is the standard input, which goes to the
    /// standard output
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Write nothing; show what would change, and fail if something would
    #[arg(long)]
    check: bool,
    /// Also write the numbers of fields, variants, flags and messages that have none
    #[arg(long)]
    ids: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Done, Refusal> {
    let files = npgen::schemas_in(&arguments.paths)?;
    let mut wanted = Vec::new();
    for file in &files {
        let source = source(file)?;
        let text = npgen::layout(&source, arguments.ids)?;
        wanted.push((file, source, text));
    }
    let mut text = String::new();
    let mut found = false;
    // Nothing is written before everything was read.
    for (file, source, laid_out) in wanted {
        let differs = source.text != laid_out;
        if arguments.check {
            found |= differs;
            if differs {
                text.push_str(&npgen::diff(&source.name, &source.text, &laid_out));
            }
        } else if file.as_path() == Path::new("-") {
            text.push_str(&laid_out);
        } else if differs {
            write(&source, &laid_out)?;
        }
    }
    Ok(Done::text(text).found(found))
}

fn write(source: &Source, text: &str) -> Result<(), Refusal> {
    Ok(npgen::write_layout(source, text)?)
}
