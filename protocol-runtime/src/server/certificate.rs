//! How long the certificate of a server is valid: a number for whoever watches, and lines in the log.

use std::time::Duration;

use tokio::time::interval;

use crate::measure;
use crate::transport::TlsServer;

/// How often it is looked.
const EVERY: Duration = Duration::from_secs(10);

/// Follows the files of TLS, and looks how long what is in them lasts, for as long as the server runs.
pub(super) async fn keep(tls: TlsServer, listener: String) {
    tokio::join!(tls.follow(), watch(&tls, &listener));
}

async fn watch(tls: &TlsServer, listener: &str) {
    let mut look = interval(EVERY);
    let mut told = 0;
    loop {
        look.tick().await;
        tls.look();
        let failures = tls.failed_reloads();
        let more = failures.saturating_sub(std::mem::replace(&mut told, failures));
        measure::certificate(listener, tls.expires(), more);
    }
}
