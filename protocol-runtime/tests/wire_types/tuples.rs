//! Tuples: flag bytes of their own.

use protocol_runtime::wire::{DecodeErrorKind as Kind, Wire};

use crate::{exact, refused, tolerated};

#[test]
fn the_blocks_stand_before_the_tails() {
    exact(&(1_u8, 2_u16), "03 01 0200");
    exact(&("a".to_owned(), 7_u8, "bc".to_owned()), "03 01 07 02 61 6263");
    exact(&(5_u32,), "04 05000000");
    exact(&((1_u8, "x".to_owned()), 2_u8), "03 01 01 02 78");
}

#[test]
fn a_tuple_has_flag_bytes_of_its_own() {
    exact(&(true, 1_u8, false, Some(2_u8)), "02 05 01 02");
    // Beside each other, and each with its own.
    exact(&((true,), (true, false)), "02 01 01");
    // Of the list each element has one, where a list of bools would have a bitmap.
    exact(&vec![(true,), (false,), (true,)], "01 03 01 00 01");
    exact(&(true, true, true, true, true, true, true, true, Some(true)), "02 ff 03");
}

#[test]
fn bits_that_no_element_has_are_refused() {
    refused::<(bool, u8)>("02 02 00", Kind::PaddingBits);
    refused::<(u8, bool, bool)>("02 00 04", Kind::PaddingBits);
    refused::<Vec<(bool,)>>("01 01 80", Kind::PaddingBits);
    refused::<(bool, (bool,))>("02 01 02", Kind::PaddingBits);
    refused::<(Option<bool>,)>("01 02", Kind::AbsentWithValue);
}

#[test]
fn what_a_shorter_block_does_not_have_is_zero() {
    tolerated("01 07", &(7_u8, 0_u32, None::<u8>, String::new()));
    tolerated("", &(false, [0_u16; 2]));
}

#[test]
fn a_tuple_has_a_tail_if_an_element_has_one() {
    const { assert!(!<(u8, bool, Option<bool>, [u16; 3])>::HAS_TAIL) };
    const { assert!(<(u8, Option<u8>)>::HAS_TAIL) };
    const { assert!(<(u8, (String,))>::HAS_TAIL) };
    const { assert!(<(u8, String)>::TEXT && !<(u8, Option<String>)>::TEXT && !<(u8,)>::TEXT) };
    const { assert!(<(u8, (String, [bool; 2]))>::IS_KEY && !<(u8, f32)>::IS_KEY) };
    const { assert!(<(u8, u16)>::BITS == 0 && <(bool, bool)>::BITS == 0) };
}

#[test]
fn twelve_elements_are_the_most() {
    exact(
        &(1_u8, 2_u8, 3_u8, 4_u8, 5_u8, 6_u8, 7_u8, 8_u8, 9_u8, 10_u8, 11_u8, 12_u8),
        "0c 0102030405060708090a0b0c",
    );
}

#[test]
fn text_in_tuples_is_checked_as_one_piece() {
    let words = |n: usize| (u8::try_from(n).unwrap(), "ä".repeat(n), "x".repeat(300 - n));
    crate::assert_same::<Vec<(u8, String, String)>>(
        &crate::encode(&(0..200).map(words).collect::<Vec<_>>()).unwrap(),
    );
    // Cut inside of a character, by lengths that are one off.
    refused::<(String, String)>("02 01 03 c3a4 6262", Kind::InvalidUtf8);
    refused::<Vec<(String, String)>>("01 01 01 03 c3a4 6262", Kind::InvalidUtf8);
}

crate::properties! {
    []
    plain: (u8, i64, u128);
    flags: (bool, u8, Option<bool>, [bool; 9], bool);
    text: (String, u8, String);
    nested: Vec<((u8, String), Option<(bool, Vec<u16>)>)>;
    ten: (u8, bool, u16, String, Option<u8>, i8, Option<bool>, Vec<bool>, u64, (u8,));
}
