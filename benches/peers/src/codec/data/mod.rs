//! The data sets: their types with the derives of every peer that has one, and their generators.
//!
//! Four have the shapes, ranges and counts of the public `rust_serialization_benchmark`
//! (<https://github.com/djkoloski/rust_serialization_benchmark>), drawn from the same random
//! stream in the same order, so that sizes can be checked against the published ones. The fifth
//! is real input. Types are written once: a macro per data set makes the owning types and the
//! borrowing ones of the same fields.

pub mod lockfile;
pub mod log;
pub mod mesh;
pub mod minecraft;
pub mod mk48;

pub mod planus;
pub mod prost;

use rand::Rng;
use rand::distributions::{Distribution, Standard};
use rand_pcg::Lcg64Xsh32;

/// The stream that all four generated data sets are drawn from.
pub fn rng() -> Lcg64Xsh32 {
    // The first twenty digits of pi, as in the public benchmark.
    Lcg64Xsh32::new(3_141_592_653, 5_897_932_384)
}

fn any<T>(rng: &mut impl Rng) -> T
where
    Standard: Distribution<T>,
{
    rng.sample(Standard)
}

fn coin(rng: &mut impl Rng) -> bool {
    rng.gen_bool(0.5)
}

fn pick<T: Copy>(rng: &mut impl Rng, among: &[T]) -> T {
    among[rng.gen_range(0..among.len())]
}

fn name(rng: &mut impl Rng, among: &[&str]) -> String {
    pick(rng, among).to_owned()
}

fn maybe<R: Rng, T>(rng: &mut R, make: impl FnOnce(&mut R) -> T) -> Option<T> {
    coin(rng).then(|| make(rng))
}

/// As many as a draw from `count` says.
fn several<R: Rng, T>(
    rng: &mut R,
    count: std::ops::Range<usize>,
    mut make: impl FnMut(&mut R) -> T,
) -> Vec<T> {
    let count = rng.gen_range(count);
    (0..count).map(|_| make(rng)).collect()
}

/// A struct that owns what it holds, with the codec of every peer that derives one.
macro_rules! owned {
    ($(#[$meta:meta])* pub struct $($rest:tt)*) => {
        crate::codec::data::owned_but_bilrost! {
            #[derive(bilrost::Message)]
            $(#[$meta])*
            pub struct $($rest)*
        }
    };
}
pub(crate) use owned;

/// Likewise, where bilrost has a better way than its derive.
macro_rules! owned_but_bilrost {
    ($(#[$meta:meta])* pub struct $($rest:tt)*) => {
        #[derive(
            Clone,
            Debug,
            PartialEq,
            bincode::Decode,
            bincode::Encode,
            bitcode::Decode,
            bitcode::Encode,
            rkyv::Archive,
            rkyv::Deserialize,
            rkyv::Serialize,
            serde::Deserialize,
            serde::Serialize,
            speedy::Readable,
            speedy::Writable,
            wincode::SchemaRead,
            wincode::SchemaWrite,
        )]
        $(#[$meta])*
        pub struct $($rest)*
    };
}
pub(crate) use owned_but_bilrost;

/// An enum without payload, likewise.
macro_rules! scalar {
    ($(#[$meta:meta])* pub enum $($rest:tt)*) => {
        #[derive(
            Clone,
            Copy,
            Debug,
            PartialEq,
            Eq,
            bilrost::Enumeration,
            bincode::Decode,
            bincode::Encode,
            bitcode::Decode,
            bitcode::Encode,
            rkyv::Archive,
            rkyv::Deserialize,
            rkyv::Serialize,
            serde::Deserialize,
            serde::Serialize,
            speedy::Readable,
            speedy::Writable,
            wincode::SchemaRead,
            wincode::SchemaWrite,
        )]
        $(#[$meta])*
        pub enum $($rest)*
    };
}
pub(crate) use scalar;

/// A struct whose strings lie in the message, with the codec of every peer that can read into it.
macro_rules! borrowed {
    ($(#[$meta:meta])* pub struct $($rest:tt)*) => {
        crate::codec::data::borrowed_bytes! {
            #[derive(bitcode::Decode)]
            $(#[$meta])*
            pub struct $($rest)*
        }
    };
}
pub(crate) use borrowed;

/// Likewise, but its byte strings, which bitcode does not borrow.
macro_rules! borrowed_bytes {
    ($(#[$meta:meta])* pub struct $($rest:tt)*) => {
        #[derive(
            Debug,
            bilrost::Message,
            bincode::BorrowDecode,
            serde::Deserialize,
            serde::Serialize,
            speedy::Readable,
            wincode::SchemaRead,
        )]
        $(#[$meta])*
        pub struct $($rest)*
    };
}
pub(crate) use borrowed_bytes;
