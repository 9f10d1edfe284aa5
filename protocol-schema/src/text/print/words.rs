//! Types, values and attributes as they are written.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::index::joined;
use crate::ir::{
    ArrayLen, Bound, Item, Name, Schema, Std, Type, TypeKind, Value, ValueKind, Vendor,
    VendorArgument, VendorArguments,
};

/// What a file calls the things of other packages.
#[derive(Debug, Default)]
pub(super) struct Words<'a> {
    /// From full path to the name under which it was imported.
    locals: BTreeMap<String, &'a str>,
    /// What the file declares or imports.
    own: BTreeSet<&'a str>,
}

impl<'a> Words<'a> {
    pub(super) fn new(schema: &'a Schema) -> Self {
        let mut locals = BTreeMap::new();
        for import in &schema.uses {
            let mut path = joined(&import.package);
            if let Some(item) = &import.item {
                path = format!("{path}::{}", item.text);
                locals.entry(path).or_insert(import.local.text.as_str());
            }
        }
        let own = schema.items.iter().map(Item::name);
        let own = own.chain(schema.uses.iter().map(|import| &import.local));
        Self { locals, own: own.map(|name| name.text.as_str()).collect() }
    }

    /// The name of an item, by its full path or its name in the file.
    fn item(&self, path: &str) -> String {
        self.locals.get(path).map_or_else(|| path.to_owned(), |local| (*local).to_owned())
    }

    fn std(&self, std: Std) -> String {
        self.item(&format!("std::{}", std.name()))
    }

    /// A built-in type, whose name the file may use for something else.
    fn built_in(&self, name: &str) -> String {
        let path = format!("std::{name}");
        let is_free = !self.own.contains(name) && !self.locals.contains_key(&path);
        if is_free { name.to_owned() } else { self.item(&path) }
    }

    /// A const, or a variant of an enum.
    fn path(&self, names: &[Name]) -> String {
        if let Some((last, before)) = names.split_last()
            && let Some(local) = self.locals.get(&joined(before))
        {
            return format!("{local}::{}", last.text);
        }
        self.item(&joined(names))
    }

    pub(super) fn ty(&self, ty: &Type) -> String {
        match &ty.kind {
            TypeKind::Unit => "()".to_owned(),
            TypeKind::Bool => "bool".to_owned(),
            TypeKind::Int(int) => int.name().to_owned(),
            TypeKind::Float(float) => float.name().to_owned(),
            TypeKind::String => self.built_in("String"),
            TypeKind::Bytes => self.built_in("Bytes"),
            TypeKind::Vec(inner) => format!("Vec<{}>", self.ty(inner)),
            TypeKind::Option(inner) => format!("Option<{}>", self.ty(inner)),
            TypeKind::Array(element, ArrayLen::Literal(length)) => {
                format!("[{}; {length}]", self.ty(element))
            }
            TypeKind::Array(element, ArrayLen::Const(name)) => {
                format!("[{}; {}]", self.ty(element), self.item(&name.text))
            }
            TypeKind::Tuple(elements) => {
                let comma = if elements.len() == 1 { "," } else { "" };
                let elements: Vec<String> = elements.iter().map(|ty| self.ty(ty)).collect();
                format!("({}{comma})", elements.join(", "))
            }
            TypeKind::Map(key, value) => format!("Map<{}, {}>", self.ty(key), self.ty(value)),
            TypeKind::Set(key) => format!("Set<{}>", self.ty(key)),
            TypeKind::Std(std) => self.std(*std),
            TypeKind::Secret(inner) => format!("Secret<{}>", self.ty(inner)),
            TypeKind::Stream(inner) => format!("Stream<{}>", self.ty(inner)),
            TypeKind::Named(name) => self.item(name),
            TypeKind::Extern(_) => "_".to_owned(),
        }
    }

    pub(super) fn value(&self, value: &Value) -> String {
        match &value.kind {
            ValueKind::Int { magnitude, negative } => {
                format!("{}{magnitude}", if *negative { "-" } else { "" })
            }
            ValueKind::Float(value) => format!("{value:?}"),
            ValueKind::Str(text) => format!("{text:?}"),
            ValueKind::Bytes(bytes) => format!("b\"{}\"", bytes.escape_ascii()),
            ValueKind::Bool(value) => value.to_string(),
            ValueKind::Path(names) => self.path(names),
            ValueKind::List(list) => {
                let list: Vec<String> = list.iter().map(|value| self.value(value)).collect();
                format!("[{}]", list.join(", "))
            }
            ValueKind::Extern(_) => "_".to_owned(),
        }
    }
}

/// A type as it is written where nothing is imported.
#[must_use]
pub fn type_text(ty: &Type) -> String {
    Words::default().ty(ty)
}

pub(super) fn bound(bound: &Bound, words: &Words<'_>) -> String {
    match bound {
        Bound::Literal(max, _) => max.to_string(),
        Bound::Const(names) => words.item(&joined(names)),
        Bound::Extern(_) => "_".to_owned(),
    }
}

/// An attribute of somebody else.
pub(super) fn vendor(vendor: &Vendor) -> String {
    let path = joined(&vendor.path);
    match &vendor.arguments {
        VendorArguments::None => path,
        VendorArguments::Value(value) => format!("{path} = {}", Words::default().value(value)),
        VendorArguments::List(list) => {
            let list: Vec<String> = list
                .iter()
                .map(|argument| match argument {
                    VendorArgument::Attr(inner) => self::vendor(inner),
                    VendorArgument::Value(value) => Words::default().value(value),
                })
                .collect();
            format!("{path}({})", list.join(", "))
        }
    }
}

/// A time in its largest unit that gives a whole number.
pub(super) fn milliseconds(time: u64) -> String {
    let units = [("h", 3_600_000), ("m", 60_000), ("s", 1_000)];
    let unit = units.into_iter().find(|(_, each)| time.is_multiple_of(*each));
    unit.map_or_else(|| format!("{time}ms"), |(unit, each)| format!("{}{unit}", time / each))
}
