//! The evolution rule: fields are appended, and old and new peers read each other.

use network_protocol::wire::{decode, decode_exact, encode};
use network_protocol::{Bytes, RawVariant, Wire};

#[derive(Wire, Clone, Debug, PartialEq)]
struct Old {
    id: u32,
    name: String,
    inner: OldInner,
    list: Vec<OldInner>,
}

#[derive(Wire, Clone, Debug, PartialEq)]
struct OldInner {
    on: bool,
}

#[derive(Wire, Clone, Debug, PartialEq)]
struct New {
    id: u32,
    name: String,
    inner: NewInner,
    list: Vec<NewInner>,
    seen: Option<u64>,
    tags: Vec<String>,
    body: Body,
    nested: NewInner,
    raw: Bytes,
    ratio: f64,
}

#[derive(Wire, Clone, Debug, PartialEq)]
struct NewInner {
    on: bool,
    also: bool,
    note: Option<String>,
    text: String,
}

#[derive(Wire, Clone, Debug, PartialEq)]
enum Body {
    A,
    B(u8),
    #[np(unknown)]
    Unknown(RawVariant),
}

fn new_inner(text: &str) -> NewInner {
    NewInner { on: true, also: true, note: Some("n".into()), text: text.into() }
}

#[test]
fn an_older_reader_skips_what_only_the_newer_writer_has() {
    let new = New {
        id: 7,
        name: "seven".into(),
        inner: new_inner("a"),
        list: vec![new_inner("b"), new_inner("c")],
        seen: Some(9),
        tags: vec!["t".into()],
        body: Body::B(3),
        nested: new_inner("d"),
        raw: Bytes::from_static(b"raw"),
        ratio: 0.5,
    };
    let bytes = encode(&new).unwrap();
    let expected = Old {
        id: 7,
        name: "seven".into(),
        inner: OldInner { on: true },
        list: vec![OldInner { on: true }, OldInner { on: true }],
    };
    assert_eq!(decode::<Old>(&bytes), Ok(expected));
    assert!(decode_exact::<Old>(&bytes).is_err());
}

#[test]
fn a_newer_reader_sees_zero_none_and_empty_where_the_older_writer_had_nothing() {
    let old = Old {
        id: 7,
        name: "seven".into(),
        inner: OldInner { on: true },
        list: vec![OldInner { on: false }, OldInner { on: true }],
    };
    let bytes = encode(&old).unwrap();
    let inner = |on| NewInner { on, also: false, note: None, text: String::new() };
    let new: New = decode(&bytes).unwrap();
    let Body::Unknown(absent) = &new.body else { panic!("{:?}", new.body) };
    assert_eq!(absent.tag(), 0);
    let expected = New {
        id: 7,
        name: "seven".into(),
        inner: inner(true),
        list: vec![inner(false), inner(true)],
        seen: None,
        tags: vec![],
        body: Body::Unknown(absent.clone()),
        nested: inner(false),
        raw: Bytes::new(),
        ratio: 0.0,
    };
    assert_eq!(new, expected);
    assert!(decode_exact::<New>(&bytes).is_err());
}

#[test]
fn no_bytes_at_all_are_a_value_of_zeros() {
    let inner = OldInner { on: false };
    let zero = Old { id: 0, name: String::new(), inner, list: vec![] };
    assert_eq!(decode::<Old>(&[]), Ok(zero));
    assert!(decode_exact::<Old>(&[]).is_err());
}

#[test]
fn a_variant_may_grow_fields() {
    #[derive(Wire, Clone, Debug, PartialEq)]
    enum Then {
        Left,
        Text {
            s: String,
        },
        #[np(unknown)]
        Unknown(RawVariant),
    }
    #[derive(Wire, Clone, Debug, PartialEq)]
    enum Now {
        Left {
            why: u8,
        },
        Text {
            s: String,
            bold: bool,
            size: u16,
        },
        #[np(unknown)]
        Unknown(RawVariant),
    }
    let now = vec![Now::Left { why: 3 }, Now::Text { s: "x".into(), bold: true, size: 9 }];
    let then = vec![Then::Left, Then::Text { s: "x".into() }];
    assert_eq!(decode::<Vec<Then>>(&encode(&now).unwrap()).as_ref(), Ok(&then));
    let read: Vec<Now> = decode(&encode(&then).unwrap()).unwrap();
    let expected = vec![Now::Left { why: 0 }, Now::Text { s: "x".into(), bold: false, size: 0 }];
    assert_eq!(read, expected);
}

#[test]
fn a_block_cut_in_the_middle_of_a_number_reads_as_extended_by_zeros() {
    // block_len 3 of a four-byte number.
    assert_eq!(decode::<u32>(&[3, 1, 2, 3]), Ok(0x0003_0201));
}
