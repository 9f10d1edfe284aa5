//! Two versions of one schema: whatever one of them reads and writes, the other one reads, and
//! nothing that both know is lost on the way.

use golden::{newer, older};
use network_protocol::wire::{Wire, decode, encode, view};

use crate::corpus::Target;
use crate::input::Input;

/// The one target of this module.
pub const TARGET: Target = Target { name: "versions", run: versions, seeds };

/// A pair of types is chosen by the first byte.
pub fn versions(data: &[u8]) {
    let mut input = Input::new(data);
    let check = input.one([
        pair::<older::Order, newer::Order>,
        pair::<newer::Order, older::Order>,
        pair::<older::Item, newer::Item>,
        pair::<newer::Item, older::Item>,
        pair::<older::Target, newer::Target>,
        pair::<newer::Target, older::Target>,
        pair::<Vec<older::Item>, Vec<newer::Item>>,
        pair::<Vec<newer::Item>, Vec<older::Item>>,
    ]);
    check(input.rest());
}

fn write<T: Wire>(value: &T) -> Vec<u8> {
    encode(value).expect("it is small")
}

/// What `Mine` reads of the bytes is written, read by `Yours`, written, and read by `Mine` again.
fn pair<Mine: Wire, Yours: Wire>(bytes: &[u8]) {
    let Ok(mine) = decode::<Mine>(bytes) else { return };
    let written = write(&mine);
    let yours = match decode::<Yours>(&written) {
        Ok(yours) => yours,
        // A variant that is unknown here is passed on as it came. Where it came from garbage, one
        // who knows the variant refuses it, as it would have refused what came.
        Err(error) => return assert!(decode::<Yours>(bytes).is_err(), "{error} was not there"),
    };
    view::<Yours>(&written).expect("and sees it");
    let passed_on = write(&yours);
    let back = decode::<Mine>(&passed_on).expect("and is read in its turn");
    view::<Mine>(&passed_on).expect("and seen");
    // What went that way once goes it again unchanged: what both know has come through.
    let again = decode::<Yours>(&write(&back)).expect("as before");
    assert_eq!(write(&decode::<Mine>(&write(&again)).expect("as before")), write(&back));
}

/// What stands for zero in each pair.
fn seeds() -> Vec<(String, Vec<u8>)> {
    let names =
        ["order-new", "order-old", "item-new", "item-old", "target-new", "target-old", "items"];
    let zeros = (0_u8..).zip(names).map(|(index, name)| {
        let block = [&[60][..], &[0; 60]].concat();
        (name.to_owned(), [&[index][..], &block].concat())
    });
    zeros.collect()
}
