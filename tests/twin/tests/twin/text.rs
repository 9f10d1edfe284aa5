//! Values as Rust prints them with `{:?}`: what a decoded value must look like.

use std::fmt::Write;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use network_protocol::{Bytes, Timestamp, Uuid};

use crate::graph::{Field, Graph, Kind, Std, Ty};
use crate::value::{Value, time};

impl Graph {
    /// The value as the type that is emitted for `ty` prints it.
    pub fn text(&self, ty: &Ty, value: &Value) -> String {
        Printer { graph: self, view: false }.text(ty, value)
    }

    /// The value as a view prints it.
    pub fn view_text(&self, ty: &Ty, value: &Value) -> String {
        Printer { graph: self, view: true }.text(ty, value)
    }
}

struct Printer<'g> {
    graph: &'g Graph,
    view: bool,
}

impl Printer<'_> {
    fn text(&self, ty: &Ty, value: &Value) -> String {
        let mut out = String::new();
        self.print(&mut out, ty, value);
        out
    }

    /// Views show bytes as the slice that they are.
    fn bytes(&self, bytes: &[u8]) -> String {
        if self.view {
            format!("{bytes:?}")
        } else {
            format!("{:?}", Bytes::copy_from_slice(bytes))
        }
    }

    fn print(&self, out: &mut String, ty: &Ty, value: &Value) {
        let written = match (ty, value) {
            (Ty::Unit, Value::Unit) => write!(out, "()"),
            (Ty::Bool, Value::Bool(value)) => write!(out, "{value}"),
            (Ty::Int { width, signed } | Ty::Varint { width, signed }, Value::Number(bits)) => {
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
                write!(out, "{}", self.bytes(bytes))
            }
            (Ty::Vec(item) | Ty::Array(item, _), Value::List(values)) => {
                self.print_all(out, ['[', ']'], values.iter().map(|value| (&**item, value)));
                Ok(())
            }
            (Ty::Set(item), Value::List(values)) => {
                self.print_all(out, ['{', '}'], values.iter().map(|value| (&**item, value)));
                Ok(())
            }
            (Ty::Tuple(items), Value::List(values)) => {
                self.print_all(out, ['(', ' '], items.iter().zip(values));
                out.pop();
                write!(out, "{}", if items.len() == 1 { ",)" } else { ")" })
            }
            (Ty::Map(key, item), Value::List(pairs)) => {
                out.push('{');
                for (i, pair) in pairs.iter().enumerate() {
                    let Value::List(pair) = pair else { panic!("{pair:?} is no pair") };
                    out.push_str(if i == 0 { "" } else { ", " });
                    self.print(out, key, &pair[0]);
                    out.push_str(": ");
                    self.print(out, item, &pair[1]);
                }
                write!(out, "}}")
            }
            (Ty::Std(std), Value::Bytes(block)) => write!(out, "{}", std_debug(*std, block)),
            (Ty::Secret(_), _) => write!(out, "Secret(…)"),
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

    fn print_all<'v>(
        &self,
        out: &mut String,
        [open, close]: [char; 2],
        all: impl Iterator<Item = (&'v Ty, &'v Value)>,
    ) {
        out.push(open);
        for (i, (ty, value)) in all.enumerate() {
            out.push_str(if i == 0 { "" } else { ", " });
            self.print(out, ty, value);
        }
        out.push(close);
    }

    fn print_named(&self, out: &mut String, place: usize, value: &Value) {
        let named = self.graph.at(place);
        match (&named.kind, value) {
            (Kind::Struct { fields, .. }, Value::Struct(values)) => {
                self.print_fields(out, &named.name, &named.name, fields, values);
            }
            (Kind::Flags { flags, width }, Value::Number(bits)) => {
                let set = (0..8 * width).filter(|bit| bits >> bit & 1 == 1);
                let names = set.map(|bit| {
                    let flag = flags.iter().find(|(one, _)| *one as usize == bit);
                    flag.map_or_else(|| format!("@{bit}"), |(_, name)| name.clone())
                });
                let names: Vec<String> = names.collect();
                out.push_str(&format!("{}({})", named.name, names.join(" | ")));
            }
            (Kind::Scalar { variants, .. }, Value::Number(bits)) => {
                match variants.iter().find(|(number, _)| u128::from(*number) == *bits) {
                    Some((_, name)) => out.push_str(&in_rust(name)),
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
                let name = if self.view { "RawView" } else { "RawVariant" };
                let body = self.bytes(body);
                out.push_str(&format!("Unknown({name} {{ tag: {tag}, body: {body} }})"));
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
        // Views have them by number.
        let order = self.graph.source_order.get(owner).filter(|_| !self.view);
        let place = |field: &Field| order.map(|all| all.iter().position(|one| *one == field.name));
        let mut shown: Vec<_> =
            fields.iter().zip(values).filter(|(field, _)| !field.removed).collect();
        if shown.is_empty() {
            return out.push_str(&in_rust(name));
        }
        shown.sort_by_key(|(field, _)| place(field));
        out.push_str(&in_rust(name));
        let tuple = matches!(fields, [one] if one.name.is_empty());
        let (open, close) = if tuple { ("(", ")") } else { (" { ", " }") };
        for (i, (field, value)) in shown.into_iter().enumerate() {
            out.push_str(if i == 0 { open } else { ", " });
            if !tuple {
                out.push_str(&in_rust(&field.name));
                out.push_str(": ");
            }
            self.print(out, &field.ty, value);
        }
        out.push_str(close);
    }
}

/// What a name of a schema is in Rust, where four have no raw form.
fn in_rust(name: &str) -> String {
    let underscore = if matches!(name, "self" | "Self" | "super" | "crate") { "_" } else { "" };
    format!("{name}{underscore}")
}

/// The value of a type of the package `std`, from its block.
pub enum StdValue {
    Uuid(Uuid),
    Timestamp(Timestamp),
    Duration(Duration),
    SocketAddr(SocketAddr),
}

pub fn std_value(std: Std, block: &[u8]) -> StdValue {
    match std {
        Std::Uuid => StdValue::Uuid(Uuid::from_bytes(block.try_into().expect("16 bytes"))),
        Std::Timestamp => {
            let (secs, nanos) = time::<true>(block);
            StdValue::Timestamp(Timestamp::new(secs as i64, nanos).expect("less than a second"))
        }
        Std::Duration => {
            let (secs, nanos) = time::<false>(block);
            StdValue::Duration(Duration::new(secs as u64, nanos))
        }
        Std::SocketAddr => {
            let address: [u8; 16] = block[1..17].try_into().expect("16 bytes");
            let ip = match block[0] {
                0 => IpAddr::from([address[0], address[1], address[2], address[3]]),
                _ => IpAddr::from(address),
            };
            let port = u16::from_le_bytes([block[17], block[18]]);
            StdValue::SocketAddr(SocketAddr::new(ip, port))
        }
    }
}

fn std_debug(std: Std, block: &[u8]) -> String {
    match std_value(std, block) {
        StdValue::Uuid(value) => format!("{value:?}"),
        StdValue::Timestamp(value) => format!("{value:?}"),
        StdValue::Duration(value) => format!("{value:?}"),
        StdValue::SocketAddr(value) => format!("{value:?}"),
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
