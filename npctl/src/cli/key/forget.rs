//! `npctl key forget`: a server is not known any more.

use protocol_runtime::identity::{KnownServers, ServerName};

use super::super::{Context, Done, Refusal, after_help};

/// Takes a server out of the known ones, and shows the key it had
///
/// A client that connects to it next trusts the key that it finds then.
#[derive(clap::Args)]
#[command(after_help = after_help!("npctl key forget example.com:9000"))]
pub(crate) struct Arguments {
    /// The server, as `npctl key list` names it
    #[arg(value_name = "HOST:PORT", value_parser = super::server)]
    server: ServerName,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Done, Refusal> {
    let known = KnownServers::new(context.state()?.known_servers());
    match known.forget(&arguments.server)? {
        Some(key) => Ok(Done::text(super::told_server(&arguments.server, key))),
        None => {
            let problem =
                format!("`{}`: {} is not in it", known.path().display(), arguments.server);
            Err(Refusal::new(1, problem).help("`npctl key list` shows the servers that are"))
        }
    }
}
