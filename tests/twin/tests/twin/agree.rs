//! Whatever the bytes: both doors read the same value from them or refuse them for the same
//! reason, and what they write is what the page says.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use network_protocol::DecodeError;
use network_protocol::wire::DecodeErrorKind;

use crate::decoder::Decoder;
use crate::dice::Dice;
use crate::doors::{Decoded, Described, Door, Reading, Schema, schemas};
use crate::draw::{Draw, spoil};
use crate::encoder::{Encoder, Form};
use crate::graph::{Field, Graph, Kind, Ty};
use crate::value::Value;

const EXACT: Reading = Reading { exact: true, text: false };
const TOLERANT: Reading = Reading { exact: false, text: false };

/// What is drawn for each type: values, then prefixes and spoilt forms of each.
struct Effort {
    values: usize,
    /// All prefixes of what is no longer than this, and else so many.
    cuts: usize,
    spoilt: usize,
}

/// The start of bytes, as hex.
fn show(bytes: &[u8]) -> String {
    let dots = if bytes.len() > 200 { "…" } else { "" };
    format!("{}{dots} ({} bytes)", hex::encode(&bytes[..bytes.len().min(200)]), bytes.len())
}

fn difference(one: &impl std::fmt::Debug, other: &impl std::fmt::Debug) -> String {
    let (one, other) = (format!("{one:?}"), format!("{other:?}"));
    let same = one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
    let from =
        |text: &str| text.chars().skip(same.saturating_sub(40)).take(120).collect::<String>();
    format!("…{}… against …{}…", from(&one), from(&other))
}

#[track_caller]
fn same_text(name: &str, found: Option<&str>, expected: &str) {
    let found = found.unwrap_or_default();
    assert!(found == expected, "{name}: {}", difference(&found, &expected));
}

/// What views show.
#[track_caller]
fn seen(name: &str, doors: [&Door; 2], bytes: &[u8], reading: Reading, expected: &str) {
    for view in doors.into_iter().filter_map(|door| door.view) {
        let text = view(bytes, reading).unwrap_or_else(|error| panic!("{name}: {error}"));
        same_text(name, text.as_deref(), expected);
    }
}

/// Reads through both doors, which must agree; printed only if asked.
#[track_caller]
fn both(
    golden: &Door,
    twin: &Door,
    bytes: &[u8],
    reading: Reading,
) -> Result<Decoded, DecodeError> {
    let (one, other) = ((golden.decode)(bytes, reading), (twin.decode)(bytes, reading));
    assert!(one == other, "{reading:?} of {}: {}", show(bytes), difference(&one, &other));
    if let (true, Ok(decoded)) = (reading.exact, &one) {
        assert!(decoded.bytes == bytes, "{} is not the one exact form", show(bytes));
    }
    if let (Some(view), Some(other)) = (golden.view, twin.view) {
        // A view refuses what is refused and nothing else; of two reasons it may meet another first.
        let (view, other) = (view(bytes, reading), other(bytes, reading));
        assert!(view == other, "{reading:?} of {}: {}", show(bytes), difference(&view, &other));
        let refused = |error: &DecodeError| error.kind() == DecodeErrorKind::Refused;
        assert!(
            view.is_ok() == one.is_ok() || one.as_ref().is_err_and(refused),
            "{reading:?} of {}: {}",
            show(bytes),
            difference(&view, &one)
        );
    }
    one
}

fn both_ways(graph: &Graph, ty: &Ty, [golden, twin]: [&Door; 2], bytes: &[u8]) {
    let exact = both(golden, twin, bytes, EXACT);
    let tolerant = both(golden, twin, bytes, TOLERANT);
    for (exact, found) in [(true, &exact), (false, &tolerant)] {
        match (Decoder::new(graph, exact).root(ty, bytes), found) {
            (Ok(value), Ok(decoded)) => {
                let expected = Encoder::new(graph).root(ty, &value);
                assert!(decoded.bytes == expected, "exact {exact}, another value: {}", show(bytes));
            }
            (Err(_), Err(_)) => {}
            // Rust has a type of its own for a field, which takes less than the wire.
            (Ok(_), Err(error)) if error.kind() == DecodeErrorKind::Refused => {}
            (page, found) => panic!(
                "exact {exact}: by the page {}, by the code {}: {}",
                page.map_or_else(str::to_owned, |_| "a value".into()),
                found.as_ref().map_or_else(ToString::to_string, |_| "a value".into()),
                show(bytes)
            ),
        }
    }
    if exact.is_ok() {
        assert_eq!(exact, tolerant, "what is read exactly is read tolerantly as well");
    }
    if let Ok(decoded) = tolerant {
        let again = both(golden, twin, &decoded.bytes, TOLERANT).map(|again| again.bytes);
        assert_eq!(again, Ok(decoded.bytes), "reading and writing comes to rest");
    }
}

/// A value of the type, sometimes small, sometimes large, now and then very large.
fn draw(graph: &Graph, ty: &Ty, round: usize, dice: &mut Dice) -> Value {
    let fuel = match round % 4 {
        0 => 6,
        1 => 40,
        2 => 120,
        _ => 700,
    };
    let long = if round % 32 == 7 { 90_000 } else { 0 };
    Draw { graph, dice, fuel, long, depth: 0 }.value(ty)
}

/// Tests a type and says which forms were written.
fn agree(schema: &Schema, described: &Described, effort: &Effort) -> BTreeSet<Form> {
    let graph = &described.graph;
    let mut encoder = Encoder::new(graph);
    for (name, golden, twin) in schema.all() {
        let ty = &described.types[name];
        let mut dice = Dice::of(&format!("{} {name}", schema.file));
        let mut last = Vec::new();
        for round in 0..effort.values {
            let value = draw(graph, ty, round, &mut dice);
            let bytes = encoder.root(ty, &value);
            let read = Decoder::new(graph, true).root(ty, &bytes);
            assert!(read.as_ref() == Ok(&value), "{name}: the page against itself");
            let text = Reading { exact: true, text: true };
            let decoded = both(golden, twin, &bytes, text);
            let decoded =
                decoded.unwrap_or_else(|error| panic!("{name}: {error} in {}", show(&bytes)));
            same_text(name, decoded.text.as_deref(), &graph.text(ty, &value));
            seen(name, [golden, twin], &bytes, text, &graph.view_text(ty, &value));
            let tolerant = both(golden, twin, &bytes, TOLERANT).map(|decoded| decoded.bytes);
            assert!(tolerant.as_ref() == Ok(&bytes), "{name}: {}", show(&bytes));
            // What is very large takes long, and has no forms of its own but few.
            if bytes.len() < 10_000 {
                let (cuts, spoilt) = match bytes.len() {
                    0..1_000 => (effort.cuts, effort.spoilt),
                    _ => (effort.cuts / 4, effort.spoilt / 4),
                };
                let all = bytes.len() <= cuts;
                for cut in 0..bytes.len().min(cuts) {
                    let cut = if all { cut } else { dice.below(bytes.len()) };
                    both_ways(graph, ty, [golden, twin], &bytes[..cut]);
                }
                for _ in 0..spoilt {
                    both_ways(graph, ty, [golden, twin], &spoil(&bytes, &last, &mut dice));
                }
                last = bytes;
            }
        }
        for len in 0..effort.values {
            let bytes = dice.bytes(len % 70);
            both_ways(graph, ty, [golden, twin], &bytes);
        }
    }
    encoder.forms
}

/// How much is drawn for a schema that is not the large one.
const SOME: Effort = Effort { values: 32, cuts: 12, spoilt: 12 };
const MUCH: Effort = Effort { values: 64, cuts: 16, spoilt: 24 };

#[test]
fn both_doors_agree_about_small_schemas() {
    for schema in schemas().iter().filter(|schema| schema.file != "everything.np") {
        agree(schema, &schema.graph(false), &SOME);
    }
}

#[test]
fn both_doors_agree_about_everything_and_every_form_was_met() {
    let schema = everything();
    let described = schema.graph(false);
    let forms = agree(schema, &described, &MUCH);
    let mut expected = places(&described);
    expected.extend(FORMS);
    let never: Vec<_> = expected.difference(&forms).collect();
    assert!(never.is_empty(), "never written: {never:?}");
}

/// Forms that depend on the value or on a length.
const FORMS: &[Form] = &[
    ("Bytes", "255"),
    ("Bytes", "more than 255"),
    ("String", "255"),
    ("String", "more than 255"),
    ("list", "255"),
    ("list", "more than 255"),
    ("Option<bool>", "absent"),
    ("Option<bool>", "false"),
    ("Option<bool>", "true"),
    ("struct", "no fields"),
    ("union", "alone"),
    ("union", "with fields"),
    ("union", "a variant that the schema does not have"),
    ("list of structs", "ends of four bytes"),
    ("list of structs", "ends of two bytes"),
    ("list of structs", "no tails"),
    ("nested", ""),
    ("nested", "a block of 127 bytes or more"),
    ("nested, tail", ""),
    ("nested, tail", "a block of 127 bytes or more"),
    ("root", "a block of 255 bytes or more"),
    ("variant", "a block of 255 bytes or more"),
];

/// Each kind of type in each place where the schema has it.
fn places(described: &Described) -> BTreeSet<Form> {
    fn walk(graph: &Graph, place: &'static str, ty: &Ty, out: &mut BTreeSet<Form>) {
        out.insert((graph.word(ty), place));
        match ty {
            Ty::Vec(item) => walk(graph, "list", item, out),
            Ty::Array(item, _) => walk(graph, "array", item, out),
            Ty::Tuple(items) => items.iter().for_each(|item| walk(graph, "field", item, out)),
            Ty::Map(key, item) => {
                walk(graph, "field", key, out);
                walk(graph, "field", item, out);
            }
            Ty::Set(key) => walk(graph, "list", key, out),
            // What it keeps counts where it stands.
            Ty::Secret(inner) => walk(graph, place, inner, out),
            Ty::Option(inner) if **inner != Ty::Bool => walk(graph, "option", inner, out),
            _ => {}
        }
    }
    let graph = &described.graph;
    let mut out = BTreeSet::new();
    for ty in described.types.values() {
        walk(graph, "root", ty, &mut out);
    }
    for named in &graph.named {
        let fields = match &named.kind {
            Kind::Struct { fields, .. } => fields.clone(),
            Kind::Union { variants, .. } => {
                variants.iter().flat_map(|variant| variant.fields.clone()).collect()
            }
            Kind::Scalar { .. } | Kind::Flags { .. } => Vec::new(),
        };
        for field in fields.into_iter().filter(|field| !field.removed) {
            walk(graph, "field", &field.ty, &mut out);
        }
    }
    out
}

#[test]
fn the_schema_of_everything_has_each_kind_of_type_in_each_place() {
    let places = places(&everything().graph(false));
    let mut missing = Vec::new();
    for place in ["field", "list", "array", "option", "root"] {
        for word in [
            "bool",
            "integer",
            "float",
            "String",
            "Bytes",
            "Vec",
            "Option",
            "Option<bool>",
            "array",
            "struct",
            "fixed struct",
            "scalar enum",
            "union",
        ] {
            let impossible =
                place == "option" && matches!(word, "bool" | "Option" | "Option<bool>");
            if !impossible && !places.contains(&(word, place)) {
                missing.push((word, place));
            }
        }
    }
    assert_eq!(missing, []);
}

#[test]
fn messages_are_read_and_written_alike_by_number() {
    for schema in schemas() {
        let described = schema.graph(false);
        let mut encoder = Encoder::new(&described.graph);
        for ((golden, twin), protocol) in schema.protocols.iter().zip(&described.protocols) {
            let mut dice = Dice::of(golden.name);
            for message in &protocol.messages {
                let only = Field::new(0, "", message.payload.clone());
                let only = Field { max: message.max, ..only };
                for round in 0..24 {
                    let drawn = draw(&described.graph, &only.ty, round % 7, &mut dice);
                    let value = match only.fits(&drawn) {
                        true => drawn,
                        false => described.graph.zero(&only.ty).expect("nothing"),
                    };
                    let bytes = encoder.root(&message.payload, &value);
                    let passed = Ok(Some((message.number, bytes.clone())));
                    for exact in [true, false] {
                        assert_eq!((golden.pass)(message.number, &bytes, exact), passed);
                        assert_eq!((twin.pass)(message.number, &bytes, exact), passed);
                        let bad = spoil(&bytes, &[], &mut dice);
                        let read = (golden.pass)(message.number, &bad, exact);
                        assert_eq!(read, (twin.pass)(message.number, &bad, exact));
                    }
                }
            }
            let behind = protocol.messages.last().expect("a message").number + 1;
            for number in [0, behind, 4_095, u16::MAX] {
                assert_eq!((golden.pass)(number, &[], false), Ok(None));
                assert_eq!((twin.pass)(number, &[], false), Ok(None));
            }
        }
    }
}

/// Random older and newer versions of a schema write values, and both doors read what the rule of
/// evolution says.
fn other_versions_are_read(schema: &Schema, versions: usize, values: usize) {
    let described = schema.graph(false);
    let own = &described.graph;
    let mut dice = Dice::of(&format!("versions of {}", schema.file));
    for version in 0..versions {
        let theirs = own.other_version(&mut dice);
        let (mut encoder, mut again) = (Encoder::new(&theirs), Encoder::new(own));
        for (name, golden, twin) in schema.all() {
            let ty = &described.types[name];
            for round in 0..values {
                let value = draw(&theirs, ty, version + round, &mut dice);
                let bytes = encoder.root(ty, &value);
                let read = own.read(&mut Encoder::new(&theirs), &theirs, ty, &value);
                let decoded = both(golden, twin, &bytes, Reading { exact: false, text: true });
                let decoded =
                    decoded.unwrap_or_else(|error| panic!("{name}: {error} in {}", show(&bytes)));
                same_text(name, decoded.text.as_deref(), &own.text(ty, &read));
                let text = Reading { exact: false, text: true };
                seen(name, [golden, twin], &bytes, text, &own.view_text(ty, &read));
                assert!(decoded.bytes == again.root(ty, &read), "{name}: {}", show(&bytes));
                let exact = both(golden, twin, &bytes, EXACT);
                assert!(exact.is_err() || bytes == decoded.bytes, "{name}");
                if bytes.len() < 10_000 {
                    both_ways(own, ty, [golden, twin], &bytes);
                    both_ways(own, ty, [golden, twin], &spoil(&bytes, &decoded.bytes, &mut dice));
                }
            }
        }
    }
}

#[test]
fn values_of_older_and_newer_versions_of_everything_are_read() {
    other_versions_are_read(everything(), 24, 3);
}

#[test]
fn values_of_older_and_newer_versions_of_small_schemas_are_read() {
    for schema in schemas().iter().filter(|schema| schema.file != "everything.np") {
        other_versions_are_read(schema, 12, 2);
    }
}

fn everything() -> &'static Schema {
    static EVERYTHING: LazyLock<Schema> = LazyLock::new(|| {
        schemas().into_iter().find(|schema| schema.file == "everything.np").expect("in the list")
    });
    &EVERYTHING
}
