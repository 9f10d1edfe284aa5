//! `npctl cert`: certificates for TLS.

mod dev;

use clap::Subcommand;

use super::{Done, Refusal, after_help};

/// Makes certificates for TLS
#[derive(Subcommand)]
#[command(after_help = after_help!("npctl cert dev"))]
pub(crate) enum Command {
    Dev(dev::Arguments),
}

pub(crate) fn run(command: &Command) -> Result<Done, Refusal> {
    match command {
        Command::Dev(arguments) => dev::run(arguments),
    }
}
