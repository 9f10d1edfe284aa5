//! The server of one sample. Says where it listens, and then, whenever a line comes in, what it
//! has used until then. Ends when the input does.

use std::io::{BufRead, Write, stdin, stdout};

use anyhow::Result;
use clap::Args;
use serde::{Deserialize, Serialize};
use tokio::runtime::Builder;
use tokio::task::LocalSet;

use super::subject::Peer;
use super::{allocator, peers, process};

#[derive(Args)]
pub struct Arguments {
    #[arg(long)]
    peer: Peer,
    #[arg(long)]
    processor: usize,
    #[arg(long)]
    count: bool,
    #[arg(long, default_value = "127.0.0.1:0")]
    address: String,
}

/// What a server has used.
#[derive(Serialize, Deserialize, Default)]
pub struct Used {
    pub cpu_us: f64,
    pub allocations: u64,
    pub resident_kib: u64,
}

impl Used {
    fn now() -> Result<Self> {
        Ok(Self {
            cpu_us: process::cpu().as_secs_f64() * 1e6,
            allocations: allocator::counted(),
            resident_kib: process::resident_kib()?,
        })
    }
}

pub fn run(arguments: &Arguments) -> Result<()> {
    process::pin(arguments.processor)?;
    process::raise_descriptors()?;
    if arguments.count {
        allocator::start();
    }
    std::thread::spawn(|| {
        if let Err(error) = answer() {
            eprintln!("a server's figures: {error:#}");
        }
        std::process::exit(0);
    });
    let runtime = Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        peers::serve(arguments.peer, &arguments.address, |address| {
            println!("{address}");
            Ok(stdout().flush()?)
        })
        .await
    })
}

fn answer() -> Result<()> {
    for line in stdin().lock().lines() {
        line?;
        println!("{}", serde_json::to_string(&Used::now()?)?);
        stdout().flush()?;
    }
    Ok(())
}
