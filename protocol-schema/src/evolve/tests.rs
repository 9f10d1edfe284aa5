//! Pairs of schemas, and what is said of them. Each rule also has a pair on its page of
//! `npgen explain`.

use super::{Level, RULES, compare};
use crate::ir::{Item, Schema};
use crate::text::{SourceMap, compile};

fn schema(text: &str) -> Schema {
    let mut map = SourceMap::new();
    let file = map.add("test.np".to_owned(), text.to_owned());
    let compiled = compile(&mut map, file);
    assert_eq!(compiled.diagnostics, [], "{text}");
    compiled.schema
}

/// `NPB201 A.b` for each change that is not allowed.
fn changes(old: &str, new: &str) -> Vec<String> {
    let head = |text: &str| match text.starts_with("package") || text.starts_with("#!") {
        true => text.to_owned(),
        false => format!("package t; {text}"),
    };
    let (old, new) = (schema(&head(old)), schema(&head(new)));
    let changes = compare(&old, &new);
    let open = changes.iter().filter(|change| !change.allowed);
    open.map(|change| format!("{} {}", change.rule.id, change.path)).collect()
}

#[track_caller]
fn check(old: &str, new: &str, expected: &[&str]) {
    assert_eq!(changes(old, new), expected, "{old}\n{new}");
}

#[test]
fn nothing_changes_between_equal_schemas_of_the_corpus() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../schemas");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "np") {
            let mut map = SourceMap::new();
            let text = std::fs::read_to_string(&path).unwrap();
            let file = map.add("test.np".to_owned(), text);
            let schema = compile(&mut map, file).schema;
            assert_eq!(compare(&schema, &schema), [], "{}", path.display());
        }
    }
}

#[test]
fn the_order_of_the_source_does_not_count() {
    check(
        "struct A { @0 a: u8, @1 b: u16 } enum E { @1 X, @2 Y }",
        "enum E { @2 Y, @1 X } struct A { @1 b: u16, @0 a: u8 }",
        &[],
    );
    check("struct A { a: u8, b: u16 }", "struct A { @0 a: u8, @1 b: u16 }", &[]);
}

#[test]
fn fields_may_come_and_leave_a_slot() {
    let old = "struct A { @0 a: u8, @1 b: String }";
    check(old, "struct A { @0 a: u8, @1 b: String, @2 c: bool }", &["NPB221 A.c"]);
    check(old, "struct A { @0 a: u8, @1 _: String }", &["NPB222 A.b"]);
    check(old, "struct A { @0 a: u8, @1 _: Bytes }", &["NPB222 A.b", "NPB201 A.b"]);
    check(old, "struct A { @0 a: u8 }", &["NPB101 A.b"]);
    check(old, "struct A { @0 a: u8, @1 c: String }", &["NPB223 A.c"]);
    check(old, "struct A { @0 b: String, @1 a: u8 }", &["NPB103 A.b", "NPB103 A.a"]);
    let gone = "struct A { @0 a: u8, @1 _: String }";
    check(gone, "struct A { @0 a: u8, @1 c: String }", &["NPB102 A.c"]);
    check(gone, "struct A { @0 a: u8 }", &["NPB101 A"]);
    check(gone, "struct A { @0 a: u8, @1 _: String, @2 c: u8 }", &["NPB221 A.c"]);
    check(gone, "struct A { @0 a: u8, @1 _: u8 }", &["NPB201 A._"]);
    check("struct A { @0 a: u8 }", gone, &["NPB221 A"]);
}

#[test]
fn types_are_compared_by_form() {
    let field = |ty: &str| {
        format!(
            "struct A {{ a: {ty} }} struct B {{ b: u8 }} struct C {{ b: u8 }} struct D {{ b: u16 }} type E = u8; const N: u32 = 2;"
        )
    };
    for (old, new) in [
        ("u8", "u16"),
        ("u8", "i8"),
        ("String", "Bytes"),
        ("u8", "Option<u8>"),
        ("[u8; 2]", "[u8; 3]"),
        ("(u8, u8)", "(u8, u16)"),
        ("(u8,)", "u8"),
        ("Map<u8, u8>", "Map<u8, u16>"),
        ("Vec<B>", "Vec<D>"),
        ("std::Timestamp", "std::Duration"),
    ] {
        check(&field(old), &field(new), &["NPB201 A.a"]);
    }
    check(&field("u8"), &field("E"), &[]);
    check(&field("[u8; N]"), &field("[E; 2]"), &[]);
    check(&field("Secret<String>"), &field("String"), &[]);
    check(&field("B"), &field("C"), &["NPB226 A.a"]);
}

#[test]
fn a_change_inside_of_a_type_is_told_once() {
    check(
        "struct A { a: B, b: Vec<B> } struct B { c: u8 }",
        "struct A { a: B, b: Vec<B> } struct B { c: u16 }",
        &["NPB201 B.c"],
    );
    check(
        "type A = u8; struct B { a: A, b: A }",
        "type A = u16; struct B { a: A, b: A }",
        &["NPB201 A"],
    );
}

#[test]
fn a_type_that_is_renamed_is_followed() {
    check(
        "struct A { a: B } struct B { c: u8 }",
        "struct A { a: D } struct D { c: u16 }",
        &["NPB324 D", "NPB201 D.c"],
    );
    check("struct B { c: u8 }", "struct D { c: u8 }", &["NPB324 D"]);
    check("struct B { c: u8 }", "struct D { d: u16 }", &["NPB325 B", "NPB326 D"]);
    check("struct B { c: u8 }", "#[was(\"B\")] struct D { c: u16 }", &["NPB324 D", "NPB201 D.c"]);
}

#[test]
fn types_that_hold_each_other_end() {
    let tree = |name: &str| format!("struct {name} {{ a: Vec<{name}> }}");
    check(&tree("A"), &tree("B"), &["NPB324 B"]);
    check(
        "struct A { a: Vec<A> } struct B { a: Vec<B> } struct R { r: A }",
        "struct A { a: Vec<A> } struct B { a: Vec<B> } struct R { r: B }",
        &["NPB226 R.r"],
    );
}

#[test]
fn what_is_frozen_stays() {
    let fixed = |fields: &str| format!("#[fixed] struct A {{ {fields} }}");
    check(&fixed("a: u8"), "struct A { a: u8 }", &["NPB301 A"]);
    check(&fixed("a: u8"), &fixed("a: u8, b: u8"), &["NPB302 A.b"]);
    check(&fixed("a: u8"), &fixed("b: u8"), &["NPB223 A.b"]);
    let closed = |variants: &str| format!("#[closed] enum A {{ {variants} }}");
    check(&closed("B, C"), "enum A { B, C }", &["NPB303 A"]);
    check(&closed("B, C"), &closed("B, C, D"), &["NPB305 A.D"]);
    check(&closed("@1 B, @2 C"), &closed("@1 B, @2 _"), &["NPB305 A.C"]);
    check(&closed("B { c: u8 }"), &closed("B { c: u8, d: u8 }"), &["NPB306 A.B.d"]);
    check(&closed("B, C"), &closed("B, #[default] C"), &["NPB308 A"]);
}

#[test]
fn what_is_open_grows() {
    check("enum A { @1 B, @2 C }", "enum A { @1 B, @2 C, @3 D(u8) }", &["NPB321 A.D"]);
    check("enum A { @1 B, @2 C }", "enum A { @1 B, @2 _ }", &["NPB322 A.C"]);
    check("enum A { B }", "enum A { B { c: u8 } }", &["NPB221 A.B.c"]);
    check("enum A { B(u8) }", "enum A { B { c: u8 } }", &[]);
    check("enum A { B(u8) }", "enum A { B(u16) }", &["NPB201 A.B"]);
    check("enum A: u8 { B }", "enum A: u16 { B }", &["NPB304 A"]);
    check("enum A: u8 { B }", "enum A { B }", &["NPB304 A"]);
    check("flags A: u8 { B }", "flags A: u8 { B, C }", &["NPB321 A.C"]);
    check("enum A: u8 { @0 B, @1 C }", "enum A: u8 { @0 C, @1 B }", &["NPB103 A.C", "NPB103 A.B"]);
    check("enum A { B }", "#[error] enum A { B }", &["NPB329 A"]);
}

#[test]
fn defaults_varints_and_limits_count() {
    let field =
        |field: &str| format!("struct A {{ {field} }} enum E: u8 {{ X, Y }} const ZERO: u32 = 0;");
    check(&field("a: u32"), &field("a: u32 = 1"), &["NPB202 A.a"]);
    check(&field("a: u32"), &field("a: u32 = 0"), &[]);
    check(&field("a: u32"), &field("a: u32 = ZERO"), &[]);
    check(&field("a: E = E::Y"), &field("a: E = E::X"), &["NPB202 A.a"]);
    check(&field("a: E"), &field("a: E = E::X"), &[]);
    check(&field("a: f32 = -0.0"), &field("a: f32"), &["NPB202 A.a"]);
    check(&field("a: u32"), &field("#[varint] a: u32"), &["NPB203 A.a"]);
    check(&field("#[varint] a: u32"), &field("#[varint] a: u64"), &["NPB224 A.a"]);
    check(&field("#[varint] a: u64"), &field("#[varint] a: u32"), &["NPB201 A.a"]);
    check(&field("#[varint] a: u32"), &field("#[varint] a: i64"), &["NPB201 A.a"]);
    check(&field("a: String"), &field("#[max(4)] a: String"), &["NPB211 A.a"]);
    check(&field("#[max(4)] a: String"), &field("#[max(8)] a: String"), &["NPB225 A.a"]);
    check(&field("#[max(4)] a: String"), &field("a: String"), &["NPB225 A.a"]);
}

#[test]
fn what_has_no_zero_cannot_come_or_go() {
    let closed = "#[closed] enum C { X } struct S { c: C } #[fixed] struct F { c: C }";
    for ty in ["C", "S", "F", "[C; 2]", "(u8, C)"] {
        let old = format!("struct A {{ @0 a: u8 }} {closed}");
        let new = format!("struct A {{ @0 a: u8, @1 b: {ty} }} {closed}");
        check(&old, &new, &["NPB221 A.b", "NPB204 A.b"]);
        let gone = format!("struct A {{ @0 a: u8, @1 _: {ty} }} {closed}");
        check(&new, &gone, &["NPB222 A.b", "NPB204 A.b"]);
    }
    for ty in ["Option<C>", "Vec<C>"] {
        let old = format!("struct A {{ @0 a: u8 }} {closed}");
        check(&old, &format!("struct A {{ @0 a: u8, @1 b: {ty} }} {closed}"), &["NPB221 A.b"]);
    }
}

#[test]
fn messages_keep_their_numbers_and_answers() {
    let old = "protocol P { @1 A { a: u8 } -> u8, @2 B }";
    check(old, "protocol P { @1 A { a: u8 } -> u8, @2 B, @3 C }", &["NPB421 P.C"]);
    check(old, "protocol P { @1 A { a: u8 } -> u8, @2 _ }", &["NPB422 P.B"]);
    check(old, "protocol P { @1 A { a: u8 } -> u8, @2 C }", &["NPB423 P.C"]);
    check(old, "protocol P { @1 A { a: u8 } -> u8 }", &["NPB101 P.B"]);
    check(old, "protocol P { @1 A { a: u8 }, @2 B -> () }", &["NPB401 P.A", "NPB401 P.B"]);
    check(old, "protocol P { @1 A { a: u8 } -> u16, @2 B }", &["NPB402 P.A"]);
    check(
        old,
        "protocol P { @1 A { a: u8, b: u8 } -> u8, #[from(server)] @2 B }",
        &["NPB221 P.A.b", "NPB404 P.B"],
    );
    check(old, "protocol P { @1 A(S) -> u8, @2 B } struct S { a: u8 }", &["NPB326 S"]);
    let error = "#[error] enum E { X }";
    check(
        &format!("protocol P {{ A -> u8 }} {error}"),
        &format!("protocol P {{ A -> Result<u8, E> }} {error}"),
        &["NPB403 P.A"],
    );
    check("protocol P { A -> u8 }", "protocol P { A -> Stream<u8> }", &["NPB402 P.A"]);
    check(
        "protocol P { A { a: u8 } -> u8 }",
        "protocol P { A { a: u8, s: Stream<u8> } -> u8 }",
        &["NPB205 P.A.s"],
    );
    check("protocol P { #[idempotent] A -> u8 }", "protocol P { A -> u8 }", &["NPB411 P.A"]);
    check("#[version(3)] protocol P { A }", "#[version(2)] protocol P { A }", &["NPB005 P"]);
    check(
        "#[version(3)] protocol P { A }",
        "#[version(3, min = 2)] protocol P { A }",
        &["NPB006 P"],
    );
}

#[test]
fn what_has_another_number_is_told_once() {
    check(
        "protocol P { @1 A { a: u8 } -> u8, @2 B }",
        "protocol P { @1 B, @2 A { a: u8 } -> u8 }",
        &["NPB103 P.B", "NPB103 P.A"],
    );
    check(
        "enum U { @1 A(u8), @2 B { c: u16 } }",
        "enum U { @1 B { c: u16 }, @2 A(u8) }",
        &["NPB103 U.B", "NPB103 U.A"],
    );
}

#[test]
fn names_of_packages_and_protocols_are_the_handshakes() {
    let protocol =
        |package: &str, name: &str| format!("package {package}; protocol {name} {{ A(u8) }}");
    check(&protocol("a", "P"), &protocol("b", "P"), &["NPB001 "]);
    check(&protocol("a", "P"), &protocol("a", "Q"), &["NPB002 Q"]);
    check(&protocol("a", "P"), "package a; #[was(\"P\")] protocol Q { A(u8) }", &["NPB004 Q"]);
    check(&protocol("a", "P"), "#![was(\"a\")] package b; protocol P { A(u8) }", &["NPB004 "]);
    check(&protocol("a", "P"), "package a; struct S {}", &["NPB003 P", "NPB326 S"]);
}

#[test]
fn what_is_meant_is_said_in_the_schema() {
    let old = "struct A { a: u8, b: u8 }";
    check(old, "struct A { #[npgen::allow(NPB201)] a: u16, b: u16 }", &["NPB201 A.b"]);
    check(old, "#[npgen::allow(NPB999, NPB201)] struct A { a: u16, b: u16 }", &[]);
    check(
        "package t; struct A { a: u8 }",
        "#![npgen::allow(NPB201)] package t; struct A { a: u16 }",
        &[],
    );
}

/// The identity of the only protocol of a schema.
fn fingerprint(schema: &Schema) -> u128 {
    let protocol =
        schema.items.iter().rev().find_map(|item| {
            if let Item::Protocol(protocol) = item { Some(protocol) } else { None }
        });
    crate::fingerprint::protocol(schema, protocol.unwrap()).unwrap()
}

/// One type, in many versions.
const VERSIONS: [&str; 44] = [
    "struct S { @0 a: u8 }",
    "struct S { @0 b: u8 }",
    "struct S { @0 a: u16 }",
    "struct S { @0 a: i8 }",
    "struct S { @0 a: u8, @1 b: u8 }",
    "struct S { @0 a: u8, @1 _: u8 }",
    "struct S { @0 a: u8, @1 _: u16 }",
    "struct S { @0 _: u8 }",
    "struct S { @0 a: u8 = 1 }",
    "struct S { @0 a: u8 = 2 }",
    "struct S { @0 a: u32 }",
    "struct S { #[varint] @0 a: u32 }",
    "struct S { #[varint] @0 a: u64 }",
    "struct S { @0 a: Option<u8> }",
    "struct S { @0 a: Vec<u8> }",
    "struct S { @0 a: Bytes }",
    "struct S { @0 a: String }",
    "struct S { @0 a: Secret<String> }",
    "struct S { @0 a: Set<u8> }",
    "struct S { @0 a: Map<u8, u8> }",
    "struct S { @0 a: Map<u8, u16> }",
    "struct S { @0 a: (u8, u8) }",
    "struct S { @0 a: (u8,) }",
    "struct S { @0 a: [u8; 1] }",
    "struct S { @0 a: [u8; 2] }",
    "const N: u8 = 2; struct S { @0 a: [u8; N] }",
    "type A = u8; struct S { @0 a: A }",
    "#[fixed] struct S { @0 a: u8 }",
    "#[fixed] struct S { @0 a: u8, @1 b: u8 }",
    "enum S: u8 { @0 A }",
    "enum S: u8 { @0 A, @1 B }",
    "enum S: u16 { @0 A }",
    "#[closed] enum S: u8 { @0 A }",
    "flags S: u8 { @0 A }",
    "flags S: u8 { @0 A, @1 B }",
    "enum S { @1 A }",
    "enum S { @1 A(u8) }",
    "enum S { @1 A { @0 b: u8 } }",
    "enum S { @1 A, @2 B }",
    "#[closed] enum S { @1 A }",
    "#[closed] enum S { @1 A, @2 B }",
    "#[closed] enum S { #[default] @1 A, @2 B }",
    "struct T { @0 x: u8 } struct S { @0 a: T }",
    "struct U { @0 x: u8 } struct S { @0 a: U }",
];

/// One protocol, in many versions.
const PROTOCOLS: [&str; 16] = [
    "@1 M",
    "@1 M { @0 a: u8 }",
    "@1 M { @0 a: u8, @1 b: u8 }",
    "@1 M(u16)",
    "@1 M(E)",
    "@1 M(u16) -> ()",
    "@1 M(u16) -> u8",
    "@1 M(u16) -> u16",
    "@1 M(u16) -> Result<u8, E>",
    "@1 M(u16) -> Stream<u8>",
    "@1 M(u16) -> Result<Stream<u8>, E>",
    "#[from(server)] @1 M(u16)",
    "@1 M(u16), @2 N",
    "@1 N(u16)",
    "@1 M { @0 a: u8, @1 s: Stream<u8> } -> ()",
    "@1 M { @0 a: u8, @1 s: Stream<u16> } -> ()",
];

#[test]
fn two_versions_have_one_fingerprint_exactly_if_only_names_and_limits_changed() {
    const ONLY_NAMES: [u16; 10] = [211, 223, 225, 226, 323, 324, 325, 326, 327, 423];
    let types = VERSIONS.map(|version| {
        schema(&format!("package t; {version} protocol P {{ M {{ @0 s: Vec<S> }} }}"))
    });
    let protocols = PROTOCOLS.map(|version| {
        schema(&format!("package t; #[error] enum E {{ A }} protocol P {{ {version} }}"))
    });
    for (texts, schemas) in [(&VERSIONS[..], &types[..]), (&PROTOCOLS, &protocols)] {
        let pairs = schemas
            .iter()
            .enumerate()
            .flat_map(|old| schemas.iter().enumerate().map(move |new| (old, new)));
        for ((old, old_schema), (new, new_schema)) in pairs {
            let (old, new) = (texts[old], texts[new]);
            let changes = compare(old_schema, new_schema);
            let told = changes.iter().any(|change| !ONLY_NAMES.contains(&change.rule.id.0));
            let same = fingerprint(old_schema) == fingerprint(new_schema);
            assert_eq!(same, !told, "{old}\n{new}\n{changes:#?}");
        }
    }
}

#[test]
fn ids_are_unique_and_say_what_they_are() {
    for rule in RULES {
        assert_eq!(RULES.iter().filter(|other| other.id == rule.id).count(), 1, "{}", rule.id);
        assert_eq!(RULES.iter().filter(|other| other.name == rule.name).count(), 1);
        assert!(!rule.summary.is_empty() && !rule.effect.is_empty());
    }
    assert!(RULES.iter().any(|rule| rule.level == Level::Warning));
}

#[test]
fn what_has_no_name_is_not_called_by_it() {
    let said = |old: &str, new: &str| {
        let text = |variant: &str| schema(&format!("package t; enum E {{ {variant}, B }}"));
        let changes = compare(&text(old), &text(new));
        changes.into_iter().map(|change| change.message).collect::<Vec<_>>()
    };
    assert_eq!(said("A", "A(u8)"), ["what it carries (@0) was added"]);
    assert_eq!(said("A(u8)", "A"), ["what it carries is gone"]);
}

#[test]
fn a_type_of_a_built_in_name_is_another_than_that() {
    let old = "struct A { @0 a: String }";
    check(old, "struct String { @0 n: u8 } struct A { @0 a: std::String }", &["NPB326 String"]);
    check(
        old,
        "struct String { @0 n: u8 } struct A { @0 a: String }",
        &["NPB201 A.a", "NPB326 String"],
    );
    let (old, new) = (
        "package t; struct A { @0 a: String }",
        "package t; struct String { @0 n: u8 } struct A { @0 a: String }",
    );
    let told = compare(&schema(old), &schema(new));
    let told: Vec<String> = told.iter().map(|change| change.message.clone()).collect();
    assert!(told.iter().any(|line| line.contains("String (declared)")), "{told:?}");
}

#[test]
fn a_chain_as_long_as_a_schema_does_not_take_the_stack() {
    // Each link looks like the recursive type, as far as one looks.
    let old = "struct Tree { @0 next: Option<Tree> }";
    let links: Vec<String> = (1..4_000)
        .map(|at| format!("struct Link{at} {{ @0 next: Option<Link{}> }}", at + 1))
        .collect();
    let new = format!(
        "struct Tree {{ @0 next: Option<Link1> }} struct Link4000 {{ @0 next: Option<Tree> }} {}",
        links.join(" ")
    );
    assert!(changes(old, &new).iter().any(|change| change == "NPB201 Tree.next"));
}
