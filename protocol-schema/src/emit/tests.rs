//! What is emitted, as text without spaces.

use quote::quote;

use super::{Door, schema};
use crate::diag::Severity;
use crate::ir::{Item, Name, Schema};
use crate::span::Span;
use crate::text::{SourceMap, compile};

fn checked(text: &str) -> Schema {
    let mut map = SourceMap::new();
    let file = map.add("test.np".to_owned(), format!("package a;\n{text}"));
    let compiled = compile(&mut map, file);
    let wrong = compiled.diagnostics.iter().find(|found| found.severity == Severity::Error);
    assert!(wrong.is_none(), "{wrong:?}");
    compiled.schema
}

fn emitted(schema_of: &Schema) -> String {
    schema(schema_of, &Door::text(quote!(::np))).to_string().replace([' ', '\n'], "")
}

/// The type is declared with these fields.
#[track_caller]
fn check_fields(text: &str, declared: &str) {
    let code = emitted(&checked(text));
    let declared = declared.replace(' ', "");
    assert!(code.contains(&declared), "{declared} in {code}");
}

#[test]
fn what_would_hold_itself_is_boxed_where_it_may_be_absent() {
    let field = |name: &str, ty: &str| format!("#[doc=\"Field0.\"]pub{name}:{ty}");
    let declared = |text: &str, name: &str, ty: &str| {
        let ty = ty.replace("Option", "::core::option::Option").replace("Box", "::std::boxed::Box");
        check_fields(text, &field(name, &ty));
    };
    declared("struct S { @0 next: Option<S> }", "next", "Option<Box<S>>");
    declared("type L = Option<S>; struct S { @0 next: L }", "next", "L");
    declared("struct S { @0 pair: Option<(S, u8)> }", "pair", "Option<Box<(S,u8,)>>");
    declared("struct A { @0 b: Option<B> } struct B { @0 a: A }", "b", "Option<Box<B>>");
    declared("struct A { @0 b: Option<B> } struct B { @0 a: A }", "a", "A");
    declared("struct S { @0 kids: Vec<S> }", "kids", "::std::vec::Vec<S>");
    declared("struct S { @0 kid: Option<T> } struct T { @0 x: u8 }", "kid", "Option<T>");
}

#[test]
fn what_a_union_holds_of_itself_is_boxed() {
    check_fields("enum E { @1 Not(E) }", "Not(::std::boxed::Box<E>)");
    check_fields(
        "enum E { @1 Not(Option<E>) }",
        "Not(::core::option::Option<::std::boxed::Box<E>>)",
    );
    check_fields("enum E { @1 All(Vec<E>) }", "All(::std::vec::Vec<E>)");
    check_fields("enum E { @1 Of(S) } struct S { @0 e: E }", "Of(::std::boxed::Box<S>)");
}

#[test]
fn a_derive_for_everything_goes_where_it_can() {
    let text = "struct Whole { @0 n: u64, @1 s: String } struct Broken { @0 f: f32 }
        struct Outer { @0 whole: Whole, @1 broken: Option<Broken> }";
    let mut schema = checked(text);
    for item in &mut schema.items {
        if let Item::Struct(item) = item {
            item.derives.push(Name::new("Eq", Span::NONE));
        }
    }
    let code = emitted(&schema);
    assert!(code.contains("PartialEq,Eq)]pubstructWhole"), "{code}");
    assert!(code.contains("PartialEq)]pubstructBroken"), "{code}");
    assert!(code.contains("PartialEq)]pubstructOuter"), "{code}");
}

#[test]
fn the_default_of_a_struct_is_that_of_its_fields() {
    let code = emitted(&checked(
        "#[rust(derive(Default))] struct S { @0 n: u8 = 7, @1 s: String, @2 many: [u8; 40] }",
    ));
    assert!(
        code.contains("n:7,s:::core::default::Default::default(),many:::core::array::"),
        "{code}"
    );
    let code = emitted(&checked("#[rust(derive(Default))] struct S { @0 s: String }"));
    assert!(code.contains("PartialEq,Default)]"), "{code}");
}

#[test]
fn what_is_deprecated_is_so_in_rust_and_nowhere_around() {
    let code = emitted(&checked("struct S { #[deprecated(\"use b\")] @0 a: u8, @1 b: u8 }"));
    assert_eq!(code.matches("#[deprecated(note=\"useb\")]").count(), 2, "field and getter: {code}");
    assert!(code.contains("#[allow(deprecated)]pubstructS"), "{code}");
    let code = emitted(&checked("struct S { @0 a: u8 }"));
    assert!(!code.contains("deprecated(") && !code.contains("(deprecated)"), "{code}");
}

#[test]
fn streams_are_parameters_and_no_part_of_a_message() {
    let code = emitted(&checked("protocol P { @1 Up { @0 a: u8, @1 of: Stream<Bytes> } -> u8 }"));
    assert!(code.contains("pubstructPUp{#[doc=\"Field0.\"]puba:u8}"), "{code}");
    assert!(code.contains("message:PUp,of:::np::Stream<::np::Bytes>"), "{code}");
    assert!(code.contains("self.caller.unimplemented(1,message)"), "{code}");
}
