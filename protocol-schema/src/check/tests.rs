//! Rules on one item alone, as the Rust door asks for them; `schemas/invalid` shows the others.

use super::{codes, item, nearest, schema, snake_case, wire_name};
use crate::diag::{Code, Diagnostics};
use crate::ir::{
    ArrayLen, Docs, ExternId, Field, Handling, Int, Item, Message, Meta, Name, Number, Payload,
    Protocol, Reply, Schema, Side, Struct, Type, TypeKind, Union, UnionVariant,
};
use crate::span::Span;
use crate::text::{SourceMap, compile};

fn name(text: &str) -> Name {
    Name::new(text, Span::NONE)
}

fn ty(kind: TypeKind) -> Type {
    Type { kind, span: Span::NONE }
}

fn tuple(ty: Type) -> Payload {
    Payload::Tuple(Box::new(Field::unnamed(ty)))
}

fn external() -> Type {
    ty(TypeKind::Extern(ExternId(7)))
}

fn number(value: u32) -> Number {
    Number { value, written: Some(Span(value)) }
}

fn field(text: &str, ty: Type) -> Field {
    Field::new(Number::UNWRITTEN, name(text), ty)
}

fn structure(fields: Vec<Field>) -> Struct {
    let (docs, name, meta) = (Docs::default(), name("S"), Meta::default());
    Struct { docs, name, fixed: false, plain: false, fields, derives: Vec::new(), meta }
}

fn message(text: &str, payload: Payload, reply: Option<Reply>) -> Message {
    Message {
        docs: Docs::default(),
        number: Number::UNWRITTEN,
        name: name(text),
        from: Side::Client,
        payload,
        body_name: None,
        reply,
        idempotent: false,
        timeout: None,
        compress: false,
        handling: Handling::default(),
        meta: Meta::default(),
    }
}

fn protocol(messages: Vec<Message>) -> Protocol {
    Protocol {
        docs: Docs::default(),
        name: name("P"),
        version: 1,
        min: 1,
        messages,
        removed: Vec::new(),
        derives: Vec::new(),
        meta: Meta::default(),
    }
}

/// The codes of what is found on one item alone.
fn found(mut it: Item) -> Vec<Code> {
    let mut found = Diagnostics::new();
    item(&mut it, &mut found);
    found.finish().into_iter().map(|found| found.code).collect()
}

#[test]
fn a_good_item_gives_nothing() {
    assert_eq!(found(Item::Struct(structure(vec![field("a", ty(TypeKind::Bool))]))), []);
}

#[test]
fn numbers_nobody_wrote_are_given_by_position() {
    let fields = || vec![field("a", external()), field("b", external())];
    let mut it = Item::Protocol(protocol(vec![
        message("One", Payload::Fields(fields()), None),
        message("Two", Payload::Unit, None),
    ]));
    let mut found = Diagnostics::new();
    item(&mut it, &mut found);
    assert_eq!(found.finish(), []);
    let Item::Protocol(protocol) = it else { unreachable!() };
    let numbers: Vec<_> = protocol.messages.iter().map(|message| message.number).collect();
    let given = |value| Number { value, written: None };
    assert_eq!(numbers, [given(1), given(2)]);
    let Payload::Fields(fields) = &protocol.messages[0].payload else { unreachable!() };
    assert_eq!([fields[0].number, fields[1].number], [given(0), given(1)]);
}

#[test]
fn written_numbers_stay() {
    let mut s = structure(vec![field("b", external()), field("a", external())]);
    (s.fields[0].number, s.fields[1].number) = (number(1), number(0));
    let mut it = Item::Struct(s.clone());
    let mut found = Diagnostics::new();
    item(&mut it, &mut found);
    assert_eq!(found.finish(), []);
    assert_eq!(it, Item::Struct(s));
}

#[test]
fn no_rule_looks_into_a_type_of_the_compiler() {
    let reply = Reply { ok: external(), err: Some(external()) };
    let array = |length| ty(TypeKind::Array(Box::new(external()), ArrayLen::Literal(length)));
    let fields = vec![
        field("a", external()),
        field("b", ty(TypeKind::Option(Box::new(external())))),
        field("c", array(u32::MAX)),
    ];
    let protocol = protocol(vec![
        message("One", tuple(external()), Some(reply)),
        message("Two", Payload::Fields(fields.clone()), None),
    ]);
    let mut fixed = structure(fields);
    (fixed.fixed, fixed.plain) = (true, false);
    let items = vec![Item::Protocol(protocol), Item::Struct(fixed)];
    for item in &items {
        assert_eq!(found(item.clone()), []);
    }
    let mut whole = Schema { items, ..Schema::default() };
    let mut found = Diagnostics::new();
    schema(&mut whole, &mut found);
    assert_eq!(found.finish(), []);
}

#[test]
fn what_only_a_neighbour_could_tell_is_not_asked_of_one_item() {
    let unknown = ty(TypeKind::Named("Elsewhere".to_owned()));
    let length = ArrayLen::Const(name("ELSEWHERE"));
    let array = ty(TypeKind::Array(Box::new(unknown.clone()), length));
    let reply = Reply { ok: array, err: Some(unknown.clone()) };
    let one = message("One", tuple(unknown), Some(reply));
    assert_eq!(found(Item::Protocol(protocol(vec![one]))), []);
}

#[test]
fn one_item_alone_can_be_too_large() {
    let bytes = |length| {
        let element = Box::new(ty(TypeKind::Int(Int::U8)));
        ty(TypeKind::Array(element, ArrayLen::Literal(length)))
    };
    assert_eq!(found(Item::Struct(structure(vec![field("a", bytes(16_383))]))), []);
    let large = Item::Struct(structure(vec![field("a", bytes(16_384))]));
    assert_eq!(found(large), [codes::BLOCK_TOO_LARGE]);
    let sum = structure(vec![field("a", bytes(16_383)), field("b", ty(TypeKind::Bool))]);
    assert_eq!(found(Item::Struct(sum)), [codes::BLOCK_TOO_LARGE]);
}

#[test]
fn the_names_of_one_protocol_can_clash() {
    let fields = || Payload::Fields(Vec::new());
    let clash = protocol(vec![message("Client", fields(), None)]);
    assert_eq!(found(Item::Protocol(clash)), [codes::GENERATED_NAME]);
    let mut renamed = message("One", fields(), None);
    renamed.body_name = Some(name("P"));
    let clash = protocol(vec![renamed]);
    assert_eq!(found(Item::Protocol(clash)), [codes::GENERATED_NAME]);
    let mut renamed = message("Client", fields(), None);
    renamed.body_name = Some(name("Free"));
    assert_eq!(found(Item::Protocol(protocol(vec![renamed]))), []);
}

#[test]
fn a_plain_struct_is_fixed_and_holds_numbers() {
    let number = || ty(TypeKind::Int(Int::U32));
    let array = ty(TypeKind::Array(Box::new(number()), ArrayLen::Literal(2)));
    let mut plain = structure(vec![field("a", number()), field("b", array)]);
    (plain.fixed, plain.plain) = (true, true);
    assert_eq!(found(Item::Struct(plain.clone())), []);
    plain.fixed = false;
    assert_eq!(found(Item::Struct(plain.clone())), [codes::NOT_PLAIN]);
    plain.fixed = true;
    let mut turned = plain.clone();
    for (field, value) in turned.fields.iter_mut().zip([1, 0]) {
        field.number = Number { value, written: Some(Span(7)) };
    }
    assert_eq!(found(Item::Struct(turned)), [codes::NOT_PLAIN]);
    let flags = ty(TypeKind::Array(Box::new(ty(TypeKind::Bool)), ArrayLen::Literal(2)));
    plain.fields.push(field("c", flags));
    assert_eq!(found(Item::Struct(plain)), [codes::NOT_PLAIN]);
}

#[test]
fn the_unknown_variant_may_have_another_name() {
    let variant = |text: &str| UnionVariant {
        docs: Docs::default(),
        number: Number::UNWRITTEN,
        name: name(text),
        payload: Payload::Unit,
        default: false,
        meta: Meta::default(),
    };
    let union = |unknown: &str| {
        Item::Union(Union {
            docs: Docs::default(),
            name: name("U"),
            error: false,
            variants: vec![variant("Unknown"), variant("Other")],
            unknown: name(unknown),
            closed: false,
            removed: Vec::new(),
            derives: Vec::new(),
            meta: Meta::default(),
        })
    };
    assert_eq!(found(union("Newer")), []);
    assert_eq!(found(union("Other")), [codes::UNKNOWN_VARIANT_NAME]);
}

#[test]
fn methods_are_in_snake_case() {
    for (name, method) in [
        ("Join", "join"),
        ("JoinRoom", "join_room"),
        ("Join_Room", "join_room"),
        ("HTTPGet", "http_get"),
        ("GetHTTP", "get_http"),
        ("V2Get", "v2_get"),
        ("A", "a"),
        ("AB", "ab"),
        ("ABc", "a_bc"),
        ("already_snake", "already_snake"),
        ("_Hidden", "_hidden"),
        ("Type", "type"),
        ("Is3D", "is3_d"),
    ] {
        assert_eq!(snake_case(name), method);
    }
}

#[test]
fn the_wire_name_has_the_package_before_it() {
    let protocol = protocol(Vec::new());
    assert_eq!(wire_name(&[], &protocol), "P");
    assert_eq!(wire_name(&[name("a"), name("b")], &protocol), "a::b::P");
}

#[test]
fn the_nearest_word_is_none_for_a_word_too_short_to_tell() {
    assert_eq!(nearest("T", ["A", "B"]), None);
    assert_eq!(nearest("t", ["A", "T"]), Some("T"));
}

/// The plain structs of a text.
fn plain(text: &str) -> Vec<String> {
    let mut map = SourceMap::new();
    let file = map.add("test.np".to_owned(), format!("package test;\n{text}"));
    let compiled = compile(&mut map, file);
    assert_eq!(compiled.diagnostics, [], "{text}");
    let plain = compiled.schema.items.into_iter().filter_map(|item| match item {
        Item::Struct(item) if item.plain => Some(item.name.text),
        Item::Const(_)
        | Item::Alias(_)
        | Item::Struct(_)
        | Item::Scalar(_)
        | Item::Union(_)
        | Item::Flags(_)
        | Item::Protocol(_) => None,
    });
    plain.collect()
}

#[test]
fn numbers_without_a_gap_are_plain() {
    for fields in [
        "x: f32, y: f32, z: f32",
        "a: u64, b: u32, c: u16, d: u8, e: i8",
        "a: [u8; 3], b: u8, c: u32",
        "a: u128",
        "a: [[u16; 2]; 3], b: u16, c: u16",
    ] {
        assert_eq!(plain(&format!("#[fixed] struct S {{ {fields} }}")), ["S"], "{fields}");
    }
}

#[test]
fn all_else_is_not_plain() {
    for fields in [
        "a: u8, b: u16",
        "a: u64, b: u8",
        "@1 a: u32, @0 b: u32",
        "a: bool",
        "a: Option<u8>",
        "a: String",
        "a: Bytes",
        "a: Vec<u8>",
        "a: [bool; 8]",
        "a: E",
        "a: T",
    ] {
        let text = format!(
            "#[fixed] struct S {{ {fields} }}
             struct T {{ a: u8 }}
             enum E: u8 {{ A }}"
        );
        assert_eq!(plain(&text), [""; 0], "{fields}");
    }
    assert_eq!(plain("struct S { a: u8 }"), [""; 0]);
}

#[test]
fn plain_is_made_of_plain() {
    let text = "
        #[fixed] struct Outer { inner: [Inner; LEN], last: u32 }
        #[fixed] struct Inner { a: u16, b: u16 }
        #[fixed] struct HoldsGap { gap: Gap }
        #[fixed] struct Gap { a: u8, b: u16 }
        const LEN: u8 = 3;";
    assert_eq!(plain(text), ["Outer", "Inner"]);
}
