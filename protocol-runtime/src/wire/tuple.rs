//! Tuples: a body of its own, with flag bytes of its own. All that a tuple never has is a length.

use std::cmp::Ordering;

use super::Wire;
use super::error::{DecodeError, DecodeErrorKind as Kind};
use super::layout::{Layout, Shape, Slot, layout};
use super::map::Key;
use super::reader::{Reader, part};
use super::tail::Tail;
use super::writer::Writer;
use crate::schema::TypeSchema;

/// Refuses flag bits that no element has: a tuple's layout is frozen, so no version has them.
#[inline(always)]
fn check_padding<const N: usize>(
    layout: &Layout<N>,
    block: &[u8],
    slot: Slot,
) -> Result<(), DecodeError> {
    if layout.flags > 0 && layout.has_spare_bits(part(block, slot.block, layout.block_len)) {
        return Err(Kind::PaddingBits.into());
    }
    Ok(())
}

macro_rules! tuple {
    ($n:literal $($ty:ident $i:tt $value:ident)+) => {
        impl<$($ty: Wire),+> Wire for ($($ty,)+) {
            const BITS: usize = 0;
            const BLOCK: usize = layout([$(Shape::of::<$ty>()),+]).block_len;
            const HAS_TAIL: bool = $($ty::HAS_TAIL)||+;
            // The memory of a Rust tuple has no order that could be relied on.
            const PLAIN: bool = false;
            const TEXT: bool = Self::HAS_TAIL && $(($ty::TEXT || !$ty::HAS_TAIL))&&+;
            const IS_KEY: bool = $($ty::IS_KEY)&&+;

            type View<'a> = ($($ty::View<'a>,)+);

            #[inline]
            fn encode_block(&self, block: &mut [u8], slot: Slot) {
                let at = const { layout([$(Shape::of::<$ty>()),+]).slots };
                $(self.$i.encode_block(block, at[$i].from(slot.block));)+
            }

            #[inline]
            fn encode_tail(&self, out: &mut Writer<'_>) {
                $(self.$i.encode_tail(out);)+
            }

            #[inline]
            fn decode(
                block: &[u8],
                slot: Slot,
                tail: &mut Reader<'_>,
            ) -> Result<Self, DecodeError> {
                let layout = const { &layout([$(Shape::of::<$ty>()),+]) };
                check_padding(layout, block, slot)?;
                Ok(($($ty::decode(block, layout.slots[$i].from(slot.block), tail)?,)+))
            }

            #[inline]
            fn check(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<(), DecodeError> {
                let layout = const { &layout([$(Shape::of::<$ty>()),+]) };
                check_padding(layout, block, slot)?;
                $($ty::check(block, layout.slots[$i].from(slot.block), tail)?;)+
                Ok(())
            }

            #[inline]
            fn view<'a>(block: &'a [u8], slot: Slot, mut tail: Tail<'a>) -> Self::View<'a> {
                let at = const { layout([$(Shape::of::<$ty>()),+]).slots };
                $(
                    let slot_here = at[$i].from(slot.block);
                    let $value = $ty::view(block, slot_here, tail);
                    $ty::skip(block, slot_here, &mut tail);
                )+
                ($($value,)+)
            }

            #[inline]
            fn skip(block: &[u8], slot: Slot, tail: &mut Tail<'_>) {
                let at = const { layout([$(Shape::of::<$ty>()),+]).slots };
                $($ty::skip(block, at[$i].from(slot.block), tail);)+
            }

            #[inline]
            fn text_end(block: &[u8], slot: Slot, tails: &[u8], end: usize) -> usize {
                let at = const { layout([$(Shape::of::<$ty>()),+]).slots };
                $(let end = $ty::text_end(block, at[$i].from(slot.block), tails, end);)+
                end
            }

            fn schema() -> &'static TypeSchema {
                const { &TypeSchema::Tuple(&[$($ty::schema),+]) }
            }
        }

        impl<$($ty: Key),+> Key for ($($ty,)+) {
            #[inline]
            fn cmp_views(one: Self::View<'_>, other: Self::View<'_>) -> Ordering {
                Ordering::Equal$(.then_with(|| $ty::cmp_views(one.$i, other.$i)))+
            }

            #[inline]
            fn cmp_view(&self, view: Self::View<'_>) -> Ordering {
                Ordering::Equal$(.then_with(|| self.$i.cmp_view(view.$i)))+
            }
        }
    };
}

tuple! { 1 T0 0 v0 }
tuple! { 2 T0 0 v0 T1 1 v1 }
tuple! { 3 T0 0 v0 T1 1 v1 T2 2 v2 }
tuple! { 4 T0 0 v0 T1 1 v1 T2 2 v2 T3 3 v3 }
tuple! { 5 T0 0 v0 T1 1 v1 T2 2 v2 T3 3 v3 T4 4 v4 }
tuple! { 6 T0 0 v0 T1 1 v1 T2 2 v2 T3 3 v3 T4 4 v4 T5 5 v5 }
tuple! { 7 T0 0 v0 T1 1 v1 T2 2 v2 T3 3 v3 T4 4 v4 T5 5 v5 T6 6 v6 }
tuple! { 8 T0 0 v0 T1 1 v1 T2 2 v2 T3 3 v3 T4 4 v4 T5 5 v5 T6 6 v6 T7 7 v7 }
tuple! { 9 T0 0 v0 T1 1 v1 T2 2 v2 T3 3 v3 T4 4 v4 T5 5 v5 T6 6 v6 T7 7 v7 T8 8 v8 }
tuple! {
    10 T0 0 v0 T1 1 v1 T2 2 v2 T3 3 v3 T4 4 v4 T5 5 v5 T6 6 v6 T7 7 v7 T8 8 v8 T9 9 v9
}
tuple! {
    11 T0 0 v0 T1 1 v1 T2 2 v2 T3 3 v3 T4 4 v4 T5 5 v5 T6 6 v6 T7 7 v7 T8 8 v8 T9 9 v9
    T10 10 v10
}
tuple! {
    12 T0 0 v0 T1 1 v1 T2 2 v2 T3 3 v3 T4 4 v4 T5 5 v5 T6 6 v6 T7 7 v7 T8 8 v8 T9 9 v9
    T10 10 v10 T11 11 v11
}
