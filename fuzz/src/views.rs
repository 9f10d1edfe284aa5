//! Any bytes as any type, read into a value of its own and where they lie: both see the same, or
//! refuse.

use std::fmt::Debug;

use bytes::Bytes;
use golden::everything as types;
use golden::newer;
use network_protocol::wire::{
    DecodeErrorKind, OwnedView, Wire, decode, decode_exact, view, view_exact,
};

use crate::corpus::Target;
use crate::input::Input;

/// The one target of this module.
pub const TARGET: Target = Target { name: "views", run: views, seeds };

/// A type is chosen by the first byte, and how strictly it is read by the second.
pub fn views(data: &[u8]) {
    let mut input = Input::new(data);
    let (_, check) = CHECKS[input.below(CHECKS.len())];
    let exact = input.below(2) == 1;
    check(input.rest(), exact);
}

macro_rules! checks {
    ($($name:literal $ty:ty,)*) => {
        /// Each type, with its name.
        const CHECKS: &[(&str, fn(&[u8], bool))] = &[$(($name, check::<$ty>),)*];
    };
}

checks! {
    "numbers" types::Numbers,
    "straddling" types::Straddling,
    "empty" types::Empty,
    "triangle" types::Triangle,
    "frozen" types::Frozen,
    "level16" types::Level16,
    "shape" types::Shape,
    "growing" types::Growing,
    "options" types::Options,
    "lists" types::Lists,
    "arrays" types::Arrays,
    "tree" types::Tree,
    "expression" types::Expression,
    "everything" types::Everything,
    "wider" types::Wider,
    "blocks" types::Blocks,
    "order" newer::Order,
    "item" newer::Item,
    "target" newer::Target,
    "part" newer::Part,
    "string" String,
    "flags-list" Vec<bool>,
    "maybe-structs" Vec<Option<types::Unnumbered>>,
    "empties" Vec<types::Empty>,
    "three-maybes" [Option<String>; 3],
}

/// The laws, for one type and some bytes.
fn check<T: Wire + Debug>(bytes: &[u8], exact: bool) {
    let owned = if exact { decode_exact::<T>(bytes) } else { decode::<T>(bytes) };
    let seen = if exact { view_exact::<T>(bytes) } else { view::<T>(bytes) };
    match (&owned, &seen) {
        (Ok(value), Ok(view)) => {
            let (owned, seen) = (plain(&format!("{value:?}")), plain(&format!("{view:?}")));
            assert!(owned == seen || owned.is_empty(), "{value:?} against {view:?}");
        }
        (Err(_), Err(_)) => {}
        // A view takes no memory.
        (Err(error), Ok(_)) => assert_eq!(error.kind(), DecodeErrorKind::BudgetExceeded),
        (Ok(_), Err(error)) => panic!("only the view: {error}"),
    }

    // With bytes of its own it is the same view, also in another task.
    let shared = Bytes::copy_from_slice(bytes);
    let kept = if exact { OwnedView::<T>::new_exact(shared) } else { OwnedView::<T>::new(shared) };
    match (kept, seen) {
        (Ok(kept), Ok(seen)) => assert_eq!(format!("{:?}", kept.get()), format!("{seen:?}")),
        (Err(kept), Err(seen)) => assert_eq!(kept, seen),
        (kept, seen) => panic!("{kept:?} against {seen:?}"),
    }
}

/// The characters that are printed, sorted: views have fields in the order of their numbers. Bytes
/// look different in views, so of what has some nothing is left; `tests/twin` compares those.
fn plain(text: &str) -> Vec<u8> {
    if text.contains("b\"") || text.contains("RawV") {
        return Vec::new();
    }
    let mut bytes = text.as_bytes().to_vec();
    bytes.sort_unstable();
    bytes
}

/// For each type, what stands for zero.
fn seeds() -> Vec<(String, Vec<u8>)> {
    let zeros = (0_u8..).zip(CHECKS).map(|(index, (name, _))| {
        let block = [&[200][..], &[0; 200]].concat();
        ((*name).to_owned(), [&[index, 0][..], &block].concat())
    });
    zeros.step_by(3).collect()
}
