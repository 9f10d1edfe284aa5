//! The types beyond numbers, text and lists: their bytes as `docs/wire.md` has them, what is
//! refused, and that a view says what an owned value says.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod bounded;
mod flags;
mod maps;
mod secrets;
mod std_types;
mod tuples;
mod varints;

use std::fmt::Debug;

use protocol_runtime::wire::{
    DecodeErrorKind, Wire, decode, decode_exact, encode, view, view_exact,
};

/// The root of `value` is these bytes, in hex, and nothing else is.
fn exact<T: Wire + PartialEq + Debug>(value: &T, hex: &str) {
    let bytes = unhex(hex);
    assert_eq!(hex::encode(encode(value).unwrap()), hex.replace(' ', ""), "{value:?}");
    assert_eq!(decode_exact::<T>(&bytes).as_ref(), Ok(value));
    assert_eq!(decode::<T>(&bytes).as_ref(), Ok(value));
    let same = format!("{value:?}");
    assert_eq!(format!("{:?}", view::<T>(&bytes).unwrap()), same);
    assert_eq!(format!("{:?}", view_exact::<T>(&bytes).unwrap()), same);
    for cut in 1..bytes.len() {
        assert!(decode_exact::<T>(&bytes[..cut]).is_err(), "{value:?} without its last bytes");
        assert_same::<T>(&bytes[..cut]);
    }
}

/// Only tolerant reading takes these bytes, as `value`.
fn tolerated<T: Wire + PartialEq + Debug>(hex: &str, value: &T) {
    let bytes = unhex(hex);
    assert_eq!(decode::<T>(&bytes).as_ref(), Ok(value));
    assert_eq!(format!("{:?}", view::<T>(&bytes).unwrap()), format!("{value:?}"));
    let refused = decode_exact::<T>(&bytes).unwrap_err();
    assert_eq!(view_exact::<T>(&bytes).unwrap_err(), refused);
}

/// No reading takes these bytes.
fn refused<T: Wire + Debug>(hex: &str, why: DecodeErrorKind) {
    let bytes = unhex(hex);
    assert_eq!(decode::<T>(&bytes).unwrap_err().kind(), why);
    assert_eq!(decode_exact::<T>(&bytes).unwrap_err().kind(), why);
    assert_eq!(view::<T>(&bytes).unwrap_err().kind(), why);
    assert_eq!(view_exact::<T>(&bytes).unwrap_err().kind(), why);
}

/// Owned values and views agree about any bytes.
fn assert_same<T: Wire + Debug>(bytes: &[u8]) {
    match (decode::<T>(bytes), view::<T>(bytes)) {
        (Ok(owned), Ok(view)) => assert_eq!(format!("{owned:?}"), format!("{view:?}")),
        (owned, view) => assert_eq!(owned.map(|_| ()), view.map(|_| ()), "{bytes:02x?}"),
    }
    match (decode_exact::<T>(bytes), view_exact::<T>(bytes)) {
        (Ok(owned), Ok(view)) => {
            assert_eq!(format!("{owned:?}"), format!("{view:?}"));
            assert_eq!(encode(&owned).unwrap(), bytes, "one form for each value");
        }
        (owned, view) => assert_eq!(owned.map(|_| ()), view.map(|_| ()), "{bytes:02x?}"),
    }
}

fn unhex(hex: &str) -> Vec<u8> {
    hex::decode(hex.replace(' ', "")).unwrap()
}

/// Any value goes there and back, and any bytes are read the same way owned and as a view.
macro_rules! properties {
    ([$($import:ident)*] $($name:ident: $ty:ty;)*) => {
        mod properties {
            $(use super::$import;)*

            proptest::proptest! {
                #![proptest_config(proptest::test_runner::Config {
                    cases: 40,
                    failure_persistence: None,
                    rng_seed: proptest::test_runner::RngSeed::Fixed(7),
                    ..Default::default()
                })]
                $(
                    #[test]
                    fn $name(
                        value: $ty,
                        at in proptest::prelude::any::<proptest::sample::Index>(),
                        byte: u8,
                        noise in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..40),
                    ) {
                        let mut bytes = crate::encode(&value).unwrap();
                        assert_eq!(crate::decode_exact::<$ty>(&bytes).as_ref(), Ok(&value));
                        crate::assert_same::<$ty>(&bytes);
                        let at = at.index(bytes.len());
                        bytes[at] = byte;
                        crate::assert_same::<$ty>(&bytes);
                        crate::assert_same::<$ty>(&bytes[..at]);
                        crate::assert_same::<$ty>(&noise);
                    }
                )*
            }
        }
    };
}
use properties;
