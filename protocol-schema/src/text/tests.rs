//! Recovery after mistakes, values and docs as they are read, and canonical text to the letter.

use super::{Compiled, FileId, SourceMap, compile, compile_with, print};
use crate::ir::{Item, ValueKind};

fn compiled(text: &str) -> (SourceMap, FileId, Compiled) {
    let mut map = SourceMap::new();
    let file = map.add("test.np".to_owned(), text.to_owned());
    let compiled = compile(&mut map, file);
    (map, file, compiled)
}

/// `line:column code` of each diagnostic.
fn found(text: &str) -> Vec<String> {
    let (map, file, compiled) = compiled(text);
    let place = |found: &crate::diag::Diagnostic| {
        let (_, range) = map.locate(found.span).unwrap();
        let (line, column) = map.line_column(file, range.start);
        format!("{line}:{column} {}", found.code)
    };
    compiled.diagnostics.iter().map(place).collect()
}

/// The value of the only const of a text.
fn value(written: &str, ty: &str) -> ValueKind {
    let (.., compiled) = compiled(&format!("package t; const A: {ty} = {written};"));
    assert_eq!(compiled.diagnostics, [], "{written}");
    match compiled.schema.items.into_iter().next() {
        Some(Item::Const(item)) => item.value.kind,
        other => panic!("{other:?}"),
    }
}

#[test]
fn three_mistakes_are_three_diagnostics() {
    for (text, expected) in [
        (
            "package t;\nstruct A { a u8 }\nstruct B { b: Strng }\nprotocol C {}",
            ["2:14 NP0007", "3:15 NP0301", "4:10 NP0501"],
        ),
        (
            "package t;\nstruct A {\n a: u8\n b: ,\n c: Vec<u8\n}\nstruct B { a: A }",
            ["4:2 NP0007", "4:5 NP0007", "6:1 NP0007"],
        ),
        (
            "package t;\nstruct A { a: u8, , b: u8 }\nstuct B { a: u8 }\nenum C { A B }",
            ["2:19 NP0007", "3:1 NP0007", "4:12 NP0007"],
        ),
        (
            "package t;\nenum E { A(u8, u8) }\nconst X = 3;\nconst Y: u8 = 300;",
            ["2:11 NP0007", "3:9 NP0007", "4:15 NP0403"],
        ),
        (
            "package t;\nprotocol P {\n A -> ,\n B(u8 -> u8,\n C { a: u8\n}\nstruct S { p: u8 }",
            ["3:7 NP0007", "4:7 NP0007", "7:1 NP0007"],
        ),
        (
            "package t\nstruct A {\n @0 a: u8,\nstruct B {\n @0 b: u8;\n}",
            ["2:1 NP0007", "4:1 NP0007", "5:10 NP0007"],
        ),
        (
            "package t;\n#[fixd]\nstruct A { a: u8 } }\n#[fixed] union B { a: u8 }",
            ["2:3 NP0601", "3:20 NP0007", "4:10 NP0007"],
        ),
    ] {
        assert_eq!(found(text), expected, "{text}");
    }
}

#[test]
fn an_item_with_a_mistake_is_still_declared() {
    let text = "package t;\nstruct A { a: }\nstruct B { a: A, b: [A; 2] }\n\
                type C = ;\nstruct D { c: C, d: [u8; C] }\nconst E: u8 = ;\nstruct F { e: [u8; E] }";
    assert_eq!(found(text), ["2:15 NP0007", "4:10 NP0007", "6:15 NP0007"]);
}

#[test]
fn an_imported_name_is_not_unknown_as_well() {
    let text = "package t;\nuse a::{B, c as D};\nuse e::f::G;\nstruct S { b: B, d: D, g: G }";
    assert_eq!(found(text), ["2:5 NP0701", "3:8 NP0701"]);
}

#[test]
fn a_missing_brace_does_not_swallow_the_next_item() {
    let text = "package t;\nstruct A {\n a: u8,\n\n/// About B.\n#[fixed]\nstruct B {\n b: A,\n}";
    let (.., compiled) = compiled(text);
    assert_eq!(found(text), ["5:1 NP0007"]);
    assert_eq!(compiled.schema.items.len(), 2);
}

#[test]
fn keywords_are_names_inside_of_items() {
    let text = "package use;\nstruct enum {\n struct: u8,\n enum: u8,\n type: Vec<enum>\n}\n\
                enum type: u8 {\n struct,\n protocol\n}\nprotocol const {\n struct { r#self_: u8 },\n}";
    assert_eq!(found(text), [""; 0]);
}

#[test]
fn lines_may_end_as_on_windows() {
    let text = "//! About it. \r\npackage t;\r\n\r\n/// One.\r\n///\r\nstruct A {\r\n a: u8,\r\n b: x,\r\n}\r\n";
    let (.., compiled) = compiled(text);
    assert_eq!(found(text), ["8:5 NP0301"]);
    assert_eq!(compiled.schema.docs.0, ["About it. "]);
    let Some(Item::Struct(item)) = compiled.schema.items.first() else { panic!("{text}") };
    assert_eq!(item.docs.0, ["One.", ""]);
}

#[test]
fn a_byte_order_mark_is_stepped_over_at_the_start_only() {
    assert_eq!(found("\u{feff}package t;"), [""; 0]);
    assert_eq!(found("package t; \u{feff}"), ["1:12 NP0002"]);
}

#[test]
fn columns_count_characters() {
    assert_eq!(found("package t;\n/* ünïcödé */ x"), ["2:15 NP0007"]);
    let (map, file, _) = compiled("aé\n\nb");
    let places = [0, 1, 2, 3, 4, 5, 6, 99];
    let columns = places.map(|at| map.line_column(file, at));
    assert_eq!(columns, [(1, 1), (1, 2), (1, 2), (1, 3), (2, 1), (3, 1), (3, 2), (3, 2)]);
}

#[test]
fn integers_are_read_in_four_bases() {
    let int = |magnitude, negative| ValueKind::Int { magnitude, negative };
    assert_eq!(value("1_000", "u16"), int(1_000, false));
    assert_eq!(value("0xff_FF", "u16"), int(0xffff, false));
    assert_eq!(value("0o17", "u8"), int(0o17, false));
    assert_eq!(value("0b1010_1010", "u8"), int(0b1010_1010, false));
    assert_eq!(value("-128", "i8"), int(128, true));
    assert_eq!(value("- 1", "i8"), int(1, true));
    assert_eq!(value("340282366920938463463374607431768211455", "u128"), int(u128::MAX, false));
}

#[test]
fn floats_are_read_with_a_point_or_an_exponent() {
    for (written, expected) in
        [("1.5", 1.5), ("-0.25", -0.25), ("1e3", 1_000.0), ("2.5E-3", 0.0025), ("1_0.0_1", 10.01)]
    {
        assert_eq!(value(written, "f64"), ValueKind::Float(expected), "{written}");
    }
}

#[test]
fn strings_have_the_escapes_of_rust() {
    for (written, expected) in [
        (r#""""#, ""),
        (r#""a\tb\n\r\0\\\"\'""#, "a\tb\n\r\0\\\"'"),
        (r#""\x41\u{1F600}\u{0_0_4_1}""#, "A\u{1F600}A"),
        ("\"one \\\n   \r\n  line\"", "one line"),
        (r#""// no comment /* nor this""#, "// no comment /* nor this"),
    ] {
        assert_eq!(value(written, "String"), ValueKind::Str(expected.to_owned()), "{written}");
    }
}

#[test]
fn comments_nest_and_are_left_out() {
    let text =
        "package t; // one\n/* two /* three */ */ //// four\nstruct /**/ A { a /*: x */: u8 }";
    let (.., compiled) = compiled(text);
    assert_eq!(compiled.diagnostics, []);
    assert_eq!(print(&compiled.schema), "package t;\n\nstruct A {\n    @0 a: u8,\n}\n");
}

#[test]
fn canonical_text_to_the_letter() {
    let text = r#"
        //! About the file.
        //!
        //!   Indented.
        package a::b;
        /// A number.
        const N: u32 = 0x10; const T: String = "a\x41\u{e9}\"";
        const F: f32 = -1e10; const G: f64 = 2.0; const B: bool = true;
        struct Empty {}
        #[fixed] #[rust(derive(Eq), derive(Hash))] struct S { @1 b: [u8; N], /** no docs */ @0 a: Vec<Option<S2>> }
        struct S2 { type: String, r#gen: [[bool; 3]; 2] }
        enum E: u16 { A, /// About B.
            B }
        /// Why.
        #[error] enum U { A, B(u8), C { x: i128, y: Bytes }, D {} }
        #[version(2)] protocol P { A { a: u8 } -> Result<(), U>, B -> (), C(S2), #[from(server)] D, E {} -> bool, }
    "#;
    let expected = r#"//! About the file.
//!
//!   Indented.
package a::b;

/// A number.
const N: u32 = 16;

const T: String = "aAé\"";

const F: f32 = -10000000000.0;

const G: f64 = 2.0;

const B: bool = true;

struct Empty {}

#[fixed]
#[rust(derive(Eq, Hash))]
struct S {
    @0 a: Vec<Option<S2>>,
    @1 b: [u8; N],
}

struct S2 {
    @0 type: String,
    @1 gen: [[bool; 3]; 2],
}

enum E: u16 {
    @0 A,
    /// About B.
    @1 B,
}

/// Why.
#[error]
enum U {
    @1 A,
    @2 B(u8),
    @3 C {
        @0 x: i128,
        @1 y: Bytes,
    },
    @4 D {},
}

#[version(2, min = 1)]
protocol P {
    @1 A {
        @0 a: u8,
    } -> Result<(), U>,
    @2 B -> (),
    @3 C(S2),
    #[from(server)]
    @4 D,
    @5 E {} -> bool,
}
"#;
    let (.., compiled) = compiled(text);
    assert_eq!(compiled.diagnostics, []);
    assert_eq!(print(&compiled.schema), expected);
}

/// Compiles the last of some files; the package of each is on its first line.
fn packages(texts: &[&str]) -> Compiled {
    let mut map = SourceMap::new();
    let mut files = std::collections::BTreeMap::new();
    let mut last = None;
    for text in texts {
        let package =
            text.split("package ").nth(1).and_then(|rest| rest.split(';').next()).unwrap();
        let file = map.add(format!("{package}.np"), (*text).to_owned());
        files.insert(package.to_owned(), file);
        last = Some(file);
    }
    compile_with(&mut map, last.unwrap(), &mut |_, package| files.get(package).copied())
}

const COMMON: &str = "package a::common; const N: u8 = 3; const M: u8 = N; type Id = u64;
    struct Page { kind: Kind = Kind::B, ids: [Id; M], more: Vec<Page>, #[max(N)] text: String }
    enum Kind: u8 { A, B }
    struct NotUsed {}";

#[test]
fn what_is_used_of_other_packages_comes_with_full_paths() {
    let user = "package a::user; use a::common::{Page as Sheet}; use a::common;
        struct S { sheet: Sheet, id: common::Id, k: a::common::Kind = common::Kind::B, n: [u8; a::common::M] }";
    let compiled = packages(&[COMMON, user]);
    assert_eq!(compiled.diagnostics, []);
    let names: Vec<String> = compiled
        .schema
        .foreign
        .iter()
        .map(|foreign| format!("{}::{}", foreign.package, foreign.item.name().text))
        .collect();
    assert_eq!(names, ["Page", "Id", "Kind", "M", "N"].map(|name| format!("a::common::{name}")));
    for name in names {
        assert!(compiled.schema.find(&name).is_some(), "{name}");
    }
    let text = print(&compiled.schema);
    let expected = "package a::user;

use a::common;
use a::common::{Page as Sheet};

struct S {
    @0 sheet: Sheet,
    @1 id: a::common::Id,
    @2 k: a::common::Kind = a::common::Kind::B,
    @3 n: [u8; a::common::M],
}
";
    assert_eq!(text, expected);
    let again = packages(&[COMMON, &text]);
    assert_eq!(again.diagnostics, []);
    assert_eq!(print(&again.schema), text);
}

#[test]
fn it_does_not_matter_which_package_a_type_is_of() {
    let fingerprint = |compiled: &Compiled| {
        assert_eq!(compiled.diagnostics, []);
        let Some(Item::Protocol(protocol)) = compiled.schema.items.last() else { unreachable!() };
        crate::fingerprint::protocol(&compiled.schema, protocol).unwrap()
    };
    let protocol = "protocol P { M(Page) -> Id, N { k: Kind } }";
    let user = format!("package a::user; use a::common::{{Page, Id, Kind}}; {protocol}");
    let apart = packages(&[COMMON, &user]);
    let together = packages(&[&format!("{COMMON} {protocol}")]);
    assert_eq!(fingerprint(&apart), fingerprint(&together));
}

#[test]
fn a_file_may_have_its_own_type_of_a_built_in_name() {
    let text = "\
package t;

struct String {
    @0 text: std::String,
    @1 more: Vec<String>,
}

type Text = std::String;

const WORD: std::String = \"word\";

struct Use {
    @0 own: String,
    @1 list: [String; 2],
    @2 map: Map<std::String, Option<String>>,
    @3 bytes: Bytes,
    #[max(3)]
    @4 alias: Text,
}

protocol P {
    @1 M(String) -> Vec<std::String>,
}
";
    let (.., compiled) = compiled(text);
    assert_eq!(compiled.diagnostics, []);
    assert_eq!(print(&compiled.schema), text);
    let canonical = print(&crate::canonical::canonical(&compiled.schema, None));
    assert!(canonical.contains("@0 own: String_2,\n"), "{canonical}");
    assert!(canonical.contains("@2 map: Map<String, Option<String_2>>,\n"), "{canonical}");
    // A name is on no wire: it is the same protocol with another.
    let other = text.replace("String", "Words").replace("std::Words", "String");
    let (.., other) = self::compiled(&other);
    let fingerprint = |compiled: &Compiled| {
        let Some(Item::Protocol(protocol)) = compiled.schema.items.last() else { unreachable!() };
        crate::fingerprint::protocol(&compiled.schema, protocol).unwrap()
    };
    assert_eq!(other.diagnostics, []);
    assert_eq!(fingerprint(&compiled), fingerprint(&other));
}

#[test]
fn an_import_may_have_a_built_in_name() {
    let other = "package a; struct Bytes { octets: std::Bytes } struct Page {}";
    let user = "package b; use a::{Bytes, Page as String}; use std::String as Text;
        struct S { a: Bytes, b: String, c: Text, d: std::Bytes }";
    let compiled = packages(&[other, user]);
    assert_eq!(compiled.diagnostics, []);
    let text = print(&compiled.schema);
    for line in ["@0 a: Bytes,", "@1 b: String,", "@2 c: Text,", "@3 d: std::Bytes,"] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
    let again = packages(&[other, &text]);
    assert_eq!((again.diagnostics, print(&again.schema)), (vec![], text));
    assert_eq!(
        found("package t; struct S { a: std::Strng, b: std::u8 }"),
        ["1:26 NP0301", "1:41 NP0301"]
    );
    assert_eq!(found("package t; use std::bool;"), ["1:21 NP0704"]);
}

#[test]
fn rules_look_into_other_packages() {
    let other = "package a; type Maybe = Option<u8>; #[fixed] struct Large { a: [u8; 10000] }
                 type Ratio = f32; enum E { One }";
    let user = "package b; use a::{Maybe, Large, Ratio, E};
        struct S { a: Option<Maybe>, b: [Large; 2], c: Set<Ratio>, #[varint] d: Ratio, #[max(3)] e: E }
        protocol P { M -> Result<(), E> }";
    let compiled = packages(&[other, user]);
    let codes: Vec<u16> = compiled.diagnostics.iter().map(|found| found.code.0).collect();
    assert_eq!(codes, [304, 309, 314, 315, 316, 502]);
}

#[test]
fn mistakes_in_another_package_are_told_once() {
    let first = "package a; struct A { a: Nope, b: u8 }";
    let second = "package b; use a::A; struct B { a: A }";
    let third = "package c; use a::A; use b::B; struct C { a: A, b: B, c: a::Gone }";
    let compiled = packages(&[first, second, third]);
    let messages: Vec<&str> =
        compiled.diagnostics.iter().map(|found| found.message.as_str()).collect();
    assert_eq!(messages, ["there is no type `Gone` in `a`", "there is no type `Nope`"]);
}

#[test]
fn attributes_that_only_tools_know_are_kept() {
    let text = "package t;\n\n#[a::b]\n#[a::c(1, x = \"y\", z(w), -2.5, b\"\\x00\", [A::B, true])]\n#[a::d = 3]\nstruct S {}\n";
    let (.., compiled) = compiled(text);
    assert_eq!(compiled.diagnostics, []);
    assert_eq!(print(&compiled.schema), text);
}

#[test]
fn all_of_the_language_to_the_letter() {
    let text = r#"
        #![stable, was("old::t")]
        package t;
        use std::{Uuid as Id, Timestamp};
        use std::Duration;
        #[since(2)] type N = i64;
        const A: u8 = 1; const B: u8 = A; const K: E = E::One; const Y: Bytes = b"a\x00\xff\"";
        #[rust(derive(Hash))] flags F: u8 { @2 _, @0 ONE, #[deprecated("no")] @1 TWO }
        #[closed] enum E: u8 { @1 _, #[default] @0 One }
        #[closed, was("t::Old")] enum U { @1 A(#[varint] N), #[default] @2 B, @3 _ }
        struct S {
            #[max(B), since(2), rust(type = "X<Y>", with = "crate::z")] @1 a: Option<Secret<String>>,
            @0 f: F = [F::TWO, F::ONE], @2 _: u8, #[varint] @3 n: N = -3, @4 t: (u8,), @5 u: (Id, Timestamp),
            @6 m: Map<String, std::SocketAddr>, @7 s: Set<Duration>, #[deprecated] @8 b: bool = true,
        }
        protocol P { #[timeout("90s"), idempotent, spawn, no_cancel] @1 A { @0 s: Stream<u8> } -> Stream<S>, @2 _, #[view, compress] @3 C(u8) }
    "#;
    let (.., compiled) = compiled(text);
    assert_eq!(compiled.diagnostics, []);
    let printed = print(&compiled.schema);
    let head = "#![stable]\n#![was(\"old::t\")]\npackage t;\n\nuse std::{Duration, Timestamp, Uuid as Id};\n\n";
    assert!(printed.starts_with(head), "{printed}");
    for line in [
        "#[since(2)]\ntype N = i64;",
        "const B: u8 = A;",
        "const K: E = E::One;",
        "const Y: Bytes = b\"a\\x00\\xff\\\"\";",
        "#[rust(derive(Hash))]\nflags F: u8 {\n    @0 ONE,\n    #[deprecated(\"no\")]\n    @1 TWO,\n    @2 _,\n}",
        "#[closed]\nenum E: u8 {\n    #[default]\n    @0 One,\n    @1 _,\n}",
        "#[closed]\n#[was(\"t::Old\")]\nenum U {\n    @1 A(#[varint] N),\n    #[default]\n    @2 B,\n    @3 _,\n}",
        "    @0 f: F = [F::TWO, F::ONE],\n    #[max(B)]\n    #[since(2)]\n    #[rust(type = \"X<Y>\", with = \"crate::z\")]\n    @1 a: Option<Secret<String>>,\n    @2 _: u8,\n    #[varint]\n    @3 n: N = -3,\n    @4 t: (u8,),\n    @5 u: (Id, Timestamp),\n    @6 m: Map<String, std::SocketAddr>,\n    @7 s: Set<Duration>,\n    #[deprecated]\n    @8 b: bool = true,\n",
        "    #[idempotent]\n    #[timeout(\"90s\")]\n    #[spawn]\n    #[no_cancel]\n    @1 A {\n        @0 s: Stream<u8>,\n    } -> Stream<S>,\n    @2 _,\n    #[compress]\n    #[view]\n    @3 C(u8),\n",
    ] {
        assert!(printed.contains(line), "{line}\n{printed}");
    }
}
