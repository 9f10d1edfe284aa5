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
    assert!(
        code.contains("PHandler>::up(&*handler,&cx,message,cx.input::<::np::Bytes>())"),
        "{code}"
    );
    assert!(code.contains("self.caller.call(1,message).input(of)"), "{code}");
}

#[test]
fn a_stream_that_is_answered_carries_the_error_of_its_message() {
    let code = emitted(&checked(
        "#[error] enum E { @1 A } protocol P { @1 Own -> Result<Stream<u8>, E>, @2 None -> Stream<u8> }",
    ));
    let own = "::core::result::Result<::np::Stream<u8,E>,E>";
    assert!(
        code.contains(&format!(
            "fnown(&self,cx:&::np::__private::v1::Cx)->impl::core::future::Future<Output={own}>"
        )),
        "{code}"
    );
    assert!(code.contains("Call<(),::np::Stream<u8,E>,E>"), "{code}");
    assert!(code.contains("Ok(value)=>cx.reply_stream(value).await,"), "{code}");
    assert!(code.contains("Call<(),::np::Stream<u8>,::core::convert::Infallible>"), "{code}");
    assert!(
        code.contains("cx.reply_stream(<_HasPHandler>::none(&*handler,&cx).await).await;"),
        "{code}"
    );
}

#[test]
fn a_viewed_message_is_lent_to_its_handler_and_given_by_its_caller() {
    let code = emitted(&checked(
        "struct S { @0 a: String } protocol P { #[view] @1 One { @0 a: u8 }, #[view] @2 Text(String),
            #[view] @3 Short(#[max(3)] String), #[view] @4 Of(S), #[view] @5 Small(#[varint] u32) }",
    ));
    for method in [
        "one(&self,cx:&::np::__private::v1::Cx,message:POneView<'_>)",
        "text(&self,cx:&::np::__private::v1::Cx,message:&str)",
        "of<'v>(&self,cx:&'v::np::__private::v1::Cx,message:<Sas::np::__private::v1::Wire>::View<'v>)",
        "small<'v>(&self,cx:&'v::np::__private::v1::Cx,message:u32)",
    ] {
        assert!(code.contains(method), "{method}: {code}");
    }
    for (root, given) in
        [("POne", "message"), ("__PShort", "message.value()"), ("__PSmall", "message.value()")]
    {
        assert!(
            code.contains(&format!("cx.decode_view::<{root}>(&body)else{{return}};")),
            "{code}"
        );
        assert!(code.contains(&format!("&cx,{given}).await")), "{code}");
    }
    assert!(code.contains("cx.decode_view::<::std::string::String>(&body)"), "{code}");
    assert!(!code.contains("drop(body)"), "what is lent must stay: {code}");
    assert!(code.contains("pubfnone(&self,message:POne)"), "{code}");
    assert!(code.contains("pubfntext(&self,message:::std::string::String)"), "{code}");
}

#[test]
fn only_messages_that_say_how_they_are_handled_are_listed_with_it() {
    let code = emitted(&checked(
        "protocol P { @1 A -> u8, #[spawn] @2 B, #[no_cancel, spawn] @3 C -> u8, #[view] @4 D(u8),
            #[from(server), no_cancel] @5 E -> u8 }",
    ));
    let lists: Vec<&str> =
        code.split("constHANDLING:").skip(1).filter_map(|l| l.split(';').next()).collect();
    let handling = |number: u8, spawn: bool, no_cancel: bool| {
        format!("_np::Handling{{number:{number},spawn:{spawn},no_cancel:{no_cancel}}}")
    };
    let list = |all: &[String]| format!("&'static[_np::Handling]=&[{}]", all.join(","));
    let server = list(&[handling(2, true, false), handling(3, true, true)]);
    assert_eq!(lists, [server, list(&[handling(5, false, true)])]);
    let code = emitted(&checked(
        "protocol P { @1 A -> u8, #[view] @4 D(u8) }".replace("@4", "@2").as_str(),
    ));
    assert!(!code.contains("HANDLING"), "{code}");
}

#[test]
fn a_caller_is_told_what_may_be_asked_twice_and_a_schema_what_is_compressed() {
    let code = emitted(&checked(
        "protocol P { #[idempotent, compress, timeout(\"2s\")] @1 A { @0 s: Stream<u8> } -> u8 }",
    ));
    assert!(
        code.contains("self.caller.call(1,message).idempotent().input(s).timeout(::core::time::Duration::from_millis(2000))"),
        "{code}"
    );
    assert!(code.contains(".idempotent().timeout(2000).compress()"), "{code}");
}
