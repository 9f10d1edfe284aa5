//! Bytes that no schema version may write get a typed error, before anything is allocated.

use network_protocol::wire::{DecodeErrorKind as Kind, DecodeOptions, Reader, Root};
use network_protocol::wire::{decode, decode_exact};
use network_protocol::{Bytes, RawVariant, Wire};

#[derive(Wire, Clone, Debug, PartialEq)]
struct S {
    a: u8,
    s: String,
}

#[derive(Wire, Clone, Debug, PartialEq)]
struct Outer {
    inner: S,
}

#[derive(Wire, Clone, Debug, PartialEq)]
struct Tree {
    children: Vec<Tree>,
}

#[derive(Wire, Clone, Debug, PartialEq)]
enum Body {
    Text(String),
    Left,
    #[np(unknown)]
    Unknown(RawVariant),
}

#[derive(Wire, Clone, Debug, PartialEq)]
#[np(fixed)]
struct Flags {
    a: bool,
}

fn bytes(hex_bytes: &str) -> Vec<u8> {
    hex::decode(hex_bytes.split_whitespace().collect::<String>()).expect("hex")
}

fn kind<T: Root + std::fmt::Debug>(hex_bytes: &str) -> Kind {
    decode::<T>(&bytes(hex_bytes)).expect_err("must be refused").kind()
}

fn kind_exact<T: Root + std::fmt::Debug>(hex_bytes: &str) -> Kind {
    let bytes = bytes(hex_bytes);
    decode::<T>(&bytes).expect("tolerable");
    decode_exact::<T>(&bytes).expect_err("must be refused").kind()
}

#[test]
fn lengths_must_be_in_their_shortest_form_and_well_formed() {
    assert_eq!(kind::<String>("01 ff 7e01000000"), Kind::NonMinimal);
    assert_eq!(kind::<String>("01 ff 8001000000"), Kind::BadLength);
    assert_eq!(kind::<String>("01 ff ff7f7f7f7f"), Kind::BadLength);
    assert_eq!(kind::<String>("01 ff 7f7f7f7f7f"), Kind::BadLength);
    assert_eq!(kind::<u8>("ff 0100 00"), Kind::NonMinimal);
    assert_eq!(kind::<Outer>("01 7f 0200 0000"), Kind::NonMinimal);
    assert!(matches!(kind::<String>("01 ff 7f01"), Kind::Truncated { needed: 5, left: 2 }));
}

#[test]
fn lengths_near_two_to_the_32_are_compared_with_what_is_left() {
    // 2³² − 1 in groups of seven bits.
    let max = "7f7f7f7f0f";
    assert!(matches!(kind::<String>(&format!("01 ff {max}")), Kind::Truncated { left: 0, .. }));
    assert!(matches!(kind::<Vec<u64>>(&format!("01 ff {max}")), Kind::Truncated { .. }));
    assert!(matches!(kind::<Vec<bool>>(&format!("01 ff {max}")), Kind::Truncated { .. }));
    assert!(matches!(kind::<Vec<S>>(&format!("01 ff {max} 02c0")), Kind::Truncated { .. }));
    assert!(matches!(kind::<Outer>("01 82 ffffffff"), Kind::Truncated { .. }));
    assert!(matches!(kind::<Body>("01 01 ffffffff"), Kind::Truncated { .. }));
}

#[test]
fn text_must_be_utf8_and_the_error_names_the_field() {
    let error = decode::<S>(&bytes("02 01 02 c328")).unwrap_err();
    assert_eq!(error.kind(), Kind::InvalidUtf8);
    assert_eq!(error.to_string(), "S.s: text is not valid UTF-8");
    // A character cut in two by the length, whole in the bytes.
    assert_eq!(kind::<Vec<String>>("01 02 01 01 c3a9"), Kind::InvalidUtf8);
}

#[test]
fn padding_bits_are_refused_where_no_version_could_give_them_a_meaning() {
    assert_eq!(kind::<Vec<bool>>("01 01 02"), Kind::PaddingBits);
    assert_eq!(kind::<[bool; 3]>("01 08"), Kind::PaddingBits);
    assert_eq!(kind::<Flags>("01 02"), Kind::PaddingBits);
    assert_eq!(kind::<Vec<S>>("01 01 0240 0000"), Kind::PaddingBits);
}

#[test]
fn an_absent_optional_bool_has_no_value() {
    assert_eq!(kind::<Option<bool>>("01 02"), Kind::AbsentWithValue);
    assert_eq!(kind::<Vec<Option<bool>>>("01 01 02"), Kind::AbsentWithValue);
}

#[test]
fn values_must_take_room_where_they_stand() {
    assert_eq!(kind::<Vec<S>>("01 01 0080"), Kind::EmptyBlock);
    assert_eq!(kind::<Vec<S>>("01 01 0000"), Kind::EmptyBlock);
    assert_eq!(kind::<Outer>("01 80 00000000"), Kind::EmptyBlock);
}

#[test]
fn ends_must_not_fall_or_pass_the_end() {
    assert_eq!(kind::<Vec<S>>("01 02 02c0 0200 0100 0101 0101 7879"), Kind::BadEnds);
    assert_eq!(kind::<Vec<S>>("01 01 02c0 0900 0101 78"), Kind::BadEnds);
    // The string of the first element may not reach into the second one's tail.
    assert!(matches!(
        kind::<Vec<S>>("01 02 02c0 0100 0200 0102 0100 7879"),
        Kind::Truncated { needed: 2, left: 1 }
    ));
}

#[test]
fn the_reserved_tag_is_refused() {
    assert_eq!(kind::<Body>("01 ff 00000000"), Kind::ReservedTag(255));
}

#[test]
fn exact_decoding_refuses_what_only_another_schema_writes() {
    assert_eq!(kind_exact::<bool>("01 02"), Kind::UnknownBits);
    assert_eq!(kind_exact::<S>("03 01 00 07"), Kind::BlockLength { got: 3, own: 2 });
    assert_eq!(kind_exact::<S>("02 01 00 07"), Kind::LeftOver(1));
    assert_eq!(kind_exact::<S>(""), Kind::Absent);
    assert_eq!(kind_exact::<()>("01 00"), Kind::LeftOver(2));
    assert_eq!(kind_exact::<Body>("01 00"), Kind::Absent);
    assert_eq!(kind_exact::<Body>("01 01 00000000"), Kind::Absent);
    assert_eq!(kind_exact::<Body>("01 02 02000000 01 05"), Kind::LeftOver(2));
    assert_eq!(kind_exact::<Outer>("01 00"), Kind::Absent);
    assert_eq!(kind_exact::<Outer>("01 02 0100"), Kind::Absent);
    // Ends of four bytes where two are enough.
    assert_eq!(kind_exact::<Vec<S>>("01 01 0280 01000000 0101 78"), Kind::NonMinimal);
}

#[test]
fn nesting_has_a_limit() {
    let mut deep = Tree { children: vec![] };
    for _ in 0..200 {
        deep = Tree { children: vec![deep] };
    }
    let bytes = network_protocol::wire::encode(&deep).unwrap();
    assert_eq!(decode::<Tree>(&bytes).unwrap_err().kind(), Kind::DepthLimit);
    let deeper = DecodeOptions { depth: 300, ..DecodeOptions::default() };
    assert_eq!(Tree::read(&bytes, &deeper), Ok(deep));
}

#[test]
fn memory_is_charged_before_it_is_taken() {
    // One byte of body for an element that takes 40 in memory: 65,536 of them.
    #[derive(Wire, Clone, Debug, PartialEq)]
    struct Wide {
        a: Vec<u8>,
        b: String,
    }
    let count = 65_536_u32;
    let mut body = bytes("01 ff");
    let mut rest = count;
    for _ in 0..5 {
        body.push(u8::try_from(rest & 0x7F).unwrap());
        rest >>= 7;
    }
    body.extend([1, 0]);
    body.extend(vec![0; usize::try_from(count).unwrap()]);
    let options = DecodeOptions { budget: 1 << 20, ..DecodeOptions::default() };
    let error = Vec::<Wide>::read(&body, &options).unwrap_err();
    assert_eq!(error.kind(), Kind::BudgetExceeded);
    assert_eq!(Vec::<Wide>::read(&body, &DecodeOptions::default()).unwrap().len(), 65_536);
}

#[test]
fn bytes_share_the_message_they_came_in() {
    let message = Bytes::from(bytes("01 03 010203"));
    let value: Bytes =
        network_protocol::wire::decode_root(&message, &DecodeOptions::default()).unwrap();
    assert_eq!(value.as_ptr(), message[2..].as_ptr());
}

trait Read: Root {
    fn read(
        bytes: &[u8],
        options: &DecodeOptions,
    ) -> Result<Self, network_protocol::wire::DecodeError> {
        Self::decode_root(&mut Reader::new(bytes, options))
    }
}

impl<T: Root> Read for T {}
