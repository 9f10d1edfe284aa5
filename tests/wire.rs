//! The wire encoding through the Rust door: worked bytes, the evolution rule, the laws of exact
//! decoding, and what bad bytes get.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::let_underscore_must_use,
    clippy::struct_excessive_bools,
    clippy::use_self,
    reason = "a test fails where it is wrong"
)]

#[path = "wire/bad_input.rs"]
mod bad_input;
#[path = "wire/evolution.rs"]
mod evolution;
#[path = "wire/worked.rs"]
mod worked;

use std::fmt::Debug;

use network_protocol::wire::{Root, decode, decode_exact, encode};

/// The value has exactly these bytes, and both ways of decoding give it back.
fn check<T: Root + Debug + PartialEq>(value: &T, hex_bytes: &str) {
    let expected: String = hex_bytes.split_whitespace().collect();
    let bytes = encode(value).expect("small enough");
    assert_eq!(hex::encode(&bytes), expected, "bytes of {value:?}");
    assert_eq!(decode::<T>(&bytes).as_ref(), Ok(value));
    assert_eq!(decode_exact::<T>(&bytes).as_ref(), Ok(value));
    // Every prefix is an error or another, shorter value of an older writer; never a panic.
    for cut in 0..bytes.len() {
        let _ = decode::<T>(&bytes[..cut]);
        assert!(cut == bytes.len() || decode_exact::<T>(&bytes[..cut]).as_ref() != Ok(value));
    }
}
