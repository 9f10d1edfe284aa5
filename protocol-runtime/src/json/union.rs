//! What is known by a name or a number: unions, scalar enums and flags.

use std::fmt;
use std::marker::PhantomData;

use serde_core::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, SeqAccess, VariantAccess, Visitor,
};
use serde_core::ser::{Serialize, SerializeSeq, Serializer};

use super::fields::{Fields, FieldsReader};
use super::number::Digits;
use super::text::{Text, write_bytes};
use super::{Allowance, Mapped, Part, refuse};

use crate::schema::NumberSchema;
use crate::wire::{DecodeErrorKind, DecodeOptions, RawVariant, Reader, Wire};

/// The names of tags without one, `@0` to `@255`, for serde wants names that are always there.
#[expect(clippy::indexing_slicing, reason = "evaluated at compile time, where a slip is an error")]
static NUMBERED: [[u8; 4]; 256] = {
    let mut names = [[b'@', 0, 0, 0]; 256];
    let mut tag = 0;
    while tag < 256 {
        #[expect(clippy::as_conversions, reason = "the digits of a number below 256")]
        let digits =
            [b'0' + (tag / 100) as u8, b'0' + (tag / 10 % 10) as u8, b'0' + (tag % 10) as u8];
        let [hundreds, tens, ones] = digits;
        names[tag] = match tag {
            0..10 => [b'@', ones, 0, 0],
            10..100 => [b'@', tens, ones, 0],
            _ => [b'@', hundreds, tens, ones],
        };
        tag += 1;
    }
    names
};

fn numbered(tag: u8) -> &'static str {
    let name = NUMBERED.get(usize::from(tag)).map_or(&[][..], |name| {
        let len = name.iter().take_while(|byte| **byte != 0).count();
        name.get(..len).unwrap_or_default()
    });
    std::str::from_utf8(name).unwrap_or_default()
}

/// Writes a variant that this side does not know, or an absent union.
///
/// # Errors
///
/// Those of the format.
pub fn write_raw<S: Serializer>(
    name: &'static str,
    raw: &RawVariant,
    to: S,
) -> Result<S::Ok, S::Error> {
    let (tag, variant) = (raw.tag(), numbered(raw.tag()));
    if tag == 0 {
        return to.serialize_unit_variant(name, 0, variant);
    }
    to.serialize_newtype_variant(name, u32::from(tag), variant, &Base64(raw.body()))
}

struct Base64<'a>(&'a [u8]);

impl Serialize for Base64<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        write_bytes(self.0, to)
    }
}

/// A union while it is read; written by the macros.
pub trait Variants: Sized {
    /// The name of the union.
    const NAME: &'static str;
    /// The names of its variants, in the order of [`TAGS`](Self::TAGS).
    const NAMES: &'static [&'static str];
    /// Their tags.
    const TAGS: &'static [u8];
    /// Whether tags without a name are refused.
    const CLOSED: bool;

    /// Reads the content of a variant.
    ///
    /// # Errors
    ///
    /// Those of the content.
    fn variant<'de, A: VariantAccess<'de>>(
        tag: u8,
        content: Content<'_, A>,
    ) -> Result<Self, A::Error>;
}

/// Reads a union.
///
/// # Errors
///
/// Those of the format and of the variant.
pub fn read_union<'de, U: Variants + Wire, D: Deserializer<'de>>(
    from: D,
    allowed: &Allowance,
) -> Result<U, D::Error> {
    let human = from.is_human_readable();
    let reader = UnionReader::<U> { allowed, human, ty: PhantomData };
    allowed.nested(|| from.deserialize_enum(U::NAME, U::NAMES, reader))
}

struct UnionReader<'c, U> {
    allowed: &'c Allowance,
    human: bool,
    ty: PhantomData<U>,
}

impl<'de, U: Variants + Wire> Visitor<'de> for UnionReader<'_, U> {
    type Value = U;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the name of a variant of {}, or an object of the name and its content", U::NAME)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<U, A::Error> {
        let (tag, access) = data.variant_seed(Tag::<U>(PhantomData))?;
        let content = Content { access, allowed: self.allowed, human: self.human };
        match tag {
            TagName::Known(tag) => U::variant(tag, content),
            TagName::Number(0) => content.unit().and_then(|()| from_raw(0, &[])),
            TagName::Number(tag) => {
                let body =
                    content.access.newtype_variant_seed(Part::<bytes::Bytes>::new(self.allowed))?;
                from_raw(tag, &body)
            }
        }
    }
}

/// A variant that has no name here, from its tag and body.
fn from_raw<U: Variants + Wire, E: de::Error>(tag: u8, body: &[u8]) -> Result<U, E> {
    // The root of a union: a block of the tag, then the length of the body and the body.
    let mut root = vec![1, tag];
    if tag != 0 {
        let len = u32::try_from(body.len()).map_err(|_| refuse("a body is too long"))?;
        root.extend_from_slice(&len.to_le_bytes());
        root.extend_from_slice(body);
    }
    U::decode_root(&mut Reader::new(&root, &DecodeOptions::default())).map_err(refuse)
}

const HAS_A_NAME: &str = "what has a name is not given by number";

enum TagName {
    /// A variant that has a name.
    Known(u8),
    /// `@7`.
    Number(u8),
}

struct Tag<U>(PhantomData<U>);

impl<'de, U: Variants> DeserializeSeed<'de> for Tag<U> {
    type Value = TagName;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<TagName, D::Error> {
        from.deserialize_identifier(self)
    }
}

impl<U: Variants> Visitor<'_> for Tag<U> {
    type Value = TagName;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a variant")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<TagName, E> {
        let mut known = U::NAMES.iter().zip(U::TAGS);
        if let Some((_, tag)) = known.find(|(known, _)| **known == name) {
            return Ok(TagName::Known(*tag));
        }
        match at_number(name) {
            Some(tag) if U::CLOSED => Err(unknown_tag(tag)),
            Some(tag) if U::TAGS.contains(&tag) => Err(refuse(HAS_A_NAME)),
            Some(tag) => Ok(TagName::Number(tag)),
            None => Err(E::unknown_variant(name, U::NAMES)),
        }
    }

    fn visit_u64<E: de::Error>(self, tag: u64) -> Result<TagName, E> {
        match u8::try_from(tag) {
            Ok(tag) if U::TAGS.contains(&tag) => Ok(TagName::Known(tag)),
            Ok(tag) if !U::CLOSED => Ok(TagName::Number(tag)),
            _ => Err(refuse(DecodeErrorKind::UnknownTag(tag))),
        }
    }
}

/// The number of `@7`, as it is written and in no other way.
fn at_number<T: std::str::FromStr>(name: &str) -> Option<T> {
    let digits = name.strip_prefix('@')?;
    let plain = digits == "0" || digits.starts_with(|c: char| ('1'..='9').contains(&c));
    plain.then(|| digits.parse().ok())?
}

/// The content of a variant, not read yet.
pub struct Content<'c, A> {
    access: A,
    allowed: &'c Allowance,
    human: bool,
}

impl<'de, A: VariantAccess<'de>> Content<'_, A> {
    /// Nothing.
    ///
    /// # Errors
    ///
    /// When there is something.
    pub fn unit(self) -> Result<(), A::Error> {
        self.access.unit_variant()
    }

    /// One unnamed value.
    ///
    /// # Errors
    ///
    /// Those of the value.
    pub fn tuple<T: Mapped>(self) -> Result<T, A::Error> {
        self.access.newtype_variant_seed(Part::new(self.allowed))
    }

    /// Named fields.
    ///
    /// # Errors
    ///
    /// Those of the fields.
    pub fn fields<F: Fields>(self, names: &'static [&'static str]) -> Result<F::Value, A::Error> {
        self.access.struct_variant(names, FieldsReader::<F>::new(self.allowed, self.human))
    }
}

/// Refuses a tag, where the macros know that there is none such.
#[must_use]
pub fn unknown_tag<E: de::Error>(tag: u8) -> E {
    refuse(DecodeErrorKind::UnknownTag(u64::from(tag)))
}

/// Writes a scalar enum: its name, or the number that has none.
///
/// # Errors
///
/// Those of the format.
pub fn write_scalar<T: Mapped, S: Serializer>(
    name: Option<&'static str>,
    number: &T,
    to: S,
) -> Result<S::Ok, S::Error> {
    match name {
        Some(name) if to.is_human_readable() => to.serialize_str(name),
        _ => number.write(to),
    }
}

/// Reads the number of a scalar enum, from its name or itself.
///
/// # Errors
///
/// For a name that is none; whether the number is one is up to the caller.
pub fn read_scalar<'de, T, D>(
    from: D,
    names: &'static [(&'static str, T)],
    allowed: &Allowance,
) -> Result<T, D::Error>
where
    T: Mapped + Copy + PartialEq,
    T: std::str::FromStr + TryFrom<u64> + TryFrom<i64> + TryFrom<u128> + TryFrom<i128>,
    D: Deserializer<'de>,
{
    if !from.is_human_readable() {
        return T::read(from, allowed);
    }
    from.deserialize_any(Scalar(names))
}

struct Scalar<T: 'static>(&'static [(&'static str, T)]);

impl<T> Visitor<'_> for Scalar<T>
where
    T: Copy + PartialEq,
    T: std::str::FromStr + TryFrom<u64> + TryFrom<i64> + TryFrom<u128> + TryFrom<i128>,
{
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name, or a number, of ")?;
        for (i, (name, _)) in self.0.iter().enumerate() {
            f.write_str(if i > 0 { ", " } else { "" })?;
            f.write_str(name)?;
        }
        Ok(())
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<T, E> {
        if let Some((_, number)) = self.0.iter().find(|(known, _)| *known == name) {
            return Ok(*number);
        }
        // Only numbers of 64 bits are written as digits.
        let digits = size_of::<T>() == 8 && name.bytes().all(|byte| byte.is_ascii_digit());
        match digits.then(|| name.parse().ok()).flatten() {
            Some(number) => self.visit_u64(number),
            None => Err(E::invalid_value(de::Unexpected::Str(name), &self)),
        }
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<T, E> {
        let number = Digits(PhantomData).visit_u64(number)?;
        if self.0.iter().any(|(_, known)| *known == number) {
            return Err(refuse(HAS_A_NAME));
        }
        Ok(number)
    }
}

/// Writes flags: an array of the names of the bits that are set.
///
/// # Errors
///
/// Those of the format.
pub fn write_flags<T: Mapped + Copy + Into<u64>, S: Serializer>(
    bits: T,
    names: &[NumberSchema],
    to: S,
) -> Result<S::Ok, S::Error> {
    if !to.is_human_readable() {
        return bits.write(to);
    }
    let set = bits.into();
    let mut seq = to.serialize_seq(usize::try_from(set.count_ones()).ok())?;
    for bit in set_bits(set) {
        match names.iter().find(|flag| flag.number == bit) {
            Some(flag) => seq.serialize_element(flag.name)?,
            None => seq.serialize_element(&format_args!("@{bit}"))?,
        }
    }
    seq.end()
}

/// The numbers of the bits that are set, rising.
fn set_bits(bits: u64) -> impl Iterator<Item = u32> {
    (0..u64::BITS).filter(move |bit| bits >> bit & 1 == 1)
}

/// Reads flags.
///
/// # Errors
///
/// For a name that is none, a bit that the type does not have, and one that stands twice.
pub fn read_flags<'de, T: Mapped + TryFrom<u64>, D: Deserializer<'de>>(
    from: D,
    names: &'static [NumberSchema],
    allowed: &Allowance,
) -> Result<T, D::Error> {
    if !from.is_human_readable() {
        return T::read(from, allowed);
    }
    let width = 8 * u32::try_from(size_of::<T>()).unwrap_or(0);
    let bits = from.deserialize_seq(Bits { names, width })?;
    T::try_from(bits).map_err(|_| refuse(DecodeErrorKind::BadValue))
}

struct Bits {
    names: &'static [NumberSchema],
    width: u32,
}

impl<'de> Visitor<'de> for Bits {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of names of flags")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<u64, A::Error> {
        let mut bits = 0;
        while let Some(bit) = seq.next_element_seed(Bit(&self))? {
            if bits & bit != 0 {
                return Err(refuse("a flag stands twice"));
            }
            bits |= bit;
        }
        Ok(bits)
    }
}

/// One flag, as a number with its bit set.
struct Bit<'a>(&'a Bits);

impl<'de> DeserializeSeed<'de> for Bit<'_> {
    type Value = u64;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<u64, D::Error> {
        let Bits { names, width } = *self.0;
        let read = |text: &str| {
            let named = names.iter().find(|flag| flag.name == text).map(|flag| flag.number);
            let bit = match named {
                Some(bit) => bit,
                None => {
                    at_number(text).filter(|bit| names.iter().all(|flag| flag.number != *bit))?
                }
            };
            1_u64.checked_shl(bit).filter(|_| bit < width)
        };
        from.deserialize_str(Text {
            what: "the name of a flag, or `@` and the number of its bit",
            read,
        })
    }
}
