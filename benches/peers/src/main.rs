//! Measures this project beside its peers.

/// What Cap'n Proto's compiler made of `capnp/echo.capnp`; it insists on this place.
mod echo_capnp {
    include!("../capnp/echo_capnp.generated");
}

mod codec;
mod common;
mod rpc;
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
    Rpc(rpc::Arguments),
    /// The client of one sample of `rpc`, in a process of its own.
    #[command(hide = true)]
    RpcSample(rpc::sample::Arguments),
    /// The server of one sample of `rpc`, in a process of its own.
    #[command(hide = true)]
    RpcServe(rpc::serve::Arguments),
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().suite {
        Suite::Codec(arguments) => codec::run(&arguments),
        Suite::Secure(arguments) => secure::run(&arguments),
        Suite::Rpc(arguments) => rpc::run(&arguments),
        Suite::RpcSample(arguments) => rpc::sample::run(&arguments),
        Suite::RpcServe(arguments) => rpc::serve::run(&arguments),
    }
}
