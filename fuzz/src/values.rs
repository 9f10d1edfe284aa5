//! Any bytes as any type, read by generated code and by the schema alone: both take them and make
//! the same of them, or both refuse.

use std::fmt::Debug;
use std::sync::LazyLock;

use bytes::Bytes;
use golden::everything as types;
use network_protocol::wire::{DecodeErrorKind, DecodeOptions, Root, decode_root, encode};
use protocol_schema::text::{SourceMap, compile};
use protocol_schema::value::{self, Codec, Secrets, ValueErrorKind, parse_json};

use crate::corpus::Target;
use crate::input::Input;

/// The one target of this module.
pub const TARGET: Target = Target { name: "values", run: values, seeds };

const SCHEMA: &str = include_str!("../../schemas/everything.np");
const VECTORS: &str = include_str!("../../schemas/vectors/values.json");

/// A type is chosen by the first byte, strictness by the second; the rest is read.
pub fn values(data: &[u8]) {
    let mut input = Input::new(data);
    let place = input.below(CHECKS.len());
    let exact = input.below(2) == 1;
    let (_, check) = CHECKS[place];
    check(&CODECS[place], input.rest(), exact);
}

/// A codec for each of [`CHECKS`].
static CODECS: LazyLock<Vec<Codec>> = LazyLock::new(|| {
    let mut map = SourceMap::new();
    let file = map.add("everything.np".to_owned(), SCHEMA.to_owned());
    let schema = compile(&mut map, file).schema;
    let codec = |(name, _): &Check| {
        Codec::new(&schema, &name.replace("types::", "")).expect("a type of the schema")
    };
    CHECKS.iter().map(codec).collect()
});

type Check = (&'static str, fn(&Codec, &[u8], bool));

macro_rules! checks {
    ($($ty:ty,)*) => {
        /// Each type, with its name.
        const CHECKS: &[Check] = &[$((stringify!($ty), check::<$ty>),)*];
    };
}

checks! {
    types::Numbers,
    types::Flags,
    types::Straddling,
    types::Empty,
    types::Unnumbered,
    types::Shuffled,
    types::Triangle,
    types::Gap,
    types::Frozen,
    types::Level64,
    types::Shape,
    types::Growing,
    types::Nothing,
    types::Options,
    types::Lists,
    types::Arrays,
    types::Tree,
    types::Expression,
    types::Everything,
    types::Wide,
    types::Long,
    types::Wider,
    types::Blocks,
    types::Failure,
    types::EveryTell,
    types::EveryNoFields,
    (),
    u64,
    bool,
    String,
    Vec<types::Shape>,
    Option<String>,
    Option<bool>,
    [u16; 3],
    f64,
    Vec<bool>,
    Vec<Option<bool>>,
    Vec<types::Unnumbered>,
    Vec<Option<types::Unnumbered>>,
    Vec<types::Empty>,
    Vec<types::Point>,
    [types::Unnumbered; 2],
    [Option<String>; 3],
    [bool; 12],
}

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
        // What a value takes in memory is not the same for both.
        (Err(error), Ok(_)) => {
            let limits = [DecodeErrorKind::BudgetExceeded, DecodeErrorKind::DepthLimit];
            assert!(limits.contains(&error.kind()), "{}: {error}", codec.name());
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

/// The first vector of each type, exactly and tolerantly.
fn seeds() -> Vec<(String, Vec<u8>)> {
    let vectors = parse_json(VECTORS).expect("JSON");
    let all = vectors["types"].as_array().expect("types");
    let mut seeds = Vec::new();
    for (index, (name, _)) in (0_u8..).zip(CHECKS) {
        let name = name.replace("types::", "");
        let mut entries = all.iter().filter(|entry| entry["schema"] == "everything.np");
        let Some(entry) = entries.find(|entry| entry["type"] == *name) else { continue };
        let hex = entry["cases"][0]["hex"].as_str().expect("hex");
        let digits: Vec<u8> = hex.bytes().filter(|byte| *byte != b' ').collect();
        let digit = |byte: u8| char::from(byte).to_digit(16).expect("a digit") as u8;
        let bytes: Vec<u8> =
            digits.chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect();
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        let exact = u8::from(index % 2 == 0);
        seeds.push((plain.to_lowercase(), [&[index, exact][..], &bytes].concat()));
    }
    seeds
}
