//! What surrounds handlers and connections: dispatchers of closures, `tower` layers, streams and listeners
//! of the application's own, what a server counts, and the kit for tests.
#![expect(clippy::unwrap_used, clippy::wildcard_enum_match_arm, missing_docs, reason = "tests")]

mod dispatcher;
mod push;
mod streams;
mod towers;

use std::time::Duration;

use network_protocol as np;

/// A protocol with each kind of message that has no stream.
#[np::protocol(package = "test::kit")]
pub enum Kit {
    #[np(reply = String)]
    Echo(String),
    #[np(reply = Result<u64, Odd>)]
    Half(u64),
    Say(String),
    #[np(reply = u64)]
    ShipAll {
        first: u64,
        lines: Vec<String>,
    },
    /// Waits so many milliseconds.
    #[np(reply = u64)]
    Wait(u64),
    #[np(reply = np::Stream<u64>)]
    Count(u64),
    #[np(from(server))]
    News(String),
}

#[derive(np::Wire, Debug, Clone, PartialEq)]
#[np(error)]
pub enum Odd {
    Number(u64),
    #[np(unknown)]
    Unknown(np::RawVariant),
}

/// Handles what the tests of connections need.
pub(crate) struct Plain;

impl KitHandler for Plain {
    async fn echo(&self, _: &np::Cx, text: String) -> String {
        text
    }

    async fn wait(&self, _: &np::Cx, millis: u64) -> u64 {
        tokio::time::sleep(Duration::from_millis(millis)).await;
        millis
    }
}
