//! `npctl key`: the keys of this user, and those of the servers that are trusted.

mod forget;
mod list;
mod new;
mod shared;
mod show;
mod trust;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use protocol_runtime::identity::{FileError, FileProblem, ServerName, ServerNameError};
use protocol_runtime::noise::{NoiseError, PublicKey};

use super::{Context, Done, Refusal, after_help, json};

/// Makes and shows keys, and looks after the servers that are trusted
#[derive(Subcommand)]
#[command(after_help = after_help!("npctl key new"))]
pub(crate) enum Command {
    New(new::Arguments),
    Show(show::Arguments),
    Shared(shared::Arguments),
    Trust(trust::Arguments),
    Forget(forget::Arguments),
    List(list::Arguments),
}

pub(crate) fn run(command: Command, context: &Context) -> Result<Done, Refusal> {
    match command {
        Command::New(arguments) => new::run(&arguments, context),
        Command::Show(arguments) => show::run(&arguments, context),
        Command::Shared(arguments) => shared::run(&arguments, context),
        Command::Trust(arguments) => trust::run(&arguments, context),
        Command::Forget(arguments) => forget::run(&arguments, context),
        Command::List(arguments) => list::run(&arguments, context),
    }
}

/// A server as it is named on the command line: as in a program, `tcp://` may stand in front.
fn server(text: &str) -> Result<ServerName, ServerNameError> {
    text.strip_prefix("tcp://").unwrap_or(text).parse()
}

/// What is told of something, a line for each: its name, then its text.
fn told(facts: &[(&str, &str)], as_json: bool) -> String {
    if as_json {
        let names: Vec<_> = facts.iter().map(|(name, _)| name.replace(' ', "_")).collect();
        let facts = names.iter().zip(facts).map(|(name, (_, text))| (name.as_str(), *text));
        return json::object(&facts.collect::<Vec<_>>()) + "\n";
    }
    let width = facts.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    facts.iter().map(|(name, text)| format!("{name:width$}  {text}\n")).collect()
}

/// What is told of a server and its key.
fn told_server(server: &ServerName, key: PublicKey) -> String {
    let (server, text) = (server.to_string(), key.to_string());
    told(&[("server", &server), ("public key", &text), ("fingerprint", &key.fingerprint())], false)
}

/// The file that was named, or the one of the state directory.
fn file(
    named: Option<&Path>,
    usual: impl FnOnce() -> Result<PathBuf, Refusal>,
) -> Result<PathBuf, Refusal> {
    named.map_or_else(usual, |path| Ok(path.to_owned()))
}

/// There is a key already, and overwriting one is for those who say so.
fn exists(error: FileError) -> Refusal {
    let there = error.problem == FileProblem::Exists;
    let mut refusal = Refusal::from(error);
    if there {
        refusal.help = Some(
            "name another file, or write over this one with `--force`: whoever knows the old key will not know the new one"
                .to_owned(),
        );
    }
    refusal
}

fn no_randomness(error: &NoiseError) -> Refusal {
    Refusal::usage(format!("no key was made: {error}"))
}
