//! `flags!`: a set of named bits, a number on the wire. Bits without a name are kept.

use std::fmt;

use crate::schema::NumberSchema;

/// Declares a set of named bits.
///
/// `@n` is the number of a bit, as in a `.np` file; numbers rise, and `_` keeps the place of a
/// flag that was removed. What is made is a number of the given type (`u8`, `u16`, `u32` or
/// `u64`) with a const for each flag. Bits that have no name here are kept and written again, since
/// a newer schema may name them.
///
/// ```
/// protocol_runtime::flags! {
///     /// What somebody may do.
///     pub struct Rights: u8 {
///         /// See what others wrote.
///         @0 READ,
///         /// Write as well.
///         @1 WRITE,
///         @2 _,
///         /// Decide who may.
///         @3 ADMIN,
///     }
/// }
///
/// let mut rights = Rights::READ | Rights::ADMIN;
/// assert!(rights.contains(Rights::READ) && !rights.contains(Rights::WRITE));
/// rights.remove(Rights::ADMIN);
/// assert_eq!(rights.bits(), 1);
/// assert_eq!(format!("{:?}", Rights::from_bits(0x83)), "Rights(READ | WRITE | @7)");
/// ```
///
/// A flag, or the whole set, may be followed by `where` and what the language has attributes for:
/// `@4 INVITE where since(2) deprecated("use `ADMIN`")`.
#[macro_export]
macro_rules! flags {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident : $repr:ident $(where $($said:ident $what:tt)+)? {
            $(
                $(#[$flag_meta:meta])*
                @ $bit:literal $flag:tt $(where $($flag_said:ident $flag_what:tt)+)?
            ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(
            ::core::clone::Clone,
            ::core::marker::Copy,
            ::core::default::Default,
            ::core::cmp::PartialEq,
            ::core::cmp::Eq,
            ::core::cmp::PartialOrd,
            ::core::cmp::Ord,
            ::core::hash::Hash,
        )]
        $vis struct $name($repr);

        impl $name {
            $($crate::__flags! { @const $(#[$flag_meta])* $repr $bit $flag })*

            /// No flag.
            #[must_use]
            pub const fn empty() -> Self {
                Self(0)
            }

            /// Every flag that has a name here.
            #[must_use]
            pub const fn all() -> Self {
                Self(0 $(| $crate::__flags!(@bit $repr $bit $flag))*)
            }

            /// The flags of these bits, with and without a name.
            #[must_use]
            pub const fn from_bits(bits: $repr) -> Self {
                Self(bits)
            }

            /// All bits, with and without a name.
            #[must_use]
            pub const fn bits(self) -> $repr {
                self.0
            }

            /// The bits that have no name here.
            #[must_use]
            pub const fn unknown_bits(self) -> $repr {
                self.0 & !Self::all().0
            }

            /// Whether no flag is set.
            #[must_use]
            pub const fn is_empty(self) -> bool {
                self.0 == 0
            }

            /// Whether every flag of `other` is set.
            #[must_use]
            pub const fn contains(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }

            /// Whether any flag of `other` is set.
            #[must_use]
            pub const fn intersects(self, other: Self) -> bool {
                self.0 & other.0 != 0
            }

            /// The flags of either, in a const.
            #[must_use]
            pub const fn union(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }

            /// Sets every flag of `other`.
            pub const fn insert(&mut self, other: Self) {
                self.0 |= other.0;
            }

            /// Clears every flag of `other`.
            pub const fn remove(&mut self, other: Self) {
                self.0 &= !other.0;
            }

            /// Sets every flag of `other`, or clears them.
            pub const fn set(&mut self, other: Self, on: bool) {
                if on {
                    self.insert(other);
                } else {
                    self.remove(other);
                }
            }
        }

        $crate::__flags! {
            @sort $name $repr [$($(.$said $what)+)?] [] []
            $([$bit $flag $($(.$flag_said $flag_what)+)?])*
        }
    };
}

/// What [`flags!`](crate::flags) consists of.
#[doc(hidden)]
#[macro_export]
macro_rules! __flags {
    // A const for a flag, and nothing for a removed one.
    (@const $(#[$meta:meta])* $repr:ident $bit:literal _) => {};
    (@const $(#[$meta:meta])* $repr:ident $bit:literal $flag:ident) => {
        $(#[$meta])*
        pub const $flag: Self = Self($crate::__flags!(@bit $repr $bit $flag));
    };
    (@bit $repr:ident $bit:literal _) => { 0 };
    (@bit $repr:ident $bit:literal $flag:ident) => {{
        const { ::core::assert!($bit < $repr::BITS, "NP0811: the type of these flags has no such bit") };
        1 << $bit
    }};
    // Tells flags from removed ones.
    (
        @sort $name:ident $repr:ident $said:tt [$($named:tt)*] [$($removed:tt)*]
        [$bit:literal _ $($flag_said:tt)*] $($rest:tt)*
    ) => {
        $crate::__flags! {
            @sort $name $repr $said [$($named)*] [$($removed)* $bit,] $($rest)*
        }
    };
    (
        @sort $name:ident $repr:ident $said:tt [$($named:tt)*] [$($removed:tt)*]
        [$bit:literal $flag:ident $($flag_said:tt)*] $($rest:tt)*
    ) => {
        $crate::__flags! {
            @sort $name $repr $said
            [$($named)* [$bit $flag $($flag_said)*]] [$($removed)*] $($rest)*
        }
    };
    (
        @sort $name:ident $repr:ident [$($said:tt)*]
        [$([$bit:literal $flag:ident $($flag_said:tt)*])*] [$($removed:tt)*]
    ) => {
        const _: () = {
            use $crate::__private::v1 as _np;

            const NAMES: &[_np::NumberSchema] = &[
                $(_np::NumberSchema::new($bit, _np::plain_name(::core::stringify!($flag))) $($flag_said)*),*
            ];
            const REMOVED: &[::core::primitive::u32] = &[$($removed)*];
            const _: () = _np::assert_rising(NAMES, REMOVED);

            $crate::__flags! { @traits $name $repr }
            $crate::__flags! { @wire $name $repr [$($said)*] }
            _np::mapped_flags! { $name $repr NAMES }
        };
    };
    (@traits $name:ident $repr:ident) => {
        #[automatically_derived]
        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let bits = ::core::convert::Into::into(self.0);
                _np::show_flags(f, ::core::stringify!($name), bits, NAMES)
            }
        }

        $crate::__flags! { @operator $name BitOr bitor BitOrAssign bitor_assign |a, b| a | b }
        $crate::__flags! { @operator $name BitAnd bitand BitAndAssign bitand_assign |a, b| a & b }
        $crate::__flags! { @operator $name BitXor bitxor BitXorAssign bitxor_assign |a, b| a ^ b }
        $crate::__flags! { @operator $name Sub sub SubAssign sub_assign |a, b| a & !b }
    };
    (
        @operator $name:ident $op:ident $method:ident $assign:ident $assign_method:ident
        |$a:ident, $b:ident| $result:expr
    ) => {
        #[automatically_derived]
        impl ::core::ops::$op for $name {
            type Output = Self;

            #[inline]
            fn $method(self, other: Self) -> Self {
                let ($a, $b) = (self.0, other.0);
                Self($result)
            }
        }

        #[automatically_derived]
        impl ::core::ops::$assign for $name {
            #[inline]
            fn $assign_method(&mut self, other: Self) {
                *self = ::core::ops::$op::$method(*self, other);
            }
        }
    };
    (@wire $name:ident $repr:ident [$($said:tt)*]) => {
        #[automatically_derived]
        impl _np::Wire for $name {
            const BITS: usize = 0;
            const BLOCK: usize = ::core::mem::size_of::<$repr>();
            const HAS_TAIL: bool = false;
            const PLAIN: bool = true;

            type View<'a> = Self;

            #[inline(always)]
            fn encode_block(&self, block: &mut [u8], slot: _np::Slot) {
                _np::Wire::encode_block(&self.0, block, slot);
            }

            #[inline(always)]
            fn decode(
                block: &[u8],
                slot: _np::Slot,
                tail: &mut _np::Reader<'_>,
            ) -> ::core::result::Result<Self, _np::DecodeError> {
                let bits = <$repr as _np::Wire>::decode(block, slot, tail)?;
                ::core::result::Result::Ok(Self(bits))
            }

            #[inline(always)]
            fn check(
                _: &[u8],
                _: _np::Slot,
                _: &mut _np::Reader<'_>,
            ) -> ::core::result::Result<(), _np::DecodeError> {
                ::core::result::Result::Ok(())
            }

            #[inline(always)]
            fn view<'a>(block: &'a [u8], slot: _np::Slot, tail: _np::Tail<'a>) -> Self {
                Self(<$repr as _np::Wire>::view(block, slot, tail))
            }

            fn schema() -> &'static _np::TypeSchema {
                const FLAGS: _np::FlagsSchema = _np::FlagsSchema::new(
                    _np::TypeId::of::<$name>,
                    _np::plain_name(::core::stringify!($name)),
                    _np::width_of::<$repr>(),
                    NAMES,
                )
                .removed(REMOVED)
                $($said)*;
                static _SCHEMA: _np::TypeSchema = _np::TypeSchema::Flags(FLAGS);
                &_SCHEMA
            }
        }

        #[automatically_derived]
        impl _np::Xor for $name {
            type Number = $repr;

            #[inline(always)]
            fn to_number(self) -> $repr {
                self.0
            }

            #[inline(always)]
            fn from_number(number: $repr) -> ::core::result::Result<Self, _np::DecodeError> {
                ::core::result::Result::Ok(Self(number))
            }
        }
    };
}

/// How many bytes a number has.
#[must_use]
#[expect(clippy::as_conversions, reason = "at most 8")]
pub const fn width_of<T>() -> u8 {
    size_of::<T>() as u8
}

/// Writes flags for people: `Rights(READ | WRITE | @7)`.
///
/// # Errors
///
/// Those of the formatter.
pub fn show(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    bits: u64,
    names: &[NumberSchema],
) -> fmt::Result {
    write!(f, "{name}(")?;
    for (i, bit) in set_bits(bits).enumerate() {
        if i > 0 {
            f.write_str(" | ")?;
        }
        match names.iter().find(|flag| flag.number == bit) {
            Some(flag) => f.write_str(flag.name)?,
            None => write!(f, "@{bit}")?,
        }
    }
    f.write_str(")")
}

/// The numbers of the bits that are set, rising.
fn set_bits(bits: u64) -> impl Iterator<Item = u32> {
    (0..u64::BITS).filter(move |bit| bits >> bit & 1 == 1)
}

/// A name as the schema has it: without the `r#` that Rust wants before some.
#[must_use]
pub const fn plain_name(name: &'static str) -> &'static str {
    match name.as_bytes() {
        [b'r', b'#', ..] => name.split_at(2).1,
        _ => name,
    }
}

/// Refuses flags that are not written in the order of their bits, or twice.
///
/// # Panics
///
/// At compile time, when they are not.
#[expect(clippy::indexing_slicing, reason = "evaluated at compile time, where a slip is an error")]
pub const fn assert_rising(names: &[NumberSchema], removed: &[u32]) {
    let mut i = 1;
    while i < names.len() {
        assert!(names[i - 1].number < names[i].number, "NP0812: the bits of flags must rise");
        i += 1;
    }
    let mut i = 0;
    while i < removed.len() {
        assert!(i == 0 || removed[i - 1] < removed[i], "NP0812: the bits of flags must rise");
        let mut j = 0;
        while j < names.len() {
            assert!(names[j].number != removed[i], "NP0812: the bits of flags must rise");
            j += 1;
        }
        i += 1;
    }
}
