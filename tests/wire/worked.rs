//! Values with the bytes that `docs/wire.md` derives for them by hand.

use network_protocol::{Bytes, RawVariant, Wire};

use super::check;

#[derive(Wire, Clone, Debug, PartialEq)]
struct S {
    a: u8,
    s: String,
}

#[derive(Wire, Clone, Debug, PartialEq)]
struct Empty {}

#[derive(Wire, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
#[derive(zerocopy::FromBytes, zerocopy::IntoBytes, zerocopy::Immutable, zerocopy::KnownLayout)]
#[np(fixed, plain)]
struct Point {
    x: f32,
    y: f32,
}

#[derive(Wire, Clone, Debug, PartialEq)]
#[np(fixed)]
struct Flags {
    on: bool,
    maybe: Option<bool>,
    note: Option<String>,
}

#[derive(Wire, Clone, Copy, Debug, PartialEq)]
#[repr(u16)]
enum Presence {
    Offline,
    Online,
    #[np(unknown)]
    Unknown(u16),
}

#[derive(Wire, Clone, Debug, PartialEq)]
enum Body {
    Text(String),
    Image {
        mime: String,
        wide: bool,
    },
    Left,
    #[np(unknown)]
    Unknown(RawVariant),
}

#[derive(Wire, Clone, Debug, PartialEq)]
struct Tree {
    name: String,
    children: Vec<Tree>,
}

#[test]
fn numbers_are_little_endian_and_take_their_own_size() {
    check(&0x0102_0304_u32, "04 04030201");
    check(&-2_i16, "02 feff");
    check(&1.5_f32, "04 0000c03f");
    check(&(u128::MAX - 1), "10 feffffffffffffffffffffffffffffff");
    check(&i128::MIN, "10 00000000000000000000000000000080");
}

#[test]
fn bools_and_options_take_bits() {
    check(&true, "01 01");
    check(&None::<u32>, "01 00");
    check(&Some(7_u32), "01 01 07000000");
    check(&Some(false), "01 01");
    check(&Some(true), "01 03");
    check(&None::<bool>, "01 00");
}

#[test]
fn nothing_is_no_bytes() {
    check(&(), "");
    check(&Empty {}, "");
}

#[test]
fn text_has_its_length_in_the_block() {
    check(&"hé".to_owned(), "01 03 68c3a9");
    check(&String::new(), "01 00");
    check(&Bytes::from_static(b"\xFF\x00"), "01 02 ff00");
    let long = "x".repeat(255);
    check(&long, &format!("01 ff 7f01000000 {}", hex::encode(&long)));
    let longer = "y".repeat(300);
    check(&longer, &format!("01 ff 2c02000000 {}", hex::encode(&longer)));
}

#[test]
fn a_struct_is_its_block_and_its_tail() {
    check(&S { a: 1, s: "x".into() }, "02 01 01 78");
}

#[test]
fn lists_are_blocks_then_tails() {
    check(&vec![1_u16, 2, 3], "01 03 0100 0200 0300");
    check(&vec!["a".to_owned(), "bc".to_owned()], "01 02 01 02 61 6263");
    check(&vec![true, false, true, true, false, false, false, false, true], "01 09 0d 01");
    check(&vec![Some(true), None, Some(false)], "01 03 13");
    check(&vec![vec![1_u8], vec![], vec![2, 3]], "01 03 01 00 02 01 02 03");
    let many = vec![7_u8; 256];
    check(&many, &format!("01 ff 0002000000 {}", "07".repeat(256)));
}

#[test]
fn a_list_of_optional_structs_is_a_bitmap_then_each_as_it_comes() {
    let value = vec![Some(S { a: 1, s: "x".into() }), None];
    check(&value, "01 02  01  82 01000000  01 01  78");
}

#[test]
fn a_list_of_structs_has_a_header_and_ends() {
    let value = vec![S { a: 1, s: "x".into() }, S { a: 2, s: "yz".into() }];
    check(&value, "01 02  02c0  0100 0300  0101 0202  78 797a");
    check(&vec![Empty {}, Empty {}], "01 02  01 00  00 00");
    check(&Vec::<S>::new(), "01 00");
}

#[test]
fn ends_are_four_bytes_wide_once_the_tails_pass_65535() {
    let text = "t".repeat(33_000);
    let value = vec![
        S { a: 1, s: text.clone() },
        S { a: 2, s: text.clone() },
        S { a: 3, s: String::new() },
    ];
    let piece = format!("{}{}", groups(33_000), hex::encode(&text));
    check(
        &value,
        &format!("01 03  0280  ed800000 da010100 da010100  01ff 02ff 0300  {piece} {piece}"),
    );
}

/// A length as five groups of seven bits.
fn groups(mut len: u32) -> String {
    let mut out = String::new();
    for _ in 0..5 {
        out.push_str(&format!("{:02x}", len & 0x7F));
        len >>= 7;
    }
    out
}

#[test]
fn a_nested_struct_says_how_long_its_block_and_tail_are() {
    #[derive(Wire, Clone, Debug, PartialEq)]
    struct Outer {
        before: u8,
        inner: S,
        numbers: Inner,
        empty: Empty,
        after: String,
    }
    #[derive(Wire, Clone, Debug, PartialEq)]
    struct Inner {
        a: u16,
    }
    let value = Outer {
        before: 9,
        inner: S { a: 1, s: "x".into() },
        numbers: Inner { a: 5 },
        empty: Empty {},
        after: "z".into(),
    };
    check(&value, "05  09 82 02 01 01   01000000 01 01 78   0500   00   7a");
}

#[test]
fn fixed_structs_and_arrays_stand_inline_with_flag_bytes_of_their_own() {
    check(&Point { x: 1.0, y: 2.0 }, "08 0000803f 00000040");
    check(&vec![Point { x: 1.0, y: 2.0 }; 2], "01 02 0000803f00000040 0000803f00000040");
    check(&Flags { on: true, maybe: Some(true), note: Some("n".into()) }, "01 0f 01 6e");
    check(&[true; 12], "02 ff0f");
    check(&[Some("a".to_owned()), None, Some("b".to_owned())], "01 05 01 61 01 62");
    check(&[[1_u8, 2], [3, 4]], "04 01020304");
}

#[test]
fn the_ninth_bool_opens_a_second_flag_byte_where_it_stands() {
    #[derive(Wire, Clone, Debug, PartialEq)]
    struct Nine {
        a: bool,
        b: bool,
        c: bool,
        d: bool,
        n: u16,
        e: bool,
        f: bool,
        g: bool,
        h: Option<bool>,
        i: bool,
    }
    let value = Nine {
        a: true,
        b: false,
        c: false,
        d: false,
        n: 0x0102,
        e: false,
        f: false,
        g: true,
        h: Some(true),
        i: true,
    };
    check(&value, "04  c1 0201 03");
}

#[test]
fn scalar_enums_are_numbers_and_keep_those_they_do_not_know() {
    check(&Presence::Offline, "02 0000");
    check(&Presence::Online, "02 0100");
    check(&Presence::Unknown(700), "02 bc02");
}

#[test]
fn unions_are_a_tag_and_a_body_of_known_length() {
    check(&Body::Text("hi".into()), "01 01  04000000 01 02 6869");
    check(&Body::Image { mime: "a/b".into(), wide: true }, "01 02  06000000 02 03 01 612f62");
    check(&Body::Left, "01 03 00000000");
    check(&vec![Body::Left, Body::Text("a".into())], "01 02  03 01  00000000  03000000 01 01 61");
}

#[test]
fn an_unknown_variant_is_written_as_it_came() {
    #[derive(Wire, Clone, Debug, PartialEq)]
    enum Newer {
        A(String),
        B(u32),
        C,
        D {
            n: u16,
        },
        #[np(unknown)]
        Unknown(RawVariant),
    }
    let bytes = network_protocol::wire::encode(&vec![Newer::D { n: 3 }, Newer::C]).unwrap();
    let older: Vec<Body> = network_protocol::wire::decode(&bytes).unwrap();
    let Body::Unknown(raw) = &older[0] else { panic!("{older:?}") };
    assert_eq!((raw.tag(), raw.body().as_ref()), (4, &[2, 3, 0][..]));
    assert_eq!(network_protocol::wire::encode(&older).unwrap(), bytes);
}

#[test]
fn recursion_goes_through_lists() {
    let leaf = |name: &str| Tree { name: name.into(), children: vec![] };
    let value = Tree { name: "r".into(), children: vec![leaf("a"), leaf("b")] };
    check(&value, "02 01 02  72  02c0 0100 0200  0100 0100  61 62");
}

#[test]
fn a_box_is_its_content() {
    #[derive(Wire, Clone, Debug, PartialEq)]
    struct Node {
        value: u8,
        next: Option<Box<Node>>,
    }
    let value = Node { value: 1, next: Some(Box::new(Node { value: 2, next: None })) };
    check(&value, "02 01 01  82 00000000 02 00");
    check(&vec![Box::new(S { a: 1, s: "x".into() })], "01 01 02c0 0100 0101 78");
    check(&Box::new(S { a: 1, s: "x".into() }), "02 01 01 78");
}

#[test]
fn a_block_of_255_bytes_has_its_length_in_three() {
    check(&[7_u8; 254], &format!("fe {}", "07".repeat(254)));
    check(&[7_u8; 255], &format!("ff ff00 {}", "07".repeat(255)));
}

#[test]
fn a_nested_block_of_127_bytes_has_its_length_in_the_tail() {
    #[derive(Wire, Clone, Debug, PartialEq)]
    struct Outer {
        inner: Wide,
    }
    #[derive(Wire, Clone, Debug, PartialEq)]
    struct Wide {
        bytes: [u8; 127],
    }
    let value = Outer { inner: Wide { bytes: [1; 127] } };
    check(&value, &format!("01 7f 7f00 {}", "01".repeat(127)));
}
