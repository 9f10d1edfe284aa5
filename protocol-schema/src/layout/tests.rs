//! Sizes and places, worked out by hand from the page on the wire.

use super::{Bit, Layouts, Place, Size};
use crate::ir::{Field, Item, Schema};
use crate::text::{SourceMap, compile};

fn schema(text: &str) -> Schema {
    let mut map = SourceMap::new();
    let file = map.add("test.np".to_owned(), format!("package test;\n{text}"));
    let compiled = compile(&mut map, file);
    assert_eq!(compiled.diagnostics, [], "{text}");
    compiled.schema
}

/// The fields of the first struct.
fn fields(schema: &Schema) -> &[Field] {
    schema
        .items
        .iter()
        .find_map(|item| if let Item::Struct(item) = item { Some(&item.fields) } else { None })
        .unwrap()
}

/// What a field of a type takes.
#[track_caller]
fn check(ty: &str, bits: usize, block: usize, tail: bool) {
    let schema = schema(&format!(
        "struct Only {{ a: {ty} }}
         struct S {{ a: u8 }}
         #[fixed] struct F {{ a: bool, b: u16, c: bool }}
         #[fixed] struct T {{ a: String }}
         enum E: u32 {{ A }}
         enum U {{ A }}
         #[closed] enum C {{ A(F) }}
         flags R: u16 {{ A }}
         type B = bool;
         const N: u8 = 3;"
    ));
    let layouts = Layouts::new(&schema);
    let field = fields(&schema).first().unwrap();
    assert_eq!(layouts.field(field), Some(Size { bits, block, tail }), "{ty}");
}

#[test]
fn each_type_has_its_size() {
    for (ty, bits, block, tail) in [
        ("bool", 1, 0, false),
        ("B", 1, 0, false),
        ("Secret<B>", 1, 0, false),
        ("u8", 0, 1, false),
        ("i128", 0, 16, false),
        ("f32", 0, 4, false),
        ("E", 0, 4, false),
        ("R", 0, 2, false),
        ("std::Uuid", 0, 16, false),
        ("std::Timestamp", 0, 12, false),
        ("std::Duration", 0, 12, false),
        ("std::SocketAddr", 0, 19, false),
        ("Option<bool>", 2, 0, false),
        ("Option<Secret<B>>", 2, 0, false),
        ("Option<u8>", 1, 0, true),
        ("Option<(bool,)>", 1, 0, true),
        ("String", 0, 1, true),
        ("Bytes", 0, 1, true),
        ("Vec<bool>", 0, 1, true),
        ("Map<u8, S>", 0, 1, true),
        ("Set<u8>", 0, 1, true),
        ("[u16; N]", 0, 6, false),
        ("[bool; 12]", 0, 2, false),
        ("[Option<bool>; 5]", 0, 2, false),
        ("[(bool, bool); 3]", 0, 3, false),
        ("[String; 3]", 0, 3, true),
        ("(bool, u16, bool)", 0, 3, false),
        ("(u8, Option<u8>)", 0, 2, true),
        ("F", 0, 3, false),
        ("T", 0, 1, true),
        ("S", 0, 1, true),
        ("U", 0, 1, true),
        ("C", 0, 1, true),
    ] {
        check(ty, bits, block, tail);
    }
}

#[test]
fn bits_share_flag_bytes_and_bytes_stand_between_them() {
    let schema = schema(
        "struct S {
             @0 a: bool, @1 b: u16, @2 c: Option<bool>, @3 d: Option<u8>, @4 e: bool, @5 f: bool,
             @7 g: Option<bool>, @6 _: bool, @8 h: String, @9 i: bool, #[varint] @10 j: u64,
         }",
    );
    let layouts = Layouts::new(&schema);
    let body = layouts.body(fields(&schema)).unwrap();
    let bit = |byte, bit| Bit { byte, bit };
    let places: Vec<Place> = body.slots.iter().map(|slot| slot.place).collect();
    assert_eq!(
        places,
        [
            Place::Bit(bit(0, 0)),
            Place::Bytes(1),
            Place::TwoBits(bit(0, 1), bit(0, 2)),
            Place::Bit(bit(0, 3)),
            Place::Bit(bit(0, 4)),
            Place::Bit(bit(0, 5)),
            Place::Bit(bit(0, 6)),
            Place::TwoBits(bit(0, 7), bit(3, 0)),
            Place::Bytes(4),
            Place::Bit(bit(3, 1)),
            Place::Bytes(5),
        ]
    );
    assert_eq!((body.block, body.tail), (6, true));
}

#[test]
fn what_stands_below_has_its_size_above() {
    let schema = schema(
        "#[fixed] struct A { @0 b: B, @1 e: [E; 3], @2 u: U, @3 f: F, @4 s: S }
         type B = C; #[fixed] struct C { @0 e: E }
         enum E: u32 { @0 No } enum U { @1 No } flags F: u64 { @0 R } struct S { @0 a: u64 }",
    );
    let layouts = Layouts::new(&schema);
    assert_eq!(layouts.body(fields(&schema)).unwrap().block, 4 + 3 * 4 + 1 + 8 + 1);
}

#[test]
fn what_is_too_large_by_what_stands_below_is_told() {
    let text = "package test; struct S { @0 a: (A, A) } #[fixed] struct A { @0 e: [E; 10000] } enum E: u8 { @0 No }";
    let mut map = SourceMap::new();
    let file = map.add("test.np".to_owned(), text.to_owned());
    let found = compile(&mut map, file).diagnostics;
    let codes: Vec<_> = found.iter().map(|found| found.code).collect();
    assert_eq!(codes, [crate::check::codes::BLOCK_TOO_LARGE]);
}

#[test]
fn a_stream_has_no_place() {
    let schema = schema("protocol P { M { a: Stream<u8>, b: u8 } -> () }");
    let layouts = Layouts::new(&schema);
    let Some(Item::Protocol(protocol)) = schema.items.first() else { unreachable!() };
    let crate::ir::Payload::Fields(fields) = &protocol.messages[0].payload else { unreachable!() };
    let body = layouts.body(fields).unwrap();
    assert_eq!((body.slots[0].place, body.slots[1].place), (Place::Nowhere, Place::Bytes(0)));
    assert_eq!((body.block, body.tail), (1, false));
}

#[test]
fn keys_have_an_order() {
    let schema = schema(
        "struct S { a: u8, b: String, c: (bool, std::Uuid), d: [Bytes; 2], e: N, f: std::Timestamp,
                    v: f32, w: Option<u8>, x: Secret<u8>, y: (u8, S2), z: std::SocketAddr }
         struct S2 {}
         type N = i128;",
    );
    let layouts = Layouts::new(&schema);
    let keys: Vec<bool> = fields(&schema).iter().map(|field| layouts.is_key(&field.ty)).collect();
    assert_eq!(keys, [[true; 6].as_slice(), &[false; 5]].concat());
}

#[test]
fn defaults_have_the_bytes_of_their_type() {
    let schema = schema(
        "struct S {
             a: bool = true, b: i16 = -2, c: f64 = 1.0, d: E = E::B, e: R = [R::C, R::A], f: u32 = K,
             g: R = [], h: f32 = -0.0,
         }
         enum E: u16 { @0 A, @1 B }
         flags R: u16 { @0 A, @1 B, @2 C }
         const K: u32 = L;
         const L: u32 = 0x01020304;",
    );
    let layouts = Layouts::new(&schema);
    let bytes: Vec<Vec<u8>> = fields(&schema)
        .iter()
        .map(|field| layouts.default_bytes(&field.ty, field.default.as_ref().unwrap()).unwrap())
        .collect();
    let expected: [&[u8]; 8] = [
        &[1],
        &[0xfe, 0xff],
        &[0, 0, 0, 0, 0, 0, 0xf0, 0x3f],
        &[1, 0],
        &[5, 0],
        &[4, 3, 2, 1],
        &[0, 0],
        &[0, 0, 0, 0x80],
    ];
    assert_eq!(bytes, expected);
}

#[test]
fn what_is_endless_has_no_size() {
    let mut map = SourceMap::new();
    let text = "package test; struct S { a: [A; 2] } type A = (F, A); #[fixed] struct F { f: F }";
    let file = map.add("test.np".to_owned(), text.to_owned());
    let schema = compile(&mut map, file).schema;
    assert_eq!(Layouts::new(&schema).body(fields(&schema)), None);
}
