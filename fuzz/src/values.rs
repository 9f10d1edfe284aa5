//! Any bytes as any type, read by generated code and by the schema alone: both take them and make
//! the same of them, or both refuse.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::net::SocketAddr;
use std::sync::LazyLock;
use std::time::Duration;

use bytes::Bytes;
use golden::acme::chat as sample;
use golden::everything;
use network_protocol::wire::{DecodeErrorKind, DecodeOptions, Root, decode_root, encode};
use network_protocol::{Secret, Timestamp, Uuid};
use protocol_schema::ir::Schema;
use protocol_schema::text::{SourceMap, compile_with};
use protocol_schema::value::{self, Codec, Secrets, ValueErrorKind, parse_json};

use crate::corpus::Target;
use crate::input::Input;

/// The one target of this module.
pub const TARGET: Target = Target { name: "values", run: values, seeds };

/// The schemas, with what they use.
const FILES: [(&str, &str); 3] = [
    ("everything", include_str!("../../schemas/everything.np")),
    ("sample", include_str!("../../schemas/sample.np")),
    ("acme::common", include_str!("../../schemas/acme/common.np")),
];
const VECTORS: &str = include_str!("../../schemas/vectors/values.json");

/// A type is chosen by the first byte, strictness by the second; the rest is read.
pub fn values(data: &[u8]) {
    let mut input = Input::new(data);
    let place = input.below(CHECKS.len());
    let exact = input.below(2) == 1;
    (CHECKS[place].check)(&CODECS[place], input.rest(), exact);
}

/// A codec for each of [`CHECKS`].
static CODECS: LazyLock<Vec<Codec>> = LazyLock::new(|| {
    let schemas = ["everything", "sample"].map(|name| (name, schema(name)));
    let codec = |check: &Check| {
        let (_, schema) = schemas.iter().find(|(name, _)| *name == check.schema).expect("a schema");
        Codec::new(schema, check.name).unwrap_or_else(|error| panic!("{}: {error}", check.name))
    };
    CHECKS.iter().map(codec).collect()
});

fn schema(name: &str) -> Schema {
    let mut map = SourceMap::new();
    let mut find = |map: &mut SourceMap, wanted: &str| {
        let (_, text) = FILES.iter().find(|(name, _)| *name == wanted)?;
        Some(map.add(wanted.to_owned(), (*text).to_owned()))
    };
    let file = find(&mut map, name).expect("a schema");
    let compiled = compile_with(&mut map, file, &mut find);
    assert!(!compiled.has_errors(), "{:?}", compiled.diagnostics);
    compiled.schema
}

/// A type as both readers know it.
struct Check {
    schema: &'static str,
    name: &'static str,
    /// A value to start from, where there is no vector.
    json: &'static str,
    check: fn(&Codec, &[u8], bool),
}

macro_rules! checks {
    ($($schema:ident $name:literal $ty:ty, $json:literal;)*) => {
        /// Each type.
        pub(super) const CHECKS: &[Check] = &[$(Check {
            schema: stringify!($schema),
            name: $name,
            json: $json,
            check: check::<$ty>,
        },)*];
    };
}

#[rustfmt::skip]
mod list {
    use super::*;

    checks! {
        everything "Numbers" everything::Numbers, "";
        everything "Flags" everything::Flags, "";
        everything "Straddling" everything::Straddling, "";
        everything "Empty" everything::Empty, "";
        everything "Unnumbered" everything::Unnumbered, "";
        everything "Shuffled" everything::Shuffled, "";
        everything "Triangle" everything::Triangle, "";
        everything "Gap" everything::Gap, "";
        everything "Frozen" everything::Frozen, "";
        everything "Level64" everything::Level64, "";
        everything "Shape" everything::Shape, "";
        everything "Growing" everything::Growing, "";
        everything "Nothing" everything::Nothing, "";
        everything "Options" everything::Options, "";
        everything "Lists" everything::Lists, "";
        everything "Arrays" everything::Arrays, "";
        everything "Tree" everything::Tree, "";
        everything "Expression" everything::Expression, "";
        everything "Everything" everything::Everything, "";
        everything "Wide" everything::Wide, "";
        everything "Long" everything::Long, "";
        everything "Wider" everything::Wider, "";
        everything "Blocks" everything::Blocks, "";
        everything "Failure" everything::Failure, "";
        everything "EveryTell" everything::EveryTell, "";
        everything "EveryNoFields" everything::EveryNoFields, "";
        everything "()" (), "";
        everything "u64" u64, "";
        everything "bool" bool, "";
        everything "String" String, "";
        everything "Vec<Shape>" Vec<everything::Shape>, "";
        everything "Option<String>" Option<String>, "";
        everything "Option<bool>" Option<bool>, "";
        everything "[u16; 3]" [u16; 3], "";
        everything "f64" f64, "";
        everything "Vec<bool>" Vec<bool>, "";
        everything "Vec<Option<bool>>" Vec<Option<bool>>, "";
        everything "Vec<Unnumbered>" Vec<everything::Unnumbered>, "";
        everything "Vec<Option<Unnumbered>>" Vec<Option<everything::Unnumbered>>, "";
        everything "Vec<Empty>" Vec<everything::Empty>, "";
        everything "Vec<Point>" Vec<everything::Point>, "";
        everything "[Unnumbered; 2]" [everything::Unnumbered; 2], "";
        everything "[Option<String>; 3]" [Option<String>; 3], "";
        everything "[bool; 12]" [bool; 12], "";
        sample "User" sample::User, r#"{"id":"7","name":"Ada","presence":"Away","avatar":[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15],"score":"-70000","rights":["READ","@3"],"tags":{"a":"x","b":""},"token":"67e55044-10b1-426f-9247-bb680e5fe0c8","last_ip":"fwAAAQ==","balance":"9","best":[-3,0.5],"home":{"Box":{"min":{"x":1.0},"max":{}}},"keep":"Day","friends":["1","900"],"invited_by":{"name":"Bob"},"ratio":2.0,"seen":true,"address":"[::1]:80","type":"-1","last_page":{"start":3,"tags":[{"text":"new","at":"2026-02-03T04:05:06.5Z"}]}}"#;
        sample "Line" sample::Line, r#"{"at":"2026-02-03T04:05:06.5Z","by":"1","body":{"Quote":{"Image":{"mime":"a/b","data":"AAE=","alt":"x"}}}}"#;
        sample "Joined" sample::Joined, r#"{"room":"1","people":[{"name":"A"},{"id":"7","name":"Ada","presence":"Away","avatar":[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15],"score":"-70000","rights":["READ","@3"],"tags":{"a":"x","b":""},"token":"67e55044-10b1-426f-9247-bb680e5fe0c8","last_ip":"fwAAAQ==","balance":"9","best":[-3,0.5],"home":{"Box":{"min":{"x":1.0},"max":{}}},"keep":"Day","friends":["1","900"],"invited_by":{"name":"Bob"},"ratio":2.0,"seen":true,"address":"[::1]:80","type":"-1","last_page":{"start":3,"tags":[{"text":"new","at":"2026-02-03T04:05:06.5Z"}]}}],"others":{"x":"1","y":"2"},"page":{"limit":9}}"#;
        sample "JoinError" sample::JoinError, r#"{"Banned":{"until":"2026-02-03T04:05:06Z"}}"#;
        sample "Shape" sample::Shape, r#"{"Circle":0.5}"#;
        sample "Vec<Shape>" Vec<sample::Shape>, r#"["Nothing",{"Circle":0.5},{"Box":{}}]"#;
        sample "Keep" sample::Keep, r#""Day""#;
        sample "Vec<Rights>" Vec<sample::Rights>, r#"[["READ","@7"],[]]"#;
        sample "Vec<Option<User>>" Vec<Option<sample::User>>, r#"[null,{"name":"B"}]"#;
        sample "Map<String, u64>" BTreeMap<String, u64>, r#"{"a":"1","bc":"2"}"#;
        sample "Map<(i16, bool), Option<Shape>>" BTreeMap<(i16, bool), Option<sample::Shape>>, r#"[[[-1,true],"Nothing"],[[-1,false],null]]"#;
        sample "Map<bool, Line>" BTreeMap<bool, sample::Line>, r#"[[false,{"by":"1"}],[true,{}]]"#;
        sample "Set<i16>" BTreeSet<i16>, "[-1,0,1,300]";
        sample "Set<bool>" BTreeSet<bool>, "[false,true]";
        sample "Set<[u8; 3]>" BTreeSet<[u8; 3]>, "[[1,2,3],[1,2,4]]";
        sample "(bool, u8, Option<bool>, String)" (bool, u8, Option<bool>, String), r#"[true,7,false,"x"]"#;
        sample "[(bool, i8); 3]" [(bool, i8); 3], "[[true,1],[false,2],[true,3]]";
        sample "std::Timestamp" Timestamp, r#""2026-02-03T04:05:06.5Z""#;
        sample "std::Duration" Duration, r#""1.5s""#;
        sample "std::SocketAddr" SocketAddr, r#""1.2.3.4:5""#;
        sample "Option<std::SocketAddr>" Option<SocketAddr>, r#""[::1]:5""#;
        sample "Secret<Vec<std::Uuid>>" Secret<Vec<Uuid>>, r#"["67e55044-10b1-426f-9247-bb680e5fe0c8"]"#;
        sample "Vec<u128>" Vec<u128>, r#"["1","2"]"#;
        sample "Chat.Upload" sample::ChatUpload, r#"{"name":"x"}"#;
        sample "Chat.Tail" sample::ChatTail, r#"{"room":"1","after":"9"}"#;
    }
}
use list::CHECKS;

/// One type and some bytes.
fn check<T: Root + Debug>(codec: &Codec, bytes: &[u8], exact: bool) {
    let options = DecodeOptions { exact, ..DecodeOptions::default() };
    let generated = decode_root::<T>(&Bytes::copy_from_slice(bytes), &options);
    let options = value::DecodeOptions { exact, ..value::DecodeOptions::default() };
    let walked = codec.decode(bytes, &options);
    match (generated, walked) {
        (Ok(generated), Ok(walked)) => {
            let written = encode(&generated).expect("it is small");
            assert_eq!(codec.encode(&walked).as_ref(), Ok(&written), "{generated:?}");
            through_json(codec, &walked, &written);
        }
        // What a value takes in memory is not the same for both, and only generated code knows
        // the types that stand for others in Rust.
        (Err(error), Ok(_)) => {
            use DecodeErrorKind as Kind;
            let own = [Kind::BudgetExceeded, Kind::DepthLimit, Kind::Refused];
            assert!(own.contains(&error.kind()), "{}: {error}", codec.name());
        }
        (Ok(generated), Err(error)) => {
            let limits = [ValueErrorKind::BudgetExceeded, ValueErrorKind::DepthLimit];
            assert!(limits.contains(error.kind()), "{error}: {generated:?}");
        }
        (Err(_), Err(error)) => {
            let offset = error.offset().expect("a place in the bytes");
            assert!(offset <= bytes.len(), "{error}");
        }
    }
}

/// A value is read again from its JSON.
fn through_json(codec: &Codec, walked: &value::Value, written: &[u8]) {
    let text = codec.to_json(walked, Secrets::Shown).expect("a value of its type").to_string();
    let json = parse_json(&text).expect("it was written");
    let again = codec.from_json(&json).unwrap_or_else(|error| panic!("{error}: {text}"));
    // JSON has one NaN.
    if !text.contains("NaN") {
        assert_eq!(codec.encode(&again).as_deref(), Ok(written), "{text}");
    }
}

/// A value of each type: its first vector, or that of [`Check::json`].
fn seeds() -> Vec<(String, Vec<u8>)> {
    let vectors = parse_json(VECTORS).expect("JSON");
    let all = vectors["types"].as_array().expect("types");
    let mut seeds = Vec::new();
    for (index, (check, codec)) in (0_u8..).zip(CHECKS.iter().zip(CODECS.iter())) {
        let is_it = |text: Option<&str>, wanted| text == Some(wanted);
        let file = format!("{}.np", check.schema);
        let mut entries = all.iter().filter(|entry| {
            is_it(entry["schema"].as_str(), &file) && is_it(entry["type"].as_str(), check.name)
        });
        let bytes = match (entries.next(), check.json) {
            (_, json) if !json.is_empty() => {
                let json = parse_json(json).expect("JSON");
                let value = codec.from_json(&json).unwrap_or_else(|error| panic!("{error}"));
                codec.encode(&value).expect("it is small")
            }
            (Some(entry), _) => unhex(entry["cases"][0]["hex"].as_str().expect("hex")),
            (None, _) => panic!("{} has no value to start from", check.name),
        };
        let plain: String = check.name.chars().filter(char::is_ascii_alphanumeric).collect();
        let name = format!("{}-{}", check.schema, plain.to_lowercase());
        seeds.push((name, [&[index, index % 2][..], &bytes].concat()));
    }
    seeds
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|digit| digit.to_digit(16)).collect();
    let byte = |pair: &[u32]| u8::try_from(pair[0] << 4 | pair[1]).expect("two digits");
    digits.chunks(2).map(byte).collect()
}
