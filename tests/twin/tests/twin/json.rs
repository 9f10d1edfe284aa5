//! JSON that people read: values by their types, and files that stay the same until something
//! changes.

use std::net::{IpAddr, SocketAddr};

use network_protocol::{Timestamp, Uuid};
use serde_json::Value as Parsed;

use crate::graph::{Field, Graph, Kind, Std, Ty, Variant};
use crate::text::{StdValue, integer, std_value};
use crate::value::{Value, compare};

/// JSON whose maps keep their order.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// As it stands: a number, a word.
    Bare(String),
    Text(String),
    List(Vec<Self>),
    Map(Vec<(String, Self)>),
}

/// Longer lines are broken where they can be.
const LINE: usize = 110;

impl Json {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub fn hex(bytes: &[u8]) -> Self {
        Self::Text(hex::encode(bytes))
    }

    pub fn number(number: impl Into<u64>) -> Self {
        Self::Bare(number.into().to_string())
    }

    pub fn map<const N: usize>(entries: [(&str, Self); N]) -> Self {
        Self::Map(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    /// The text of a file.
    pub fn file(&self) -> String {
        let mut out = String::new();
        self.broken(0, &mut out);
        out.push('\n');
        out
    }

    fn line(&self) -> String {
        match self {
            Self::Bare(text) => text.clone(),
            Self::Text(text) => quoted(text),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(Self::line).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Map(entries) if entries.is_empty() => "{}".into(),
            Self::Map(entries) => {
                let entry =
                    |(key, value): &(String, Self)| format!("{}: {}", quoted(key), value.line());
                let entries: Vec<String> = entries.iter().map(entry).collect();
                format!("{{ {} }}", entries.join(", "))
            }
        }
    }

    fn broken(&self, indent: usize, out: &mut String) {
        let line = self.line();
        if let Self::List(items) = self
            && indent + line.len() > LINE
            && items.iter().all(|item| matches!(item, Self::Bare(_)))
        {
            return wrapped(items, indent, out);
        }
        let (open, close, items): (_, _, Vec<(String, &Self)>) = match self {
            Self::List(items) if indent + line.len() > LINE => {
                ('[', ']', items.iter().map(|item| (String::new(), item)).collect())
            }
            Self::Map(entries) if indent + line.len() > LINE => {
                let entry = |(key, value)| (format!("{}: ", quoted(key)), value);
                ('{', '}', entries.iter().map(|(key, value)| entry((key, value))).collect())
            }
            _ => return out.push_str(&line),
        };
        out.push(open);
        let count = items.len();
        for (i, (key, item)) in items.into_iter().enumerate() {
            out.push('\n');
            out.push_str(&" ".repeat(indent + 2));
            out.push_str(&key);
            item.broken(indent + 2, out);
            out.push_str(if i + 1 < count { "," } else { "" });
        }
        out.push('\n');
        out.push_str(&" ".repeat(indent));
        out.push(close);
    }
}

/// A list of numbers: as many in a line as fit.
fn wrapped(items: &[Json], indent: usize, out: &mut String) {
    out.push('[');
    let mut line = String::new();
    for (i, item) in items.iter().enumerate() {
        let item = item.line() + if i + 1 < items.len() { "," } else { "" };
        if line.is_empty() || line.len() + item.len() > LINE {
            out.push_str(line.trim_end());
            line = format!("{}{item} ", " ".repeat(indent + 2));
            out.push('\n');
        } else {
            line.push_str(&item);
            line.push(' ');
        }
    }
    out.push_str(line.trim_end());
    out.push('\n');
    out.push_str(&" ".repeat(indent));
    out.push(']');
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("text is JSON")
}

impl Graph {
    /// A value as JSON.
    pub fn json(&self, ty: &Ty, value: &Value) -> Json {
        match (ty, value) {
            (Ty::Unit, Value::Unit) | (Ty::Option(_), Value::Option(None)) => {
                Json::Bare("null".into())
            }
            (Ty::Bool, Value::Bool(value)) => Json::Bare(value.to_string()),
            (Ty::Int { width, signed } | Ty::Varint { width, signed }, Value::Number(bits)) => {
                let text = integer(*width, *signed, *bits);
                if *width < 8 { Json::Bare(text) } else { Json::Text(text) }
            }
            (Ty::Float { width }, Value::Number(bits)) => float_json(*width, *bits),
            (Ty::String, Value::Text(text)) => Json::text(text),
            (Ty::Bytes, Value::Bytes(bytes)) => Json::Text(base64(bytes)),
            (Ty::Vec(item) | Ty::Array(item, _) | Ty::Set(item), Value::List(values)) => {
                Json::List(values.iter().map(|value| self.json(item, value)).collect())
            }
            (Ty::Tuple(items), Value::List(values)) => {
                let pairs = items.iter().zip(values);
                Json::List(pairs.map(|(item, value)| self.json(item, value)).collect())
            }
            (Ty::Map(key, item), Value::List(pairs)) => {
                let pairs = pairs.iter().map(|pair| match pair {
                    Value::List(pair) => (self.json(key, &pair[0]), self.json(item, &pair[1])),
                    other => panic!("{other:?} is no pair"),
                });
                if is_text(key) {
                    let entry = |(key, value)| match key {
                        Json::Text(key) => (key, value),
                        other => panic!("{other:?} is no text"),
                    };
                    return Json::Map(pairs.map(entry).collect());
                }
                Json::List(pairs.map(|(key, value)| Json::List(vec![key, value])).collect())
            }
            (Ty::Std(std), Value::Bytes(block)) => Json::Text(std_text(*std, block)),
            (Ty::Secret(inner), value) => self.json(inner, value),
            (Ty::Option(inner), Value::Option(Some(value))) => self.json(inner, value),
            (Ty::Named(place), value) => match (&self.at(*place).kind, value) {
                (Kind::Struct { fields, .. }, Value::Struct(values)) => {
                    self.fields_json(fields, values)
                }
                (Kind::Flags { width, flags }, Value::Number(bits)) => {
                    let set = (0..8 * width).filter(|bit| bits >> bit & 1 == 1);
                    let names = set.map(|bit| {
                        let flag = flags.iter().find(|(one, _)| *one as usize == bit);
                        flag.map_or_else(|| format!("@{bit}"), |(_, name)| name.clone())
                    });
                    Json::List(names.map(Json::Text).collect())
                }
                (Kind::Scalar { width, variants, .. }, Value::Number(bits)) => {
                    let known = variants.iter().find(|(number, _)| u128::from(*number) == *bits);
                    let number = bits.to_string();
                    let number = if *width < 8 { Json::Bare(number) } else { Json::Text(number) };
                    known.map_or(number, |(_, name)| Json::text(name))
                }
                (Kind::Union { variants, .. }, Value::Variant(tag, values)) => {
                    let variant = variants.iter().find(|variant| variant.tag == *tag);
                    let variant = variant.expect("a variant of the schema");
                    let name = variant.name.clone();
                    match &variant.fields[..] {
                        [] => Json::Text(name),
                        [one] if one.name.is_empty() => {
                            Json::Map(vec![(name, self.json(&one.ty, &values[0]))])
                        }
                        fields => Json::Map(vec![(name, self.fields_json(fields, values))]),
                    }
                }
                (Kind::Union { .. }, Value::Raw(0, _)) => Json::text("@0"),
                (Kind::Union { .. }, Value::Raw(tag, body)) => {
                    Json::Map(vec![(format!("@{tag}"), Json::Text(base64(body)))])
                }
                (kind, _) => panic!("{value:?} is no {kind:?}"),
            },
            _ => panic!("{value:?} is no {ty:?}"),
        }
    }

    fn fields_json(&self, fields: &[Field], values: &[Value]) -> Json {
        let entry =
            |(field, value): (&Field, &Value)| (field.name.clone(), self.json(&field.ty, value));
        let shown = fields.iter().zip(values).filter(|(field, _)| !field.removed);
        Json::Map(shown.map(entry).collect())
    }

    /// A value from JSON. A field that is not there is zero.
    pub fn parse(&self, ty: &Ty, json: &Parsed) -> Value {
        match (ty, json) {
            (Ty::Unit, Parsed::Null) => Value::Unit,
            (Ty::Bool, Parsed::Bool(value)) => Value::Bool(*value),
            (Ty::Int { width, .. } | Ty::Varint { width, .. }, _) => {
                Value::Number(parse_integer(*width, json))
            }
            (Ty::Float { width }, _) => Value::Number(parse_float(*width, json)),
            (Ty::String, Parsed::String(text)) => Value::Text(text.clone()),
            (Ty::Bytes, Parsed::String(text)) => Value::Bytes(unbase64(text)),
            (Ty::Option(_), Parsed::Null) => Value::Option(None),
            (Ty::Option(inner), _) => Value::Option(Some(Box::new(self.parse(inner, json)))),
            (Ty::Vec(item), Parsed::Array(all)) => {
                Value::List(all.iter().map(|json| self.parse(item, json)).collect())
            }
            (Ty::Array(item, len), Parsed::Array(all)) => {
                assert_eq!(all.len(), *len);
                Value::List(all.iter().map(|json| self.parse(item, json)).collect())
            }
            (Ty::Set(key), Parsed::Array(all)) => {
                let mut keys: Vec<Value> = all.iter().map(|json| self.parse(key, json)).collect();
                keys.sort_by(|one, other| compare(key, one, other));
                Value::List(keys)
            }
            (Ty::Tuple(items), Parsed::Array(all)) => {
                assert_eq!(all.len(), items.len());
                let pairs = items.iter().zip(all);
                Value::List(pairs.map(|(item, json)| self.parse(item, json)).collect())
            }
            (Ty::Map(key, item), _) => self.parse_map(key, item, json),
            (Ty::Std(std), Parsed::String(text)) => Value::Bytes(parse_std(*std, text)),
            (Ty::Secret(inner), _) => self.parse(inner, json),
            (Ty::Named(place), _) => match &self.at(*place).kind {
                Kind::Flags { flags, .. } => {
                    let bit = |json: &Parsed| {
                        let name = json.as_str().expect("the name of a flag");
                        match name.strip_prefix('@') {
                            Some(bit) => bit.parse().expect("a bit"),
                            None => flags.iter().find(|(_, one)| one == name).expect("a flag").0,
                        }
                    };
                    let set = json.as_array().expect("a list of flags").iter().map(bit);
                    Value::Number(set.fold(0, |bits, bit| bits | 1 << bit))
                }
                Kind::Struct { fields, .. } => Value::Struct(self.parse_fields(fields, json)),
                Kind::Scalar { variants, .. } => {
                    let known = variants.iter().find(|(_, name)| json == name);
                    known.map_or_else(
                        || Value::Number(parse_integer(8, json)),
                        |(number, _)| Value::Number((*number).into()),
                    )
                }
                Kind::Union { variants, .. } => self.parse_variant(variants, json),
            },
            _ => panic!("{json} is no {ty:?}"),
        }
    }

    fn parse_map(&self, key: &Ty, item: &Ty, json: &Parsed) -> Value {
        let mut pairs: Vec<[Value; 2]> = match json {
            Parsed::Object(map) => {
                let of = |(name, value): (&String, &Parsed)| {
                    [self.parse(key, &Parsed::String(name.clone())), self.parse(item, value)]
                };
                map.iter().map(of).collect()
            }
            Parsed::Array(all) => {
                let of = |pair: &Parsed| [self.parse(key, &pair[0]), self.parse(item, &pair[1])];
                all.iter().map(of).collect()
            }
            other => panic!("{other} is no map"),
        };
        pairs.sort_by(|one, other| compare(key, &one[0], &other[0]));
        Value::List(pairs.into_iter().map(|pair| Value::List(pair.into())).collect())
    }

    fn parse_variant(&self, variants: &[Variant], json: &Parsed) -> Value {
        let (name, content) = match json {
            Parsed::String(name) => (name, &Parsed::Null),
            Parsed::Object(map) if map.len() == 1 => map.iter().next().expect("one entry"),
            _ => panic!("{json} is no variant"),
        };
        if name == "@0" {
            return Value::Raw(0, Vec::new());
        }
        if let (Some(tag), Parsed::String(body)) = (name.strip_prefix('@'), content) {
            return Value::Raw(tag.parse().expect("a tag"), unbase64(body));
        }
        let variant = variants.iter().find(|variant| variant.name == *name);
        let variant = variant.unwrap_or_else(|| panic!("no variant {name}"));
        let values = match &variant.fields[..] {
            [] => Vec::new(),
            [one] if one.name.is_empty() => vec![self.parse(&one.ty, content)],
            fields => self.parse_fields(fields, content),
        };
        Value::Variant(variant.tag, values)
    }

    fn parse_fields(&self, fields: &[Field], json: &Parsed) -> Vec<Value> {
        let Parsed::Object(map) = json else { panic!("{json} has no fields") };
        for key in map.keys() {
            assert!(fields.iter().any(|field| field.name == *key), "no field {key}");
        }
        let value = |field: &Field| match map.get(&field.name) {
            Some(json) => self.parse(&field.ty, json),
            None => self.zero_field(field).expect("a field that may be left out"),
        };
        fields.iter().map(value).collect()
    }
}

/// Whether a map with such keys is an object.
fn is_text(key: &Ty) -> bool {
    match key.shown() {
        Ty::String | Ty::Bytes => true,
        Ty::Std(std) => *std != Std::SocketAddr,
        _ => false,
    }
}

fn std_text(std: Std, block: &[u8]) -> String {
    match std_value(std, block) {
        StdValue::Uuid(value) => value.to_string(),
        StdValue::Timestamp(value) => value.to_string(),
        StdValue::SocketAddr(value) => value.to_string(),
        StdValue::Duration(value) => {
            let digits = format!("{}.{:09}", value.as_secs(), value.subsec_nanos());
            format!("{}s", digits.trim_end_matches('0').trim_end_matches('.'))
        }
    }
}

fn parse_std(std: Std, text: &str) -> Vec<u8> {
    match std {
        Std::Uuid => text.parse::<Uuid>().expect("a UUID").as_bytes().to_vec(),
        Std::Timestamp => {
            let time = text.parse::<Timestamp>().expect("a time");
            [&time.secs().to_le_bytes()[..], &time.nanos().to_le_bytes()].concat()
        }
        Std::Duration => {
            let (secs, nanos) = text
                .trim_end_matches('s')
                .split_once('.')
                .unwrap_or((text.trim_end_matches('s'), ""));
            let secs: u64 = secs.parse().expect("seconds");
            let nanos: u32 = format!("{nanos:0<9}").parse().expect("nanoseconds");
            [&secs.to_le_bytes()[..], &nanos.to_le_bytes()].concat()
        }
        Std::SocketAddr => {
            let address: SocketAddr = text.parse().expect("an address");
            let (family, mut bytes) = match address.ip() {
                IpAddr::V4(ip) => (0, ip.octets().to_vec()),
                IpAddr::V6(ip) => (1, ip.octets().to_vec()),
            };
            bytes.resize(16, 0);
            [&[family][..], &bytes, &address.port().to_le_bytes()].concat()
        }
    }
}

fn parse_integer(width: usize, json: &Parsed) -> u128 {
    let text = json.as_str().map_or_else(|| json.to_string(), str::to_owned);
    let mask = u128::MAX >> (128 - 8 * width);
    match text.parse::<i128>() {
        Ok(number) => number as u128 & mask,
        Err(_) => text.parse().unwrap_or_else(|_| panic!("{json} is no integer")),
    }
}

/// A number in as few digits as tell it from others; what JSON has no number for as text.
fn float_json(width: usize, bits: u128) -> Json {
    let (text, finite) = if width == 4 {
        let number = f32::from_bits(bits as u32);
        (format!("{number:?}"), number.is_finite())
    } else {
        let number = f64::from_bits(bits as u64);
        (format!("{number:?}"), number.is_finite())
    };
    if finite { Json::Bare(text) } else { Json::Text(text.replace("inf", "Infinity")) }
}

fn parse_float(width: usize, json: &Parsed) -> u128 {
    let text = json.as_str().map_or_else(|| json.to_string(), str::to_owned);
    if width == 4 {
        text.parse::<f32>().expect("a float").to_bits().into()
    } else {
        text.parse::<f64>().expect("a float").to_bits().into()
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let at = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let group = at(0) << 16 | at(1) << 8 | at(2);
        for i in 0..4 {
            let digit = ALPHABET[(group >> (18 - 6 * i)) as usize & 63];
            out.push(if i <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

fn unbase64(text: &str) -> Vec<u8> {
    let digit = |byte: u8| ALPHABET.iter().position(|digit| *digit == byte).expect("base64") as u32;
    let mut out = Vec::new();
    for chunk in text.as_bytes().chunks(4) {
        let digits: Vec<u8> = chunk.iter().copied().filter(|byte| *byte != b'=').collect();
        let group = (0..4).fold(0, |group, i| group << 6 | digits.get(i).map_or(0, |d| digit(*d)));
        out.extend(&group.to_be_bytes()[1..digits.len()]);
    }
    out
}

#[test]
fn bytes_are_base64_in_json() {
    for (bytes, text) in
        [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")]
    {
        assert_eq!(base64(bytes.as_bytes()), text);
        assert_eq!(unbase64(text), bytes.as_bytes());
    }
}
