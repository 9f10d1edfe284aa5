//! What those who look after a server get to see of it over HTTP, and how it ends when the system asks
//! it to.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers fail as the tests do"
)]

mod common;
mod endpoint;
mod page;
#[cfg(unix)]
mod signals;
