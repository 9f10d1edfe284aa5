//! JSON to a value. What is left out is what it is in bytes that end before it; a name that the
//! type does not have is refused.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "whatever JSON is not what a type asks for is refused alike"
)]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json};

use super::decode::{DecodeOptions, Decoder};
use super::error::{ValueError, ValueErrorKind as Kind};
use super::json::HIDDEN;
use super::layout::{Body, Flags, Id, Node, RootKind, Scalar, Struct, Types, Union, Variant};
use super::reader::{Block, Tail};
use super::std_text;
use super::{Codec, Hidden, Value};
use crate::check::nearest;
use crate::ir::{Float, Int, Std};

/// How deep JSON may nest: what the stack bears.
pub(super) const JSON_DEPTH_MAX: u32 = 500;

type Meant<T> = Result<T, ValueError>;

impl Codec {
    /// The value that JSON stands for.
    ///
    /// # Errors
    ///
    /// [`ValueError`], with the path of the part that is no value of its type.
    pub fn from_json(&self, json: &Json) -> Result<Value, ValueError> {
        let mut reader = Reader {
            types: &self.types,
            zeros: Decoder::new(&self.types, &[], &DecodeOptions::default()),
            depth: JSON_DEPTH_MAX,
        };
        let value = match &self.root.kind {
            RootKind::Nothing if json.is_null() => Ok(Value::Unit),
            RootKind::Nothing => Err(mismatch("null", json)),
            RootKind::Fields(body) => reader.fields(body, json).map(Value::Struct),
            RootKind::Single(body) => match &body.fields[..] {
                [field] => reader.value(field.ty, json),
                _ => Ok(Value::Unit),
            },
            RootKind::Struct(id) => reader.value(*id, json),
        };
        value.map_err(|error| error.root(&self.root.name))
    }
}

struct Reader<'a> {
    types: &'a Types,
    /// Reads what is left out: zeros.
    zeros: Decoder<'a>,
    depth: u32,
}

impl Reader<'_> {
    fn value(&mut self, ty: Id, json: &Json) -> Meant<Value> {
        self.depth = match self.depth.checked_sub(1) {
            Some(depth) => depth,
            None => return Err(ValueError::new(Kind::DepthLimit)),
        };
        let value = self.value_of(ty, json)?;
        self.depth += 1;
        Ok(value)
    }

    fn value_of(&mut self, ty: Id, json: &Json) -> Meant<Value> {
        let types = self.types;
        match (types.node(ty), json) {
            (Node::Secret(inner), _) => self.secret(*inner, json),
            (Node::Bool, Json::Bool(value)) => Ok(Value::Bool(*value)),
            (Node::Int(int), _) => integer(*int, json),
            (Node::Float(kind), _) => float(*kind, json),
            (Node::Flags(item), Json::Array(names)) => flags(item, names),
            (Node::Scalar(item), _) => scalar(item, json),
            (Node::Std(std), Json::String(text)) => std_value(*std, text),
            (Node::String, Json::String(text)) => Ok(Value::String(text.clone())),
            (Node::Bytes, Json::String(text)) => base64(text).map(Value::Bytes),
            (Node::Vec(element), Json::Array(items)) => {
                self.items(*element, items).map(Value::List)
            }
            (Node::Set(element), Json::Array(items)) => self.items(*element, items).map(Value::Set),
            (Node::Array(element, len), Json::Array(items)) => {
                count(items.len(), *len)?;
                self.items(*element, items).map(Value::List)
            }
            (Node::Map(entry), _) => self.map(*entry, json),
            (Node::Option(_), Json::Null) => Ok(Value::Option(None)),
            (Node::Option(inner), _) => {
                self.value(*inner, json).map(|value| Value::Option(Some(Box::new(value))))
            }
            (Node::Tuple(body), Json::Array(items)) => {
                count(items.len(), body.fields.len())?;
                let pairs = body.fields.iter().zip(items);
                let values = pairs.map(|(field, item)| {
                    self.value(field.ty, item).map_err(|error| error.field(&field.name))
                });
                values.collect::<Meant<_>>().map(Value::Tuple)
            }
            (Node::Struct(Struct { body, .. }), _) => self.fields(body, json).map(Value::Struct),
            (Node::Union(item), _) => self.union(item, json),
            (node, _) => Err(mismatch(node.describe(), json)),
        }
    }

    fn secret(&mut self, inner: Id, json: &Json) -> Meant<Value> {
        if json.as_str() == Some(HIDDEN) {
            return Err(ValueError::new(Kind::HiddenSecret));
        }
        // What was the matter might show what it was.
        let value = self.value(inner, json).map_err(|_| ValueError::new(Kind::RefusedSecret))?;
        Ok(Value::Secret(Hidden(Box::new(value))))
    }

    fn items(&mut self, element: Id, items: &[Json]) -> Meant<Vec<Value>> {
        let items = items.iter().enumerate();
        items.map(|(i, item)| self.value(element, item).map_err(|error| error.index(i))).collect()
    }

    fn fields(&mut self, body: &Body, json: &Json) -> Meant<Vec<Value>> {
        let Json::Object(object) = json else { return Err(mismatch("an object", json)) };
        let names = || body.fields.iter().filter(|field| !field.removed).map(|field| &*field.name);
        if let Some(unknown) = object.keys().find(|key| names().all(|name| name != *key)) {
            return Err(unknown_name("field", unknown, names()));
        }
        let mut values = Vec::with_capacity(body.values());
        for field in body.fields.iter().filter(|field| !field.removed) {
            let value = match object.get(&field.name) {
                Some(json) => self.value(field.ty, json),
                None => self.zeros.zero(field),
            };
            values.push(value.map_err(|error| error.field(&field.name))?);
        }
        Ok(values)
    }

    fn map(&mut self, entry: Id, json: &Json) -> Meant<Value> {
        let Some((key_type, value_type)) = self.types.entry(entry) else {
            return Err(mismatch("a map", json));
        };
        let is_object = self.types.is_text_key(key_type);
        let mut entries = Vec::new();
        match json {
            Json::Object(object) if is_object => {
                for (i, (key, value)) in object.iter().enumerate() {
                    let within = |error: ValueError| error.index(i);
                    let key = self.value(key_type, &Json::String(key.clone())).map_err(within)?;
                    entries.push((key, self.value(value_type, value).map_err(within)?));
                }
            }
            Json::Array(pairs) if !is_object => {
                for (i, pair) in pairs.iter().enumerate() {
                    let within = |error: ValueError| error.index(i);
                    let [key, value] = &pair.as_array().map(Vec::as_slice).unwrap_or_default()
                    else {
                        return Err(within(mismatch("an array of a key and a value", pair)));
                    };
                    let key = self.value(key_type, key).map_err(within)?;
                    entries.push((key, self.value(value_type, value).map_err(within)?));
                }
            }
            other => {
                let expected = if is_object { "an object" } else { "an array of pairs" };
                return Err(mismatch(expected, other));
            }
        }
        Ok(Value::Map(entries))
    }

    fn union(&mut self, item: &Union, json: &Json) -> Meant<Value> {
        let (name, content) = match json {
            Json::String(name) => (name, None),
            Json::Object(object) => match only(object) {
                Some((name, content)) => (name, Some(content)),
                None => return Err(mismatch("an object with one variant", json)),
            },
            other => {
                return Err(mismatch("the name of a variant, or an object with one", other));
            }
        };
        if let Some(number) = name.strip_prefix('@') {
            return unknown_variant(item, name, number, content);
        }
        let Some(variant) = item.variants.iter().find(|variant| variant.name == *name) else {
            let names = item.variants.iter().map(|variant| &*variant.name);
            return Err(unknown_name("variant", name, names));
        };
        let values = self.content(variant, content);
        values
            .map(|values| Value::Variant(variant.tag, values))
            .map_err(|error| error.field(&variant.name))
    }

    fn content(&mut self, variant: &Variant, content: Option<&Json>) -> Meant<Vec<Value>> {
        match (&variant.body.fields[..], content) {
            (_, None) if variant.body.values() == 0 => Ok(Vec::new()),
            (_, None) => {
                Err(ValueError::mismatch("an object with its content", "the name of a variant"))
            }
            ([], Some(Json::Null)) => Ok(Vec::new()),
            ([field], Some(json)) if variant.bare => Ok(vec![self.value(field.ty, json)?]),
            (_, Some(json)) => self.fields(&variant.body, json),
        }
    }
}

impl<'a> Decoder<'a> {
    /// What a field is that its writer did not have.
    fn zero(&mut self, field: &super::layout::Field) -> Meant<Value> {
        let value = self.field(field, Block { at: 0, len: 0 }, 0, &mut Tail { at: 0, end: 0 });
        // It lies in no bytes.
        value.map(|value| value.unwrap_or(Value::Unit)).map_err(ValueError::nowhere)
    }
}

fn only(object: &Map<String, Json>) -> Option<(&String, &Json)> {
    if object.len() == 1 { object.iter().next() } else { None }
}

fn unknown_variant(item: &Union, name: &str, number: &str, content: Option<&Json>) -> Meant<Value> {
    let body = match content {
        None => Vec::new(),
        Some(Json::String(text)) => base64(text)?,
        Some(other) => return Err(mismatch("the body of the variant in base64", other)),
    };
    let tag = number.parse::<u8>().ok().filter(|tag| *tag < 255 && (*tag > 0 || body.is_empty()));
    let Some(tag) = tag.filter(|tag| (*tag == 0) == content.is_none()) else {
        return Err(ValueError::mismatch(
            "`@0`, or `@1` to `@254` with a body",
            format!("`{name}`"),
        ));
    };
    if item.closed {
        return Err(ValueError::new(Kind::UnknownTag(tag.into())));
    }
    match item.variants.iter().find(|variant| variant.tag == tag) {
        Some(variant) => {
            Err(ValueError::new(Kind::KnownTag { tag: tag.into(), name: variant.name.clone() }))
        }
        None => Ok(Value::Unknown(tag, body)),
    }
}

fn count(got: usize, expected: usize) -> Meant<()> {
    if got == expected { Ok(()) } else { Err(ValueError::new(Kind::Count { got, expected })) }
}

fn mismatch(expected: &str, found: &Json) -> ValueError {
    ValueError::mismatch(expected, describe(found))
}

fn describe(json: &Json) -> String {
    match json {
        Json::Null => "null".to_owned(),
        Json::Bool(value) => value.to_string(),
        Json::Number(number) => format!("the number {number}"),
        Json::String(_) => "a string".to_owned(),
        Json::Array(_) => "an array".to_owned(),
        Json::Object(_) => "an object".to_owned(),
    }
}

fn unknown_name<'n>(
    what: &'static str,
    name: &str,
    known: impl Iterator<Item = &'n str>,
) -> ValueError {
    let known: Vec<&str> = known.collect();
    ValueError::new(Kind::UnknownName {
        what,
        name: name.to_owned(),
        nearest: nearest(name, known.iter().copied()).map(str::to_owned),
        known: known.into_iter().map(str::to_owned).collect(),
    })
}

fn base64(text: &str) -> Meant<Vec<u8>> {
    let wrong = |_| ValueError::mismatch("base64 with padding", "another string");
    STANDARD.decode(text).map_err(wrong)
}

/// An integer, which may be a string of digits where JavaScript would round it.
fn integer(int: Int, json: &Json) -> Meant<Value> {
    let digits = match json {
        Json::String(text) if int.bits() >= 64 => text.clone(),
        Json::Number(number) => number.to_string(),
        other => {
            let is_wide = int.bits() >= 64;
            let expected = if is_wide { "an integer as a string of digits" } else { "an integer" };
            return Err(mismatch(expected, other));
        }
    };
    let is_whole = digits.strip_prefix('-').unwrap_or(&digits).bytes().all(|b| b.is_ascii_digit());
    if !is_whole || digits.is_empty() || digits == "-" {
        let found = if json.is_string() { "another string".to_owned() } else { describe(json) };
        return Err(ValueError::mismatch(format!("an integer (`{}`)", int.name()), found));
    }
    let bits = u32::from(int.bits());
    let value = if int.is_signed() {
        let number = digits.parse::<i128>().ok();
        let fits = |number: &i128| number.leading_zeros().max(number.leading_ones()) > 128 - bits;
        number.filter(fits).map(Value::Int)
    } else {
        let number = digits.parse::<u128>().ok();
        number.filter(|number| number.leading_zeros() >= 128 - bits).map(Value::Uint)
    };
    let ty = int.name().to_owned();
    value.ok_or_else(|| ValueError::new(Kind::OutOfRange { number: digits, ty }))
}

fn float(kind: Float, json: &Json) -> Meant<Value> {
    let number = match json {
        Json::Number(number) => number.as_f64(),
        Json::String(text) => match text.as_str() {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    };
    let expected = "a number, \"NaN\", \"Infinity\" or \"-Infinity\"";
    let number = number.ok_or_else(|| mismatch(expected, json))?;
    match kind {
        Float::F64 => Ok(Value::F64(number)),
        Float::F32 => {
            #[expect(clippy::as_conversions, reason = "the nearest one, as the text means it")]
            let narrow = number as f32;
            if narrow.is_finite() || !number.is_finite() {
                return Ok(Value::F32(narrow));
            }
            let (number, ty) = (number.to_string(), "f32".to_owned());
            Err(ValueError::new(Kind::OutOfRange { number, ty }))
        }
    }
}

fn scalar(item: &Scalar, json: &Json) -> Meant<Value> {
    let digits = match json {
        Json::String(text) => match item.variants.iter().find(|(_, name)| name == text) {
            Some((number, _)) => return Ok(Value::Uint(*number)),
            None if item.width < 8 || !text.bytes().all(|b| b.is_ascii_digit()) => {
                let names = item.variants.iter().map(|(_, name)| &**name);
                return Err(unknown_name("variant", text, names));
            }
            None => text.clone(),
        },
        Json::Number(number) => number.to_string(),
        other => return Err(mismatch(&format!("a variant of {}", item.name), other)),
    };
    let ty = format!("u{}", 8 * item.width);
    let wrong = || ValueError::new(Kind::OutOfRange { number: digits.clone(), ty: ty.clone() });
    let number = digits.parse::<u64>().map_err(|_| wrong())?;
    if number.leading_zeros() < 64 - 8 * u32::try_from(item.width).unwrap_or(8) {
        return Err(wrong());
    }
    let number = u128::from(number);
    match item.variants.iter().find(|(known, _)| *known == number) {
        Some((_, name)) => Err(ValueError::new(Kind::KnownTag { tag: number, name: name.clone() })),
        None if item.closed => Err(ValueError::new(Kind::UnknownTag(number))),
        None => Ok(Value::Uint(number)),
    }
}

fn flags(item: &Flags, names: &[Json]) -> Meant<Value> {
    let mut bits = 0_u128;
    for (i, name) in names.iter().enumerate() {
        let bit = flag(item, name).map_err(|error| error.index(i))?;
        if bits & bit != 0 {
            return Err(ValueError::new(Kind::DuplicateKey).index(i));
        }
        bits |= bit;
    }
    Ok(Value::Uint(bits))
}

fn flag(item: &Flags, name: &Json) -> Meant<u128> {
    let Json::String(name) = name else { return Err(mismatch("the name of a flag", name)) };
    if let Some((bit, _)) = item.flags.iter().find(|(_, known)| known == name) {
        return Ok(1 << (bit % 128));
    }
    let Some(number) = name.strip_prefix('@') else {
        return Err(unknown_name("flag", name, item.flags.iter().map(|(_, name)| &**name)));
    };
    let width = 8 * u32::try_from(item.width).unwrap_or(16);
    match number.parse::<u32>().ok().filter(|bit| *bit < width) {
        None => {
            let expected = format!("a bit from `@0` to `@{}`", width - 1);
            Err(ValueError::mismatch(expected, format!("`{name}`")))
        }
        Some(bit) => match item.flags.iter().find(|(known, _)| *known == bit) {
            Some((_, name)) => {
                Err(ValueError::new(Kind::KnownTag { tag: bit.into(), name: name.clone() }))
            }
            None => Ok(1 << bit),
        },
    }
}

fn std_value(std: Std, text: &str) -> Meant<Value> {
    let (value, expected) = match std {
        Std::Uuid => (
            std_text::parse_uuid(text).map(Value::Uuid),
            "a UUID such as 67e55044-10b1-426f-9247-bb680e5fe0c8",
        ),
        Std::Timestamp => (
            std_text::parse_timestamp(text).map(|(secs, nanos)| Value::Timestamp(secs, nanos)),
            "a time such as 2026-02-03T04:05:06.5Z",
        ),
        Std::Duration => (
            std_text::parse_duration(text).map(|(secs, nanos)| Value::Duration(secs, nanos)),
            "seconds such as 1.5s",
        ),
        Std::SocketAddr => (
            std_text::parse_address(text).map(Value::SocketAddr),
            "an address and a port such as [::1]:80",
        ),
    };
    value.ok_or_else(|| ValueError::mismatch(expected, "another string"))
}
