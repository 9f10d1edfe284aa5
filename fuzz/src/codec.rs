//! Any bytes as any type of `schemas/everything.np`, and the laws that decoding keeps.

use std::fmt::Debug;

use bytes::Bytes;
use golden::everything as types;
use network_protocol::wire::{
    DecodeErrorKind, DecodeOptions, Root, decode, decode_exact, decode_root, encode,
};

use crate::corpus::Target;
use crate::input::Input;

/// The one target of this module.
pub const TARGET: Target = Target { name: "codec", run: codec, seeds };

/// A type is chosen by the first byte, limits by the second; the rest is read.
pub fn codec(data: &[u8]) {
    let mut input = Input::new(data);
    let (_, check) = CHECKS[input.below(CHECKS.len())];
    let options = DecodeOptions {
        exact: input.below(2) == 1,
        budget: input.one([64, 1_024, 65_536]),
        depth: input.one([0, 2, 9]),
    };
    check(input.rest(), &options);
}

macro_rules! checks {
    ($($name:literal $ty:ty,)*) => {
        /// Each type, with its name.
        const CHECKS: &[(&str, fn(&[u8], &DecodeOptions))] = &[$(($name, check::<$ty>),)*];
    };
}

checks! {
    "numbers" types::Numbers,
    "flags" types::Flags,
    "straddling" types::Straddling,
    "empty" types::Empty,
    "unnumbered" types::Unnumbered,
    "shuffled" types::Shuffled,
    "point" types::Point,
    "triangle" types::Triangle,
    "gap" types::Gap,
    "frozen" types::Frozen,
    "level8" types::Level8,
    "level16" types::Level16,
    "level32" types::Level32,
    "level64" types::Level64,
    "shape" types::Shape,
    "growing" types::Growing,
    "nothing" types::Nothing,
    "options" types::Options,
    "lists" types::Lists,
    "arrays" types::Arrays,
    "tree" types::Tree,
    "left" types::Left,
    "right" types::Right,
    "expression" types::Expression,
    "everything" types::Everything,
    "wide" types::Wide,
    "long" types::Long,
    "wider" types::Wider,
    "blocks" types::Blocks,
    "failure" types::Failure,
    "tell" types::EveryTell,
    "echo" types::EveryEchoFields,
    "fieldless" types::EveryNoFields,
    "pushed" types::EveryPushed,
    "asked" types::EveryAsked,
    "unit" (),
    "u64" u64,
    "bool" bool,
    "string" String,
    "bytes" Bytes,
    "shapes" Vec<types::Shape>,
    "maybe" Option<String>,
    "maybe-flag" Option<bool>,
    "array" [u16; 3],
    "f64" f64,
    "flags-list" Vec<bool>,
    "maybe-flags" Vec<Option<bool>>,
    "structs" Vec<types::Unnumbered>,
    "maybe-structs" Vec<Option<types::Unnumbered>>,
    "empties" Vec<types::Empty>,
    "points" Vec<types::Point>,
    "two-structs" [types::Unnumbered; 2],
    "three-maybes" [Option<String>; 3],
    "twelve-flags" [bool; 12],
}

/// The laws, for one type and some bytes.
fn check<T: Root + Debug + PartialEq>(bytes: &[u8], limited: &DecodeOptions) {
    let tolerant = decode::<T>(bytes);
    let exact = decode_exact::<T>(bytes);
    let shared = Bytes::copy_from_slice(bytes);

    // Sharing the message's memory changes nothing.
    let usual = decode_root::<T>(&shared, &DecodeOptions::default());
    assert_eq!(text(&usual), text(&tolerant));

    // Limits refuse, and change nothing else.
    let expected = if limited.exact { &exact } else { &tolerant };
    match decode_root::<T>(&shared, limited) {
        Ok(value) => assert_eq!(text(&Ok::<_, ()>(value)), text(expected)),
        Err(error) => {
            let kind = error.kind();
            let limits = [DecodeErrorKind::BudgetExceeded, DecodeErrorKind::DepthLimit];
            assert!(limits.contains(&kind) || expected.is_err(), "{error}");
        }
    }

    // What is read exactly is the one form of its value.
    if let Ok(value) = &exact {
        assert_eq!(encode(value).as_deref(), Ok(bytes));
        assert_eq!(text(&tolerant), text(&exact));
    }

    // What is read at all is read again from what it is written as.
    if let Ok(value) = &tolerant {
        let written = encode(value).expect("it is small");
        let again = decode::<T>(&written).expect("it was written");
        assert_eq!(encode(&again).as_ref(), Ok(&written));
        assert_eq!(text(&Ok::<_, ()>(&again)), text(&Ok::<_, ()>(value)));
        // Not so for what holds a number that is none.
        #[expect(clippy::eq_op, reason = "that is how such a value is known")]
        let equals_itself = value == value;
        assert!(again == *value || !equals_itself);
    }
}

/// All of a value, also where it is not equal to itself.
fn text<T: Debug, E: Debug>(value: &Result<T, E>) -> String {
    format!("{value:?}")
}

/// For each type, what stands for zero: a body whose writer knew one field, or none.
fn seeds() -> Vec<(String, Vec<u8>)> {
    let zeros = (0_u8..).zip(CHECKS).map(|(index, (name, _))| {
        let block = [&[200][..], &[0; 200]].concat();
        ((*name).to_owned(), [&[index, 0, 2, 2][..], &block].concat())
    });
    // Every fourth is enough of them; the vectors give values with something in them.
    zeros.step_by(4).collect()
}
