//! Messages over one TCP connection of this machine and back, 64 in flight, both ends on one
//! thread: what is measured is what an echo costs a core in both programs and the kernel, and
//! nothing waits for anybody.

mod ours;
mod raw;
mod sessions;

use std::future::Future;
use std::time::Duration;

use anyhow::{Result, ensure};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};

use super::measure::clock;
use super::subject::{Contestant, Metric, Peer};

/// How many messages are under way at a time.
const IN_FLIGHT: u64 = 64;

pub fn contestants(peers: &[Peer]) -> Result<Vec<Contestant>> {
    let mut contestants = Vec::new();
    for (metric, size) in [(Metric::Echo64, 64), (Metric::Echo1k, 1_024)] {
        let body: Vec<u8> = (0..=u8::MAX).cycle().take(size).collect();
        for &peer in peers {
            let body = body.clone();
            contestants.push(match peer {
                Peer::Ours => contestant(peer, metric, |runtime| ours::Client::new(runtime, body))?,
                Peer::Sessions | Peer::SessionsClear => contestant(peer, metric, |runtime| {
                    sessions::Client::new(runtime, peer == Peer::Sessions, body)
                })?,
                Peer::AwsLcRs | Peer::Ring | Peer::Snow | Peer::Clear => {
                    contestant(peer, metric, |runtime| raw::Client::new(runtime, peer, body))?
                }
                _ => continue,
            });
        }
    }
    Ok(contestants)
}

/// A connected client whose server runs in the same runtime.
trait Echo {
    /// So many echoes, at most [`IN_FLIGHT`] at a time; gives how many came back right.
    fn echo(&mut self, times: u64) -> impl Future<Output = Result<u64>>;
}

/// A contestant with a runtime of its own: connections and timers of others are not in it.
fn contestant<E: Echo + 'static>(
    peer: Peer,
    metric: Metric,
    connect: impl FnOnce(&Runtime) -> Result<E>,
) -> Result<Contestant> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let mut client = connect(&runtime)?;
    Ok(Contestant::new(peer, metric, move |times| {
        // As in `calibrate`, few would measure how batches begin and end.
        let times = times.max(1);
        let start = clock::now();
        let echoed = runtime.block_on(client.echo(times))?;
        let took: Duration = clock::now() - start;
        ensure!(echoed == times, "{echoed} of {times} echoes came back");
        Ok(took)
    }))
}

/// Both ends of a TCP connection on this machine.
async fn loopback() -> Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let client = TcpStream::connect(listener.local_addr()?).await?;
    let (server, _) = listener.accept().await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    Ok((client, server))
}
