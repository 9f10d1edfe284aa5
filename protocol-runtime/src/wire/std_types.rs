//! The std types: fixed blocks, nothing in the tail, and values that some bytes are not.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use super::Wire;
use super::error::{DecodeError, DecodeErrorKind as Kind};
use super::layout::Slot;
use super::number::{check_plain_list, decode_plain_list, encode_plain_list};
use super::reader::{Reader, load};
use super::tail::Tail;
use super::writer::{Writer, put};
use crate::schema::TypeSchema;
use crate::types::{Timestamp, Uuid};

impl Wire for Uuid {
    const BITS: usize = 0;
    const BLOCK: usize = 16;
    const HAS_TAIL: bool = false;
    const PLAIN: bool = true;
    const IS_KEY: bool = true;

    type View<'a> = Self;

    #[inline(always)]
    fn encode_block(&self, block: &mut [u8], slot: Slot) {
        put(block, slot.block, *self.as_bytes());
    }

    #[inline(always)]
    fn decode(block: &[u8], slot: Slot, _: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self::from_bytes(load(block, slot.block)))
    }

    #[inline(always)]
    fn check(_: &[u8], _: Slot, _: &mut Reader<'_>) -> Result<(), DecodeError> {
        Ok(())
    }

    #[inline(always)]
    fn view<'a>(block: &'a [u8], slot: Slot, _: Tail<'a>) -> Self {
        Self::from_bytes(load(block, slot.block))
    }

    #[inline]
    fn encode_list(items: &[Self], out: &mut Writer<'_>) {
        encode_plain_list(items, out);
    }

    #[inline]
    fn decode_list(count: usize, tail: &mut Reader<'_>) -> Result<Vec<Self>, DecodeError> {
        decode_plain_list(count, tail, Self::from_bytes)
    }

    #[inline]
    fn check_list(count: usize, tail: &mut Reader<'_>) -> Result<(), DecodeError> {
        check_plain_list::<Self>(count, tail)
    }

    fn schema() -> &'static TypeSchema {
        &TypeSchema::Uuid
    }
}

/// Those of which some bytes are no value.
macro_rules! checked {
    ($($ty:ty, $block:literal, $is_key:literal, $schema:expr, $absent:expr;)*) => {$(
        impl Wire for $ty {
            const BITS: usize = 0;
            const BLOCK: usize = $block;
            const HAS_TAIL: bool = false;
            const PLAIN: bool = false;
            const IS_KEY: bool = $is_key;

            type View<'a> = Self;

            #[inline]
            fn encode_block(&self, block: &mut [u8], slot: Slot) {
                put::<$block>(block, slot.block, self.to_block());
            }

            #[inline]
            fn decode(block: &[u8], slot: Slot, _: &mut Reader<'_>) -> Result<Self, DecodeError> {
                Self::from_block(load(block, slot.block)).ok_or_else(|| Kind::BadValue.into())
            }

            #[inline]
            fn check(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<(), DecodeError> {
                Self::decode(block, slot, tail).map(|_| ())
            }

            #[inline]
            fn view<'a>(block: &'a [u8], slot: Slot, _: Tail<'a>) -> Self {
                // Of bytes that nobody checked, those that are no value read as zeros do.
                Self::from_block(load(block, slot.block)).unwrap_or($absent)
            }

            fn schema() -> &'static TypeSchema {
                &$schema
            }
        }
    )*};
}

checked! {
    Timestamp, 12, true, TypeSchema::Timestamp, Self::UNIX_EPOCH;
    Duration, 12, true, TypeSchema::Duration, Self::ZERO;
    SocketAddr, 19, false, TypeSchema::SocketAddr, Self::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);
}

/// A value as the bytes of its block.
trait Block<const N: usize>: Sized {
    fn to_block(&self) -> [u8; N];
    fn from_block(block: [u8; N]) -> Option<Self>;
}

impl Block<12> for Timestamp {
    #[inline]
    fn to_block(&self) -> [u8; 12] {
        time_block(self.secs().to_le_bytes(), self.nanos())
    }

    #[inline]
    fn from_block(block: [u8; 12]) -> Option<Self> {
        Self::new(i64::from_le_bytes(load(&block, 0)), u32::from_le_bytes(load(&block, 8)))
    }
}

impl Block<12> for Duration {
    #[inline]
    fn to_block(&self) -> [u8; 12] {
        time_block(self.as_secs().to_le_bytes(), self.subsec_nanos())
    }

    #[inline]
    fn from_block(block: [u8; 12]) -> Option<Self> {
        let nanos = u32::from_le_bytes(load(&block, 8));
        (nanos < 1_000_000_000).then(|| Self::new(u64::from_le_bytes(load(&block, 0)), nanos))
    }
}

#[inline]
fn time_block(secs: [u8; 8], nanos: u32) -> [u8; 12] {
    let mut block = [0; 12];
    put(&mut block, 0, secs);
    put(&mut block, 8, nanos.to_le_bytes());
    block
}

const V4: u8 = 0;
const V6: u8 = 1;

impl Block<19> for SocketAddr {
    fn to_block(&self) -> [u8; 19] {
        let mut block = [0; 19];
        match self.ip() {
            IpAddr::V4(ip) => put(&mut block, 1, ip.octets()),
            IpAddr::V6(ip) => {
                put(&mut block, 0, [V6]);
                put(&mut block, 1, ip.octets());
            }
        }
        put(&mut block, 17, self.port().to_le_bytes());
        block
    }

    fn from_block(block: [u8; 19]) -> Option<Self> {
        let ip = match load(&block, 0) {
            [V4] if load::<12>(&block, 5) == [0; 12] => {
                IpAddr::V4(Ipv4Addr::from(load::<4>(&block, 1)))
            }
            [V6] => IpAddr::V6(Ipv6Addr::from(load::<16>(&block, 1))),
            _ => return None,
        };
        Some(Self::new(ip, u16::from_le_bytes(load(&block, 17))))
    }
}
