//! Configuration: where it comes from, what it refuses, and for each field that changing it changes
//! what happens. `tests/tidy` sees to it that no field is without such a test.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers fail as the tests do"
)]

mod admin;
mod channel;
mod client;
mod layers;
mod limits;
mod lists;
mod logging;
mod page;
mod security;
mod server;
mod tls;
mod transport;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

use network_protocol as np;
use np::config::NetworkConfig;
use np::{Keypair, Server};

#[np::protocol(package = "test::config")]
pub(crate) enum Desk {
    #[np(reply = String)]
    Echo(String),
    /// Is answered after so many milliseconds.
    #[np(reply = u64)]
    Wait(u64),
    /// Is answered with how many they are.
    #[np(reply = u64)]
    Count(Vec<String>),
    /// Is handled for ever.
    Note(String),
    /// Has no end.
    #[np(reply = np::Stream<String>)]
    Flood,
}

/// Answers, and counts what it is busy with.
#[derive(Clone, Default)]
pub(crate) struct Clerk {
    pub(crate) busy: Arc<AtomicUsize>,
    /// Items that were sent.
    pub(crate) sent: Arc<AtomicUsize>,
}

impl DeskHandler for Clerk {
    async fn echo(&self, _: &np::Cx, text: String) -> String {
        text
    }

    async fn wait(&self, _: &np::Cx, millis: u64) -> u64 {
        self.busy.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(millis)).await;
        millis
    }

    async fn count(&self, _: &np::Cx, texts: Vec<String>) -> u64 {
        texts.len().try_into().unwrap()
    }

    async fn note(&self, _: &np::Cx, _: String) {
        std::future::pending().await
    }

    async fn flood(&self, _: &np::Cx) -> np::Stream<String> {
        let sent = self.sent.clone();
        np::Stream::from_iter((0_u64..).map(move |_| {
            sent.fetch_add(1, Ordering::Relaxed);
            "x".repeat(1_000)
        }))
    }
}

/// What a test begins with: an address of its own in memory for both sides, and no second attempt.
pub(crate) fn config(change: impl FnOnce(&mut NetworkConfig)) -> NetworkConfig {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let address = format!("mem://config-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    NetworkConfig::default_with_overrides(|config| {
        config.server.address.clone_from(&address);
        config.client.address = address;
        config.client.auto_reconnect = false;
        change(config);
    })
}

pub(crate) async fn serve(config: &NetworkConfig) -> Server {
    config.serve::<Desk, _>(Clerk::default()).await.unwrap()
}

pub(crate) async fn connect(config: &NetworkConfig) -> DeskClient {
    config.connect().await.unwrap()
}

/// The same with TCP, a free port, and files in a directory of its own.
pub(crate) fn tcp(change: impl FnOnce(&mut NetworkConfig)) -> (NetworkConfig, Folder) {
    let folder = Folder::new();
    let config = config(|config| {
        config.server.address = "127.0.0.1:0".into();
        config.security.state_dir = Some(folder.0.join("state"));
        change(config);
    });
    (config, folder)
}

/// A directory that is gone with the test.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("config-{name}"));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// A new key pair, and the file with it.
    pub(crate) fn keypair(&self, name: &str) -> (Keypair, PathBuf) {
        let (pair, path) = (Keypair::generate().unwrap(), self.0.join(name));
        np::identity::KeyFile::create(&path, &pair).unwrap();
        (pair, path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind is in the build directory.
        drop(std::fs::remove_dir_all(&self.0));
    }
}
