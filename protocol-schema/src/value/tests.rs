use std::fs;
use std::path::Path;

use serde_json::Value as Json;

use super::{
    Codec, DecodeOptions, Secrets, TypeError, Value, ValueErrorKind as Kind, known, parse_json,
    std_text,
};
use crate::ir::Schema;
use crate::text::{SourceMap, compile_with};

fn schema(text: &str) -> Schema {
    let mut map = SourceMap::new();
    let file = map.add("test.np".to_owned(), text.to_owned());
    // Packages of the vectors' schemas.
    let compiled = compile_with(&mut map, file, &mut |map, package| {
        let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas");
        let text = fs::read_to_string(schemas.join(package.replace("::", "/") + ".np")).ok()?;
        Some(map.add(package.to_owned(), text))
    });
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
        let codec = Codec::new(&schema, entry["type"].as_str().unwrap())
            .unwrap_or_else(|e| panic!("{e} {}", entry["type"]));
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

/// What reads and writes JSON elsewhere is held against the same list.
#[test]
fn values_have_this_json_and_only_this() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/vectors/json.json");
    let list_of = parse_json(&fs::read_to_string(path).unwrap()).unwrap();
    let lines: Vec<&str> = list(&list_of, "schema").iter().map(|l| l.as_str().unwrap()).collect();
    let schema = schema(&lines.join("\n"));
    let of = |case: &Json| Codec::new(&schema, case["type"].as_str().unwrap()).unwrap();
    let text = |case: &Json| case["json"].as_str().unwrap().to_owned();
    let mut wrong = Vec::new();
    for case in list(&list_of, "cases") {
        let (codec, bytes) = (of(case), bytes(&case["hex"]));
        let value = codec.decode(&bytes, &TOLERANT).unwrap();
        let json = codec.to_json(&value, Secrets::Shown).unwrap().to_string();
        if json != text(case) {
            wrong.push(format!("{}: {json} is not {}", codec.name(), text(case)));
        }
    }
    for case in list(&list_of, "cases").iter().chain(list(&list_of, "read")) {
        let codec = of(case);
        let read = parse_json(&text(case)).map_err(|error| error.to_string());
        let value = read.and_then(|json| codec.from_json(&json).map_err(|e| e.to_string()));
        match value.map(|value| hex(&codec.encode(&value).unwrap())) {
            Ok(bytes) if case["hex"] == *bytes => {}
            other => wrong.push(format!("{}: {} is {other:?}", codec.name(), text(case))),
        }
    }
    for case in list(&list_of, "refused") {
        let codec = of(case);
        let read = parse_json(&text(case)).ok();
        let value = read.and_then(|json| codec.from_json(&json).ok());
        if let Some(bytes) = value.and_then(|value| codec.encode(&value).ok()) {
            wrong.push(format!("{}: {} is {}", codec.name(), text(case), hex(&bytes)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A codec over a few declarations.
fn codec(text: &str, name: &str) -> Codec {
    Codec::new(
        &schema(&format!(
            "package test;\nuse std::{{Uuid, Timestamp, Duration, SocketAddr}};\n{text}"
        )),
        name,
    )
    .unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The value has exactly these bytes, and its JSON is this.
fn same(codec: &Codec, json: &str, expected: &str) {
    let given = parse_json(json).unwrap();
    let value = codec.from_json(&given).unwrap_or_else(|error| panic!("{json}: {error}"));
    let bytes = codec.encode(&value).unwrap();
    assert_eq!(hex(&bytes), expected.split_whitespace().collect::<String>(), "{json}");
    for options in [&EXACT, &TOLERANT] {
        let again = codec.decode(&bytes, options).unwrap_or_else(|error| panic!("{json}: {error}"));
        assert_eq!(codec.to_json(&again, Secrets::Shown).unwrap().to_string(), given.to_string());
        assert_eq!(codec.encode(&again).unwrap(), bytes);
    }
}

fn unhex(text: &str) -> Vec<u8> {
    bytes(&Json::String(text.to_owned()))
}

/// What tolerant reading makes of bytes.
fn reads(codec: &Codec, hex: &str, json: &str) {
    let value =
        codec.decode(&unhex(hex), &TOLERANT).unwrap_or_else(|error| panic!("{hex}: {error}"));
    assert_eq!(codec.to_json(&value, Secrets::Shown).unwrap().to_string(), json, "{hex}");
}

/// Why bytes are refused, and where.
fn refused(codec: &Codec, hex: &str, exact: bool) -> (Kind, String, Option<usize>) {
    let options = if exact { &EXACT } else { &TOLERANT };
    let error = codec.decode(&unhex(hex), options).expect_err(hex);
    (error.kind().clone(), error.path(), error.offset())
}

/// Why JSON is refused.
fn refused_json(codec: &Codec, json: &str) -> String {
    let value = codec.from_json(&parse_json(json).unwrap());
    value.and_then(|value| codec.encode(&value)).expect_err(json).to_string()
}

#[test]
fn defaults_cost_nothing_and_varints_take_what_they_need() {
    let codec = codec(
        "struct S { @0 a: f32 = 1.5, #[varint] @1 b: i64 = -1, @2 c: bool = true, #[varint] @3 d: u16, @4 e: i8 = -128 }",
        "S",
    );
    same(&codec, r#"{"a":1.5,"b":"-1","c":true,"d":0,"e":-128}"#, "08 00000000 00 00 00 00");
    same(&codec, r#"{"a":0.0,"b":"0","c":false,"d":250,"e":0}"#, "08 0000c03f 01 01 fa 80");
    same(
        &codec,
        r#"{"a":1.5,"b":"9223372036854775807","c":true,"d":251,"e":-128}"#,
        "08 00000000 fd 00 fb 00 ffffffffffffffff fb00",
    );
    same(
        &codec,
        r#"{"a":1.5,"b":"-300","c":true,"d":65535,"e":-128}"#,
        "08 00000000 fb 00 fb 00 5602 ffff",
    );
    reads(&codec, "", r#"{"a":1.5,"b":"-1","c":true,"d":0,"e":-128}"#);
    assert_eq!(refused(&codec, "08 00000000 00 00 fc 00 00000100", false).0, Kind::BadVarint(252));
    assert_eq!(refused(&codec, "08 00000000 fe 00 00 00", false).0, Kind::BadVarint(254));
    assert_eq!(
        refused(&codec, "08 00000000 00 00 fb 00 fa00", false),
        (Kind::NonMinimal, "S.d".to_owned(), Some(9))
    );
    assert_eq!(
        refused(&codec, "08 00000000 fd 00 00 00 ffffffff00000000", false).0,
        Kind::NonMinimal
    );
}

#[test]
fn consts_that_stand_for_each_other_count_however_many_they_are() {
    let mut items = "const C0: u16 = 7;\n".to_owned();
    for i in 1..=40 {
        items.push_str(&format!("const C{i}: u16 = C{};\n", i - 1));
    }
    let codec = codec(
        &format!(
            "{items} struct S {{ @0 a: u16 = C40, @1 b: [u8; C40], #[max(C40)] @2 c: String }}"
        ),
        "S",
    );
    reads(&codec, "", r#"{"a":7,"b":[0,0,0,0,0,0,0],"c":""}"#);
    let value = r#"{"a":7,"b":[0,0,0,0,0,0,0],"c":"12345678"}"#;
    assert!(refused_json(&codec, value).contains('7'), "{}", refused_json(&codec, value));
}

#[test]
fn aliases_that_stand_for_each_other_count_however_many_they_are() {
    let mut items = "type A0 = u8;\n".to_owned();
    for i in 1..=400 {
        items.push_str(&format!("type A{i} = A{};\n", i - 1));
    }
    same(
        &codec(&format!("{items} struct S {{ @0 a: Option<A400> }}"), "S"),
        r#"{"a":7}"#,
        "01 01 07",
    );
}

#[test]
fn maps_and_sets_are_sorted_and_read_only_if_they_rise() {
    let map = codec("struct V { @0 n: u8, @1 s: String }", "Map<String, V>");
    same(
        &map,
        r#"{"a":{"n":1,"s":"x"},"b":{"n":2,"s":""}}"#,
        "01 02  01 82 01 82  61 01000000 01 01 78  62 00000000 02 00",
    );
    let unsorted = map.from_json(&parse_json(r#"{"b":{"n":2},"a":{"n":1,"s":"x"}}"#).unwrap());
    assert_eq!(
        hex(&map.encode(&unsorted.unwrap()).unwrap()),
        "0102018201826101000000010178620000000002 00".replace(' ', "")
    );
    assert_eq!(
        refused(&map, "01 02 01 00 01 00 62 61", false),
        (Kind::KeyOrder, "Map<String, V>[1]".to_owned(), Some(8))
    );
    assert_eq!(refused(&map, "01 02 01 00 01 00 61 61", false).0, Kind::KeyOrder);
    let pairs = codec("", "Map<(i16, bool), Option<u8>>");
    same(
        &pairs,
        r#"[[[-1,true],7],[[0,false],null],[[0,true],null]]"#,
        "01 03  ffff 01 01  0000 00 00  0000 01 00  07",
    );
    assert_eq!(
        refused_json(&pairs, r#"[[[0,true],1],[[0,true],1]]"#),
        "Map<(i16, bool), Option<u8>>: a key is there twice".to_owned()
    );
    let set = codec("", "Set<i8>");
    same(&set, "[-128,-1,0,127]", "01 04 80 ff 00 7f");
    assert_eq!(refused(&set, "01 02 00 ff", false).0, Kind::KeyOrder);
    same(&codec("", "Set<bool>"), "[false,true]", "01 02 02");
    assert_eq!(refused(&codec("", "Set<bool>"), "01 02 01", false).0, Kind::KeyOrder);
    same(
        &codec("", "Map<Uuid, ()>".replace("()", "[bool; 3]").as_str()),
        r#"{"00000000-0000-0000-0000-0000000000ff":[true,false,true]}"#,
        "01 01 000000000000000000000000000000ff 05",
    );
}

#[test]
fn tuples_and_fixed_structs_have_flag_bytes_of_their_own() {
    let codec = codec(
        "#[fixed] struct F { @0 a: bool, @1 s: String } struct S { @0 a: bool, @1 t: (bool, u8), @2 b: bool, @3 f: F, @4 one: (u16,) }",
        "S",
    );
    same(
        &codec,
        r#"{"a":true,"t":[true,9],"b":true,"f":{"a":true,"s":"x"},"one":[513]}"#,
        "07 03 01 09 01 01 0102 78",
    );
    assert_eq!(
        refused(&codec, "07 00 02 00 00 00 0000", false),
        (Kind::PaddingBits, "S.t".to_owned(), Some(2))
    );
    assert_eq!(refused(&codec, "07 00 00 00 80 00 0000", false).0, Kind::PaddingBits);
    assert_eq!(refused(&codec, "07 04 00 00 00 00 0000", true).0, Kind::UnknownBits);
    reads(
        &codec,
        "07 fe 00 00 00 00 0000",
        r#"{"a":false,"t":[false,0],"b":true,"f":{"a":false,"s":""},"one":[0]}"#,
    );
    assert!(
        refused_json(&codec, r#"{"t":[true]}"#)
            .starts_with("S.t: 1 element, there must be exactly 2")
    );
}

#[test]
fn flags_and_open_enums_keep_what_they_do_not_know() {
    let codec = codec(
        "flags Rights: u8 { @0 READ, @1 WRITE, @2 _, @3 ADMIN } enum Level: u64 { @0 Low, @1 High } struct S { @0 r: Rights = Rights::WRITE, @1 l: Level = Level::High }",
        "S",
    );
    same(&codec, r#"{"r":["WRITE"],"l":"High"}"#, "09 00 0000000000000000");
    same(&codec, r#"{"r":["READ","@2","ADMIN","@7"],"l":"7"}"#, "09 8f 0600000000000000");
    reads(&codec, "", r#"{"r":["WRITE"],"l":"High"}"#);
    assert_eq!(
        refused_json(&codec, r#"{"r":["RAED"]}"#),
        "S.r[0]: there is no flag `RAED`; did you mean `READ`?"
    );
    assert_eq!(
        refused_json(&codec, r#"{"r":["@0"]}"#),
        "S.r[0]: number 0 has the name `READ`; write that"
    );
    assert!(refused_json(&codec, r#"{"r":["@8"]}"#).contains("expected a bit from `@0` to `@7`"));
    assert_eq!(refused_json(&codec, r#"{"r":["READ","READ"]}"#), "S.r[1]: a key is there twice");
    assert_eq!(
        refused_json(&codec, r#"{"l":"Hihg"}"#),
        "S.l: there is no variant `Hihg`; did you mean `High`?"
    );
    assert_eq!(refused_json(&codec, r#"{"l":1}"#), "S.l: number 1 has the name `High`; write that");
}

#[test]
fn closed_types_refuse_what_they_do_not_know_and_what_is_missing() {
    let text =
        "#[closed] enum Shape { @1 Circle(f32), @2 Box { @0 a: bool, @1 s: String }, @3 Dot }
        #[closed] enum Maybe { @1 Some(u8), #[default] @2 Nothing }
        #[closed] enum Level: u8 { @0 Low, @1 High }
        struct S { @0 shape: Shape, @1 maybe: Maybe, @2 level: Level, @3 more: Option<Shape> }";
    let codec = codec(text, "S");
    same(
        &codec,
        r#"{"shape":{"Circle":1.0},"maybe":"Nothing","level":"High","more":{"Box":{"a":true,"s":"hi"}}}"#,
        "04 01 02 01 01  0000803f  02 01 02 6869",
    );
    reads(&codec, "01 03", r#"{"shape":"Dot","maybe":"Nothing","level":"Low","more":null}"#);
    assert_eq!(refused(&codec, "", false), (Kind::Missing, "S.shape".to_owned(), Some(0)));
    assert_eq!(
        refused(&codec, "04 03 00 00 00", true),
        (Kind::Absent, "S.maybe".to_owned(), Some(2))
    );
    assert_eq!(
        refused(&codec, "04 04 02 00 00", false),
        (Kind::UnknownTag(4), "S.shape".to_owned(), Some(1))
    );
    assert_eq!(
        refused(&codec, "04 03 02 07 00", false),
        (Kind::UnknownTag(7), "S.level".to_owned(), Some(3))
    );
    assert_eq!(refused(&codec, "04 02 02 00 00 02 00", false).0, Kind::PaddingBits);
    assert_eq!(
        refused_json(&codec, "{}").as_str(),
        "S.shape: a value must be given: there is none that stands for zero"
    );
    assert!(refused_json(&codec, r#"{"shape":{"@9":""}}"#).contains("there is no variant 9"));
    assert!(
        refused_json(&codec, r#"{"shape":"Circle"}"#)
            .contains("expected an object with its content")
    );
}

#[test]
fn removed_fields_are_zeros_and_what_stood_there_is_skipped() {
    let codec = codec(
        "#[closed] enum C { @1 A(u16), @2 B } struct S { @0 a: u8, @1 _: String, @2 _: bool, @3 _: Option<u8>, @4 _: C, #[varint] @5 _: u32, @6 z: String }",
        "S",
    );
    same(&codec, r#"{"a":7,"z":"end"}"#, "06 07 00 00 00 00 03 656e64");
    reads(&codec, "06 07 02 03 01 fb 03 6869 05 0100 ff00 656e64", r#"{"a":7,"z":"end"}"#);
    for one in ["06 07 00 01 00 00 00", "06 07 00 00 02 00 00", "06 07 00 00 00 01 00"] {
        assert_eq!(refused(&codec, one, true).0, Kind::RemovedNotZero, "{one}");
    }
    // What no version of the schema wrote is refused also where nobody wants it.
    assert_eq!(refused(&codec, "06 07 01 00 00 00 00 ff", false).0, Kind::InvalidUtf8);
    assert!(refused_json(&codec, r#"{"_":1}"#).contains("there is no field `_`"));
}

#[test]
fn the_types_of_std_have_a_text() {
    let codec = codec(
        "struct S { @0 id: Uuid, @1 at: Timestamp, @2 took: Duration, @3 from: SocketAddr, @4 v6: SocketAddr }",
        "S",
    );
    same(
        &codec,
        r#"{"id":"67e55044-10b1-426f-9247-bb680e5fe0c8","at":"2026-02-03T04:05:06.5Z","took":"1.5s","from":"127.0.0.1:80","v6":"[::1]:443"}"#,
        "4e 67e5504410b1426f9247bb680e5fe0c8 f273816900000000 0065cd1d 0100000000000000 0065cd1d
         00 7f000001000000000000000000000000 5000  01 00000000000000000000000000000001 bb01",
    );
    for (secs, nanos, text) in [
        (0, 0, "1970-01-01T00:00:00Z"),
        (-1, 999_999_999, "1969-12-31T23:59:59.999999999Z"),
        (951_782_400, 0, "2000-02-29T00:00:00Z"),
        (253_402_300_800, 0, "+10000-01-01T00:00:00Z"),
        (-62_167_219_201, 0, "-0001-12-31T23:59:59Z"),
        (i64::MIN, 0, "-292277022657-01-27T08:29:52Z"),
        (i64::MAX, 10, "+292277026596-12-04T15:30:07.00000001Z"),
    ] {
        assert_eq!(std_text::timestamp(secs, nanos), text);
        assert_eq!(std_text::parse_timestamp(text), Some((secs, nanos)), "{text}");
    }
    assert_eq!(std_text::parse_timestamp("2026-02-03t04:05:06+01:30"), Some((1_770_086_106, 0)));
    for text in [
        "2026-02-29T00:00:00Z",
        "2026-02-03T24:00:00Z",
        "2026-02-03T04:05:60Z",
        "2026-02-03",
        "2026-02-03T04:05:06",
        "2026-02-03T04:05:06.Z",
        "+026-02-03T04:05:06Z",
        "2026-02-03T04:05:06Zz",
    ] {
        assert_eq!(std_text::parse_timestamp(text), None, "{text}");
    }
    for text in ["1.5", "1.s", ".5s", "s", "-1s", "1.1234567890s", "18446744073709551616s"] {
        assert_eq!(std_text::parse_duration(text), None, "{text}");
    }
    assert_eq!(std_text::parse_uuid("67e5504410b1426f9247bb680e5fe0c8"), None);
    assert!(std_text::parse_uuid("67E55044-10B1-426F-9247-BB680E5FE0C8").is_some());
    let zeros = "00".repeat(16);
    assert_eq!(
        refused(&codec, &format!("4e {zeros} 0000000000000000 00ca9a3b"), false).0,
        Kind::Truncated { needed: 78, left: 28 }
    );
    assert_eq!(
        refused(&codec, &format!("1c {zeros} 0000000000000000 00ca9a3b"), false),
        (Kind::Nanoseconds(1_000_000_000), "S.at".to_owned(), Some(25))
    );
    assert_eq!(
        refused(&codec, &format!("29 {zeros}{zeros}0000000000000000 02"), false).0,
        Kind::BadAddress
    );
    assert_eq!(
        refused(&codec, &format!("2e {zeros}{zeros}0000000000000000 00 00000000 01"), false).0,
        Kind::BadAddress
    );
}

#[test]
fn secrets_are_hidden_unless_asked_for_and_never_named() {
    let codec = codec(
        "struct S { @0 a: Secret<String>, @1 b: Option<Secret<u32>>, @2 c: Vec<Secret<T>> } struct T { @0 n: u8 }",
        "S",
    );
    same(&codec, r#"{"a":"x","b":7,"c":[{"n":1},{"n":2}]}"#, "03 01 01 02 78 07000000 0100 01 02");
    let bytes = unhex("03 01 01 02 78 07000000 0100 01 02");
    let value = codec.decode(&bytes, &EXACT).unwrap();
    let hidden = codec.to_json(&value, Secrets::Hidden).unwrap();
    assert_eq!(
        hidden.to_string(),
        r#"{"a":"Secret(…)","b":"Secret(…)","c":["Secret(…)","Secret(…)"]}"#
    );
    assert!(!format!("{value:?}").contains('x') && !format!("{value:?}").contains('7'));
    let error = codec.from_json(&hidden).expect_err("nobody knows it");
    assert_eq!(error.kind(), &Kind::HiddenSecret);
    let told = refused_json(&codec, r#"{"b":"hunter2"}"#);
    assert!(told.starts_with("S.b: ") && !told.contains("hunter2"), "{told}");
}

#[test]
fn a_limit_is_met_before_anything_is_read() {
    let codec = codec(
        "const N: u32 = 300; struct S { #[max(N)] @0 a: String, #[max(2)] @1 b: Vec<u64>, #[max(1)] @2 c: Option<Bytes>, #[max(1)] @3 d: Map<u8, u8> }",
        "S",
    );
    let error = |hex| refused(&codec, hex, false);
    assert_eq!(error("01 ff 2d02000000").0, Kind::OverMax { got: 301, max: 300 });
    assert_eq!(error("02 00 03").0, Kind::OverMax { got: 3, max: 2 });
    assert_eq!(
        error("04 00 00 01 00 05"),
        (Kind::OverMax { got: 5, max: 1 }, "S.c".to_owned(), Some(6))
    );
    assert_eq!(error("04 00 00 00 02").0, Kind::OverMax { got: 2, max: 1 });
    assert_eq!(
        refused_json(&codec, r#"{"b":["1","2","3"]}"#),
        "S.b: 3 bytes or elements, at most 2 may be"
    );
}

#[test]
fn lengths_are_compared_with_what_is_left() {
    let list = codec("", "Vec<u64>");
    assert_eq!(
        refused(&list, "01 ff 7f7f7f7f0f", false).0,
        Kind::Truncated { needed: 0xffff_ffff * 8, left: 0 }
    );
    let flags = codec("", "Vec<bool>");
    assert_eq!(
        refused(&flags, "01 ff 7f7f7f7f0f 00", false).0,
        Kind::Truncated { needed: 0x2000_0000, left: 1 }
    );
    // A value takes more memory than its bytes.
    let small = DecodeOptions { budget: 1_000, ..EXACT };
    let full = [&[1, 200][..], &[0; 25]].concat();
    assert_eq!(flags.decode(&full, &small).expect_err("it is large").kind(), &Kind::BudgetExceeded);
    assert!(flags.decode(&full, &EXACT).is_ok());
}

#[test]
fn one_is_not_many() {
    for (kind, text) in [
        (Kind::Truncated { needed: 1, left: 0 }, "1 more byte is announced, and 0 are left"),
        (Kind::Truncated { needed: 2, left: 1 }, "2 more bytes are announced, and 1 is left"),
        (Kind::LeftOver(1), "1 byte is left over"),
        (Kind::BlockLength { got: 1, own: 2 }, "a block is 1 byte long, this schema writes 2"),
        (Kind::OverMax { got: 300, max: 1 }, "300 bytes or elements, at most 1 may be"),
        (Kind::Count { got: 1, expected: 2 }, "1 element, there must be exactly 2"),
    ] {
        assert_eq!(kind.to_string(), text);
    }
}

#[test]
fn values_nest_to_a_depth() {
    let tree = codec(
        "struct Tree { @0 children: Vec<Tree>, @1 next: Option<Tree>, @2 e: E } enum E { @1 Leaf, @2 More(Vec<E>) }",
        "Tree",
    );
    // The innermost has a union, which is a level too.
    const DEEPEST: usize = 63;
    let nest = |levels: usize| {
        let mut json = "{}".to_owned();
        for _ in 0..levels {
            json = format!(r#"{{"next":{json}}}"#);
        }
        tree.encode(&tree.from_json(&parse_json(&json).unwrap()).unwrap())
    };
    let read = tree.decode(&nest(DEEPEST).unwrap(), &TOLERANT);
    assert!(read.is_ok(), "{read:?}");
    let shallow = DecodeOptions { depth: 63, ..TOLERANT };
    let error = tree.decode(&nest(DEEPEST).unwrap(), &shallow).expect_err("it is too deep");
    assert_eq!(error.kind(), &Kind::DepthLimit);
    assert!(error.path().starts_with("Tree.next.next.next"));
    assert_eq!(
        nest(DEEPEST + 1).expect_err("nobody reads it").to_string(),
        "Tree: structs and unions nest 65 deep, readers follow 64"
    );
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    assert!(parse_json(&deep).unwrap_err().to_string().contains("nesting passes the limit"));
}

fn chat() -> Schema {
    schema(
        "package acme::chat; type Id = u64; struct User { @0 id: Id } #[error] enum E { @1 No }
        protocol Chat { @1 Join { @0 id: Id } -> Result<User, E>, @2 Leave, @3 Tail { @0 id: Id } -> Stream<User>, @4 Put(#[max(2)] String) -> (), @5 Up { @0 n: u8, @1 data: Stream<Bytes> } -> u64 }",
    )
}

#[test]
fn names_mean_types_messages_and_their_parts() {
    let schema = chat();
    for name in [
        "User",
        "acme::chat::User",
        "Id",
        "Vec<User>",
        "Map<Id, [Option<User>; 3]>",
        "(u8, acme::chat::E)",
        "Chat.Join",
        "acme::chat::Chat.Join",
        "ChatJoin",
        "Chat.Join.reply",
        "Chat.Join.error",
        "Chat.Leave",
        "Chat.Tail.reply",
        "Chat.Up",
        "Chat.Up.data",
        "()",
        " Vec < u8 > ",
    ] {
        assert!(Codec::new(&schema, name).is_ok(), "{name}: {:?}", Codec::new(&schema, name));
    }
    same(&Codec::new(&schema, "Chat.Up").unwrap(), r#"{"n":3}"#, "01 03");
    same(&Codec::new(&schema, "Chat.Tail.reply").unwrap(), r#"{"id":"3"}"#, "08 0300000000000000");
    same(&Codec::new(&schema, "Chat.Put").unwrap(), r#""hi""#, "01 02 6869");
    same(&Codec::new(&schema, "Chat.Put.reply").unwrap(), "null", "");
}

#[test]
fn names_of_built_in_types_mean_what_they_mean_in_the_file() {
    let schema = schema(
        "package t; use std::Bytes as Octets; use std::String as Bytes;
        struct String { @0 n: u8 } struct S { @0 a: Bytes, @1 b: Octets }",
    );
    same(&Codec::new(&schema, "String").unwrap(), r#"{"n":3}"#, "01 03");
    same(&Codec::new(&schema, "std::String").unwrap(), r#""hi""#, "01 02 6869");
    same(&Codec::new(&schema, "Bytes").unwrap(), r#""hi""#, "01 02 6869");
    same(&Codec::new(&schema, "Octets").unwrap(), r#""aGk=""#, "01 02 6869");
}

#[test]
fn a_name_that_means_nothing_is_met_with_the_nearest() {
    const NO_KEY: &str = "`f32` is no key: these are integers, `bool`, `String`, `Bytes`, `Uuid`, \
         `Timestamp`, `Duration`, and tuples and arrays of these";
    let schema = chat();
    for (name, why) in [
        ("Usr", "the schema has no type `Usr`; did you mean `User`?"),
        ("Chat.Jion", "the schema has no type `Chat.Jion`; did you mean `Chat.Join`?"),
        ("Chat.Leave.reply", "`Chat.Leave` has no `reply`: nothing is answered to it"),
        ("Chat.Join.answer", "`Chat.Join` has no `answer`; it has `reply`, `error`"),
        ("Zebra", "the schema has no type `Zebra`"),
        (
            "Vec<u8",
            "`Vec<u8` is no type: it ends too early; write a name, or a type made of names: `Vec<String>`",
        ),
        (
            "Vec<u8>>",
            "`Vec<u8>>` is no type, from `>`; write a name, or a type made of names: `Vec<String>`",
        ),
        ("User(u64)", "`User(u64)` is no type, from `(u64)`; did you mean `User`?"),
        (
            "struct Usr { @0 id: Id }",
            "`struct Usr { @0 id: Id }` is no type, from `Usr { @0 id: Id }`; did you mean `User`?",
        ),
        ("Chat.Put(String)", "the schema has no type `Chat.Put(String)`; did you mean `Chat.Put`?"),
        ("Chat.Joi{@0 id}", "the schema has no type `Chat.Joi{@0 id}`; did you mean `Chat.Join`?"),
        ("Vec", "the schema has no type `Vec`"),
        ("[u64; 3000]", "the type takes more than 16,383 bytes inline"),
        ("[u64; 99999999999]", "the type takes more than 16,383 bytes inline"),
        ("[u64; 0]", "the length of an array is a number from 1 on, or such a const"),
        ("[u64; N]", "the length of an array is a number from 1 on, or such a const"),
        ("Map<[u64; 2040], [u64; 10]>", "the type takes more than 16,383 bytes inline"),
        ("Option<Option<u8>>", "an `Option` cannot hold an `Option`"),
        ("Map<f32, u8>", NO_KEY),
        ("Set<[(u8, f32); 2]>", &NO_KEY.replace("f32", "[(u8, f32); 2]")),
        ("Vec<Stream<u8>>", "`Stream` has no values of its own"),
        ("Vec<()>", "`()` has no values of its own"),
        ("Chat", "the schema has no type `Chat`"),
    ] {
        assert_eq!(Codec::new(&schema, name).expect_err(name).to_string(), why);
    }
    let deep = "Vec<".repeat(100_000) + "u8" + &">".repeat(100_000);
    assert_eq!(Codec::new(&schema, &deep).expect_err("deep"), TypeError::TooDeep);
    let all = known(&schema);
    assert_eq!(
        all,
        [
            "Id",
            "User",
            "E",
            "Chat.Join",
            "Chat.Join.reply",
            "Chat.Join.error",
            "Chat.Leave",
            "Chat.Tail",
            "Chat.Tail.reply",
            "Chat.Put",
            "Chat.Put.reply",
            "Chat.Up",
            "Chat.Up.reply",
            "Chat.Up.data"
        ]
    );
    assert!(all.iter().all(|name| Codec::new(&schema, name).is_ok()));
}

#[test]
fn json_says_where_it_is_wrong() {
    let codec = codec(
        "struct P { @0 name: String, @1 age: u8 } struct S { @0 people: Vec<P>, @1 n: u64, @2 wide: u128, @3 f: f32, @4 b: Body, @5 raw: Bytes } enum Body { @1 Text(String), @2 Left, @3 Pair { @0 a: u8 } }",
        "S",
    );
    for (json, why) in [
        (
            r#"{"people":[{},{"nmae":"x"}]}"#,
            "S.people[1]: there is no field `nmae`; did you mean `name`?",
        ),
        (r#"{"people":[{"age":256}]}"#, "S.people[0].age: 256 does not fit `u8`"),
        (r#"{"people":[{"age":"7"}]}"#, "S.people[0].age: expected an integer, found a string"),
        (
            r#"{"people":[{"age":1.5}]}"#,
            "S.people[0].age: expected an integer (`u8`), found the number 1.5",
        ),
        (r#"{"people":{}}"#, "S.people: expected a list, found an object"),
        (r#"{"people":null}"#, "S.people: expected a list, found null"),
        (r#"{"n":"18446744073709551616"}"#, "S.n: 18446744073709551616 does not fit `u64`"),
        (r#"{"n":-1}"#, "S.n: -1 does not fit `u64`"),
        (r#"{"n":"0x10"}"#, "S.n: expected an integer (`u64`), found another string"),
        (r#"{"f":1e39}"#, "S.f: 1000000000000000000000000000000000000000 does not fit `f32`"),
        (
            r#"{"b":{"Text":"a","Left":null}}"#,
            "S.b: expected an object with one variant, found an object",
        ),
        (r#"{"b":{"Txt":"a"}}"#, "S.b: there is no variant `Txt`; did you mean `Text`?"),
        (r#"{"b":{"Pair":{"a":-1}}}"#, "S.b.Pair.a: -1 does not fit `u8`"),
        (r#"{"b":{"@1":""}}"#, "S.b: number 1 has the name `Text`; write that"),
        (r#"{"raw":"abc"}"#, "S.raw: expected base64 with padding, found another string"),
        ("[]", "S: expected an object, found an array"),
    ] {
        assert_eq!(refused_json(&codec, json), why);
    }
    same(
        &codec,
        r#"{"people":[],"n":"9007199254740993","wide":"340282366920938463463374607431768211455","f":0.1,"b":{"@9":"AAE="},"raw":"/w=="}"#,
        "1f 00 0100000000002000 ffffffffffffffffffffffffffffffff cdcccc3d 09 01 02000000 0001 ff",
    );
    reads(&codec, "", r#"{"people":[],"n":"0","wide":"0","f":0.0,"b":"@0","raw":""}"#);
    for (text, why) in [
        (r#"{"a":1,"a":2}"#, "the key `a` is there twice at line 1 column 10"),
        ("{", "EOF while parsing an object at line 1 column 1"),
        ("1 2", "trailing characters at line 1 column 3"),
    ] {
        assert_eq!(parse_json(text).unwrap_err().to_string(), why);
    }
    // A number is an integer where a string of digits stands otherwise.
    let numbers = codec
        .from_json(&parse_json(r#"{"n":9007199254740993,"wide":18446744073709551615}"#).unwrap());
    let json = codec.to_json(&numbers.unwrap(), Secrets::Hidden).unwrap();
    assert_eq!(
        (json["n"].as_str(), json["wide"].as_str()),
        (Some("9007199254740993"), Some("18446744073709551615"))
    );
}

#[test]
fn values_of_other_types_are_not_written() {
    let codec = codec("struct S { @0 a: u8, @1 b: i16, @2 c: [u8; 2] }", "S");
    let written = |a, b, c| codec.encode(&Value::Struct(vec![a, b, Value::List(c)]));
    let (one, two) = (Value::Uint(1), vec![Value::Uint(1), Value::Uint(2)]);
    assert!(written(one.clone(), Value::Int(-1), two.clone()).is_ok());
    for wrong in [
        written(Value::Uint(256), Value::Int(-1), two.clone()),
        written(Value::Int(1), Value::Int(-1), two.clone()),
        written(one.clone(), Value::Int(-32_769), two),
        written(one.clone(), Value::Int(1), vec![one.clone()]),
        codec.encode(&Value::Struct(vec![one])),
        codec.encode(&Value::Unit),
    ] {
        assert!(wrong.is_err(), "{wrong:?}");
    }
}
