//! A plain struct with a field that is longer on the wire than in memory, so that a list of them
//! cannot be copied as it lies there.

use protocol_macros::Wire;
use protocol_runtime::__private::v1::zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};
use protocol_runtime::__private::v1::{DecodeError, Reader, Slot, Tail, Wire};
use protocol_runtime::schema::TypeSchema;

#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[zerocopy(crate = "protocol_runtime::__private::v1::zerocopy")]
#[repr(C)]
pub struct Padded(u8);

impl Wire for Padded {
    const BITS: usize = 0;
    const BLOCK: usize = 4;
    const HAS_TAIL: bool = false;
    const PLAIN: bool = true;

    type View<'a> = u32;

    fn encode_block(&self, block: &mut [u8], slot: Slot) {
        u32::from(self.0).encode_block(block, slot);
    }

    fn decode(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self(u32::decode(block, slot, tail)?.to_le_bytes()[0]))
    }

    fn check(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<(), DecodeError> {
        u32::check(block, slot, tail)
    }

    fn view<'a>(block: &'a [u8], slot: Slot, tail: Tail<'a>) -> u32 {
        u32::view(block, slot, tail)
    }

    fn schema() -> &'static TypeSchema {
        u32::schema()
    }
}

#[derive(Wire, Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[np(crate = protocol_runtime, fixed, plain)]
#[zerocopy(crate = "protocol_runtime::__private::v1::zerocopy")]
#[repr(C)]
pub struct Sample {
    pub value: Padded,
    pub kind: u8,
}

fn main() {}
