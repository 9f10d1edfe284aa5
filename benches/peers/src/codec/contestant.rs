//! What is measured: a peer's ways to do one thing with one value, each checked before.

use clap::ValueEnum;

use crate::common::named;

/// A codec.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
pub enum Peer {
    Ours,
    OursFixed,
    Wincode,
    Rkyv,
    Bitcode,
    Speedy,
    Bincode,
    Postcard,
    Bilrost,
    Prost,
    Planus,
    SerdeJson,
}

/// What is measured of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
pub enum Metric {
    /// A value into a reused buffer.
    Serialize,
    /// An owned value out of a buffer, and dropped.
    Deserialize,
    /// A value that points into the buffer.
    Borrow,
    /// A validated view or archive over the buffer.
    Access,
    /// Bytes of the encoding.
    Size,
}

named!(Peer, Metric);

/// Does something so many times.
pub type Run = Box<dyn FnMut(u64) + Send>;

/// One peer in one case.
pub struct Contestant {
    pub peer: Peer,
    /// Bytes of the encoding.
    pub size: usize,
    pub runs: Vec<(Metric, Run)>,
}

impl Contestant {
    pub fn new(peer: Peer, size: usize) -> Self {
        Self { peer, size, runs: Vec::new() }
    }

    /// Adds what does `metric` once.
    pub fn run(&mut self, metric: Metric, mut once: impl FnMut() + Send + 'static) {
        let run = move |times| {
            for _ in 0..times {
                once();
            }
        };
        self.runs.push((metric, Box::new(run)));
    }
}
