//! This project's codec, as its users meet it: the types that `npgen` generates from `schemas/`.
//!
//! All that the benchmark knows of our interface is in this file.

use std::fmt::Debug;
use std::hint::black_box;

use network_protocol::wire::{Wire, decode, decode_exact, encode, encode_root, view};

use super::contestant::{Contestant, Metric, Peer};
use super::convert::To;
use super::memory::keep;

/// Measures the codec of the generated type `T` on a value of the data set.
pub fn contestant<T, U>(peer: Peer, original: &U) -> anyhow::Result<Contestant>
where
    T: Wire + Clone + Debug + PartialEq + Send + Sync,
    U: To<T>,
{
    let value: &'static T = keep(original.to())?;
    let bytes: &'static [u8] = encode(value)?.leak();
    anyhow::ensure!(decode::<T>(bytes)? == *value, "decode gives another value");
    anyhow::ensure!(decode_exact::<T>(bytes)? == *value, "decode_exact gives another value");
    // Showing a view reads all of it.
    let (shown, expected) = (format!("{:?}", view::<T>(bytes)?), format!("{value:?}"));
    anyhow::ensure!(shown == expected, "a view shows another value");

    let mut out = Vec::with_capacity(bytes.len());
    let mut contestant = Contestant::new(peer, bytes.len());
    contestant.run(Metric::Serialize, move || {
        out.clear();
        encode_root(black_box(value), &mut out).expect("was encoded before");
        black_box(out.as_slice());
    });
    contestant.run(Metric::Deserialize, move || {
        black_box(decode::<T>(black_box(bytes)).expect("was decoded before"));
    });
    // Both are to open a view: all is checked, and nothing is copied.
    for metric in [Metric::Borrow, Metric::Access] {
        contestant.run(metric, move || {
            let _ = black_box(view::<T>(black_box(bytes)).expect("was viewed before"));
        });
    }
    Ok(contestant)
}

/// One data set: the generated module, and the conversions into it.
macro_rules! schema {
    ($name:ident, $package:literal) => {
        pub mod $name {
            network_protocol::include_schema!($package);
            crate::codec::convert::$name!();
        }
    };
}

/// All structs evolvable.
pub mod evolvable {
    schema!(log, "evolvable::log");
    schema!(mesh, "evolvable::mesh");
    schema!(minecraft, "evolvable::minecraft");
    schema!(mk48, "evolvable::mk48");
    schema!(lockfile, "evolvable::lockfile");
}

/// Leaf structs fixed.
pub mod fixed {
    schema!(log, "fixed::log");
    schema!(mesh, "fixed::mesh");
    schema!(minecraft, "fixed::minecraft");
    schema!(mk48, "fixed::mk48");
    schema!(lockfile, "fixed::lockfile");
}
