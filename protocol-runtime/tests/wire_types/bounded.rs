//! `#[max]`: what is announced, and what is refused for it.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use protocol_runtime::types::Secret;
use protocol_runtime::wire::bounded::{Bounded, check_max, keep_max};
use protocol_runtime::wire::{
    DecodeErrorKind as Kind, DecodeOptions, EncodeError, Place, Reader, Slot, Writer, encode,
};

/// What a root announces, before anything of it is read.
fn announced<T: Bounded>(value: &T) -> Result<usize, Kind> {
    let bytes = encode(value).unwrap();
    let (block, tail) = bytes[1..].split_at(usize::from(bytes[0]));
    let reader = Reader::new(tail, &DecodeOptions::default());
    let count = T::announced(block, Slot::START, &reader).map_err(|error| error.kind())?;
    assert_eq!(reader.left(), tail.len(), "nothing is taken");
    assert_eq!(count, value.count());
    Ok(count)
}

#[test]
fn everything_with_a_length_announces_it() {
    assert_eq!(announced(&"abc".to_owned()), Ok(3));
    assert_eq!(announced(&"x".repeat(1_000)), Ok(1_000));
    assert_eq!(announced(&Bytes::from_static(&[0; 300])), Ok(300));
    assert_eq!(announced(&vec![true; 256]), Ok(256));
    assert_eq!(announced(&BTreeMap::from([(1_u8, 2_u8)])), Ok(1));
    assert_eq!(announced(&(0..500_u16).collect::<BTreeSet<_>>()), Ok(500));
    assert_eq!(announced(&None::<String>), Ok(0));
    assert_eq!(announced(&Some("abc".to_owned())), Ok(3));
    assert_eq!(announced(&Some(Bytes::from(vec![1; 70_000]))), Ok(70_000));
    assert_eq!(announced(&Secret::new(Some(Box::new("x".repeat(300))))), Ok(300));
}

#[test]
fn what_announces_more_than_its_maximum_is_refused_before_it_is_looked_at() {
    // Four thousand million strings, of which none is there.
    let claim = [0xFF, 0x7F, 0x7F, 0x7F, 0x7F, 0x0F];
    let reader = Reader::new(&claim[1..], &DecodeOptions::default());
    let refused = check_max::<Vec<String>>(&claim[..1], Slot::START, &reader, 10).unwrap_err();
    assert_eq!(refused.kind(), Kind::OverMax { got: u32::MAX.into(), max: 10 });
    let reader = Reader::new(&claim, &DecodeOptions::default());
    let refused = check_max::<Option<String>>(&[1], Slot::START, &reader, 10).unwrap_err();
    assert_eq!(refused.kind(), Kind::OverMax { got: u32::MAX.into(), max: 10 });
    let reader = Reader::new(&claim[..4], &DecodeOptions::default());
    let refused = check_max::<Option<String>>(&[1], Slot::START, &reader, 10).unwrap_err();
    assert!(matches!(refused.kind(), Kind::Truncated { .. }));
    let reader = Reader::new(&[], &DecodeOptions::default());
    assert_eq!(check_max::<String>(&[10], Slot::START, &reader, 10), Ok(()));
    assert_eq!(check_max::<String>(&[], Slot::START, &reader, 0), Ok(()));
}

#[test]
fn more_than_the_maximum_is_not_written() {
    static PLACE: Place = Place { owner: "User", field: "name" };
    let mut bytes = Vec::new();
    let mut out = Writer::new(&mut bytes);
    keep_max(&"abc".to_owned(), 3, &PLACE, &mut out);
    keep_max(&"abcd".to_owned(), 3, &PLACE, &mut out);
    keep_max(&"abcde".to_owned(), 3, &PLACE, &mut out);
    let error = EncodeError::OverMax { place: PLACE, got: 4, max: 3 };
    assert_eq!(out.finish(), Err(error));
}
