//! serde for the types of a schema, as people read and write them: the JSON mapping.
//!
//! For formats that are for people (`is_human_readable`), above all JSON:
//!
//! | type | JSON |
//! |---|---|
//! | `bool`, integers of up to 32 bits | `true`, `7` |
//! | integers of 64 and 128 bits | the digits as a string, `"7"`; a number will do when reading |
//! | `f32`, `f64` | a number in the fewest digits that give it again; `"NaN"`, `"Infinity"`, `"-Infinity"`. All NaNs are one |
//! | `String` | a string |
//! | `Bytes` | base64 as a string (RFC 4648, section 4, with `=`) |
//! | `Uuid`, `Timestamp` | their text, `"2026-02-03T04:05:06.5Z"` |
//! | `Duration` | seconds as a decimal and `s`, `"1.5s"`, at most nine digits behind the point |
//! | `SocketAddr` | its text, `"[::1]:80"` |
//! | `()`, a message without content | `null` |
//! | `Option<T>` | `null` or the value |
//! | `Vec<T>`, `[T; N]`, `Set<T>`, tuples | an array |
//! | `Map<K, V>` | with keys `String`, `Bytes`, `Uuid`, `Timestamp` or `Duration` an object; otherwise an array of pairs, `[[1,"a"]]` |
//! | `Secret<T>`, aliases, `Box<T>` | what they stand for |
//! | struct | an object of all fields in number order; when reading, a field that is left out is what it is in bytes that end before it, and a name that is no field is refused |
//! | scalar enum | the name as a string; a number without a name as a number, or for `u64` as a string of digits |
//! | flags | an array of names, the lowest bit first; a bit without a name is `"@7"` |
//! | union | `"Left"` for a variant without fields, `{"Text":"hi"}` for one of one unnamed value, `{"Image":{"mime":"a/b","data":""}}` for one of named fields; a tag without a name is `{"@7":"base64 of its body"}`; an absent union is `"@0"` |
//!
//! What stands twice is refused: a field, a key, an element of a set, a flag. What has a name is
//! refused by number.
//!
//! For other formats (`is_human_readable` is false) values are plain: numbers are numbers, bytes are
//! bytes, scalar enums and flags are their number, a union is serde's enum with the tag as index, a
//! map is a map.
//!
//! # Limits
//!
//! Text that is short can ask for values that are large, so reading is charged as decoding is: what
//! a value takes is charged before it is made, and values nest to a depth. A type's own
//! `Deserialize` uses the limits of [`DecodeOptions::default`]; [`seed`] takes others.
//!
//! # For emitted code
//!
//! Every type of the schema language is [`Mapped`]. For what a schema declares the macros
//! `mapped_struct!`, `mapped_scalar!`, `mapped_flags!` and `mapped_union!` write `Mapped`, `Serialize`
//! and `Deserialize`; they are in `__private::v1`, and are nothing without the feature `serde`, so
//! that emitted code calls them always:
//!
//! ```text
//! _np::mapped_struct! { User "User" {
//!     id "id": u64;                                  // the Rust name, the schema's name, the wire type
//!     r#type "type": String;
//!     presence "presence": Presence = Presence::Online;    // the value when left out
//!     last_ip "last_ip": Option<Bytes> => crate::ip::to_wire, crate::ip::from_wire;
//! } }
//! _np::mapped_scalar! { Presence "Presence" u8 { 0 "Offline" Offline; 1 "Online" Online; } open Unknown }
//! _np::mapped_scalar! { Level "Level" u8 { 0 "Low" Low; } closed }
//! _np::mapped_union! { Body "Body" {
//!     1 "Text" Text(String);                         // one unnamed value, the wire type
//!     2 "Image" Image { mime "mime": String; data "data": Bytes; };    // as in mapped_struct!
//!     3 "Addr" Addr(Bytes => crate::ip::to_wire, crate::ip::from_wire);
//!     4 "Left" Left [];                              // no fields; `{}` is the same
//! } open Unknown }
//! ```
//!
//! A default, if there is one, stands before `=>` and is of the wire type. `flags!` calls
//! `mapped_flags!` itself. Removed fields and variants are left out. The macros stand beside the
//! type, not inside of a function. The type of a field must be [`Wire`](crate::wire::Wire) as well,
//! for the value when it is left out.

mod allowance;
mod collection;
mod fields;
mod number;
mod text;
mod union;

#[doc(hidden)]
pub mod emitted;

use std::fmt;
use std::marker::PhantomData;

use serde_core::de::{
    self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, VariantAccess,
};
use serde_core::ser::{Serialize, Serializer};

pub use allowance::Allowance;

use crate::wire::DecodeOptions;

/// A type of the schema language, under the JSON mapping.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no JSON mapping",
    label = "not a type of the schema language",
    note = "add `#[derive(Wire)]` to it, or use a type of the schema language"
)]
pub trait Mapped: Sized {
    /// Whether a map with such keys is an object.
    const TEXT_KEY: bool = false;

    /// Writes the value.
    ///
    /// # Errors
    ///
    /// Those of the format.
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error>;

    /// Reads a value, within what is allowed.
    ///
    /// # Errors
    ///
    /// Those of the format, and for what is no such value.
    fn read<'de, D: Deserializer<'de>>(from: D, allowed: &Allowance) -> Result<Self, D::Error>;

    /// The value, borrowed. Like the three below, it is not for implementers: the macros ask
    /// everything of a field's type through this trait, so that rustc says once, and at the type,
    /// that it has no mapping.
    #[doc(hidden)]
    fn show(&self) -> impl Serialize {
        Show(self)
    }

    /// Reads the value of the field `name` of an object.
    #[doc(hidden)]
    fn named<'de, A: MapAccess<'de>>(
        field: &mut Option<Self>,
        name: &'static str,
        map: &mut A,
        allowed: &Allowance,
    ) -> Result<bool, A::Error> {
        if field.is_some() {
            return Err(de::Error::duplicate_field(name));
        }
        *field = Some(map.next_value_seed(Part::new(allowed))?);
        Ok(true)
    }

    /// Reads the next of the values that stand one after another.
    #[doc(hidden)]
    fn listed<'de, A: SeqAccess<'de>>(
        field: &mut Option<Self>,
        seq: &mut A,
        allowed: &Allowance,
    ) -> Result<(), A::Error> {
        *field = seq.next_element_seed(Part::new(allowed))?;
        Ok(())
    }

    /// Reads the one unnamed value of a variant.
    #[doc(hidden)]
    fn content<'de, A: VariantAccess<'de>>(from: union::Content<'_, A>) -> Result<Self, A::Error> {
        from.tuple()
    }
}

impl Mapped for () {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_unit()
    }

    fn read<'de, D: Deserializer<'de>>(from: D, _: &Allowance) -> Result<Self, D::Error> {
        Self::deserialize(from)
    }
}

/// Reads a `T` within limits of one's own, where `T::deserialize` takes those of
/// [`DecodeOptions::default`]. Only `budget` and `depth` matter.
#[must_use]
pub fn seed<T: Mapped>(options: &DecodeOptions) -> Limited<T> {
    Limited { allowed: Allowance::new(options), ty: PhantomData }
}

/// What [`seed`] gives.
#[derive(Debug)]
pub struct Limited<T> {
    allowed: Allowance,
    ty: PhantomData<T>,
}

impl<'de, T: Mapped> DeserializeSeed<'de> for Limited<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<T, D::Error> {
        T::read(from, &self.allowed)
    }
}

/// A value under the mapping: what makes `u64`, `Vec<u64>` and other types that have a serde of
/// their own follow it.
///
/// ```
/// use protocol_runtime::json::Json;
///
/// assert_eq!(serde_json::to_string(&Json(vec![1_u64, 2])).unwrap(), r#"["1","2"]"#);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Json<T>(pub T);

impl<T: Mapped> Serialize for Json<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.write(to)
    }
}

impl<'de, T: Mapped> Deserialize<'de> for Json<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        seed(&DecodeOptions::default()).deserialize(from).map(Self)
    }
}

/// A borrowed value under the mapping.
struct Show<'a, T>(&'a T);

impl<T: Mapped> Serialize for Show<'_, T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.write(to)
    }
}

/// Reads a value that is part of another.
struct Part<'c, T> {
    allowed: &'c Allowance,
    ty: PhantomData<T>,
}

impl<'c, T> Part<'c, T> {
    const fn new(allowed: &'c Allowance) -> Self {
        Self { allowed, ty: PhantomData }
    }
}

impl<'de, T: Mapped> DeserializeSeed<'de> for Part<'_, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<T, D::Error> {
        T::read(from, self.allowed)
    }
}

/// Refuses a value, saying what was the matter with it.
fn refuse<E: de::Error>(why: impl fmt::Display) -> E {
    E::custom(why)
}
