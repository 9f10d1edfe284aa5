//! What the macros for emitted code are made of. Not for people.

pub use serde_core::de::{
    Deserialize, Deserializer, Error as DeserializeError, MapAccess, SeqAccess, VariantAccess,
};
pub use serde_core::ser::{
    Error as SerializeError, Serialize, SerializeStruct, SerializeStructVariant, Serializer,
};

pub use super::fields::{Fields, or_absent, read_struct};
pub use super::union::{
    Content, Variants, read_flags, read_scalar, read_union, unknown_tag, write_flags, write_raw,
    write_scalar,
};
pub use super::{Allowance, Mapped};
use crate::wire::DecodeOptions;

/// Writes a field of a struct.
///
/// # Errors
///
/// Those of the format.
pub fn struct_field<S: SerializeStruct>(
    mut to: S,
    name: &'static str,
    value: &impl Serialize,
) -> Result<S, S::Error> {
    to.serialize_field(name, value)?;
    Ok(to)
}

/// Writes a named field of a variant.
///
/// # Errors
///
/// Those of the format.
pub fn variant_field<S: SerializeStructVariant>(
    mut to: S,
    name: &'static str,
    value: &impl Serialize,
) -> Result<S, S::Error> {
    to.serialize_field(name, value)?;
    Ok(to)
}

/// The limits that a type's own `Deserialize` has.
#[must_use]
pub fn allowance() -> Allowance {
    Allowance::new(&DecodeOptions::default())
}
