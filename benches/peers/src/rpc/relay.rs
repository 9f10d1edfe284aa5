//! Stands between a client and a server, so that a client of any peer can be one that does not
//! read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};

pub struct Relay {
    pub address: String,
    reads: Arc<AtomicBool>,
}

impl Relay {
    /// Carries one connection.
    pub async fn start(server: &str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let reads = Arc::new(AtomicBool::new(true));
        let (server, reading) = (server.to_owned(), reads.clone());
        tokio::spawn(async move {
            let (client, _) = listener.accept().await?;
            let server = TcpStream::connect(server).await?;
            let (mut from_client, mut to_client) = client.into_split();
            let (mut from_server, mut to_server) = server.into_split();
            let up = tokio::spawn(async move { copy(&mut from_client, &mut to_server).await });
            let mut buffer = vec![0; 4_096];
            while reading.load(Ordering::Relaxed) {
                let read = from_server.read(&mut buffer).await?;
                if read == 0 {
                    return anyhow::Ok(());
                }
                to_client.write_all(&buffer[..read]).await?;
            }
            // What it holds stays open, and nothing is read any more.
            up.await??;
            Ok(())
        });
        Ok(Self { address, reads })
    }

    /// From the next bytes on, nothing that the server sends is taken any more.
    pub fn stop_reading(&self) {
        self.reads.store(false, Ordering::Relaxed);
    }
}
