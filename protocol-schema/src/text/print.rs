//! The IR to canonical `.np` text: one way to write each schema.
//!
//! Every number is written, and the entries of a list stand in the order of their numbers. Items
//! stand in the order of the source. Docs are kept, comments are not.

use crate::ir::{
    ArrayLen, Const, Docs, Field, Item, Message, Name, Payload, Protocol, Reply, ScalarEnum,
    Schema, Side, Struct, Type, TypeKind, Union, Value, ValueKind,
};

/// The canonical text of a checked schema.
///
/// Compiling it gives a schema that prints the same. What only Rust can say has no text: a type
/// that only the compiler knows is printed as `_`, which does not compile, and the names chosen
/// with `#[np(name = …)]` or for unknown variants are left out.
#[must_use]
pub fn print(schema: &Schema) -> String {
    let mut out = Printer { text: String::new() };
    out.docs("//!", "", &schema.docs);
    if !schema.package.is_empty() {
        let names: Vec<&str> = schema.package.iter().map(|name| name.text.as_str()).collect();
        out.line("", format_args!("package {};", names.join("::")));
    }
    for item in &schema.items {
        if !out.text.is_empty() {
            out.text.push('\n');
        }
        out.item(item);
    }
    out.text
}

const INDENT: &str = "    ";

struct Printer {
    text: String,
}

impl Printer {
    fn item(&mut self, item: &Item) {
        match item {
            Item::Const(item) => self.constant(item),
            Item::Alias(_) | Item::Flags(_) => {}
            Item::Struct(item) => self.structure(item),
            Item::Scalar(item) => self.scalar(item),
            Item::Union(item) => self.union(item),
            Item::Protocol(item) => self.protocol(item),
        }
    }

    fn constant(&mut self, item: &Const) {
        let Const { docs, name, ty, value, .. } = item;
        self.docs("///", "", docs);
        self.line("", format_args!("const {}: {} = {};", name.text, ty_text(ty), literal(value)));
    }

    fn structure(&mut self, item: &Struct) {
        self.docs("///", "", &item.docs);
        if item.fixed {
            self.line("", format_args!("#[fixed]"));
        }
        self.derives(&item.derives);
        self.body(format_args!("struct {}", item.name.text), item.fields.is_empty(), |out| {
            out.fields(INDENT, &item.fields);
        });
    }

    fn scalar(&mut self, item: &ScalarEnum) {
        self.docs("///", "", &item.docs);
        self.derives(&item.derives);
        let head = format_args!("enum {}: {}", item.name.text, item.repr.name());
        self.body(head, item.variants.is_empty(), |out| {
            for variant in by_number(&item.variants, |variant| variant.number.value) {
                out.docs("///", INDENT, &variant.docs);
                let (number, name) = (variant.number.value, &variant.name.text);
                out.line(INDENT, format_args!("@{number} {name},"));
            }
        });
    }

    fn union(&mut self, item: &Union) {
        self.docs("///", "", &item.docs);
        if item.error {
            self.line("", format_args!("#[error]"));
        }
        self.derives(&item.derives);
        self.body(format_args!("enum {}", item.name.text), item.variants.is_empty(), |out| {
            for variant in by_number(&item.variants, |variant| variant.number.value) {
                out.docs("///", INDENT, &variant.docs);
                let head = format!("@{} {}", variant.number.value, variant.name.text);
                out.entry(&head, &variant.payload, "");
            }
        });
    }

    fn protocol(&mut self, item: &Protocol) {
        self.docs("///", "", &item.docs);
        if (item.version, item.min) != (1, 1) {
            self.line("", format_args!("#[version({}, min = {})]", item.version, item.min));
        }
        self.derives(&item.derives);
        let head = format_args!("protocol {}", item.name.text);
        self.body(head, item.messages.is_empty(), |out| {
            for message in by_number(&item.messages, |message| message.number.value) {
                out.message(message);
            }
        });
    }

    fn message(&mut self, message: &Message) {
        self.docs("///", INDENT, &message.docs);
        if message.from == Side::Server {
            self.line(INDENT, format_args!("#[from(server)]"));
        }
        let head = format!("@{} {}", message.number.value, message.name.text);
        let reply = match &message.reply {
            None => String::new(),
            Some(Reply { ok, err: None }) => format!(" -> {}", ty_text(ok)),
            Some(Reply { ok, err: Some(err) }) => {
                format!(" -> Result<{}, {}>", ty_text(ok), ty_text(err))
            }
        };
        self.entry(&head, &message.payload, &reply);
    }

    /// A variant or a message: its head, what it carries, and what follows.
    fn entry(&mut self, head: &str, payload: &Payload, tail: &str) {
        match payload {
            Payload::Unit => self.line(INDENT, format_args!("{head}{tail},")),
            Payload::Tuple(field) => {
                self.line(INDENT, format_args!("{head}({}){tail},", ty_text(&field.ty)));
            }
            Payload::Fields(fields) if fields.is_empty() => {
                self.line(INDENT, format_args!("{head} {{}}{tail},"));
            }
            Payload::Fields(fields) => {
                self.line(INDENT, format_args!("{head} {{"));
                self.fields(&INDENT.repeat(2), fields);
                self.line(INDENT, format_args!("}}{tail},"));
            }
        }
    }

    fn fields(&mut self, indent: &str, fields: &[Field]) {
        for field in by_number(fields, |field| field.number.value) {
            self.docs("///", indent, &field.docs);
            let Field { number, name, ty, .. } = field;
            self.line(indent, format_args!("@{} {}: {},", number.value, name.text, ty_text(ty)));
        }
    }

    /// `head { … }`.
    fn body(&mut self, head: std::fmt::Arguments<'_>, empty: bool, inside: impl FnOnce(&mut Self)) {
        if empty {
            self.line("", format_args!("{head} {{}}"));
            return;
        }
        self.line("", format_args!("{head} {{"));
        inside(self);
        self.line("", format_args!("}}"));
    }

    fn derives(&mut self, derives: &[Name]) {
        if !derives.is_empty() {
            let names: Vec<&str> = derives.iter().map(|name| name.text.as_str()).collect();
            self.line("", format_args!("#[rust(derive({}))]", names.join(", ")));
        }
    }

    fn docs(&mut self, mark: &str, indent: &str, docs: &Docs) {
        for line in docs.0.iter().flat_map(|line| line.split('\n')) {
            let line = line.trim_end_matches('\r');
            let space = if line.is_empty() { "" } else { " " };
            self.line(indent, format_args!("{mark}{space}{line}"));
        }
    }

    fn line(&mut self, indent: &str, line: std::fmt::Arguments<'_>) {
        self.text.push_str(indent);
        self.text.push_str(&std::fmt::format(line));
        self.text.push('\n');
    }
}

fn by_number<T>(entries: &[T], number: impl Fn(&T) -> u32) -> Vec<&T> {
    let mut entries: Vec<&T> = entries.iter().collect();
    entries.sort_by_key(|entry| number(entry));
    entries
}

/// A type as it is written.
fn ty_text(ty: &Type) -> String {
    match &ty.kind {
        TypeKind::Unit => "()".to_owned(),
        TypeKind::Bool => "bool".to_owned(),
        TypeKind::Int(int) => int.name().to_owned(),
        TypeKind::Float(float) => float.name().to_owned(),
        TypeKind::String => "String".to_owned(),
        TypeKind::Bytes => "Bytes".to_owned(),
        TypeKind::Vec(inner) => format!("Vec<{}>", ty_text(inner)),
        TypeKind::Option(inner) => format!("Option<{}>", ty_text(inner)),
        TypeKind::Array(element, ArrayLen::Literal(length)) => {
            format!("[{}; {length}]", ty_text(element))
        }
        TypeKind::Array(element, ArrayLen::Const(name)) => {
            format!("[{}; {}]", ty_text(element), name.text)
        }
        TypeKind::Tuple(elements) => {
            let elements: Vec<String> = elements.iter().map(ty_text).collect();
            format!("({},)", elements.join(", "))
        }
        TypeKind::Map(key, value) => format!("Map<{}, {}>", ty_text(key), ty_text(value)),
        TypeKind::Set(key) => format!("Set<{}>", ty_text(key)),
        TypeKind::Std(std) => format!("std::{}", std.name()),
        TypeKind::Secret(inner) => format!("Secret<{}>", ty_text(inner)),
        TypeKind::Stream(inner) => format!("Stream<{}>", ty_text(inner)),
        TypeKind::Named(name) => name.clone(),
        TypeKind::Extern(_) => "_".to_owned(),
    }
}

fn literal(value: &Value) -> String {
    match &value.kind {
        ValueKind::Int { magnitude, negative } => {
            format!("{}{magnitude}", if *negative { "-" } else { "" })
        }
        ValueKind::Float(value) => format!("{value:?}"),
        ValueKind::Str(text) => format!("{text:?}"),
        ValueKind::Bool(value) => value.to_string(),
        ValueKind::Bytes(_) | ValueKind::Path(_) | ValueKind::List(_) | ValueKind::Extern(_) => {
            "_".to_owned()
        }
    }
}
