//! A value of any type, as data.

use std::cmp::Ordering;

use crate::graph::{Field, Graph, Kind, Std, Ty};

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Unit,
    Bool(bool),
    /// An integer's or a float's bits; those above its width are 0.
    Number(u128),
    Text(String),
    /// Bytes, and the block of a type of the package `std`.
    Bytes(Vec<u8>),
    /// The elements of a list, an array, a set or a tuple; the pairs of a map.
    List(Vec<Value>),
    /// What a removed field is left with.
    Nothing,
    Option(Option<Box<Value>>),
    /// The fields of a struct, by number.
    Struct(Vec<Value>),
    /// A variant that the schema has, and its fields by number.
    Variant(u8, Vec<Value>),
    /// A variant that the schema does not have, and its body; tag 0 for an absent union.
    Raw(u8, Vec<u8>),
}

impl Graph {
    /// The value that stands where its writer had nothing, if the type has one.
    pub fn zero(&self, ty: &Ty) -> Option<Value> {
        Some(match ty {
            Ty::Unit => Value::Unit,
            Ty::Bool => Value::Bool(false),
            Ty::Int { .. } | Ty::Float { .. } | Ty::Varint { .. } => Value::Number(0),
            Ty::String => Value::Text(String::new()),
            Ty::Bytes => Value::Bytes(Vec::new()),
            Ty::Vec(_) | Ty::Map(..) | Ty::Set(_) => Value::List(Vec::new()),
            Ty::Option(_) => Value::Option(None),
            Ty::Array(item, len) => Value::List(vec![self.zero(item)?; *len]),
            Ty::Tuple(items) => {
                Value::List(items.iter().map(|item| self.zero(item)).collect::<Option<_>>()?)
            }
            Ty::Std(std) => Value::Bytes(vec![0; std.block()]),
            Ty::Secret(inner) => self.zero(inner)?,
            Ty::Named(place) => match &self.at(*place).kind {
                Kind::Struct { fields, .. } => Value::Struct(self.zeros(fields)?),
                Kind::Scalar { closed: true, variants, default, .. } => {
                    let zero = variants.iter().any(|(number, _)| *number == 0).then_some(0);
                    Value::Number(zero.or(*default)?.into())
                }
                Kind::Scalar { .. } | Kind::Flags { .. } => Value::Number(0),
                Kind::Union { closed: true, default, .. } => {
                    Value::Variant((*default)?, Vec::new())
                }
                Kind::Union { .. } => Value::Raw(0, Vec::new()),
            },
        })
    }

    /// What a field reads as where its writer had nothing.
    pub fn zero_field(&self, field: &Field) -> Option<Value> {
        match (field.removed, field.default) {
            (true, _) => Some(Value::Nothing),
            (false, None) => self.zero(&field.ty),
            (false, Some(default)) if *field.ty.shown() == Ty::Bool => {
                Some(Value::Bool(default != 0))
            }
            (false, Some(default)) => Some(Value::Number(default)),
        }
    }

    pub fn zeros(&self, fields: &[Field]) -> Option<Vec<Value>> {
        fields.iter().map(|field| self.zero_field(field)).collect()
    }
}

impl Value {
    /// Combined with a field's default: there and back again.
    pub fn xor(&self, field: &Field) -> Self {
        match (self, field.default) {
            (Self::Number(bits), Some(default)) => Self::Number(bits ^ default),
            (Self::Bool(value), Some(default)) => Self::Bool(*value != (default != 0)),
            (value, None) => value.clone(),
            (value, Some(_)) => panic!("{value:?} has no default"),
        }
    }
}

/// How two keys of a type stand to each other.
pub fn compare(ty: &Ty, one: &Value, other: &Value) -> Ordering {
    match (ty.shown(), one, other) {
        (Ty::Bool, Value::Bool(one), Value::Bool(other)) => one.cmp(other),
        (Ty::Int { width, signed: true }, Value::Number(one), Value::Number(other)) => {
            let top = 1 << (8 * width - 1);
            (one ^ top).cmp(&(other ^ top))
        }
        (Ty::Int { .. }, Value::Number(one), Value::Number(other)) => one.cmp(other),
        (Ty::String, Value::Text(one), Value::Text(other)) => one.as_bytes().cmp(other.as_bytes()),
        (Ty::Std(Std::Timestamp), Value::Bytes(one), Value::Bytes(other)) => {
            time::<true>(one).cmp(&time::<true>(other))
        }
        (Ty::Std(Std::Duration), Value::Bytes(one), Value::Bytes(other)) => {
            time::<false>(one).cmp(&time::<false>(other))
        }
        (Ty::Bytes | Ty::Std(Std::Uuid), Value::Bytes(one), Value::Bytes(other)) => one.cmp(other),
        (Ty::Array(item, _), Value::List(one), Value::List(other)) => {
            let pairs = one.iter().zip(other).map(|(one, other)| compare(item, one, other));
            pairs.fold(Ordering::Equal, Ordering::then)
        }
        (Ty::Tuple(items), Value::List(one), Value::List(other)) => {
            let pairs = items.iter().zip(one.iter().zip(other));
            pairs.fold(Ordering::Equal, |found, (item, (one, other))| {
                found.then(compare(item, one, other))
            })
        }
        (ty, ..) => panic!("{ty:?} is no key"),
    }
}

/// Seconds and nanoseconds.
pub fn time<const SIGNED: bool>(block: &[u8]) -> (i128, u32) {
    let (secs, nanos) = block.split_at(8);
    let secs = u64::from_le_bytes(secs.try_into().expect("eight bytes"));
    let secs = if SIGNED { i128::from(secs as i64) } else { i128::from(secs) };
    (secs, u32::from_le_bytes(nanos.try_into().expect("four bytes")))
}
