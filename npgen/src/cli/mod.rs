//! Arguments in, text and an exit code out. One file for each subcommand; only this one and
//! `values.rs`, whose input and output are bytes, print.

mod breaking;
mod cargo;
mod check;
mod completions;
mod decode;
mod encode;
mod expand;
mod explain;
mod export;
mod fmt;
mod generate;
mod ir;
mod lock;
mod values;

use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use npgen::{Colour, Failure, FileError, Options, Report, Source};

/// What stands at the end of each `--help`.
macro_rules! after_help {
    ($example:literal) => {
        concat!(
            "Example:\n  ",
            $example,
            "\n\nExit codes:\n  0  all is well\n  1  something was found: a mistake, a break, a file that is stale or laid out otherwise\n  2  the arguments are wrong, or a file cannot be read or written"
        )
    };
}
pub(crate) use after_help;

/// Compiles .np schema files to Rust, and looks after them.
#[derive(Parser)]
#[command(name = "npgen", version, arg_required_else_help = true)]
#[command(after_help = after_help!("npgen gen schema/chat.np --out src/gen"))]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// When to print in colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: Color,
}

#[derive(Subcommand)]
enum Command {
    Gen(generate::Arguments),
    Check(check::Arguments),
    Fmt(fmt::Arguments),
    Breaking(breaking::Arguments),
    Lock(lock::Arguments),
    Explain(explain::Arguments),
    Ir(ir::Arguments),
    Expand(expand::Arguments),
    Decode(decode::Arguments),
    Encode(encode::Arguments),
    Export(export::Arguments),
    Completions(completions::Arguments),
}

#[derive(Clone, Copy, ValueEnum)]
enum Color {
    /// On a terminal, unless NO_COLOR says otherwise
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Where packages are looked for that a schema uses.
#[derive(clap::Args)]
pub(crate) struct Include {
    /// A directory with other packages: `acme::common` is looked for as `acme/common.np`,
    /// `acme.common.np` and `common.np`, first in the folder of the schema itself
    #[arg(long, short = 'I', value_name = "DIR")]
    include: Vec<PathBuf>,
}

impl Include {
    pub(crate) fn options(&self) -> Options {
        self.include.iter().fold(Options::new(), Options::include)
    }
}

/// What a subcommand that is done has to say.
#[derive(Default)]
pub(crate) struct Done {
    /// For the standard output.
    pub(crate) text: Vec<u8>,
    /// For the standard error.
    pub(crate) warnings: Option<Report>,
    /// Lines for the standard error.
    pub(crate) remarks: String,
    /// Whether something was found that a caller should know of.
    pub(crate) found: bool,
}

impl Done {
    pub(crate) fn text(text: impl Into<Vec<u8>>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    pub(crate) fn found(mut self, found: bool) -> Self {
        self.found = found;
        self
    }
}

/// Why a subcommand did nothing.
pub(crate) enum Refusal {
    Failed(Failure),
    /// The arguments are wrong, with what may be done about it.
    Usage(String),
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<FileError> for Refusal {
    fn from(error: FileError) -> Self {
        let help = error.help().map_or_else(String::new, |help| format!("\n  = help: {help}"));
        Self::Usage(format!("{error}{help}"))
    }
}

/// Runs the subcommand that was asked for.
pub(crate) fn run() -> ExitCode {
    let arguments = Arguments::parse();
    match arguments.color {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
    let done = match arguments.command {
        Command::Gen(arguments) => generate::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Fmt(arguments) => fmt::run(&arguments),
        Command::Breaking(arguments) => breaking::run(&arguments),
        Command::Lock(arguments) => lock::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Ir(arguments) => ir::run(&arguments),
        Command::Expand(arguments) => expand::run(&arguments),
        Command::Decode(arguments) => return decode::run(&arguments),
        Command::Encode(arguments) => return encode::run(&arguments),
        Command::Export(arguments) => return export::run(&arguments),
        Command::Completions(arguments) => Ok(completions::run(&arguments)),
    };
    match done {
        Ok(done) => {
            if let Some(warnings) = &done.warnings {
                complain(&warnings.render(Colour::On));
            }
            complain(&done.remarks);
            print(&done)
        }
        Err(Refusal::Failed(failure)) => {
            complain(&failure.render(Colour::On));
            ExitCode::from(failure.exit_code())
        }
        Err(Refusal::Usage(problem)) => {
            complain(&format!("error: {problem}\n"));
            ExitCode::from(2)
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
fn print(done: &Done) -> ExitCode {
    let code = ExitCode::from(u8::from(done.found));
    let mut out = io::stdout().lock();
    match out.write_all(&done.text).and_then(|()| out.flush()) {
        Ok(()) => code,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => code,
        Err(error) => {
            complain(&format!("error: cannot write the output: {}\n", error.kind()));
            ExitCode::from(2)
        }
    }
}

/// Coloured where a terminal shows it and NO_COLOR does not forbid it.
pub(crate) fn complain(drawn: &str) {
    // With stderr gone there is nobody left to tell; the exit code still does.
    drop(anstream::stderr().lock().write_all(drawn.as_bytes()));
}
