//! A plain struct with a field that is longer on the wire than in memory, so that a list of them
//! cannot be copied as it lies there.

use protocol_macros::Wire;
use protocol_runtime::__private::v1::zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};
use protocol_runtime::__private::v1::{DecodeError, Reader, Slot, Wire, Writer};
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

    fn encode(&self, slot: Slot, out: &mut Writer<'_>) {
        u32::from(self.0).encode(slot, out);
    }

    fn decode(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self(u32::decode(block, slot, tail)?.to_le_bytes()[0]))
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
