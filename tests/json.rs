//! serde on generated types follows the JSON mapping: `schemas/vectors/json.json`, byte for byte.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test stops at what it does not expect")]

use std::fmt::Debug;
use std::fs;
use std::path::Path;

use network_protocol::wire::{Root, decode, encode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The types of the vectors.
mod types {
    network_protocol::schema!("tests/json.np");
}

use types::{Body, Closed, Closing, Empty, Level, Point, Rights, Shape, User, Wide};

fn vectors() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/vectors/json.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// One entry of the vectors, for a value of type `T`.
fn case<T: Serialize + DeserializeOwned + Root + Debug + PartialEq>(kind: &str, entry: &Value) {
    let json = entry["json"].as_str().unwrap();
    let value = serde_json::from_str::<T>(json);
    if kind == "refused" {
        assert!(value.is_err(), "{entry}: {value:?}");
        return;
    }
    let bytes = hex::decode(entry["hex"].as_str().unwrap()).unwrap();
    let value = value.unwrap_or_else(|error| panic!("{entry}: {error}"));
    assert_eq!(encode(&value).unwrap(), bytes, "{entry}");
    if kind == "cases" {
        let decoded = decode::<T>(&bytes).unwrap();
        assert_eq!(decoded, value, "{entry}");
        assert_eq!(serde_json::to_string(&decoded).unwrap(), json);
    }
}

type Check = fn(&str, &Value);

const TYPES: &[(&str, Check)] = &[
    ("Body", case::<Body>),
    ("Closed", case::<Closed>),
    ("Closing", case::<Closing>),
    ("Empty", case::<Empty>),
    ("Level", case::<Level>),
    ("Option<Shape>", case::<Option<Shape>>),
    ("Point", case::<Point>),
    ("Rights", case::<Rights>),
    ("Shape", case::<Shape>),
    ("User", case::<User>),
    ("Vec<Body>", case::<Vec<Body>>),
    ("Vec<Empty>", case::<Vec<Empty>>),
    ("Vec<Point>", case::<Vec<Point>>),
    ("Wide", case::<Wide>),
];

#[test]
fn generated_types_follow_the_vectors() {
    let vectors = vectors();
    let mut tested = 0;
    for kind in ["cases", "read", "refused"] {
        for entry in vectors[kind].as_array().unwrap() {
            let name = entry["type"].as_str().unwrap();
            if let Some((_, check)) = TYPES.iter().find(|(known, _)| *known == name) {
                check(kind, entry);
                tested += 1;
            }
        }
    }
    assert!(tested > 60, "{tested}");
}

#[test]
fn the_types_are_those_of_the_vectors() {
    let lines = vectors()["schema"].as_array().unwrap().clone();
    let text: String = lines.iter().map(|line| format!("{}\n", line.as_str().unwrap())).collect();
    assert_eq!(text, include_str!("json.np"));
}

#[test]
fn generated_types_stand_in_types_of_others() {
    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    struct Own {
        body: Body,
        level: Level,
        points: Vec<Point>,
    }
    let own = Own {
        body: Body::Text("hi".to_owned()),
        level: Level::High,
        points: vec![Point { x: 1.0, y: 0.5 }],
    };
    let json = r#"{"body":{"Text":"hi"},"level":"High","points":[{"x":1.0,"y":0.5}]}"#;
    assert_eq!(serde_json::to_string(&own).unwrap(), json);
    assert_eq!(serde_json::from_str::<Own>(json).unwrap(), own);
    assert_eq!(serde_json::from_value::<Own>(serde_json::to_value(&own).unwrap()).unwrap(), own);
}

#[test]
fn a_mistake_says_what_was_meant() {
    let why = |json| serde_json::from_str::<User>(json).unwrap_err().to_string();
    assert!(why(r#"{"nick":"x"}"#).contains("unknown field `nick`"));
    assert!(why(r#"{"level":"Middle"}"#).contains("Low, High"));
    assert!(why(r#"{"token":"hunter2"}"#).contains("secret"));
    assert!(!why(r#"{"token":"hunter2"}"#).contains("hunter2"));
    let why = |json| serde_json::from_str::<Body>(json).unwrap_err().to_string();
    assert!(why(r#""Txt""#).contains("Text"));
}

#[test]
fn what_nests_too_deep_is_refused() {
    let nested = |depth| format!("{}\"Left\"{}", r#"{"Nested":"#.repeat(depth), "}".repeat(depth));
    assert!(serde_json::from_str::<Body>(&nested(20)).is_ok());
    assert!(serde_json::from_str::<Body>(&nested(100)).is_err());
}
