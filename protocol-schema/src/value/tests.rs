use std::fs;
use std::path::Path;

use serde_json::Value as Json;

use super::{Codec, DecodeOptions, Secrets, ValueErrorKind as Kind, parse_json};
use crate::ir::Schema;
use crate::text::{SourceMap, compile};

fn schema(text: &str) -> Schema {
    let mut map = SourceMap::new();
    let file = map.add("test.np".to_owned(), text.to_owned());
    let compiled = compile(&mut map, file);
    assert!(!compiled.has_errors(), "{:#?}", compiled.diagnostics);
    compiled.schema
}

const EXACT: DecodeOptions = DecodeOptions { exact: true, budget: 1 << 26, depth: 64 };
const TOLERANT: DecodeOptions = DecodeOptions { exact: false, ..EXACT };

fn bytes(hex: &Json) -> Vec<u8> {
    let digits: Vec<char> = hex.as_str().unwrap().chars().filter(|c| *c != ' ').collect();
    let byte = |pair: &[char]| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}

fn list<'j>(json: &'j Json, key: &str) -> &'j [Json] {
    json[key].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// Everything that other implementations are held against holds for this one.
#[test]
fn the_vectors_decode_to_their_json_and_encode_to_their_bytes() {
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas");
    let read = |name: &str| fs::read_to_string(schemas.join(name)).unwrap();
    let vectors = parse_json(&read("vectors/values.json")).unwrap();
    let mut cases = 0;
    for entry in list(&vectors, "types") {
        let schema = schema(&read(entry["schema"].as_str().unwrap()));
        let codec = Codec::new(&schema, entry["type"].as_str().unwrap()).unwrap();
        for case in list(entry, "cases") {
            let (name, bytes) = (&case["name"], bytes(&case["hex"]));
            for options in [&EXACT, &TOLERANT] {
                let value = codec.decode(&bytes, options).unwrap_or_else(|e| panic!("{name}: {e}"));
                let json = codec.to_json(&value, Secrets::Shown).unwrap();
                assert_eq!(json, case["value"], "{} {name}", codec.name());
                assert_eq!(codec.encode(&value).unwrap(), bytes, "{} {name}", codec.name());
            }
            let value = codec.from_json(&case["value"]).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!(codec.encode(&value).unwrap(), bytes, "{} {name}", codec.name());
            cases += 1;
        }
        for case in list(entry, "tolerated") {
            let (name, bytes) = (&case["name"], bytes(&case["hex"]));
            let value = codec.decode(&bytes, &TOLERANT).unwrap_or_else(|e| panic!("{name}: {e}"));
            let json = codec.to_json(&value, Secrets::Shown).unwrap();
            assert_eq!(json, case["value"], "{} {name}", codec.name());
            codec.decode(&bytes, &EXACT).expect_err("it is not canonical");
        }
        for case in list(entry, "refused") {
            for options in [&EXACT, &TOLERANT] {
                let refused = codec.decode(&bytes(&case["hex"]), options);
                assert!(refused.is_err(), "{} {}: {refused:?}", codec.name(), case["name"]);
            }
        }
    }
    assert!(cases > 200, "{cases}");
}
