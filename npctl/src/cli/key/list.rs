//! `npctl key list`: the servers that are known.

use protocol_runtime::identity::KnownServers;

use super::super::{Context, Done, Refusal, after_help, json};

/// Lists the servers that are trusted, with their keys
#[derive(clap::Args)]
#[command(after_help = after_help!("npctl key list"))]
pub(crate) struct Arguments {
    /// Print a list of JSON objects
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Done, Refusal> {
    let known = KnownServers::new(context.state()?.known_servers());
    let rows: Vec<_> = known
        .list()?
        .iter()
        .map(|entry| (entry.server.to_string(), entry.key.to_string(), entry.key.fingerprint()))
        .collect();
    if arguments.json {
        let objects = rows.iter().map(|(server, key, fingerprint)| {
            json::object(&[("server", server), ("public_key", key), ("fingerprint", fingerprint)])
        });
        return Ok(Done::text(json::list(&objects.collect::<Vec<_>>()) + "\n"));
    }
    let width = rows.iter().map(|(server, ..)| server.chars().count()).max().unwrap_or(0);
    let lines =
        rows.iter().map(|(server, key, print)| format!("{server:width$}  {key}  {print}\n"));
    let done = Done::text(lines.collect::<String>());
    Ok(if rows.is_empty() {
        done.note(format!("no server is known in `{}`", known.path().display()))
    } else {
        done
    })
}
