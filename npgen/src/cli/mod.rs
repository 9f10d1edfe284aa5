//! Arguments in, text and an exit code out. One file for each subcommand; only this one prints.

mod check;
mod completions;
mod decode;
mod encode;
mod expand;
mod generate;
mod values;

use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use npgen::{Colour, FileError, Report, Source};

/// What stands at the end of each `--help`.
macro_rules! after_help {
    ($example:literal) => {
        concat!(
            "Example:\n  ",
            $example,
            "\n\nExit codes:\n  0  done\n  1  a schema has mistakes, or a file is missing or stale\n  2  the arguments are wrong"
        )
    };
}
pub(crate) use after_help;

/// Compiles .np schema files to Rust.
#[derive(Parser)]
#[command(name = "npgen", version, arg_required_else_help = true)]
#[command(after_help = after_help!("npgen gen schema/chat.np --out src/gen"))]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Gen(generate::Arguments),
    Check(check::Arguments),
    Expand(expand::Arguments),
    Decode(decode::Arguments),
    Encode(encode::Arguments),
    Completions(completions::Arguments),
}

/// What a subcommand that is done has to say.
#[derive(Default)]
pub(crate) struct Done {
    /// For the standard output.
    pub(crate) text: Vec<u8>,
    /// For the standard error.
    pub(crate) warnings: Option<Report>,
}

/// Runs the subcommand that was asked for.
pub(crate) fn run() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Gen(arguments) => generate::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Expand(arguments) => expand::run(&arguments),
        Command::Decode(arguments) => return decode::run(&arguments),
        Command::Encode(arguments) => return encode::run(&arguments),
        Command::Completions(arguments) => Ok(completions::run(&arguments)),
    };
    match done {
        Ok(done) => {
            if let Some(warnings) = done.warnings {
                complain(&warnings.render(Colour::On));
            }
            print(&done.text)
        }
        Err(failure) => {
            complain(&failure.render(Colour::On));
            ExitCode::FAILURE
        }
    }
}

/// Reads a schema; `-` is the standard input.
pub(crate) fn source(path: &Path) -> Result<Source, FileError> {
    if path == Path::new("-") {
        Source::read_from("<stdin>", io::stdin().lock())
    } else {
        Source::read(path)
    }
}

/// A reader that went away, as `head` does, has seen what it wanted.
fn print(text: &[u8]) -> ExitCode {
    let mut out = io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("error: cannot write the output: {}\n", error.kind()));
            ExitCode::FAILURE
        }
    }
}

/// Coloured where a terminal shows it and NO_COLOR does not forbid it.
fn complain(drawn: &str) {
    // With stderr gone there is nobody left to tell; the exit code still does.
    drop(anstream::stderr().lock().write_all(drawn.as_bytes()));
}
