//! Values as Rust prints them with `{:?}`: what a decoded value must look like.

use std::fmt::Write;

use network_protocol::Bytes;

use crate::graph::{Field, Graph, Kind, Ty};
use crate::value::Value;

impl Graph {
    /// The value as the type that is emitted for `ty` prints it.
    pub fn text(&self, ty: &Ty, value: &Value) -> String {
        let mut out = String::new();
        self.print(&mut out, ty, value);
        out
    }

    fn print(&self, out: &mut String, ty: &Ty, value: &Value) {
        let written = match (ty, value) {
            (Ty::Unit, Value::Unit) => write!(out, "()"),
            (Ty::Bool, Value::Bool(value)) => write!(out, "{value}"),
            (Ty::Int { width, signed }, Value::Number(bits)) => {
                write!(out, "{}", integer(*width, *signed, *bits))
            }
            (Ty::Float { width: 4 }, Value::Number(bits)) => {
                write!(out, "{:?}", f32::from_bits(*bits as u32))
            }
            (Ty::Float { .. }, Value::Number(bits)) => {
                write!(out, "{:?}", f64::from_bits(*bits as u64))
            }
            (Ty::String, Value::Text(text)) => write!(out, "{text:?}"),
            (Ty::Bytes, Value::Bytes(bytes)) => {
                write!(out, "{:?}", Bytes::copy_from_slice(bytes))
            }
            (Ty::Vec(item) | Ty::Array(item, _), Value::List(values)) => {
                out.push('[');
                for (i, value) in values.iter().enumerate() {
                    out.push_str(if i == 0 { "" } else { ", " });
                    self.print(out, item, value);
                }
                write!(out, "]")
            }
            (Ty::Option(_), Value::Option(None)) => write!(out, "None"),
            (Ty::Option(inner), Value::Option(Some(value))) => {
                out.push_str("Some(");
                self.print(out, inner, value);
                write!(out, ")")
            }
            (Ty::Named(place), value) => {
                self.print_named(out, *place, value);
                Ok(())
            }
            _ => panic!("{value:?} is no {ty:?}"),
        };
        written.expect("a String takes all");
    }

    fn print_named(&self, out: &mut String, place: usize, value: &Value) {
        let named = self.at(place);
        match (&named.kind, value) {
            (Kind::Struct { fields, .. }, Value::Struct(values)) => {
                self.print_fields(out, &named.name, &named.name, fields, values);
            }
            (Kind::Scalar { variants, .. }, Value::Number(bits)) => {
                match variants.iter().find(|(number, _)| u128::from(*number) == *bits) {
                    Some((_, name)) => out.push_str(name),
                    None => out.push_str(&format!("Unknown({bits})")),
                }
            }
            (Kind::Union { variants, .. }, Value::Variant(tag, values)) => {
                let variant = variants.iter().find(|variant| variant.tag == *tag);
                let variant = variant.expect("a variant of the schema");
                let owner = format!("{}::{}", named.name, variant.name);
                self.print_fields(out, &owner, &variant.name, &variant.fields, values);
            }
            (Kind::Union { .. }, Value::Raw(tag, body)) => {
                let body = Bytes::copy_from_slice(body);
                out.push_str(&format!("Unknown(RawVariant {{ tag: {tag}, body: {body:?} }})"));
            }
            (kind, _) => panic!("{value:?} is no {kind:?}"),
        }
    }

    fn print_fields(
        &self,
        out: &mut String,
        owner: &str,
        name: &str,
        fields: &[Field],
        values: &[Value],
    ) {
        let order = self.source_order.get(owner);
        let place = |field: &Field| order.map(|all| all.iter().position(|one| *one == field.name));
        let mut shown: Vec<_> = fields.iter().zip(values).collect();
        shown.sort_by_key(|(field, _)| place(field));
        out.push_str(name);
        let tuple = matches!(fields, [one] if one.name.is_empty());
        let (open, close) = if tuple { ("(", ")") } else { (" { ", " }") };
        for (i, (field, value)) in shown.into_iter().enumerate() {
            out.push_str(if i == 0 { open } else { ", " });
            if !tuple {
                out.push_str(&field.name);
                out.push_str(": ");
            }
            self.print(out, &field.ty, value);
        }
        out.push_str(if fields.is_empty() { "" } else { close });
    }
}

/// An integer of so many bytes in decimal.
pub fn integer(width: usize, signed: bool, bits: u128) -> String {
    if signed {
        let spare = 128 - 8 * width;
        // Moves the sign to the top and back, so that it fills what is above.
        ((bits << spare) as i128 >> spare).to_string()
    } else {
        bits.to_string()
    }
}
