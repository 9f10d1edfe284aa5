//! Arguments in, text and an exit code out. One file for each subcommand; only this one prints.

mod call;
mod cert;
mod completions;
mod describe;
mod json;
mod key;
mod model;
mod output;
mod remote;
mod stats;
mod tls;

use std::io::{ErrorKind, Write};
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

/// What is printed at the end of `--help` by subcommands that talk to servers.
macro_rules! after_help_remote {
    ($($example:literal),+) => {
        concat!(
            "Example:",
            $("\n  ", $example,)+
            "\n\nExit codes:\n  0  all is well\n  1  the server answered with the message's own error\n  2  the arguments, the schema or the JSON are wrong, or the two sides' schemas do not fit\n  3  the server cannot be reached\n  4  no answer in time\n  5  refused: by the server, by its handler, or because of a key\n  6  the connection was lost\n  7  the call failed at the server, or its answer cannot be read\n  130  interrupted by Ctrl-C; the call was cancelled"
        )
    };
}
pub(crate) use after_help_remote;

/// Exit codes of subcommands that talk to servers.
pub(crate) mod codes {
    /// The message's own error.
    pub(crate) const APPLICATION: u8 = 1;
    /// Arguments, schema, JSON.
    pub(crate) const USAGE: u8 = 2;
    /// No connection.
    pub(crate) const UNREACHED: u8 = 3;
    /// No answer in time.
    pub(crate) const DEADLINE: u8 = 4;
    /// Not let in, or told no.
    pub(crate) const REFUSED: u8 = 5;
    /// The connection ended.
    pub(crate) const LOST: u8 = 6;
    /// Whatever else happened at the server.
    pub(crate) const FAILED: u8 = 7;
    /// Ctrl-C.
    pub(crate) const INTERRUPTED: u8 = 130;
}

/// Calls servers of network-protocol and shows what they serve; looks after keys, and after the
/// servers that are trusted.
#[derive(Parser)]
#[command(name = "npctl", version, arg_required_else_help = true)]
#[command(after_help = after_help_remote!(
    "npctl key new",
    "npctl describe localhost:9000",
    "npctl call localhost:9000 Chat.Join '{\"room\": 7}'"
))]
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
    Call(call::Arguments),
    Describe(describe::Arguments),
    Stats(stats::Arguments),
    #[command(subcommand)]
    Key(key::Command),
    #[command(subcommand)]
    Cert(cert::Command),
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
    /// Lines that follow as they are.
    pub(crate) detail: String,
    pub(crate) help: Option<String>,
}

impl Refusal {
    pub(crate) fn new(code: u8, problem: impl Into<String>) -> Self {
        Self { code, problem: problem.into(), detail: String::new(), help: None }
    }

    /// The arguments are wrong, or what they name.
    pub(crate) fn usage(problem: impl Into<String>) -> Self {
        Self::new(codes::USAGE, problem)
    }

    /// How to mend it.
    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// Lines that follow as they are.
    pub(crate) fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }
}

impl From<FileError> for Refusal {
    fn from(error: FileError) -> Self {
        let found = matches!(error.problem, FileProblem::Exists | FileProblem::OtherKey { .. });
        Self {
            code: if found { 1 } else { 2 },
            problem: format!("`{}`: {}", error.path.display(), error.problem),
            detail: String::new(),
            help: error.help(),
        }
    }
}

impl From<NoStateDir> for Refusal {
    fn from(error: NoStateDir) -> Self {
        Self::usage(error.to_string()).help("name one with `--state-dir DIR`")
    }
}

/// What is the same for all subcommands.
pub(crate) struct Context {
    state_dir: Option<PathBuf>,
}

impl Context {
    /// The state directory, if one was named.
    pub(crate) fn state_dir(&self) -> Option<&std::path::Path> {
        self.state_dir.as_deref()
    }

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
        Command::Call(arguments) => call::run(&arguments, &context),
        Command::Describe(arguments) => describe::run(&arguments, &context),
        Command::Stats(arguments) => stats::run(&arguments),
        Command::Key(command) => key::run(command, &context),
        Command::Cert(command) => cert::run(&command),
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
            // With stderr gone there is nobody left to tell.
            drop(anstream::stderr().lock().write_all(refusal.detail.as_bytes()));
            ExitCode::from(refusal.code)
        }
    }
}

/// What subcommands that talk to servers run on.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Refusal> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Refusal::usage(format!("cannot wait for the network: {error}")))
}

/// A reader that went away, as `head` does, has seen what it wanted.
fn print(text: &[u8]) -> ExitCode {
    let mut out = anstream::stdout().lock();
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
pub(crate) fn shown(text: &str) -> String {
    let shown = |c: char| {
        if c.is_control() || is_direction(c) { char::REPLACEMENT_CHARACTER } else { c }
    };
    text.chars().map(shown).collect()
}

/// Whether it changes the direction of the text around it (Unicode Standard Annex 9, section 2).
pub(crate) const fn is_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
