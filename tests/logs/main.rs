//! Logs: what is in them, where they go, and that nobody waits for a disk (F34, T6).
#![expect(clippy::unwrap_used, reason = "helpers fail as the tests do")]

mod disk;
mod process;
mod what;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use network_protocol as np;
use np::Server;
use np::config::LoggingConfig;
use np::logging::Logging;
use tracing::subscriber::DefaultGuard;

#[np::protocol(package = "test::logs")]
pub(crate) enum Desk {
    #[np(reply = String)]
    Echo(String),
}

struct Clerk;

impl DeskHandler for Clerk {
    async fn echo(&self, _: &np::Cx, text: String) -> String {
        text
    }
}

/// Says that a test was left out.
#[expect(clippy::print_stderr, reason = "a test that was left out is to be seen")]
pub(crate) fn skipped(what: &str) {
    eprintln!("skipped: this needs {what}");
}

/// A server in memory and a client of it.
pub(crate) async fn pair() -> (Server, DeskClient) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let address = format!("mem://logs-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let server = np::serve::<Desk, _>(&address, Clerk).await.unwrap();
    let client: DeskClient = np::connect(&address).await.unwrap();
    (server, client)
}

/// A directory that is gone with the test.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("logs-{name}"));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind is in the build directory.
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// Logs of this thread to a file alone.
pub(crate) fn to_file(
    path: &Path,
    change: impl FnOnce(&mut LoggingConfig),
) -> (DefaultGuard, Logging) {
    assert!(std::env::var_os("RUST_LOG").is_none(), "these tests are about logs: unset RUST_LOG");
    let mut config = LoggingConfig {
        log_to_console: false,
        log_to_file: true,
        log_file_path: Some(path.to_owned()),
        ..LoggingConfig::default()
    };
    change(&mut config);
    let (dispatch, logs) = np::logging::subscriber(&config).unwrap();
    (tracing::dispatcher::set_default(&dispatch), logs)
}

/// What a file has when all that was logged is in it.
pub(crate) fn written(logs: &Logging, path: &Path) -> String {
    assert!(logs.flush(Duration::from_secs(10)), "logs are still being written");
    std::fs::read_to_string(path).unwrap()
}

/// Goes on with something until it has had its effect.
pub(crate) async fn until(mut done: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !done().await {
        assert!(began.elapsed() < Duration::from_secs(30), "it has no effect");
        tokio::task::yield_now().await;
    }
}
