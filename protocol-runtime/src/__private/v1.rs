//! The first version of what generated code names.

pub use std::any::TypeId;
pub use std::sync::{Arc, OnceLock};

pub use bytes::Bytes;
pub use zerocopy;

pub use super::flags::{assert_rising, plain_name, show as show_flags, width_of};
#[cfg(feature = "net")]
pub use crate::call::{Call, CallError, Notify};
#[cfg(feature = "net")]
pub use crate::caller::Caller;
#[cfg(feature = "net")]
pub use crate::connection::Connection;
#[cfg(feature = "net")]
pub use crate::cx::Cx;
pub use crate::fingerprint::Fingerprint;
pub use crate::protocol::{Protocol, default_block, side};
pub use crate::schema::{
    End, FieldSchema, FlagsSchema, MessageSchema, NumberSchema, ProtocolSchema, ReplySchema,
    ScalarSchema, StructSchema, TypeSchema, UnionSchema, VariantSchema,
};
#[cfg(feature = "net")]
pub use crate::serve::{Client, Handling, Serve};
pub use crate::types::{Secret, Stream, Timestamp, Uuid};
pub use crate::wire::body::{
    Body, check_root as check_struct_root, decode_root as decode_struct_root,
    encode_root as encode_struct_root, open_body, read_fields, view_root as view_struct_root,
};
pub use crate::wire::bounded::{Bounded, keep_max};
pub use crate::wire::closed::{read_closed, tag, unknown_number, unknown_tag};
pub use crate::wire::fields::{
    accepted, check_max, masked, masked_varint, padding_bits, places, removed, skip_removed,
    unknown_bits, unmask_view, varint,
};
pub use crate::wire::layout::{Layout, Shape, Slot, layout};
pub use crate::wire::map::{MapView, SetView};
pub use crate::wire::reader::{has_field, part};
pub use crate::wire::structs::{
    check_list as check_struct_list, check_nested as check_struct,
    decode_list as decode_struct_list, decode_nested as decode_struct, element as struct_element,
    encode_list as encode_struct_list, encode_nested_block as encode_struct_block,
    encode_nested_tail as encode_struct_tail, open_list as open_struct_list,
    skip_list as skip_struct_list, skip_nested as skip_struct, view_nested as view_struct,
};
pub use crate::wire::union::{
    RawVariant, RawView, begin_variant, check_raw, decode_raw, encode_raw, encode_tag, encode_unit,
    end_variant, open_union, read_union, read_unit, skip_union,
};
pub use crate::wire::varint::Varint;
pub use crate::wire::view::{ArrayView, BodyView, ListView, RawList};
pub use crate::wire::xor::{Xor, mask};
pub use crate::wire::{
    AppError, DecodeError, DecodeErrorKind, DecodeOptions, EncodeError, Place, Reader, Root, Tail,
    Wire, Writer, check_field, check_plain_list, decode_plain_list, decode_root, encode_plain_list,
    encode_root, field,
};

/// Handlers and clients need the shell: with the feature `net` this is what stands in it.
#[cfg(feature = "net")]
#[doc(hidden)]
#[macro_export]
macro_rules! __net {
    ($($tokens:tt)*) => { $($tokens)* };
}

/// Handlers and clients need the shell: without the feature `net` this is nothing.
#[cfg(not(feature = "net"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __net {
    ($($tokens:tt)*) => {};
}

pub use crate::__net as net;

/// The JSON mapping needs serde: without the feature `serde` it is nothing.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __unmapped {
    ($($tokens:tt)*) => {};
}

#[cfg(feature = "serde")]
pub use crate::{
    __inert_mapped as inert_mapped, __mapped_flags as mapped_flags,
    __mapped_scalar as mapped_scalar, __mapped_struct as mapped_struct,
    __mapped_union as mapped_union,
};
#[cfg(not(feature = "serde"))]
pub use crate::{
    __unmapped as inert_mapped, __unmapped as mapped_flags, __unmapped as mapped_scalar,
    __unmapped as mapped_struct, __unmapped as mapped_union,
};

/// How a struct that evolves stands as a field, in lists and alone: the same for every one of them.
#[doc(hidden)]
#[macro_export]
macro_rules! __evolvable {
    ($name:ident) => {
        #[automatically_derived]
        impl $crate::wire::Wire for $name {
            const BITS: usize = 0;
            const BLOCK: usize = 1;
            const HAS_TAIL: bool = true;
            const PLAIN: bool = false;

            type View<'a> = <Self as $crate::wire::Body>::View<'a>;

            #[inline]
            fn encode_block(&self, block: &mut [u8], slot: $crate::wire::Slot) {
                $crate::__private::v1::encode_struct_block::<Self>(block, slot);
            }

            #[inline]
            fn encode_tail(&self, out: &mut $crate::wire::Writer<'_>) {
                $crate::__private::v1::encode_struct_tail(self, out);
            }

            #[inline]
            fn decode(
                block: &[u8],
                slot: $crate::wire::Slot,
                tail: &mut $crate::wire::Reader<'_>,
            ) -> ::core::result::Result<Self, $crate::wire::DecodeError> {
                $crate::__private::v1::decode_struct(block, slot, tail)
            }

            #[inline]
            fn check(
                block: &[u8],
                slot: $crate::wire::Slot,
                tail: &mut $crate::wire::Reader<'_>,
            ) -> ::core::result::Result<(), $crate::wire::DecodeError> {
                $crate::__private::v1::check_struct::<Self>(block, slot, tail)
            }

            #[inline]
            fn view<'a>(
                block: &'a [u8],
                slot: $crate::wire::Slot,
                tail: $crate::wire::Tail<'a>,
            ) -> Self::View<'a> {
                $crate::__private::v1::view_struct::<Self>(block, slot, tail)
            }

            #[inline]
            fn skip(block: &[u8], slot: $crate::wire::Slot, tail: &mut $crate::wire::Tail<'_>) {
                $crate::__private::v1::skip_struct(block, slot, tail);
            }

            fn encode_elements<'i>(
                items: impl ::core::iter::ExactSizeIterator<Item = &'i Self>,
                out: &mut $crate::wire::Writer<'_>,
            ) {
                $crate::__private::v1::encode_struct_list(items, out);
            }

            fn decode_list(
                count: usize,
                tail: &mut $crate::wire::Reader<'_>,
            ) -> ::core::result::Result<::std::vec::Vec<Self>, $crate::wire::DecodeError> {
                $crate::__private::v1::decode_struct_list(count, tail)
            }

            fn check_list(
                count: usize,
                tail: &mut $crate::wire::Reader<'_>,
            ) -> ::core::result::Result<(), $crate::wire::DecodeError> {
                $crate::__private::v1::check_struct_list::<Self>(count, tail)
            }

            #[inline]
            fn open_list<'a>(
                count: usize,
                tail: $crate::wire::Tail<'a>,
            ) -> $crate::wire::RawList<'a> {
                $crate::__private::v1::open_struct_list(count, tail)
            }

            #[inline]
            fn skip_list(count: usize, tail: &mut $crate::wire::Tail<'_>) {
                $crate::__private::v1::skip_struct_list(count, tail);
            }

            #[inline]
            fn next_element<'a>(
                list: &$crate::wire::RawList<'a>,
                i: usize,
                _: &mut $crate::wire::Tail<'a>,
            ) -> Self::View<'a> {
                $crate::__private::v1::struct_element::<Self>(list, i)
            }

            #[inline]
            fn element<'a>(list: &$crate::wire::RawList<'a>, i: usize) -> Self::View<'a> {
                $crate::__private::v1::struct_element::<Self>(list, i)
            }

            fn encode_root(&self, out: &mut $crate::wire::Writer<'_>) {
                $crate::__private::v1::encode_struct_root(self, out);
            }

            fn decode_root(
                reader: &mut $crate::wire::Reader<'_>,
            ) -> ::core::result::Result<Self, $crate::wire::DecodeError> {
                $crate::__private::v1::decode_struct_root(reader)
            }

            fn check_root(
                reader: &mut $crate::wire::Reader<'_>,
            ) -> ::core::result::Result<(), $crate::wire::DecodeError> {
                $crate::__private::v1::check_struct_root::<Self>(reader)
            }

            #[inline]
            fn view_root(bytes: &[u8]) -> Self::View<'_> {
                $crate::__private::v1::view_struct_root::<Self>(bytes)
            }

            fn schema() -> &'static $crate::schema::TypeSchema {
                &_SCHEMA
            }
        }
    };
}

/// How an enum that is a number stands as a field: what is particular to it is its `Xor`.
///
/// Behind the type of its number stand what a view reads in bytes that nobody checked, and what
/// an absent value reads as where number 0 is not a variant.
#[doc(hidden)]
#[macro_export]
macro_rules! __scalar {
    ($name:ident $repr:ident, $free:literal, $fallback:expr, [$($absent:expr)?]) => {
        #[automatically_derived]
        impl $crate::wire::Wire for $name {
            const BITS: usize = 0;
            const BLOCK: usize = <$repr as $crate::wire::Wire>::BLOCK;
            const HAS_TAIL: bool = false;
            const PLAIN: bool = false;
            const FREE: bool = $free;

            type View<'a> = Self;

            #[inline]
            fn encode_block(&self, block: &mut [u8], slot: $crate::wire::Slot) {
                let number = $crate::__private::v1::Xor::to_number(*self);
                $crate::wire::Wire::encode_block(&number, block, slot);
            }

            #[inline]
            fn decode(
                block: &[u8],
                slot: $crate::wire::Slot,
                tail: &mut $crate::wire::Reader<'_>,
            ) -> ::core::result::Result<Self, $crate::wire::DecodeError> {
                let number = <$repr as $crate::wire::Wire>::decode(block, slot, tail)?;
                $(
                    if number == 0 && !tail.exact() {
                        return ::core::result::Result::Ok($absent);
                    }
                )?
                $crate::__private::v1::Xor::from_number(number)
            }

            #[inline]
            fn check(
                block: &[u8],
                slot: $crate::wire::Slot,
                tail: &mut $crate::wire::Reader<'_>,
            ) -> ::core::result::Result<(), $crate::wire::DecodeError> {
                <Self as $crate::wire::Wire>::decode(block, slot, tail).map(|_| ())
            }

            #[inline]
            fn view<'a>(
                block: &'a [u8],
                slot: $crate::wire::Slot,
                tail: $crate::wire::Tail<'a>,
            ) -> Self {
                let number = <$repr as $crate::wire::Wire>::view(block, slot, tail);
                $(
                    if number == 0 {
                        return $absent;
                    }
                )?
                $crate::__private::v1::Xor::from_number(number).unwrap_or($fallback)
            }

            fn schema() -> &'static $crate::schema::TypeSchema {
                &_SCHEMA
            }
        }
    };
}

/// Lists of a type that is its bytes in memory.
#[doc(hidden)]
#[macro_export]
macro_rules! __plain_list {
    () => {
        #[inline]
        fn encode_list(items: &[Self], out: &mut $crate::wire::Writer<'_>) {
            $crate::wire::encode_plain_list(items, out);
        }

        #[inline]
        fn decode_list(
            count: usize,
            tail: &mut $crate::wire::Reader<'_>,
        ) -> ::core::result::Result<::std::vec::Vec<Self>, $crate::wire::DecodeError> {
            let make = |bytes: [::core::primitive::u8; ::core::mem::size_of::<Self>()]| {
                $crate::__private::v1::zerocopy::transmute!(bytes)
            };
            $crate::wire::decode_plain_list(count, tail, make)
        }
    };
}

/// Makes `$block` a block of the length that this side's schema gives it, from the one at `$at`: a
/// longer one is cut, a shorter one extended with zeros.
#[doc(hidden)]
#[macro_export]
macro_rules! __own_block {
    ($block:ident, $layout:ident, $at:expr) => {
        let extended;
        let $block: &[::core::primitive::u8; $layout.block_len] =
            match $crate::wire::reader::own_block($block, $at) {
                ::core::option::Option::Some(block) => block,
                ::core::option::Option::None => {
                    extended = $crate::wire::reader::extended($block, $at);
                    &extended
                }
            };
    };
}

/// Makes `$block` the block at `$at` that is to be written.
#[doc(hidden)]
#[macro_export]
macro_rules! __own_block_mut {
    ($block:ident, $layout:ident, $at:expr) => {
        let ::core::option::Option::Some($block) =
            $crate::wire::reader::own_block_mut::<{ $layout.block_len }>($block, $at)
        else {
            return;
        };
    };
}

pub use crate::{
    __evolvable as evolvable, __inert as inert, __own_block as own_block,
    __own_block_mut as own_block_mut, __plain_list as plain_list, __scalar as scalar,
};
