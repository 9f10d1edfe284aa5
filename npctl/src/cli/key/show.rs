//! `npctl key show`: what others may know of a key.

use std::path::{Path, PathBuf};

use protocol_runtime::identity::{Entry, FileError, FileProblem, KeyFile, SharedKeyFile};
use protocol_runtime::noise::PublicKey;

use super::super::{Context, Done, Refusal, after_help};

/// Shows the public key and the fingerprint of a key pair, never its secret
///
/// The public key is what others pin, and what stands in allow-lists. The fingerprint is for people
/// who compare keys by voice.
#[derive(clap::Args)]
#[command(after_help = after_help!("npctl key show --allow alice"))]
pub(crate) struct Arguments {
    /// The file; without it the identity in the state directory
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Print the public key alone
    #[arg(long, group = "form")]
    public: bool,
    /// Print a line for an allow-list: the public key under this name
    #[arg(long, value_name = "NAME", group = "form")]
    allow: Option<String>,
    /// Print one JSON object
    #[arg(long, group = "form")]
    json: bool,
    /// FILE holds a pre-shared key; show its fingerprint
    #[arg(long, requires = "file", conflicts_with_all = ["public", "allow"])]
    shared: bool,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Done, Refusal> {
    let path = super::file(arguments.file.as_deref(), || Ok(context.state()?.identity()))?;
    if arguments.shared {
        let fingerprint = SharedKeyFile::load(&path)?.fingerprint();
        return Ok(Done::text(told_shared(&path, &fingerprint, arguments.json)));
    }
    let key = KeyFile::load(&path).map_err(|error| refused(error, arguments))?.public();
    let text = match &arguments.allow {
        Some(name) => {
            let entry = Entry::new(key, name).map_err(|error| Refusal::usage(error.to_string()))?;
            format!("{entry}\n")
        }
        None if arguments.public => format!("{key}\n"),
        None => told(&path, key, arguments.json),
    };
    Ok(Done::text(text))
}

/// The identity is made by a command without a file, and its directory with it.
fn refused(error: FileError, arguments: &Arguments) -> Refusal {
    let none = error.problem == FileProblem::Missing && arguments.file.is_none();
    let mut refusal = Refusal::from(error);
    if none {
        refusal.help = Some("`npctl key new` makes the identity of this user".to_owned());
    }
    refusal
}

/// What is told of a key pair.
pub(super) fn told(path: &Path, key: PublicKey, as_json: bool) -> String {
    let (key, fingerprint) = (key.to_string(), key.fingerprint());
    let path = path.display().to_string();
    super::told(&[("public key", &key), ("fingerprint", &fingerprint), ("file", &path)], as_json)
}

/// What is told of a pre-shared key.
pub(super) fn told_shared(path: &Path, fingerprint: &str, as_json: bool) -> String {
    let path = path.display().to_string();
    super::told(&[("fingerprint", fingerprint), ("file", &path)], as_json)
}
