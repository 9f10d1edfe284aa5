//! `npctl key trust`: a server is known by its key from now on.

use protocol_runtime::identity::{ServerName, Trusted};
use protocol_runtime::noise::PublicKey;

use super::super::{Context, Done, Refusal, after_help};

/// Writes down the key of a server, so that clients accept it and no other
///
/// A server that is known by another key is refused: `npctl key forget` comes first.
#[derive(clap::Args)]
#[command(after_help = after_help!("npctl key trust example.com:9000 Xk2v1iQvXwPiL0qnqRkZy0vJt0cGk8PvO1mZ4gS5bWE="))]
pub(crate) struct Arguments {
    /// The server, as clients name it; an IPv6 address in brackets
    #[arg(value_name = "HOST:PORT", value_parser = super::server)]
    server: ServerName,
    /// Its public key: what `npctl key show --public` prints there
    #[arg(value_name = "KEY")]
    key: PublicKey,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Done, Refusal> {
    let trusted = context.state()?.servers()?.trust(&arguments.server, arguments.key)?;
    let done = Done::text(super::told_server(&arguments.server, arguments.key));
    Ok(match trusted {
        Trusted::Now => done,
        Trusted::Before => done.note("it was known by this key already"),
    })
}
