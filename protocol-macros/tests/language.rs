//! Every attribute of the language in Rust, and that it means what it says on the wire.

#![forbid(unsafe_code)]
#![expect(missing_docs, reason = "what is declared here is for these tests only")]
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on is a failed test")]
#![expect(clippy::use_self, clippy::type_complexity, reason = "types of a user are as they come")]

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use protocol_macros::{Wire, protocol};
use protocol_runtime::__private::v1::Protocol;
use protocol_runtime::schema::{TypeSchema, UnionSchema};
use protocol_runtime::types::{Secret, Timestamp, Uuid};
use protocol_runtime::wire::{
    DecodeError, DecodeErrorKind, EncodeError, Root, decode, decode_exact, encode,
};
use protocol_runtime::{Bytes, RawVariant};

#[track_caller]
fn check<T: Root + PartialEq + std::fmt::Debug>(value: &T) {
    let bytes = encode(value).unwrap();
    assert_eq!(decode_exact::<T>(&bytes).as_ref(), Ok(value));
}

fn kind<T>(result: Result<T, DecodeError>) -> DecodeErrorKind {
    match result {
        Ok(_) => panic!("it was read"),
        Err(error) => error.kind(),
    }
}

const NAME_MAX: usize = 4;

#[derive(Wire, Clone, Debug, PartialEq)]
#[np(crate = protocol_runtime)]
pub struct Limited {
    #[np(max(NAME_MAX))]
    name: String,
    #[np(max(2))]
    tags: Option<Vec<String>>,
    #[np(max(1 + 1))]
    map: BTreeMap<String, u8>,
}

#[derive(Wire, Clone, Debug, PartialEq)]
#[np(crate = protocol_runtime)]
pub struct Unlimited {
    name: String,
    tags: Option<Vec<String>>,
    map: BTreeMap<String, u8>,
}

#[test]
fn limits_hold_when_writing_and_when_reading() {
    let map = |n: u8| (0..n).map(|n| (n.to_string(), n)).collect::<BTreeMap<_, _>>();
    let good = Limited { name: "abcd".into(), tags: Some(vec!["x".into(); 2]), map: map(2) };
    check(&good);
    for (name, tags, entries) in [("abcde", 2, 2), ("abcd", 3, 2), ("abcd", 2, 3)] {
        let tags = Some(vec!["x".to_owned(); tags]);
        let bad = Limited { name: name.into(), tags: tags.clone(), map: map(entries) };
        assert!(matches!(encode(&bad), Err(EncodeError::OverMax { .. })), "{bad:?}");
        let raw = Unlimited { name: name.into(), tags, map: map(entries) };
        let bytes = encode(&raw).unwrap();
        assert!(matches!(kind(decode::<Limited>(&bytes)), DecodeErrorKind::OverMax { .. }));
    }
}

#[derive(Wire, Clone, Copy, Debug, PartialEq)]
#[np(crate = protocol_runtime)]
#[repr(u8)]
pub enum Presence {
    Offline,
    Online,
    #[np(unknown)]
    Unknown(u8),
}

impl Presence {
    const FIRST: Self = Self::Online;
}

#[derive(Wire, Clone, Debug, PartialEq)]
#[np(crate = protocol_runtime)]
pub struct Settings {
    #[np(default = Presence::FIRST)]
    presence: Presence,
    #[np(default = -7, varint)]
    offset: i32,
    #[np(default = true)]
    on: bool,
    #[np(default = 0.5)]
    ratio: f32,
    #[np(varint)]
    size: u64,
}

#[derive(Wire, Clone, Debug, PartialEq)]
#[np(crate = protocol_runtime)]
pub struct Nothing {}

#[test]
fn defaults_cost_nothing_and_are_what_older_writers_meant() {
    let usual = Settings { presence: Presence::Online, offset: -7, on: true, ratio: 0.5, size: 0 };
    check(&usual);
    check(&Settings {
        presence: Presence::Unknown(9),
        offset: 300,
        on: false,
        ratio: 0.0,
        size: 9,
    });
    let older = encode(&Nothing {}).unwrap();
    assert_eq!(decode::<Settings>(&older), Ok(usual));
    let TypeSchema::Struct(schema) = <Settings as protocol_runtime::wire::Wire>::schema() else {
        panic!("no struct")
    };
    let blocks: Vec<Option<Vec<u8>>> =
        schema.fields.iter().map(|field| field.default.map(|block| block())).collect();
    assert_eq!(blocks[..3], [Some(vec![1]), Some(vec![0xf9, 0xff, 0xff, 0xff]), Some(vec![1])]);
    assert_eq!(blocks[3..], [Some(vec![0, 0, 0, 0x3f]), None]);
}

#[test]
fn varints_are_as_short_as_their_values() {
    let with = |size| {
        let value = Settings { size, presence: Presence::Online, offset: -7, on: true, ratio: 0.5 };
        encode(&value).unwrap().len()
    };
    assert!(with(5) < with(1_000) && with(1_000) < with(u64::MAX));
}

#[derive(Wire, Clone, Debug, PartialEq)]
#[np(crate = protocol_runtime, removed(1: u32, #[np(varint)] 3: u64))]
pub struct Later {
    a: u8,
    b: String,
}

#[derive(Wire, Clone, Debug, PartialEq)]
#[np(crate = protocol_runtime)]
pub struct Earlier {
    a: u8,
    gone: u32,
    b: String,
    #[np(varint)]
    gone_too: u64,
}

#[test]
fn removed_fields_leave_their_slots() {
    let later = Later { a: 1, b: "b".into() };
    check(&later);
    let bytes = encode(&later).unwrap();
    let earlier = Earlier { a: 1, gone: 0, b: "b".into(), gone_too: 0 };
    assert_eq!(decode_exact::<Earlier>(&bytes), Ok(earlier.clone()));
    let full = encode(&Earlier { gone: 9, gone_too: 500, ..earlier }).unwrap();
    assert_eq!(decode::<Later>(&full), Ok(later));
    assert!(decode_exact::<Later>(&full).is_err());
}

#[derive(Wire, Clone, Debug, PartialEq)]
#[np(crate = protocol_runtime, closed, removed(2))]
pub enum Shape {
    Circle(f32),
    Box {
        min: (i32, i32),
        max: (i32, i32),
    },
    #[np(default)]
    Nothing,
}

#[derive(Wire, Clone, Copy, Debug, PartialEq)]
#[np(crate = protocol_runtime, closed)]
#[repr(u16)]
pub enum Level {
    Low,
    High,
}

#[derive(Wire, Clone, Debug, PartialEq)]
#[np(crate = protocol_runtime)]
pub struct Closed {
    shape: Shape,
    shapes: Vec<Shape>,
    level: Level,
}

#[derive(Wire, Clone, Debug, PartialEq)]
#[np(crate = protocol_runtime)]
pub struct Numbers {
    shape: u8,
    shapes: Vec<u8>,
    level: u16,
}

#[test]
fn closed_enums_refuse_what_they_do_not_know() {
    let shapes = vec![Shape::Circle(1.0), Shape::Box { min: (0, 0), max: (1, 2) }, Shape::Nothing];
    check(&Closed { shape: shapes[1].clone(), shapes, level: Level::High });
    let absent: Closed = decode(&encode(&Nothing {}).unwrap()).unwrap();
    assert_eq!(absent, Closed { shape: Shape::Nothing, shapes: vec![], level: Level::Low });
    let TypeSchema::Union(UnionSchema { closed: true, removed: [2], variants, .. }) =
        <Shape as protocol_runtime::wire::Wire>::schema()
    else {
        panic!("no closed union")
    };
    let tags: Vec<(u8, bool)> = variants.iter().map(|one| (one.tag, one.default)).collect();
    assert_eq!(tags, [(1, false), (3, false), (4, true)]);
    for (shape, level) in [(2, 0), (9, 0), (4, 7)] {
        let bytes = encode(&Numbers { shape, shapes: vec![], level }).unwrap();
        assert!(matches!(kind(decode::<Closed>(&bytes)), DecodeErrorKind::UnknownTag(_)));
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Celsius(f64);

mod celsius {
    use super::Celsius;

    pub(super) fn to_wire(value: &Celsius) -> i16 {
        let tenths = format!("{:.0}", value.0 * 10.0);
        tenths.parse().unwrap()
    }

    pub(super) fn from_wire(value: i16) -> Result<Celsius, &'static str> {
        match value {
            -2731.. => Ok(Celsius(f64::from(value) / 10.0)),
            _ => Err("colder than can be"),
        }
    }
}

#[derive(Wire, Clone, Debug, PartialEq)]
#[np(crate = protocol_runtime)]
pub struct Weather {
    #[np(with = celsius, wire = i16)]
    now: Celsius,
    place: String,
}

#[derive(Wire, Clone, Debug, PartialEq)]
#[np(crate = protocol_runtime)]
pub struct RawWeather {
    now: i16,
    place: String,
}

#[test]
fn types_of_others_go_over_the_wire_as_another() {
    let weather = Weather { now: Celsius(21.5), place: "here".into() };
    check(&weather);
    let bytes = encode(&weather).unwrap();
    assert_eq!(decode::<RawWeather>(&bytes), Ok(RawWeather { now: 215, place: "here".into() }));
    let cold = encode(&RawWeather { now: -3000, place: String::new() }).unwrap();
    assert!(matches!(kind(decode::<Weather>(&cold)), DecodeErrorKind::Refused));
}

type Index<V> = HashMap<u64, V>;

#[derive(Wire, Clone, Debug, PartialEq)]
#[np(crate = protocol_runtime)]
pub struct Many {
    map: BTreeMap<String, Vec<u8>>,
    index: Index<Box<Self>>,
    set: BTreeSet<(u8, String)>,
    other: HashSet<Uuid>,
    pair: (bool, String),
    wide: u128,
    token: Option<Secret<Uuid>>,
    at: Timestamp,
    next: Option<Box<Self>>,
}

#[test]
fn everything_that_is_a_wire_type_may_stand_in_a_field() {
    let leaf = Many {
        map: [("a".to_owned(), vec![1])].into(),
        index: Index::new(),
        set: [(1, "x".to_owned())].into(),
        other: HashSet::new(),
        pair: (true, "y".into()),
        wide: u128::MAX,
        token: None,
        at: Timestamp::default(),
        next: None,
    };
    check(&leaf);
    let index = (0..20).map(|key| (key, Box::new(leaf.clone()))).collect();
    check(&Many { index, next: Some(Box::new(leaf.clone())), ..leaf });
}

#[derive(Wire, Clone, Debug, PartialEq)]
#[np(crate = protocol_runtime, error)]
pub enum Failure {
    Full(u32),
    #[np(unknown)]
    Unknown(RawVariant),
}

/// Stands for the real one: what it is called counts.
mod np {
    pub(super) use protocol_runtime::types::Stream;
}

/// Files, up and down.
#[protocol(package = "acme::files", version = 3, crate = protocol_runtime)]
#[np(removed(2, 5), was("acme::old::Files"))]
#[derive(Clone, Debug, PartialEq)]
pub enum Files {
    /// In pieces.
    #[np(reply = Result<u64, Failure>, timeout("1m"), since(2))]
    Put {
        name: String,
        data: np::Stream<Bytes>,
        #[np(max(3))]
        tags: Vec<String>,
    },
    /// In pieces as well.
    #[np(reply = Result<np::Stream<String>, Failure>, idempotent)]
    List(#[np(max(8))] String),
    #[deprecated = "use `List`"]
    #[np(reply = ())]
    Old,
}

#[test]
fn a_protocol_says_everything_about_its_messages() {
    let schema = Files::schema();
    assert_eq!((schema.removed, schema.remarks.was), ([2, 5].as_slice(), Some("acme::old::Files")));
    let [put, list, old] = schema.messages else { panic!("three messages") };
    assert_eq!([put.number, list.number, old.number], [1, 3, 4]);
    let stream = put.stream.as_ref().unwrap();
    assert_eq!((stream.number, stream.name), (1, "data"));
    assert_eq!((put.timeout, put.remarks.since), (Some(60_000), Some(2)));
    assert!(list.idempotent && list.reply.as_ref().unwrap().stream);
    assert_eq!(list.max, Some(8));
    assert_eq!(old.remarks.deprecated, Some("use `List`"));
}

/// A list that holds itself, with a secret at its far end.
#[derive(Wire, Clone, Debug, PartialEq)]
#[np(crate = protocol_runtime)]
pub struct Chain {
    next: Vec<Chain>,
    link: Link,
}

/// Back to the list.
#[derive(Wire, Clone, Debug, PartialEq)]
#[np(crate = protocol_runtime)]
pub enum Link {
    Back(Box<Chain>),
    Keys(BTreeMap<u8, (u8, [Secret<u64>; 2])>),
    #[np(unknown)]
    Unknown(RawVariant),
}

/// A list that holds itself, and nothing that must not be seen.
#[derive(Wire, Clone, Debug, PartialEq)]
#[np(crate = protocol_runtime)]
pub struct Clear {
    next: Vec<Clear>,
}

#[protocol(crate = protocol_runtime)]
#[derive(Clone, Debug, PartialEq)]
pub enum Hidden {
    Itself(Secret<String>),
    Within {
        clear: Clear,
        links: Option<Link>,
    },
    #[np(reply = ())]
    Flows {
        all: np::Stream<Chain>,
    },
    #[np(reply = np::Stream<Link>, compress)]
    Answered,
    #[np(reply = Result<(), Told>)]
    Refused(Clear),
    #[np(reply = Result<np::Stream<Clear>, Failure>, compress)]
    Nothing {
        clear: Clear,
        all: np::Stream<Clear>,
    },
}

/// Says too much.
#[derive(Wire, Clone, Debug, PartialEq)]
#[np(error, crate = protocol_runtime)]
pub enum Told {
    Password(Secret<String>),
    #[np(unknown)]
    Unknown(RawVariant),
}

#[test]
fn a_secret_is_found_wherever_it_is_in_a_message_its_answer_or_its_streams() {
    let found: Vec<bool> = Hidden::schema().messages.iter().map(|one| one.holds_secret()).collect();
    assert_eq!(found, [true, true, true, true, true, false]);
    let said: Vec<bool> = Hidden::schema().messages.iter().map(|one| one.compress).collect();
    assert_eq!(said, [false, false, false, true, false, true]);
}

#[test]
fn a_stream_is_no_part_of_the_message() {
    let put = Files::Put { name: "a".into(), tags: vec![] };
    let mut bytes = vec![];
    put.encode(&mut bytes).unwrap();
    assert_eq!(bytes, encode(&FilesPut { name: "a".into(), tags: vec![] }).unwrap());
}
