//! A value as JSON, under the mapping that `serde` on generated types follows as well.
//!
//! Fields stand in the order of their numbers, entries of maps by rising key. What a `Secret` holds
//! is not shown unless that is asked for.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Number, Value as Json};

use super::error::ValueError;
use super::layout::{Body, Flags, Id, Node, RootKind, Scalar, Struct, Types, Union};
use super::std_text;
use super::{Codec, Value};
use crate::ir::{Int, Std};

/// What stands where a secret is not shown.
pub(super) const HIDDEN: &str = "Secret(…)";

/// Whether secrets are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Secrets {
    /// A mark stands in their place, which is refused where such JSON is read again.
    #[default]
    Hidden,
    /// They are.
    Shown,
}

impl Codec {
    /// A value as JSON.
    ///
    /// # Errors
    ///
    /// [`ValueError`], if it is no value of this type.
    pub fn to_json(&self, value: &Value, secrets: Secrets) -> Result<Json, ValueError> {
        let show = Show { types: &self.types, secrets };
        let json = match (&self.root.kind, value) {
            (RootKind::Nothing, Value::Unit) => Ok(Json::Null),
            (RootKind::Fields(body), Value::Struct(values)) => show.object(body, values),
            (RootKind::Single(body), value) => match &body.fields[..] {
                [field] => show.value(field.ty, value),
                _ => Err(ValueError::mismatch("nothing", value.describe())),
            },
            (RootKind::Struct(id), value) => show.value(*id, value),
            (RootKind::Nothing, other) => Err(ValueError::mismatch("nothing", other.describe())),
            (RootKind::Fields(_), other) => Err(ValueError::mismatch("fields", other.describe())),
        };
        json.map_err(|error| error.root(&self.root.name))
    }
}

type Shown = Result<Json, ValueError>;

struct Show<'a> {
    types: &'a Types,
    secrets: Secrets,
}

impl Show<'_> {
    fn value(&self, ty: Id, value: &Value) -> Shown {
        let text = |text: String| Ok(Json::String(text));
        match (self.types.node(ty), value) {
            (Node::Secret(_), _) if self.secrets == Secrets::Hidden => text(HIDDEN.to_owned()),
            (Node::Secret(inner), Value::Secret(hidden)) => self.value(*inner, &hidden.0),
            (Node::Bool, Value::Bool(value)) => Ok(Json::Bool(*value)),
            (Node::Int(int), Value::Uint(number)) => Ok(integer(*int, number.to_string())),
            (Node::Int(int), Value::Int(number)) => Ok(integer(*int, number.to_string())),
            (Node::Float(_), Value::F32(number)) => {
                // The digits that tell an f32 from others, and no more.
                let digits = number.to_string();
                Ok(float(digits.parse().unwrap_or_else(|_| f64::from(*number))))
            }
            (Node::Float(_), Value::F64(number)) => Ok(float(*number)),
            (Node::Flags(item), Value::Uint(bits)) => Ok(flags(item, *bits)),
            (Node::Scalar(item), Value::Uint(number)) => Ok(scalar(item, *number)),
            (Node::Std(_), Value::Uuid(bytes)) => text(std_text::uuid(bytes)),
            (Node::Std(_), Value::Timestamp(secs, nanos)) => {
                text(std_text::timestamp(*secs, *nanos))
            }
            (Node::Std(_), Value::Duration(secs, nanos)) => text(std_text::duration(*secs, *nanos)),
            (Node::Std(_), Value::SocketAddr(address)) => text(address.to_string()),
            (Node::String, Value::String(value)) => text(value.clone()),
            (Node::Bytes, Value::Bytes(bytes)) => text(STANDARD.encode(bytes)),
            (Node::Vec(element) | Node::Array(element, _), Value::List(values))
            | (Node::Set(element), Value::Set(values)) => self.array(*element, values),
            (Node::Map(entry), Value::Map(entries)) => self.map(*entry, entries),
            (Node::Option(_), Value::Option(None)) => Ok(Json::Null),
            (Node::Option(inner), Value::Option(Some(value))) => self.value(*inner, value),
            (Node::Tuple(body), Value::Tuple(values)) => {
                let ids: Vec<Id> = body.fields.iter().map(|field| field.ty).collect();
                let values = ids.into_iter().zip(values).enumerate();
                let values = values.map(|(place, (ty, value))| {
                    self.value(ty, value).map_err(|error| error.field(&place.to_string()))
                });
                values.collect::<Result<_, _>>().map(Json::Array)
            }
            (Node::Struct(Struct { body, .. }), Value::Struct(values)) => self.object(body, values),
            (Node::Union(item), Value::Variant(tag, values)) => self.variant(item, *tag, values),
            (Node::Union(_), Value::Unknown(0, body)) if body.is_empty() => text("@0".to_owned()),
            (Node::Union(_), Value::Unknown(tag, body)) => {
                let body = Json::String(STANDARD.encode(body));
                Ok(Json::Object(Map::from_iter([(format!("@{tag}"), body)])))
            }
            (node, other) => Err(ValueError::mismatch(node.describe(), other.describe())),
        }
    }

    fn array(&self, element: Id, values: &[Value]) -> Shown {
        let values = values.iter().enumerate();
        let values =
            values.map(|(i, value)| self.value(element, value).map_err(|error| error.index(i)));
        values.collect::<Result<_, _>>().map(Json::Array)
    }

    fn object(&self, body: &Body, values: &[Value]) -> Shown {
        let mut object = Map::new();
        let fields = body.fields.iter().filter(|field| !field.removed);
        for (field, value) in fields.zip(values) {
            let value = self.value(field.ty, value).map_err(|error| error.field(&field.name))?;
            object.insert(field.name.clone(), value);
        }
        Ok(Json::Object(object))
    }

    fn map(&self, entry: Id, entries: &[(Value, Value)]) -> Shown {
        let Some((key_type, value_type)) = self.types.entry(entry) else {
            return Err(ValueError::mismatch("a map", "entries"));
        };
        let mut pairs = Vec::with_capacity(entries.len());
        for (i, (key, value)) in entries.iter().enumerate() {
            let within = |error: ValueError| error.index(i);
            let key = self.value(key_type, key).map_err(within)?;
            pairs.push((key, self.value(value_type, value).map_err(within)?));
        }
        if !self.types.is_text_key(key_type) {
            let pairs = pairs.into_iter().map(|(key, value)| Json::Array(vec![key, value]));
            return Ok(Json::Array(pairs.collect()));
        }
        let text = |key| if let Json::String(text) = key { text } else { String::new() };
        Ok(Json::Object(pairs.into_iter().map(|(key, value)| (text(key), value)).collect()))
    }

    fn variant(&self, item: &Union, tag: u8, values: &[Value]) -> Shown {
        let Some(variant) = item.variants.iter().find(|variant| variant.tag == tag) else {
            return Err(ValueError::mismatch(&item.name, format!("a variant {tag}")));
        };
        let content = match (&variant.body.fields[..], values) {
            (_, []) => return Ok(Json::String(variant.name.clone())),
            ([field], [value]) if variant.bare => self.value(field.ty, value),
            _ => self.object(&variant.body, values),
        };
        let content = content.map_err(|error| error.field(&variant.name))?;
        Ok(Json::Object(Map::from_iter([(variant.name.clone(), content)])))
    }
}

impl Types {
    /// The types of the key and the value of an entry.
    pub(super) fn entry(&self, entry: Id) -> Option<(Id, Id)> {
        let Node::Tuple(body) = self.node(entry) else { return None };
        let [key, value] = &body.fields[..] else { return None };
        Some((key.ty, value.ty))
    }

    /// Whether a map with such keys is an object.
    pub(super) fn is_text_key(&self, key: Id) -> bool {
        let key = self.peeled(key);
        matches!(key, Node::String | Node::Bytes)
            || matches!(key, Node::Std(std) if *std != Std::SocketAddr)
    }
}

/// What JavaScript would round is a string.
fn integer(int: Int, digits: String) -> Json {
    match digits.parse::<i64>() {
        Ok(number) if int.bits() < 64 => Json::from(number),
        _ => Json::String(digits),
    }
}

fn float(number: f64) -> Json {
    let text = if number.is_nan() {
        "NaN"
    } else if number > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    };
    // JSON has no number for these.
    Number::from_f64(number).map_or_else(|| Json::String(text.to_owned()), Json::Number)
}

fn scalar(item: &Scalar, number: u128) -> Json {
    match item.variants.iter().find(|(known, _)| *known == number) {
        Some((_, name)) => Json::String(name.clone()),
        None => match u64::try_from(number) {
            Ok(number) if item.width < 8 => Json::from(number),
            _ => Json::String(number.to_string()),
        },
    }
}

/// The names of the bits that are set, the lowest first.
fn flags(item: &Flags, bits: u128) -> Json {
    let set = (0..128_u32).filter(|bit| bits >> bit & 1 == 1);
    let name = |bit: u32| match item.flags.iter().find(|(known, _)| *known == bit) {
        Some((_, name)) => name.clone(),
        None => format!("@{bit}"),
    };
    Json::Array(set.map(|bit| Json::String(name(bit))).collect())
}
