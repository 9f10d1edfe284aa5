//! `schemas/vectors/values.json`: values that people read, and their bytes.
//!
//! Values, names, and the bytes that are no canonical form are written by hand; all else in the
//! file comes from here. A new case needs a name and a value, and `BLESS=1`.

use std::collections::BTreeMap;
use std::fs;

use network_protocol::DecodeError;
use serde_json::Value as Parsed;

use crate::dice::Dice;
use crate::doors::{Described, Door, Reading, Schema, schemas};
use crate::draw::Draw;
use crate::encoder::Encoder;
use crate::graph::Ty;
use crate::json::Json;
use crate::value::Value;
use crate::vectors;

const FILE: &str = "values.json";

const ABOUT: &[&str] = &[
    "Values of the types of schemas/*.np as roots (docs/wire.md, section 8), with their bytes in hex.",
    "cases: the one canonical form of each value, which tolerant and exact reading take.",
    "tolerated: bytes that tolerant reading takes as the value that is given, and exact reading refuses.",
    "refused: bytes that no reading takes. Words such as NonMinimal are names of the rule that is broken; others may call it otherwise.",
    "In values integers of 64 and 128 bits are strings; Bytes are base64; a struct is an object with all fields; a variant of a union is its name, or an object of its name and its content; one that the schema does not have is an object of @tag and its body; an absent union is the string @0; a number that a scalar enum does not have is a number, or a string of digits as for an integer of that width; NaN, Infinity and -Infinity are strings.",
    "protocols: each protocol with its fingerprint (section 10).",
];

/// The schemas whose types all have cases.
const COVERED: &[&str] =
    &["chat.np", "control.np", "everything.np", "logs.np", "newer.np", "older.np", "sample.np"];

/// A type gets so many cases: those that nobody wrote are drawn.
const CASES: usize = 3;

#[test]
fn values_have_these_bytes_and_only_these() {
    let given: Parsed = serde_json::from_str(&vectors::read(FILE)).expect("JSON");
    let mut types = Vec::new();
    let mut protocols = Vec::new();
    let mut used = 0;
    for schema in schemas() {
        let described = schema.graph(false);
        for (golden, _) in &schema.protocols {
            protocols.push(Json::map([
                ("schema", Json::text(schema.file)),
                ("name", Json::text(golden.name)),
                ("version", Json::number(golden.version)),
                ("min", Json::number(golden.min)),
                ("fingerprint", Json::text((golden.fingerprint)().to_string())),
            ]));
        }
        for (name, golden, twin) in schema.all() {
            let entry = entry(&given, schema.file, name);
            used += usize::from(!entry.is_null());
            if entry.is_null() && !COVERED.contains(&schema.file) {
                continue;
            }
            let one = One { schema: &schema, described: &described, name, doors: [golden, twin] };
            types.push(one.checked(entry));
        }
    }
    assert_eq!(
        used,
        list(&given["types"]).len(),
        "a type in the file that is in no schema, or twice"
    );
    let file = Json::map([
        ("about", Json::List(ABOUT.iter().map(|line| Json::text(*line)).collect())),
        ("protocols", Json::List(protocols)),
        ("types", Json::List(types)),
    ]);
    vectors::check(FILE, &file.file());
}

fn list(json: &Parsed) -> &[Parsed] {
    json.as_array().map_or(&[], Vec::as_slice)
}

fn entry<'p>(given: &'p Parsed, file: &str, name: &str) -> &'p Parsed {
    let mut found = list(&given["types"])
        .iter()
        .filter(|entry| entry["schema"] == file && entry["type"] == name);
    let entry = found.next().unwrap_or(&Parsed::Null);
    assert_eq!(found.next(), None, "{name} is there twice");
    entry
}

/// A type of a schema.
struct One<'s> {
    schema: &'s Schema,
    described: &'s Described,
    name: &'s str,
    doors: [&'s Door; 2],
}

impl One<'_> {
    fn ty(&self) -> &Ty {
        &self.described.types[self.name]
    }

    /// The entry, made again.
    fn checked(&self, given: &Parsed) -> Json {
        let mut cases = Vec::new();
        let mut seen = BTreeMap::new();
        for case in list(&given["cases"]) {
            let value = self.described.graph.parse(self.ty(), &case["value"]);
            let (name, bytes, json) = self.case(text(&case["name"]), &value);
            let before = seen.insert(bytes, name.clone());
            assert_eq!(before, None, "{}: {name} is there already", self.name);
            cases.push(json);
        }
        self.draw(&mut cases, &mut seen);
        let tolerated = list(&given["tolerated"]).iter().map(|case| self.tolerated(case));
        let refused = list(&given["refused"]).iter().map(|case| self.refused(case));
        let (tolerated, refused): (Vec<_>, Vec<_>) = (tolerated.collect(), refused.collect());
        let mut entry = vec![
            ("schema".to_owned(), Json::text(self.schema.file)),
            ("package".to_owned(), Json::text(self.schema.package())),
            ("type".to_owned(), Json::text(self.name)),
            ("cases".to_owned(), Json::List(cases)),
        ];
        for (key, all) in [("tolerated", tolerated), ("refused", refused)] {
            if !all.is_empty() {
                entry.push((key.to_owned(), Json::List(all)));
            }
        }
        Json::Map(entry)
    }

    /// Draws what is missing of [`CASES`]; only a type with few values has fewer.
    fn draw(&self, cases: &mut Vec<Json>, seen: &mut BTreeMap<Vec<u8>, String>) {
        let mut dice = Dice::of(&format!("{} {}", self.schema.file, self.name));
        for _ in 0..20 {
            if cases.len() >= CASES {
                return;
            }
            let graph = &self.described.graph;
            let mut draw = Draw { graph, dice: &mut dice, fuel: 9, long: 0, depth: 0 };
            let drawn = graph.json(self.ty(), &draw.value(self.ty()));
            // Only what JSON can say, which has one NaN.
            let drawn = serde_json::from_str(&drawn.file()).expect("JSON");
            let value = graph.parse(self.ty(), &drawn);
            let name = format!("drawn {}", cases.len() + 1);
            let (name, bytes, json) = self.case(&name, &value);
            if let std::collections::btree_map::Entry::Vacant(place) = seen.entry(bytes) {
                place.insert(name);
                cases.push(json);
            }
        }
    }

    /// A value in its canonical form.
    fn case(&self, name: &str, value: &Value) -> (String, Vec<u8>, Json) {
        let graph = &self.described.graph;
        let bytes = Encoder::new(graph).root(self.ty(), value);
        for exact in [true, false] {
            self.reads(name, &bytes, exact, value);
        }
        let json = Json::map([
            ("name", Json::text(name)),
            ("value", graph.json(self.ty(), value)),
            ("hex", Json::hex(&bytes)),
        ]);
        (name.to_owned(), bytes, json)
    }

    fn tolerated(&self, case: &Parsed) -> Json {
        let (name, bytes) = (text(&case["name"]), bytes(case));
        let value = self.described.graph.parse(self.ty(), &case["value"]);
        self.reads(name, &bytes, false, &value);
        Json::map([
            ("name", Json::text(name)),
            ("value", self.described.graph.json(self.ty(), &value)),
            ("hex", Json::hex(&bytes)),
            ("exact", Json::text(self.refusal(name, &bytes, true))),
        ])
    }

    fn refused(&self, case: &Parsed) -> Json {
        let (name, bytes) = (text(&case["name"]), bytes(case));
        Json::map([
            ("name", Json::text(name)),
            ("hex", Json::hex(&bytes)),
            ("tolerant", Json::text(self.refusal(name, &bytes, false))),
            ("exact", Json::text(self.refusal(name, &bytes, true))),
        ])
    }

    /// Both doors read this value, and write it in its canonical form.
    fn reads(&self, name: &str, bytes: &[u8], exact: bool, value: &Value) {
        let graph = &self.described.graph;
        let canonical = Encoder::new(graph).root(self.ty(), value);
        for door in self.doors {
            let decoded = (door.decode)(bytes, Reading { exact, text: true })
                .unwrap_or_else(|error| panic!("{}, {name}: {error}", self.name));
            assert_eq!(decoded.text, Some(graph.text(self.ty(), value)), "{}, {name}", self.name);
            assert_eq!(decoded.bytes, canonical, "{}, {name}", self.name);
        }
    }

    /// Why both doors refuse the bytes.
    fn refusal(&self, name: &str, bytes: &[u8], exact: bool) -> String {
        let [golden, twin] =
            self.doors.map(|door| (door.decode)(bytes, Reading { exact, text: false }));
        assert_eq!(golden, twin);
        match golden {
            Err(error) => rule(&error),
            Ok(_) => panic!("{}, {name}: taken, exact {exact}", self.name),
        }
    }
}

fn text(json: &Parsed) -> &str {
    json.as_str().unwrap_or_else(|| panic!("{json} is no text"))
}

fn bytes(case: &Parsed) -> Vec<u8> {
    let digits: String = text(&case["hex"]).split_whitespace().collect();
    hex::decode(digits).expect("hex")
}

/// The name of the rule that was broken.
fn rule(error: &DecodeError) -> String {
    let kind = format!("{:?}", error.kind());
    kind.chars().take_while(char::is_ascii_alphanumeric).collect()
}

#[test]
fn the_worked_examples_of_the_page_are_among_the_cases() {
    if vectors::blessing() {
        // The file is being written at this moment.
        return;
    }
    let page =
        fs::read_to_string(crate::doors::schemas_dir().join("../docs/wire.md")).expect("page");
    let given: Parsed = serde_json::from_str(&vectors::read(FILE)).expect("JSON");
    let section = page.split("\n## ").find(|section| section.starts_with("9 ")).expect("section 9");
    let mut rows = 0;
    for row in section.lines().filter(|line| line.starts_with("| `")) {
        let [_, _, kind, bytes, ..] = row.split('|').collect::<Vec<_>>()[..] else {
            panic!("{row} has other columns")
        };
        let last = |text: &str| text.rsplit('`').nth(1).expect("code").to_owned();
        // The page's own short names.
        let (file, name) = match &last(kind)[..] {
            "B" => ("chat.np", "Body".to_owned()),
            other => (
                "everything.np",
                other.replace('S', "Unnumbered").replace("Unnumberedtring", "String"),
            ),
        };
        let is_hex = |code: &&str| code.split(' ').all(|byte| hex::decode(byte).is_ok());
        let hex: String = bytes.split('`').skip(1).step_by(2).filter(is_hex).collect();
        let hex = hex.replace(' ', "");
        let cases = list(&entry(&given, file, &name)["cases"]);
        assert!(cases.iter().any(|case| case["hex"] == hex), "{name} has no case {hex}: {row}");
        rows += 1;
    }
    assert_eq!(rows, 7);
}
