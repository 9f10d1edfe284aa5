//! Named fields: an object, or in formats that are not for people the values one after another.

use std::fmt;

use serde_core::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::Allowance;
use crate::wire::{DecodeError, DecodeOptions, Reader, Slot};

/// The fields of a struct or variant while they are read; written by the macros.
pub trait Fields: Sized {
    /// What they make up.
    type Value;

    /// None yet.
    fn none() -> Self;

    /// Reads the value of a field; false when there is none of that name.
    ///
    /// # Errors
    ///
    /// Those of the value.
    fn named<'de, A: MapAccess<'de>>(
        &mut self,
        name: &str,
        map: &mut A,
        allowed: &Allowance,
    ) -> Result<bool, A::Error>;

    /// Reads the values of all fields in order.
    ///
    /// # Errors
    ///
    /// Those of the values.
    fn listed<'de, A: SeqAccess<'de>>(
        &mut self,
        seq: &mut A,
        allowed: &Allowance,
    ) -> Result<(), A::Error>;

    /// Makes the value.
    ///
    /// # Errors
    ///
    /// For a field that is missing and cannot be.
    fn finish<E: de::Error>(self) -> Result<Self::Value, E>;
}

/// Reads a struct.
///
/// # Errors
///
/// Those of the format and of the fields.
pub fn read_struct<'de, F: Fields, D: Deserializer<'de>>(
    from: D,
    (name, fields): (&'static str, &'static [&'static str]),
    allowed: &Allowance,
) -> Result<F::Value, D::Error> {
    let reader = FieldsReader::<F>::new(allowed, from.is_human_readable());
    allowed.nested(|| from.deserialize_struct(name, fields, reader))
}

/// Reads [`Fields`].
pub(super) struct FieldsReader<'c, F> {
    allowed: &'c Allowance,
    human: bool,
    fields: F,
}

impl<'c, F: Fields> FieldsReader<'c, F> {
    pub(super) fn new(allowed: &'c Allowance, human: bool) -> Self {
        Self { allowed, human, fields: F::none() }
    }
}

impl<'de, F: Fields> Visitor<'de> for FieldsReader<'_, F> {
    type Value = F::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of the fields")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<F::Value, A::Error> {
        while let Some(name) = map.next_key_seed(Name)? {
            if !self.fields.named(&name, &mut map, self.allowed)? {
                return Err(de::Error::custom(format_args!("unknown field `{name}`")));
            }
        }
        self.fields.finish()
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<F::Value, A::Error> {
        if self.human {
            return Err(de::Error::invalid_type(de::Unexpected::Seq, &self));
        }
        self.fields.listed(&mut seq, self.allowed)?;
        self.fields.finish()
    }
}

/// The name of a field, borrowed where it can be.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = std::borrow::Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_identifier(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = std::borrow::Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_borrowed_str<E: de::Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(name.into())
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(name.to_owned().into())
    }

    fn visit_string<E: de::Error>(self, name: String) -> Result<Self::Value, E> {
        Ok(name.into())
    }
}

/// A field's value; when it is left out, what `decode` makes of it in bytes that end before it.
///
/// # Errors
///
/// For a field that must not be missing.
pub fn or_absent<T, E: de::Error>(
    field: Option<T>,
    name: &'static str,
    decode: fn(&[u8], Slot, &mut Reader<'_>) -> Result<T, DecodeError>,
) -> Result<T, E> {
    if let Some(value) = field {
        return Ok(value);
    }
    let mut nothing = Reader::new(&[], &DecodeOptions::default());
    decode(&[], Slot::START, &mut nothing).map_err(|_| E::missing_field(name))
}
