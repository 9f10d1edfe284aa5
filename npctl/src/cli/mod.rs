//! Arguments in, text and an exit code out. One file for each subcommand; only this one prints.

mod completions;
mod json;
mod key;

use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::styling::{AnsiColor, Style};
use clap::{Parser, Subcommand, ValueEnum};
use protocol_runtime::identity::{FileError, FileProblem, NoStateDir, StateDir};

/// What stands at the end of each `--help`.
macro_rules! after_help {
    ($example:literal) => {
        concat!(
            "Example:\n  ",
            $example,
            "\n\nExit codes:\n  0  all is well\n  1  what is there stands against it: a file, another key, or no such server\n  2  the arguments are wrong, or a file cannot be read or written"
        )
    };
}
pub(crate) use after_help;

/// Looks after the keys of network-protocol, and after the servers that are trusted.
#[derive(Parser)]
#[command(name = "npctl", version, arg_required_else_help = true)]
#[command(after_help = after_help!("npctl key new"))]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Where the identity and the known servers are, instead of $NETWORK_PROTOCOL_STATE_DIR,
    /// $XDG_STATE_HOME/network-protocol or $HOME/.local/state/network-protocol
    #[arg(long, global = true, value_name = "DIR", display_order = 100)]
    state_dir: Option<PathBuf>,
    /// When to print in colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", display_order = 101)]
    color: Color,
}

#[derive(Subcommand)]
enum Command {
    #[command(subcommand)]
    Key(key::Command),
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

/// What a subcommand that is done has to say.
#[derive(Default)]
pub(crate) struct Done {
    /// For the standard output.
    pub(crate) text: Vec<u8>,
    /// A remark for whoever sits there.
    pub(crate) note: Option<String>,
}

impl Done {
    pub(crate) fn text(text: impl Into<Vec<u8>>) -> Self {
        Self { text: text.into(), note: None }
    }

    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}

/// Why a subcommand did nothing, and how to mend it.
pub(crate) struct Refusal {
    pub(crate) code: u8,
    pub(crate) problem: String,
    pub(crate) help: Option<String>,
}

impl From<FileError> for Refusal {
    fn from(error: FileError) -> Self {
        let found = matches!(error.problem, FileProblem::Exists | FileProblem::OtherKey { .. });
        Self {
            code: if found { 1 } else { 2 },
            problem: format!("`{}`: {}", error.path.display(), error.problem),
            help: error.help(),
        }
    }
}

impl From<NoStateDir> for Refusal {
    fn from(error: NoStateDir) -> Self {
        let help = Some("name one with `--state-dir DIR`".to_owned());
        Self { code: 2, problem: error.to_string(), help }
    }
}

/// What is the same for all subcommands.
pub(crate) struct Context {
    state_dir: Option<PathBuf>,
}

impl Context {
    /// Where the identity and the known servers are.
    pub(crate) fn state(&self) -> Result<StateDir, Refusal> {
        match &self.state_dir {
            Some(path) => Ok(StateDir::new(path)),
            None => Ok(StateDir::from_env()?),
        }
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
    let context = Context { state_dir: arguments.state_dir };
    let done = match arguments.command {
        Command::Key(command) => key::run(command, &context),
        Command::Completions(arguments) => Ok(completions::run(&arguments)),
    };
    match done {
        Ok(done) => {
            if let Some(note) = &done.note {
                complain("note", AnsiColor::Cyan, note, None);
            }
            print(&done.text)
        }
        Err(refusal) => {
            complain("error", AnsiColor::Red, &refusal.problem, refusal.help.as_deref());
            ExitCode::from(refusal.code)
        }
    }
}

/// A reader that went away, as `head` does, has seen what it wanted.
fn print(text: &[u8]) -> ExitCode {
    let mut out = io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let problem = format!("cannot write the output: {}", error.kind());
            complain("error", AnsiColor::Red, &problem, None);
            ExitCode::from(2)
        }
    }
}

/// Coloured where a terminal shows it and NO_COLOR does not forbid it.
fn complain(level: &str, colour: AnsiColor, problem: &str, help: Option<&str>) {
    let (level_style, bold) = (colour.on_default().bold(), Style::new().bold());
    let mut drawn =
        format!("{level_style}{level}{level_style:#}{bold}: {}{bold:#}\n", shown(problem));
    if let Some(help) = help {
        drawn.push_str(&format!("  = {bold}help{bold:#}: {}\n", shown(help)));
    }
    // With stderr gone there is nobody left to tell; the exit code still does.
    drop(anstream::stderr().lock().write_all(drawn.as_bytes()));
}

/// Names of files may hold anything, but nothing that a terminal obeys is printed.
fn shown(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}
