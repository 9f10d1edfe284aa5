//! The peers: a server that echoes what comes in, and a client for it.

mod axum;
mod capnp;
mod earlier;
mod ours;
mod reference;
mod tarpc;
pub mod tonic;

use std::future::Future;

use anyhow::Result;

use super::load::Connection;
use super::sample::{Figures, Sample};
use super::subject::Peer;

/// Makes connections.
pub trait Connect: 'static {
    type Connection: Connection;

    fn connect(&self, address: &str) -> impl Future<Output = Result<Self::Connection>>;
}

/// Serves until the process ends; `listening` is to hear the address.
pub async fn serve(
    peer: Peer,
    address: &str,
    listening: impl FnOnce(&str) -> Result<()>,
) -> Result<()> {
    match peer {
        Peer::Ours | Peer::OursNoise => ours::serve(peer, address, listening).await,
        Peer::Raw | Peer::Mux | Peer::MuxRecords => {
            reference::serve(peer == Peer::MuxRecords, address, listening).await
        }
        Peer::Tarpc => tarpc::serve(address, listening).await,
        Peer::CapnpRpc => capnp::serve(address, listening).await,
        Peer::Tonic => tonic::serve(address, listening).await,
        Peer::AxumJson => axum::serve(address, listening).await,
        Peer::Earlier => earlier::serve(address, listening).await,
    }
}

/// Runs a sample with the client of a peer.
pub async fn with_client(peer: Peer, sample: Sample<'_>) -> Result<Figures> {
    match peer {
        Peer::Ours | Peer::OursNoise => sample.run(ours::Client::new(peer)?).await,
        Peer::Raw => sample.run(reference::Raw).await,
        Peer::Mux | Peer::MuxRecords => {
            sample.run(reference::Mux { sealed: peer == Peer::MuxRecords }).await
        }
        Peer::Tarpc => sample.run(tarpc::Client).await,
        Peer::CapnpRpc => sample.run(capnp::Client).await,
        Peer::Tonic => sample.run(tonic::Client).await,
        Peer::AxumJson => {
            let shared = sample.shares_connections();
            sample.run(axum::Client { shared }).await
        }
        Peer::Earlier => sample.run(earlier::Client).await,
    }
}
