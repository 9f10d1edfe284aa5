//! Servers that hold under load: many connections, slow readers, churn, sudden ends, broken links
//! and scarce resources. The server is a process of its own, so that its memory, descriptors and
//! tasks are its own. Each test has a small form that always runs, and where it says much a full
//! one that is run by command: `docs/performance.md` has the figures.
#![cfg(target_os = "linux")]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test fails where it is wrong, and the long ones show figures"
)]

mod back;
mod clients;
mod clock;
mod cycles;
mod files;
mod host;
mod idle;
mod kill;
mod links;
mod place;
mod process;
mod proxy;
mod raw;
mod slow;
mod stall;
mod stop;
