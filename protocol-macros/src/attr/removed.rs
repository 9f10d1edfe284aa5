//! `removed(3: u32, #[np(varint)] 4: u64)`: fields that are gone, written as they would be with
//! their number in place of their name.

use protocol_schema::ir::{Field, Name, Number};
use syn::parse::{Parse, ParseStream};

use super::{Attributes, Place};
use crate::source::Source;

/// A removed field, in the model's words.
pub(crate) type Removed = Field;

/// A removed field as it was written.
pub(super) struct Written {
    attributes: Vec<syn::Attribute>,
    pub(super) number: syn::LitInt,
    ty: syn::Type,
}

impl Parse for Written {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(syn::Attribute::parse_outer)?;
        let number = input.parse()?;
        input.parse::<syn::Token![:]>()?;
        Ok(Self { attributes, number, ty: input.parse()? })
    }
}

/// The field; `None` if its number is none.
pub(super) fn field(source: &mut Source, written: &Written) -> Option<Removed> {
    let number = number(source, &written.number)?;
    let said = Attributes::of(source, &written.attributes, Place::Removed);
    let name = Name::new("_", source.at(&written.number));
    let ty = source.external(&written.ty);
    Some(Field { removed: true, varint: said.varint.is_some(), ..Field::new(number, name, ty) })
}

/// A number without a suffix, of 32 bits.
pub(super) fn number(source: &mut Source, literal: &syn::LitInt) -> Option<Number> {
    let value = literal.base10_parse().ok().filter(|_| literal.suffix().is_empty())?;
    Some(Number { value, written: Some(source.spot(literal.span())) })
}
