//! The JSON mapping: what `schemas/vectors/json.json` says, limits, and formats not for people.
#![cfg(feature = "serde")]
#![expect(clippy::disallowed_types, reason = "users hold hashed maps")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use protocol_runtime::json::{Json, Mapped, seed};
use protocol_runtime::types::{Secret, Timestamp, Uuid};
use protocol_runtime::wire::{DecodeOptions, Root, decode, encode};
use serde::de::DeserializeSeed;
use serde_json::Value;

protocol_runtime::flags! {
    struct Rights: u8 {
        @0 READ,
        @1 WRITE,
        @2 _,
        @3 ADMIN,
    }
}

fn write<T: Mapped>(value: T) -> String {
    serde_json::to_string(&Json(value)).unwrap()
}

fn read<T: Mapped>(json: &str) -> Result<T, String> {
    serde_json::from_str::<Json<T>>(json).map(|json| json.0).map_err(|error| error.to_string())
}

/// One entry of the vectors, for a value of type `T`.
fn case<T: Mapped + Root>(kind: &str, entry: &Value) {
    let json = entry["json"].as_str().unwrap();
    if kind == "refused" {
        assert!(read::<T>(json).is_err(), "{entry}");
        return;
    }
    let bytes = hex::decode(entry["hex"].as_str().unwrap()).unwrap();
    let value = read::<T>(json).unwrap_or_else(|error| panic!("{entry}: {error}"));
    assert_eq!(encode(&value).unwrap(), bytes, "{entry}");
    if kind == "cases" {
        assert_eq!(write(decode::<T>(&bytes).unwrap()), json, "{entry}");
    }
}

type Check = fn(&str, &Value);

const TYPES: &[(&str, Check)] = &[
    ("()", case::<()>),
    ("bool", case::<bool>),
    ("u8", case::<u8>),
    ("i8", case::<i8>),
    ("u16", case::<u16>),
    ("i16", case::<i16>),
    ("u32", case::<u32>),
    ("i32", case::<i32>),
    ("u64", case::<u64>),
    ("i64", case::<i64>),
    ("u128", case::<u128>),
    ("i128", case::<i128>),
    ("f32", case::<f32>),
    ("f64", case::<f64>),
    ("String", case::<String>),
    ("Bytes", case::<Bytes>),
    ("std::Uuid", case::<Uuid>),
    ("std::Timestamp", case::<Timestamp>),
    ("std::Duration", case::<Duration>),
    ("std::SocketAddr", case::<SocketAddr>),
    ("Option<bool>", case::<Option<bool>>),
    ("Option<u64>", case::<Option<u64>>),
    ("Option<String>", case::<Box<Option<String>>>),
    ("Vec<bool>", case::<Vec<bool>>),
    ("Vec<u8>", case::<Vec<u8>>),
    ("Vec<i64>", case::<Vec<i64>>),
    ("Vec<Option<bool>>", case::<Vec<Option<bool>>>),
    ("Vec<Vec<String>>", case::<Vec<Vec<String>>>),
    ("[u8; 4]", case::<[u8; 4]>),
    ("[bool; 3]", case::<[bool; 3]>),
    ("(i32, f64)", case::<(i32, f64)>),
    ("(u8,)", case::<(u8,)>),
    ("(bool, String, Option<u128>)", case::<(bool, String, Option<u128>)>),
    ("Map<String, u8>", case::<HashMap<String, u8>>),
    ("Map<Bytes, bool>", case::<BTreeMap<Bytes, bool>>),
    ("Map<std::Uuid, String>", case::<BTreeMap<Uuid, String>>),
    ("Map<std::Timestamp, u64>", case::<HashMap<Timestamp, u64>>),
    ("Map<std::Duration, Option<u8>>", case::<BTreeMap<Duration, Option<u8>>>),
    ("Map<u8, String>", case::<HashMap<u8, String>>),
    ("Map<u64, bool>", case::<BTreeMap<u64, bool>>),
    ("Map<bool, u8>", case::<BTreeMap<bool, u8>>),
    ("Map<(u8, String), Vec<u8>>", case::<BTreeMap<(u8, String), Vec<u8>>>),
    ("Map<[u8; 2], u8>", case::<HashMap<[u8; 2], u8>>),
    ("Map<String, Map<i16, f32>>", case::<BTreeMap<String, BTreeMap<i16, f32>>>),
    ("Set<String>", case::<BTreeSet<String>>),
    ("Set<i64>", case::<HashSet<i64>>),
    ("Set<bool>", case::<BTreeSet<bool>>),
    ("Set<std::Uuid>", case::<HashSet<Uuid>>),
    ("Secret<String>", case::<Secret<String>>),
    ("Secret<u64>", case::<Secret<u64>>),
    ("Option<Secret<std::Uuid>>", case::<Option<Secret<Uuid>>>),
    ("Rights", case::<Rights>),
];

/// Types of the schema in the vectors; generated code is held to those.
const NAMED: &[&str] = &[
    "Level",
    "Wide",
    "Closed",
    "User",
    "Empty",
    "Body",
    "Shape",
    "Point",
    "Closing",
    "Vec<Empty>",
    "Vec<Body>",
    "Option<Shape>",
    "Vec<Point>",
];

#[test]
fn the_vectors_hold() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/vectors/json.json");
    let vectors: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let mut seen = BTreeSet::new();
    for kind in ["cases", "read", "refused"] {
        for entry in vectors[kind].as_array().unwrap() {
            let name = entry["type"].as_str().unwrap();
            match TYPES.iter().find(|(known, _)| *known == name) {
                Some((known, check)) => {
                    seen.insert(*known);
                    check(kind, entry);
                }
                None => assert!(NAMED.contains(&name), "{name} is not tested here"),
            }
        }
    }
    assert_eq!(seen.len(), TYPES.len(), "types without a case");
}

#[test]
fn what_is_refused_says_why() {
    let why = |error: Result<(), String>| error.unwrap_err();
    assert!(why(read::<u64>("\"x\"").map(|_| ())).contains("string of digits"));
    assert!(why(read::<Rights>("[\"DANCE\"]").map(|_| ())).contains("name of a flag"));
    assert!(why(read::<Timestamp>("\"x\"").map(|_| ())).contains("2026-02-03T04:05:06.5Z"));
    assert!(why(read::<BTreeSet<u8>>("[1,1]").map(|_| ())).contains("stands twice"));
    let secret = why(read::<Secret<u64>>("\"hunter2\"").map(|_| ()));
    assert!(!secret.contains("hunter2") && secret.contains("secret"), "{secret}");
}

#[test]
fn short_text_cannot_ask_for_much_memory() {
    let limited = |json: &str, budget| {
        let options = DecodeOptions { budget, ..DecodeOptions::default() };
        let mut from = serde_json::Deserializer::from_str(json);
        seed::<Vec<[u64; 16]>>(&options).deserialize(&mut from).map(|list| list.len())
    };
    let one = format!("[{}]", ["0"; 16].join(","));
    let json = format!("[{}]", [&*one; 100].join(","));
    assert_eq!(limited(&json, 1 << 20).unwrap(), 100);
    let error = limited(&json, 10_000).unwrap_err();
    assert!(error.to_string().contains("decode budget"), "{error}");
    let long = format!("\"{}\"", "x".repeat(1_000));
    let options = DecodeOptions { budget: 999, ..DecodeOptions::default() };
    fn try_one<T: Mapped>(json: &str, options: &DecodeOptions) -> bool {
        seed::<T>(options).deserialize(&mut serde_json::Deserializer::from_str(json)).is_ok()
    }
    assert!(!try_one::<String>(&long, &options) && !try_one::<Bytes>(&long, &options));
    let pairs = format!("[{}]", (0..100).map(|n| format!("[{n},0]")).collect::<Vec<_>>().join(","));
    assert!(!try_one::<HashMap<u8, u8>>(&pairs, &options));
    assert!(!try_one::<BTreeSet<u64>>(&format!("{:?}", (0..50).collect::<Vec<_>>()), &options));
    assert!(try_one::<BTreeSet<u64>>("[1,2,3]", &options));
}

#[test]
fn nesting_is_limited() {
    type Deep = Box<Option<Box<Option<Box<Option<u8>>>>>>;
    let read = |depth| {
        let options = DecodeOptions { depth, ..DecodeOptions::default() };
        seed::<Deep>(&options).deserialize(&mut serde_json::Deserializer::from_str("7"))
    };
    assert!(read(3).is_ok());
    assert!(read(2).unwrap_err().to_string().contains("nesting passes the limit"));
}

#[test]
fn formats_that_are_not_for_people_get_plain_values() {
    fn same<T: Mapped + PartialEq + std::fmt::Debug + Clone>(value: &T) -> Vec<u8> {
        let bytes = postcard::to_allocvec(&Json(value.clone())).unwrap();
        assert_eq!(postcard::from_bytes::<Json<T>>(&bytes).unwrap().0, *value);
        bytes
    }
    assert_eq!(same(&5_u64), [5]);
    assert_eq!(same(&Bytes::from_static(&[1, 2])), [2, 1, 2]);
    assert_eq!(same(&Rights::from_bits(0x83)), [0x83]);
    assert_eq!(same(&BTreeMap::from([(1_u8, 2_u8)])), [1, 1, 2]);
    assert_eq!(same(&Duration::from_millis(1)), [0, 192, 132, 61]);
    assert_eq!(same(&Uuid::NIL), [0; 16]);
    same(&(f32::INFINITY, Some(f64::MAX), [Timestamp::MIN, Timestamp::MAX]));
    same(&(SocketAddr::from(([1, 2, 3, 4], 5)), Secret::new(i128::MIN)));
    assert!(postcard::from_bytes::<Json<Duration>>(&[0, 0x80, 0x94, 0xEB, 0xDC, 0x03]).is_err());
}

#[test]
fn what_users_hold_in_types_of_their_own_is_mapped_as_well() {
    #[derive(serde::Serialize, serde::Deserialize, PartialEq, Debug)]
    struct Own {
        id: Uuid,
        at: Timestamp,
        rights: Rights,
    }
    let json = r#"{"id":"00000000-0000-0000-0000-000000000000","at":"1970-01-01T00:00:00Z","rights":["READ"]}"#;
    let own = Own { id: Uuid::NIL, at: Timestamp::UNIX_EPOCH, rights: Rights::READ };
    assert_eq!(serde_json::to_string(&own).unwrap(), json);
    assert_eq!(serde_json::from_str::<Own>(json).unwrap(), own);
}
