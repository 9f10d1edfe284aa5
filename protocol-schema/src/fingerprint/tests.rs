//! The bytes that are hashed, worked out by hand, and what does and does not count.

use super::{Fnv, describe, protocol};
use crate::ir::{
    ExternId, Field, Handling, Item, Message, Meta, Name, Number, Payload, Protocol, Schema, Side,
};
use crate::ir::{Type, TypeKind};
use crate::span::Span;
use crate::text::{SourceMap, compile};

fn schema(text: &str) -> Schema {
    let mut map = SourceMap::new();
    let file = map.add("test.np".to_owned(), format!("package test;\n{text}"));
    let compiled = compile(&mut map, file);
    assert_eq!(compiled.diagnostics, [], "{text}");
    compiled.schema
}

fn the_protocol(schema: &Schema) -> &Protocol {
    match schema.items.last() {
        Some(Item::Protocol(protocol)) => protocol,
        other => panic!("the text ends with a protocol, not with {other:?}"),
    }
}

/// The bytes of the only protocol of a text.
fn bytes(text: &str) -> Vec<u8> {
    let schema = schema(text);
    let mut out = Vec::new();
    describe(&schema, the_protocol(&schema), &mut |bytes| out.extend_from_slice(bytes)).unwrap();
    out
}

fn hash(text: &str) -> u128 {
    let schema = schema(text);
    protocol(&schema, the_protocol(&schema)).unwrap()
}

/// `hex` may have blanks, and comments in parentheses.
#[track_caller]
fn check(text: &str, hex: &str) {
    let mut digits = String::new();
    let mut comment = false;
    for c in hex.chars() {
        match c {
            '(' => comment = true,
            ')' => comment = false,
            c if !comment && !c.is_whitespace() => digits.push(c),
            _ => {}
        }
    }
    let actual: String = bytes(text).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(actual, digits, "{text}");
}

/// The bytes of a protocol with one message from the client, a value of `ty`, and no reply.
#[track_caller]
fn check_type(declarations: &str, ty: &str, hex: &str) {
    check(
        &format!("{declarations} protocol P {{ M({ty}) }}"),
        &format!("14 01000000 01000000 00 {hex} 00"),
    );
}

#[test]
fn the_hash_is_fnv_1a() {
    let hash = |text: &str| {
        let mut hash = Fnv::new();
        hash.add(text.as_bytes());
        hash.0
    };
    assert_eq!(hash(""), 0x6c62272e07bb014262b821756295c58d);
    assert_eq!(hash("a"), 0xd228cb696f1a8caf78912b704e4a8964);
    assert_eq!(hash("foobar"), 0x343e1662793c64bf6f0d3597ba446f18);
}

#[test]
fn the_hash_is_of_the_bytes() {
    let text = "protocol P { M(u8) -> Vec<String> }";
    let mut expected = Fnv::new();
    expected.add(&bytes(text));
    assert_eq!(hash(text), expected.0);
}

#[test]
fn each_type_has_its_bytes() {
    for (ty, hex) in [
        ("bool", "16 01"),
        ("u8", "16 02 01 00"),
        ("u16", "16 02 02 00"),
        ("u32", "16 02 04 00"),
        ("u64", "16 02 08 00"),
        ("u128", "16 02 10 00"),
        ("i8", "16 02 01 01"),
        ("i16", "16 02 02 01"),
        ("i32", "16 02 04 01"),
        ("i64", "16 02 08 01"),
        ("i128", "16 02 10 01"),
        ("f32", "16 03 04"),
        ("f64", "16 03 08"),
        ("String", "16 04"),
        ("Bytes", "16 05"),
        ("Vec<u8>", "16 06 02 01 00"),
        ("Option<bool>", "16 07 01"),
        ("[u16; 3]", "16 08 03000000 02 02 00"),
        ("Vec<Option<[String; 256]>>", "16 06 07 08 00010000 04"),
        ("(u8, String)", "16 19 02000000 02 01 00 04"),
        ("(bool,)", "16 19 01000000 01"),
        ("Map<String, Vec<bool>>", "16 1a 04 06 01"),
        ("Set<i64>", "16 1b 02 08 01"),
        ("std::Uuid", "16 1c"),
        ("std::Timestamp", "16 1d"),
        ("std::Duration", "16 1e"),
        ("std::SocketAddr", "16 1f"),
        ("Secret<String>", "16 04"),
        ("Option<Secret<bool>>", "16 07 01"),
        ("#[varint] u32", "16 17 02 04 00"),
        ("#[max(3)] String", "16 04"),
    ] {
        check_type("", ty, hex);
    }
}

#[test]
fn the_length_of_an_array_is_its_value() {
    check_type("const N: u8 = 7;", "[bool; N]", "16 08 07000000 01");
}

#[test]
fn structs_have_their_fields_by_number() {
    let s = "struct S { @1 b: String, @0 a: u8 }";
    check_type(s, "S", "10 02000000 00000000 02 01 00 01000000 04");
    check_type(s, "Vec<S>", "16 06 10 02000000 00000000 02 01 00 01000000 04");
    check_type("#[fixed] struct S { a: bool }", "S", "16 11 01000000 00000000 01");
    check_type("struct S {}", "S", "10 00000000");
}

#[test]
fn scalar_enums_have_their_width_and_numbers() {
    check_type("enum E: u8 {}", "E", "16 12 01 00 00000000");
    check_type(
        "enum E: u16 { @1 B, @0 A }",
        "E",
        "16 12 02 00 02000000 0000000000000000 0100000000000000",
    );
}

#[test]
fn unions_have_their_variants_by_tag() {
    check_type(
        "enum U { @3 C { @1 y: bool, @0 x: u8 }, @1 A, @2 B(String) }",
        "U",
        "16 13 00 03000000 \
         01000000 00000000 \
         02000000 01000000 00000000 04 \
         03000000 02000000 00000000 02 01 00 01000000 01",
    );
}

#[test]
fn fields_have_their_marks() {
    check_type(
        "struct S { @0 a: u16 = 258, @1 _: String, @2 b: bool = true, #[varint] @3 c: i32 = -1,
             #[varint] @4 _: u64, @5 d: f32 = 1.5, @6 e: E = E::B, @7 f: F = [F::A, F::C] }
         enum E: u16 { @0 A, @1 B }
         flags F: u8 { @0 A, @1 _, @2 C }",
        "S",
        "10 08000000
         00000000 18 0201 02 02 00
         01000000 21 04
         02000000 18 01 01
         03000000 18 ffffffff 17 02 04 01
         04000000 21 17 02 08 00
         05000000 18 0000c03f 03 04
         06000000 18 0100 12 (E is 1) 02 00 02000000 0000000000000000 0100000000000000
         07000000 18 05 20 (F is 2) 01 02000000 00000000 02000000",
    );
}

#[test]
fn a_default_is_the_value_that_its_const_has() {
    let plain = hash("struct S { a: u16 = 7 } protocol P { M(S) }");
    let named = hash(
        "type N = u16; const A: N = B; const B: u16 = 7; struct S { a: N = A } protocol P { M(S) }",
    );
    assert_eq!(plain, named);
}

#[test]
fn what_is_closed_says_so() {
    check_type(
        "#[closed] enum E: u8 { @0 A, #[default] @1 B, @2 _ }",
        "E",
        "16 12 01 01 02000000 0000000000000000 0100000000000000 23 0100000000000000",
    );
    check_type(
        "#[closed] enum U { @1 _, @2 A(u8), #[default] @3 B }",
        "U",
        "16 13 01 02000000
         02000000 01000000 00000000 02 01 00
         03000000 00000000
         23 03000000",
    );
}

#[test]
fn flags_have_their_width_and_bits() {
    check_type("flags F: u32 { @1 B, @0 A }", "F", "16 20 04 02000000 00000000 01000000");
}

#[test]
fn an_alias_is_what_it_stands_for() {
    check_type(
        "type A = Vec<B>; type B = C; type C = Secret<S>; struct S { a: u8 }",
        "(A, B)",
        "16 19 02000000 06 10 (S is 0) 01000000 00000000 02 01 00 0f 00000000",
    );
    check_type("type A = S; struct S {}", "A", "10 00000000");
}

#[test]
fn streams_have_their_items() {
    check(
        "struct S {}
         #[error] enum E { A }
         protocol P {
             @1 Pull -> Result<Stream<S>, E>,
             @2 Push { @0 name: String, @1 data: Stream<Bytes> } -> Stream<u8>,
             @3 _,
         }",
        "14 02000000
         01000000 00 15 02 22 10 (S is 0) 00000000 16 13 (E is 1) 00 01000000 01000000 00000000
         02000000 00 10 (the body is 2) 02000000 00000000 04 01000000 22 05 01 22 16 02 01 00",
    );
}

#[test]
fn a_type_met_again_is_its_index() {
    check(
        "struct Tree { name: String, children: Vec<Tree> }
         enum E: u8 { A }
         struct S { tree: Tree, first: E, second: E, tree_again: Option<Tree> }
         protocol P { M(S) -> E }",
        "14 01000000 01000000 00
         10 (S is 0) 04000000
           00000000 10 (Tree is 1) 02000000 00000000 04 01000000 06 0f 01000000
           01000000 12 (E is 2) 01 00 01000000 0000000000000000
           02000000 0f 02000000
           03000000 07 0f 01000000
         01 16 0f 02000000",
    );
}

#[test]
fn the_body_of_a_message_takes_an_index() {
    check(
        "struct S {}
         protocol P { One { a: u8, s: S }, Two(S), Three {}, Four(S) }",
        "14 04000000
         01000000 00 10 (the body is 0) 02000000
           00000000 02 01 00 01000000 10 (S is 1) 00000000 00
         02000000 00 0f 01000000 00
         03000000 00 10 (the body is 2) 00000000 00
         04000000 00 0f 01000000 00",
    );
}

#[test]
fn messages_have_their_side_and_reply() {
    check(
        "#[error] enum E { A }
         protocol P {
             @2 Two -> (),
             #[from(server)] @1 One(u8),
             @3 Three -> Result<(), E>,
             @4 Four -> Result<String, E>,
         }",
        "14 04000000
         01000000 01 16 02 01 00 00
         02000000 00 15 01 15
         03000000 00 15 02 15 16 13 (E is 0) 00 01000000 01000000 00000000
         04000000 00 15 02 16 04 16 0f 00000000",
    );
}

#[test]
fn names_docs_and_order_do_not_count() {
    let one = hash(
        "/// About A.
         struct A { @0 x: u8, @1 y: B }
         struct B { z: Vec<A> }
         protocol P { @1 First(A), @2 Second { b: B } -> bool }",
    );
    let other = hash(
        "struct Q { inner: Vec<R> }
         struct R { @1 why: Q, @0 ex: u8 }
         #[version(4, min = 2)]
         /// About P.
         protocol Other { @2 Zweite { q: Q } -> bool, @1 Erste(R) }",
    );
    assert_eq!(one, other);
}

#[test]
fn everything_on_the_wire_counts() {
    let all = [
        "protocol P { M { a: u8 } }",
        "protocol P { M { a: i8 } }",
        "protocol P { M { a: u8, b: u8 } }",
        "protocol P { M(u8) }",
        "protocol P { M }",
        "protocol P { M -> () }",
        "protocol P { M -> u8 }",
        "protocol P { #[from(server)] M }",
        "protocol P { M, N }",
        "enum E { A } protocol P { M(E) }",
        "enum E { A, B } protocol P { M(E) }",
        "enum E { A(u8) } protocol P { M(E) }",
        "enum E: u8 { A } protocol P { M(E) }",
        "enum E: u16 { A } protocol P { M(E) }",
        "struct S { a: u8 } protocol P { M { s: S } }",
        "#[fixed] struct S { a: u8 } protocol P { M { s: S } }",
        "protocol P { M([u8; 2]) }",
        "protocol P { M([u8; 3]) }",
        "protocol P { M(#[varint] u16) }",
        "protocol P { M(u16) }",
        "protocol P { M { a: u8 = 1 } }",
        "protocol P { M { a: u8 = 2 } }",
        "protocol P { M { _: u8 } }",
        "protocol P { M -> Stream<u8> }",
        "#[closed] enum E { A } protocol P { M(E) }",
        "#[closed] enum E: u8 { A } protocol P { M(E) }",
        "enum E { #[default] A } protocol P { M(E) }",
        "enum E { @1 A, @2 _ } protocol P { N, M(E) }",
        "flags E: u8 { A } protocol P { M(E) }",
    ];
    let hashes: std::collections::BTreeSet<u128> = all.iter().map(|text| hash(text)).collect();
    assert_eq!(hashes.len(), all.len());
}

#[test]
fn a_payload_of_one_type_is_a_field_with_number_0() {
    assert_eq!(
        hash("enum E { A(u8) } protocol P { M(E) }"),
        hash("enum E { A { @0 a: u8 } } protocol P { M(E) }"),
    );
}

#[test]
fn a_type_of_the_compiler_has_no_fingerprint() {
    let ty = Type { kind: TypeKind::Extern(ExternId(0)), span: Span::NONE };
    let message = Message {
        docs: crate::ir::Docs::default(),
        number: Number { value: 1, written: None },
        name: Name::new("M", Span::NONE),
        from: Side::Client,
        payload: Payload::Tuple(Box::new(Field::unnamed(ty))),
        body_name: None,
        reply: None,
        idempotent: false,
        timeout: None,
        compress: false,
        handling: Handling::default(),
        meta: Meta::default(),
    };
    let text = "protocol P { M }";
    let mut schema = schema(text);
    let Some(Item::Protocol(only)) = schema.items.first_mut() else { panic!("{text}") };
    only.messages = vec![message];
    assert_eq!(protocol(&schema, the_protocol(&schema)), None);
}

#[test]
fn a_fingerprint_stays_what_it_is() {
    let text = "/// One line.
        struct Line { @0 number: u64, @1 text: String }
        struct Receipt { @0 lines: u64, @1 bytes: u64 }
        #[error] enum ShipError { @1 Empty, @2 LineTooLong { @0 number: u64, @1 max: u32 } }
        protocol Logs {
            @1 Open(String),
            @2 Ship { @0 lines: Vec<Line> } -> Result<Receipt, ShipError>,
            #[from(server)] @3 Progress(Receipt),
        }";
    assert_eq!(format!("{:032x}", hash(text)), "2dd76dda050227f374a1ea55d96e3ff6");
}
