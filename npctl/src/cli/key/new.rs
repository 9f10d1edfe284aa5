//! `npctl key new`: a new key pair, in a file.

use std::path::PathBuf;

use protocol_runtime::identity::KeyFile;
use protocol_runtime::noise::Keypair;

use super::super::{Context, Done, Refusal, after_help};

/// Makes a key pair, writes it to a file for you alone, and shows its public key
///
/// The file is PKCS#8 PEM, as `openssl genpkey -algorithm X25519` writes it. Without FILE it is the
/// identity that your programs have when nothing else is configured. A file that is there stays as
/// it is.
#[derive(clap::Args)]
#[command(after_help = after_help!("npctl key new server.key"))]
pub(crate) struct Arguments {
    /// The file; without it the identity in the state directory
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
        Ok(state.identity())
    })?;
    let pair = Keypair::generate().map_err(|error| super::no_randomness(&error))?;
    if arguments.force {
        KeyFile::replace(&path, &pair)?;
    } else {
        KeyFile::create(&path, &pair).map_err(super::exists)?;
    }
    Ok(Done::text(super::show::told(&path, pair.public(), arguments.json)))
}
