//! The IR to canonical `.np` text: one way to write each schema.
//!
//! Every number is written, and the entries of a list stand in the order of their numbers. Items
//! stand in the order of the source, imports by package and name. Docs are kept, comments are not.

mod words;

use crate::ir::{
    Alias, Const, Docs, Field, Flags, Handling, Item, Message, Meta, Name, Number, Payload,
    Protocol, Reply, RustType, ScalarEnum, Schema, Side, Struct, Union, Use,
};

use crate::check::index::joined;

use words::{Words, bound, milliseconds, vendor};

pub use words::type_text;

/// The canonical text of a checked schema.
///
/// Compiling it gives a schema that prints the same. What only Rust can say has no text: a type
/// that only the compiler knows is printed as `_`, which does not compile, and the names chosen
/// with `#[np(name = …)]` or for unknown variants are left out.
#[must_use]
pub fn print(schema: &Schema) -> String {
    let mut out = Printer { text: String::new(), words: Words::new(schema) };
    out.docs("//!", "", &schema.docs);
    if schema.stable.is_some() {
        out.line("", format_args!("#![stable]"));
    }
    out.meta("#!", "", &schema.meta);
    if !schema.package.is_empty() {
        out.line("", format_args!("package {};", joined(&schema.package)));
    }
    out.uses(&schema.uses);
    for item in &schema.items {
        if !out.text.is_empty() {
            out.text.push('\n');
        }
        out.item(item);
    }
    out.text
}

const INDENT: &str = "    ";

struct Printer<'a> {
    text: String,
    words: Words<'a>,
}

impl Printer<'_> {
    fn uses(&mut self, uses: &[Use]) {
        let mut lines: Vec<(String, Option<&str>, &str)> = uses
            .iter()
            .map(|import| {
                let item = import.item.as_ref().map(|item| item.text.as_str());
                (joined(&import.package), item, import.local.text.as_str())
            })
            .collect();
        lines.sort_unstable();
        lines.dedup();
        if !lines.is_empty() {
            self.text.push('\n');
        }
        for group in lines.chunk_by(|a, b| a.0 == b.0 && a.1.is_some() && b.1.is_some()) {
            let Some((package, first, local)) = group.first() else {
                continue;
            };
            let entry = |item: &str, local: &str| match item == local {
                true => item.to_owned(),
                false => format!("{item} as {local}"),
            };
            match (first, group) {
                (None, _) => {
                    let last = package.rsplit("::").next().unwrap_or(package);
                    let alias = if last == *local { String::new() } else { format!(" as {local}") };
                    self.line("", format_args!("use {package}{alias};"));
                }
                (Some(item), [_]) if item == local => {
                    self.line("", format_args!("use {package}::{item};"));
                }
                _ => {
                    let entries: Vec<String> = group
                        .iter()
                        .filter_map(|(_, item, local)| item.map(|item| entry(item, local)))
                        .collect();
                    self.line("", format_args!("use {package}::{{{}}};", entries.join(", ")));
                }
            }
        }
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Const(item) => self.constant(item),
            Item::Alias(item) => self.alias(item),
            Item::Struct(item) => self.structure(item),
            Item::Scalar(item) => self.scalar(item),
            Item::Union(item) => self.union(item),
            Item::Flags(item) => self.flags(item),
            Item::Protocol(item) => self.protocol(item),
        }
    }

    fn constant(&mut self, item: &Const) {
        let Const { docs, name, ty, value, meta } = item;
        self.docs("///", "", docs);
        self.meta("#", "", meta);
        let (ty, value) = (self.words.ty(ty), self.words.value(value));
        self.line("", format_args!("const {}: {ty} = {value};", name.text));
    }

    fn alias(&mut self, item: &Alias) {
        let Alias { docs, name, ty, meta } = item;
        self.docs("///", "", docs);
        self.meta("#", "", meta);
        let ty = self.words.ty(ty);
        self.line("", format_args!("type {} = {ty};", name.text));
    }

    fn structure(&mut self, item: &Struct) {
        self.docs("///", "", &item.docs);
        self.flag("", "fixed", item.fixed);
        self.meta("#", "", &item.meta);
        self.derives(&item.derives);
        self.body(format_args!("struct {}", item.name.text), item.fields.is_empty(), |out| {
            out.fields(INDENT, &item.fields);
        });
    }

    fn scalar(&mut self, item: &ScalarEnum) {
        self.docs("///", "", &item.docs);
        self.flag("", "closed", item.closed);
        self.meta("#", "", &item.meta);
        self.derives(&item.derives);
        let head = format_args!("enum {}: {}", item.name.text, item.repr.name());
        let entries = entries(&item.variants, &item.removed, |variant| variant.number.value);
        self.body(head, entries.is_empty(), |out| {
            for (number, variant) in entries {
                let Some(variant) = variant else {
                    out.removed(number);
                    continue;
                };
                out.docs("///", INDENT, &variant.docs);
                out.flag(INDENT, "default", variant.default);
                out.meta("#", INDENT, &variant.meta);
                out.line(INDENT, format_args!("@{number} {},", variant.name.text));
            }
        });
    }

    fn flags(&mut self, item: &Flags) {
        self.docs("///", "", &item.docs);
        self.meta("#", "", &item.meta);
        self.derives(&item.derives);
        let head = format_args!("flags {}: {}", item.name.text, item.repr.name());
        let entries = entries(&item.flags, &item.removed, |flag| flag.number.value);
        self.body(head, entries.is_empty(), |out| {
            for (number, flag) in entries {
                let Some(flag) = flag else {
                    out.removed(number);
                    continue;
                };
                out.docs("///", INDENT, &flag.docs);
                out.meta("#", INDENT, &flag.meta);
                out.line(INDENT, format_args!("@{number} {},", flag.name.text));
            }
        });
    }

    fn union(&mut self, item: &Union) {
        self.docs("///", "", &item.docs);
        self.flag("", "error", item.error);
        self.flag("", "closed", item.closed);
        self.meta("#", "", &item.meta);
        self.derives(&item.derives);
        let entries = entries(&item.variants, &item.removed, |variant| variant.number.value);
        self.body(format_args!("enum {}", item.name.text), entries.is_empty(), |out| {
            for (number, variant) in entries {
                let Some(variant) = variant else {
                    out.removed(number);
                    continue;
                };
                out.docs("///", INDENT, &variant.docs);
                out.flag(INDENT, "default", variant.default);
                out.meta("#", INDENT, &variant.meta);
                let head = format!("@{number} {}", variant.name.text);
                out.entry(&head, &variant.payload, "");
            }
        });
    }

    fn protocol(&mut self, item: &Protocol) {
        self.docs("///", "", &item.docs);
        if (item.version, item.min) != (1, 1) {
            self.line("", format_args!("#[version({}, min = {})]", item.version, item.min));
        }
        self.meta("#", "", &item.meta);
        self.derives(&item.derives);
        let head = format_args!("protocol {}", item.name.text);
        let entries = entries(&item.messages, &item.removed, |message| message.number.value);
        self.body(head, entries.is_empty(), |out| {
            for (number, message) in entries {
                match message {
                    Some(message) => out.message(message),
                    None => out.removed(number),
                }
            }
        });
    }

    fn message(&mut self, message: &Message) {
        self.docs("///", INDENT, &message.docs);
        if message.from == Side::Server {
            self.line(INDENT, format_args!("#[from(server)]"));
        }
        self.flag(INDENT, "idempotent", message.idempotent);
        if let Some(timeout) = message.timeout {
            self.line(INDENT, format_args!("#[timeout(\"{}\")]", milliseconds(timeout)));
        }
        self.flag(INDENT, "compress", message.compress);
        let Handling { view, spawn, no_cancel } = message.handling;
        self.flag(INDENT, "view", view);
        self.flag(INDENT, "spawn", spawn);
        self.flag(INDENT, "no_cancel", no_cancel);
        self.meta("#", INDENT, &message.meta);
        let head = format!("@{} {}", message.number.value, message.name.text);
        let reply = match &message.reply {
            None => String::new(),
            Some(Reply { ok, err: None }) => format!(" -> {}", self.words.ty(ok)),
            Some(Reply { ok, err: Some(err) }) => {
                format!(" -> Result<{}, {}>", self.words.ty(ok), self.words.ty(err))
            }
        };
        self.entry(&head, &message.payload, &reply);
    }

    fn removed(&mut self, number: u32) {
        self.line(INDENT, format_args!("@{number} _,"));
    }

    /// A variant or a message: its head, what it carries, and what follows.
    fn entry(&mut self, head: &str, payload: &Payload, tail: &str) {
        match payload {
            Payload::Unit => self.line(INDENT, format_args!("{head}{tail},")),
            Payload::Tuple(field) => {
                let mut attributes = String::new();
                for attribute in self.of_field(field) {
                    attributes.push_str(&format!("#[{attribute}] "));
                }
                let ty = self.words.ty(&field.ty);
                self.line(INDENT, format_args!("{head}({attributes}{ty}){tail},"));
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
        let mut fields: Vec<&Field> = fields.iter().collect();
        fields.sort_by_key(|field| field.number.value);
        for field in fields {
            self.docs("///", indent, &field.docs);
            for attribute in self.of_field(field) {
                self.line(indent, format_args!("#[{attribute}]"));
            }
            let default = match &field.default {
                Some(value) => format!(" = {}", self.words.value(value)),
                None => String::new(),
            };
            let (number, ty) = (field.number.value, self.words.ty(&field.ty));
            let name = if field.removed { "_" } else { &field.name.text };
            self.line(indent, format_args!("@{number} {name}: {ty}{default},"));
        }
    }

    /// The attributes of a field.
    fn of_field(&self, field: &Field) -> Vec<String> {
        let mut list = Vec::new();
        if field.varint {
            list.push("varint".to_owned());
        }
        if let Some(max) = &field.max {
            list.push(format!("max({})", bound(max, &self.words)));
        }
        list.extend(self.of_meta(&field.meta));
        let RustType { ty, with } = &field.rust;
        let rust: Vec<String> = [("type", ty), ("with", with)]
            .into_iter()
            .filter_map(|(key, text)| text.as_ref().map(|(text, _)| format!("{key} = {text:?}")))
            .collect();
        if !rust.is_empty() {
            list.push(format!("rust({})", rust.join(", ")));
        }
        list
    }

    /// The attributes that anything may have.
    fn of_meta(&self, meta: &Meta) -> Vec<String> {
        let mut list = Vec::new();
        list.extend(meta.since.map(|since| format!("since({since})")));
        list.extend(meta.deprecated.as_ref().map(|reason| match reason.as_str() {
            "" => "deprecated".to_owned(),
            reason => format!("deprecated({reason:?})"),
        }));
        list.extend(meta.was.as_ref().map(|was| format!("was({was:?})")));
        list.extend(meta.vendor.iter().map(vendor));
        list
    }

    fn meta(&mut self, mark: &str, indent: &str, meta: &Meta) {
        for attribute in self.of_meta(meta) {
            self.line(indent, format_args!("{mark}[{attribute}]"));
        }
    }

    fn flag(&mut self, indent: &str, name: &str, present: bool) {
        if present {
            self.line(indent, format_args!("#[{name}]"));
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

/// What is there and what was removed, by rising number.
fn entries<'a, T>(
    here: &'a [T],
    removed: &[Number],
    number: impl Fn(&T) -> u32,
) -> Vec<(u32, Option<&'a T>)> {
    let here = here.iter().map(|entry| (number(entry), Some(entry)));
    let removed = removed.iter().map(|number| (number.value, None));
    let mut entries: Vec<_> = here.chain(removed).collect();
    entries.sort_by_key(|(number, _)| *number);
    entries
}
