//! Flags: their bytes, and the operations of a set.

use protocol_runtime::schema::TypeSchema;
use protocol_runtime::wire::xor::{mask, unmask};
use protocol_runtime::wire::{DecodeErrorKind as Kind, Wire};

use crate::{exact, refused, tolerated};

protocol_runtime::flags! {
    /// What somebody may do.
    struct Rights: u8 where since(2) {
        @0 READ,
        @1 WRITE,
        @2 _,
        @3 r#ADMIN where since(3) deprecated("use `WRITE`"),
    }
}

protocol_runtime::flags! {
    struct Wide: u64 {
        @0 LOW,
        @63 HIGH,
    }
}

protocol_runtime::flags! {
    struct Nothing: u16 {}
}

#[test]
fn flags_are_their_number() {
    exact(&Rights::empty(), "01 00");
    exact(&(Rights::READ | Rights::r#ADMIN), "01 09");
    exact(&(Wide::LOW | Wide::HIGH), "08 0100000000000080");
    exact(&vec![Rights::WRITE, Rights::from_bits(0xF4)], "01 02 02 f4");
    exact(&(true, Some(Wide::LOW), Nothing::empty()), "03 03 0000 0100000000000000");
    tolerated("", &Rights::empty());
    refused::<Vec<Wide>>("01 01 00", Kind::Truncated { needed: 8, left: 1 });
}

#[test]
fn bits_without_a_name_are_kept() {
    let rights = Rights::from_bits(0x84);
    exact(&rights, "01 84");
    assert_eq!(rights.unknown_bits(), 0x84);
    assert_eq!(Rights::all().bits(), 0x0B);
    assert_eq!(format!("{:?}", rights | Rights::r#ADMIN), "Rights(@2 | ADMIN | @7)");
    assert_eq!(format!("{:?}", Rights::empty()), "Rights()");
}

#[test]
fn flags_are_a_set() {
    let mut rights = Rights::READ.union(Rights::WRITE);
    assert!(rights.contains(Rights::READ) && rights.contains(Rights::empty()));
    assert!(!rights.contains(Rights::READ | Rights::r#ADMIN));
    assert!(rights.intersects(Rights::READ | Rights::r#ADMIN));
    rights.remove(Rights::READ);
    rights.set(Rights::r#ADMIN, true);
    assert_eq!(rights.bits(), 0x0A);
    rights.set(Rights::WRITE, false);
    rights ^= Rights::READ | Rights::r#ADMIN;
    assert_eq!(rights, Rights::READ);
    assert_eq!((Rights::all() - Rights::READ) & Rights::WRITE, Rights::WRITE);
    assert!(Rights::default().is_empty());
    assert_eq!(mask(Rights::READ, Rights::all()), 0x0A);
    assert_eq!(unmask(0x0A, Rights::all()), Ok(Rights::READ));
}

#[test]
fn the_schema_knows_names_and_what_was_removed() {
    let TypeSchema::Flags(schema) = Rights::schema() else { panic!("flags are flags") };
    let names: Vec<_> = schema.flags.iter().map(|flag| (flag.number, flag.name)).collect();
    assert_eq!(names, [(0, "READ"), (1, "WRITE"), (3, "ADMIN")]);
    assert_eq!((schema.name, schema.width, schema.removed), ("Rights", 1, &[2][..]));
    assert_eq!(schema.remarks.since, Some(2));
    assert_eq!(schema.flags[2].remarks.deprecated, Some("use `WRITE`"));
    assert_eq!((schema.id)(), std::any::TypeId::of::<Rights>());
}
