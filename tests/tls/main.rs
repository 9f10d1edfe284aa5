//! TLS from outside: who is trusted, who is not and what is said then, and what goes on meanwhile.
//! Certificates are made for each test.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails where it is wrong"
)]

mod clients;
mod common;
mod hostile;
mod log;
mod openssl;
mod raw;
mod reload;
mod setup;
mod trust;
