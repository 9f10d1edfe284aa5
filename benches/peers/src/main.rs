//! Measures this project beside its peers.

mod codec;
mod secure;

use clap::{Parser, Subcommand};

/// Measures this project beside its peers.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    suite: Suite,
}

#[derive(Subcommand)]
enum Suite {
    Codec(codec::Arguments),
    Secure(secure::Arguments),
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().suite {
        Suite::Codec(arguments) => codec::run(&arguments),
        Suite::Secure(arguments) => secure::run(&arguments),
    }
}
