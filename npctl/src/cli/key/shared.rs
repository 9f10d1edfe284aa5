//! `npctl key shared`: a new pre-shared key, in a file.

use std::path::PathBuf;

use protocol_runtime::identity::SharedKeyFile;
use protocol_runtime::noise::PresharedKey;

use super::super::{Context, Done, Refusal, after_help};

/// Makes a pre-shared key and writes it to a file for you alone
///
/// Both sides need the same file: take it to the other one by a way that nobody else can read.
/// Without FILE it is `shared_key` in the state directory. `npctl key show --shared FILE` shows
/// the fingerprint again.
#[derive(clap::Args)]
#[command(after_help = after_help!("npctl key shared backup.key"))]
pub(crate) struct Arguments {
    /// The file; without it `shared_key` in the state directory
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Write over a key that is there; nobody gets it back
    #[arg(long)]
    force: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Done, Refusal> {
    let path = super::file(arguments.file.as_deref(), || {
        let state = context.state()?;
        state.prepare()?;
        Ok(state.shared_key())
    })?;
    let key = PresharedKey::generate().map_err(|error| super::no_randomness(&error))?;
    if arguments.force {
        SharedKeyFile::replace(&path, &key)?;
    } else {
        SharedKeyFile::create(&path, &key).map_err(super::exists)?;
    }
    Ok(Done::text(super::show::told_shared(&path, &key.fingerprint(), arguments.json)))
}
