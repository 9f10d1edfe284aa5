//! Deterministic simulation: a seed decides what two sides do, what becomes of the octets between
//! them, and how time passes; whatever it decides, some things must hold.
//!
//! ```text
//! cargo test --test simulation                                 500 seeds
//! SEEDS=10000 cargo test --release --test simulation           ten thousand
//! SEED=1234 cargo test --test simulation                       one seed again
//! ```
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "tests"
)]

mod machines;
mod streams;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `simulate` on the seeds that are asked for, and says of a failure how to see it again.
fn with_seeds(test: &str, usual: u64, simulate: impl Fn(u64)) {
    let number = |name| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let seeds = match number("SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("SEEDS").unwrap_or(usual),
    };
    for seed in seeds {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| simulate(seed))) {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("a panic");
            panic!("{text}\nseed {seed}; again: SEED={seed} cargo test --test simulation {test}");
        }
    }
}

#[test]
fn sessions_keep_their_promises() {
    with_seeds("sessions_keep_their_promises", 500, world::simulate);
}

#[test]
fn streams_keep_their_promises() {
    with_seeds("streams_keep_their_promises", 500, streams::simulate);
}

#[test]
fn machines_keep_their_promises() {
    with_seeds("machines_keep_their_promises", 8, machines::simulate);
}

#[test]
fn a_seed_that_fails_is_named_with_its_command() {
    let failing = || {
        with_seeds("this", 10, |seed| assert!(seed < 7, "seven is too many"));
    };
    if std::env::var_os("SEED").is_some() || std::env::var_os("SEEDS").is_some() {
        return;
    }
    let panic = catch_unwind(failing).unwrap_err();
    let text = panic.downcast_ref::<String>().unwrap();
    assert!(text.contains("seven is too many"), "{text}");
    assert!(text.contains("SEED=7 cargo test --test simulation this"), "{text}");
}

#[test]
fn a_seed_decides_everything() {
    assert_eq!(world::trace(11), world::trace(11));
    assert_ne!(world::trace(11), world::trace(12));
}
