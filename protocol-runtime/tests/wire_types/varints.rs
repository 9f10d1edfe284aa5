//! Varints and defaults.

use protocol_runtime::wire::DecodeErrorKind as Kind;
use protocol_runtime::wire::varint::Varint;
use protocol_runtime::wire::xor::{mask, unmask};

use crate::{exact, refused, tolerated};

#[test]
fn small_values_are_one_byte_and_larger_ones_as_few_as_they_need() {
    exact(&Varint(0_u64), "01 00");
    exact(&Varint(250_u64), "01 fa");
    exact(&Varint(251_u64), "01 fb fb00");
    exact(&Varint(0xFFFF_u64), "01 fb ffff");
    exact(&Varint(0x1_0000_u64), "01 fc 00000100");
    exact(&Varint(0xFFFF_FFFF_u64), "01 fc ffffffff");
    exact(&Varint(0x1_0000_0000_u64), "01 fd 0000000001000000");
    exact(&Varint(u64::MAX), "01 fd ffffffffffffffff");
    exact(&Varint(u32::MAX), "01 fc ffffffff");
    exact(&Varint(u16::MAX), "01 fb ffff");
}

#[test]
fn signed_values_are_short_on_both_sides_of_zero() {
    exact(&Varint(0_i64), "01 00");
    exact(&Varint(-1_i64), "01 01");
    exact(&Varint(1_i64), "01 02");
    exact(&Varint(125_i16), "01 fa");
    exact(&Varint(-125_i16), "01 f9");
    exact(&Varint(-126_i16), "01 fb fb00");
    exact(&Varint(i16::MIN), "01 fb ffff");
    exact(&Varint(i16::MAX), "01 fb feff");
    exact(&Varint(i32::MIN), "01 fc ffffffff");
    exact(&Varint(i64::MIN), "01 fd ffffffffffffffff");
}

#[test]
fn absent_is_zero() {
    tolerated("", &Varint(0_i32));
}

#[test]
fn a_form_longer_than_the_value_needs_is_refused() {
    refused::<Varint<u64>>("01 fb fa00", Kind::NonMinimal);
    refused::<Varint<u64>>("01 fc ffff0000", Kind::NonMinimal);
    refused::<Varint<u64>>("01 fd ffffffff00000000", Kind::NonMinimal);
    refused::<Varint<i64>>("01 fb 0000", Kind::NonMinimal);
}

#[test]
fn a_form_wider_than_the_type_is_refused() {
    refused::<Varint<u16>>("01 fc 00000100", Kind::BadValue);
    refused::<Varint<i16>>("01 fd 0000000001000000", Kind::BadValue);
    refused::<Varint<u32>>("01 fd 0000000001000000", Kind::BadValue);
    // Whatever stands, or does not stand, behind it.
    refused::<Varint<u16>>("01 fc", Kind::BadValue);
}

#[test]
fn the_two_first_bytes_without_meaning_are_refused() {
    refused::<Varint<u64>>("01 fe 0000000000000000", Kind::BadValue);
    refused::<Varint<u64>>("01 ff 0000000000000000", Kind::BadValue);
}

#[test]
fn a_default_is_taken_off_before_the_value_is_folded() {
    // A field of type i64 with the default -1: the default itself is the byte 0.
    exact(&Varint(mask(-1_i64, -1)), "01 00");
    exact(&Varint(mask(-2_i64, -1)), "01 02");
    exact(&Varint(mask(0_i64, -1)), "01 01");
    assert_eq!(unmask(0, -1_i64), Ok(-1));
}

#[test]
fn of_floats_the_bits_are_what_is_taken_off() {
    exact(&mask(1.5_f32, 1.5), "04 00000000");
    exact(&mask(0.0_f32, 1.5), "04 0000c03f");
    let quiet = f32::from_bits(0x7FC0_1234);
    assert_eq!(unmask(mask(quiet, 1.5), 1.5).map(f32::to_bits), Ok(quiet.to_bits()));
    let zero = -0.0_f64;
    assert_eq!(unmask(mask(zero, 0.1), 0.1).map(f64::to_bits), Ok(zero.to_bits()));
    exact(&mask(true, true), "01 00");
    exact(&mask(false, true), "01 01");
    exact(&mask(7_u16, 5), "02 0200");
}

#[test]
fn every_width_and_sign_goes_there_and_back_at_its_edges() {
    for shift in 0..64 {
        for near in [-2_i64, -1, 0, 1, 2] {
            let value = (1_u64 << shift).wrapping_add_signed(near);
            let signed = value.cast_signed();
            there_and_back(&(Varint(value), Varint(signed), Varint(signed.wrapping_neg())));
            let [a, b, c, d, ..] = value.to_le_bytes();
            let (narrow, small) = (u32::from_le_bytes([a, b, c, d]), u16::from_le_bytes([a, b]));
            there_and_back(&(Varint(narrow), Varint(narrow.cast_signed())));
            there_and_back(&vec![Varint(small), Varint(small.wrapping_mul(3))]);
            there_and_back(&[Varint(small.cast_signed()), Varint(0)]);
        }
    }
}

fn there_and_back<T: protocol_runtime::wire::Wire + PartialEq + std::fmt::Debug>(value: &T) {
    let bytes = crate::encode(value).unwrap();
    assert_eq!(crate::decode_exact::<T>(&bytes).as_ref(), Ok(value));
    crate::assert_same::<T>(&bytes);
}
