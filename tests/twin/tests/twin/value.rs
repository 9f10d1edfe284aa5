//! A value of any type, as data.

use crate::graph::{Field, Graph, Kind, Ty};

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Unit,
    Bool(bool),
    /// An integer's or a float's bits; those above its width are 0.
    Number(u128),
    Text(String),
    Bytes(Vec<u8>),
    /// The elements of a list or an array.
    List(Vec<Value>),
    Option(Option<Box<Value>>),
    /// The fields of a struct, by number.
    Struct(Vec<Value>),
    /// A variant that the schema has, and its fields by number.
    Variant(u8, Vec<Value>),
    /// A variant that the schema does not have, and its body; tag 0 for an absent union.
    Raw(u8, Vec<u8>),
}

impl Graph {
    /// The value that stands where its writer had nothing.
    pub fn zero(&self, ty: &Ty) -> Value {
        match ty {
            Ty::Unit => Value::Unit,
            Ty::Bool => Value::Bool(false),
            Ty::Int { .. } | Ty::Float { .. } => Value::Number(0),
            Ty::String => Value::Text(String::new()),
            Ty::Bytes => Value::Bytes(Vec::new()),
            Ty::Vec(_) => Value::List(Vec::new()),
            Ty::Option(_) => Value::Option(None),
            Ty::Array(item, len) => Value::List(vec![self.zero(item); *len]),
            Ty::Named(place) => match &self.at(*place).kind {
                Kind::Struct { fields, .. } => Value::Struct(self.zeros(fields)),
                Kind::Scalar { .. } => Value::Number(0),
                Kind::Union { .. } => Value::Raw(0, Vec::new()),
            },
        }
    }

    pub fn zeros(&self, fields: &[Field]) -> Vec<Value> {
        fields.iter().map(|field| self.zero(&field.ty)).collect()
    }
}
