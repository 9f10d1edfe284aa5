//! What the canonical form makes of values and aliases. That both doors give the same form is
//! tested on all schemas of the project, elsewhere.

use super::canonical;
use crate::ir::{Item, Schema, ValueKind};
use crate::text::{SourceMap, compile, print};

/// The canonical text of some items, without the line of the package.
fn form(items: &str) -> String {
    let mut map = SourceMap::new();
    let file = map.add("test.np".to_owned(), format!("package test;\n{items}"));
    let compiled = compile(&mut map, file);
    assert!(!compiled.has_errors(), "{:?}", compiled.diagnostics);
    form_of(&compiled.schema)
}

fn form_of(schema: &Schema) -> String {
    print(&canonical(schema, None)).replace("package test;\n", "").trim().to_owned()
}

/// One after the other, each said to be the one before.
fn chain(first: &str, next: impl Fn(usize) -> String) -> String {
    (1..=20_000).fold(first.to_owned(), |text, i| text + &next(i))
}

#[test]
fn a_const_becomes_its_value_however_many_stand_between() {
    let consts = chain("const C0: u8 = 7;", |i| format!("const C{i}: u8 = C{};", i - 1));
    let text = "struct S { @0 a: u8 = C20000, @1 b: [u8; C20000], #[max(C20000)] @2 c: String }";
    assert_eq!(
        form(&format!("{consts}{text}")),
        "struct S {\n    @0 a: u8 = 7,\n    @1 b: [u8; 7],\n    #[max(7)]\n    @2 c: String,\n}"
    );
}

#[test]
fn an_alias_becomes_what_it_stands_for_however_many_stand_between() {
    let aliases = chain("type A0 = Secret<T>;", |i| format!("type A{i} = A{};", i - 1));
    assert_eq!(
        form(&format!("{aliases} struct S {{ @0 a: A20000 }} struct T {{}}")),
        "struct S {\n    @0 a: Secret<T>,\n}\n\nstruct T {}"
    );
}

#[test]
fn a_default_has_one_form() {
    let items = "const ON: E = E::On; type Alias = E; enum E: u16 { @0 Off, @1 On }
        type Set = F; flags F: u8 { @0 R, @1 W, @2 _, @3 X }";
    for (written, form_of) in [
        ("E = ON", "E = E::On"),
        ("Alias = Alias::On", "E = E::On"),
        ("F = F::W", "F = F::W"),
        ("Set = [F::W]", "F = F::W"),
        ("F = [F::X, Set::R, F::X]", "F = [F::R, F::X]"),
        ("i8 = -0", "i8 = 0"),
        ("i128 = -0", "i128 = 0"),
        ("i8 = -0x80", "i8 = -128"),
        ("f32 = 0.100000001", "f32 = 0.1"),
        ("f64 = 0.100000001", "f64 = 0.100000001"),
        ("bool = true", "bool = true"),
    ] {
        let text = form(&format!("{items} struct S {{ @0 a: {written} }}"));
        assert!(text.contains(&format!("    @0 a: {form_of},\n")), "{written}: {text}");
    }
}

/// As a protocol that was declared in Rust has them.
#[test]
fn a_number_becomes_the_names_it_has() {
    let mut map = SourceMap::new();
    let text = "package test; struct S { @0 e: E = E::Off, @1 f: F = F::R }
        enum E: u16 { @0 Off, @1 On } flags F: u8 { @0 R, @1 W }";
    let file = map.add("test.np".to_owned(), text.to_owned());
    let mut schema = compile(&mut map, file).schema;
    for (numbers, defaults) in [
        ([1, 2], ["E = E::On", "F = F::W"]),
        ([0, 3], ["E = E::Off", "F = [F::R, F::W]"]),
        ([7, 6], ["E = 7", "F = 6"]),
    ] {
        let Some(Item::Struct(item)) = schema.items.first_mut() else { unreachable!() };
        for (field, magnitude) in item.fields.iter_mut().zip(numbers) {
            let kind = ValueKind::Int { magnitude, negative: false };
            field.default.as_mut().unwrap().kind = kind;
        }
        let [e, f] = defaults;
        let text = form_of(&schema);
        assert!(text.contains(&format!("@0 e: {e},\n    @1 f: {f},\n")), "{text}");
    }
}

#[test]
fn what_a_handler_does_with_a_message_is_nobody_elses_business() {
    let said = "protocol P { #[view, spawn, no_cancel, compress, idempotent] @1 A(u8) -> u8 }";
    assert_eq!(
        form(said),
        "protocol P {\n    #[idempotent]\n    #[compress]\n    @1 A(u8) -> u8,\n}"
    );
}
