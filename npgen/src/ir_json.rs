//! The model of a schema as JSON, for plugins. `docs/ir.md` describes the shape; its `format`
//! number changes whenever something that is there changes its meaning.

use protocol_schema::ir::{
    ArrayLen, Bound, Docs, Field, Flags, Handling, Item, Message, Meta, Name, Number, Payload,
    Protocol, ScalarEnum, Schema, Side, Struct, Type, TypeKind, Union, Use, Value, ValueKind,
    Vendor, VendorArgument, VendorArguments,
};
use protocol_schema::text::SourceMap;

use crate::compile::{self, Options, package_path};
use crate::failure::Failure;
use crate::files::{FileError, Source};
use crate::json::Json;
use crate::load::{Disk, Library};
use crate::render::place;

/// The number of the shape.
const FORMAT: u64 = 1;

/// The model of a schema as JSON, on one line or for people to read.
///
/// # Errors
///
/// The schema cannot be read, or has mistakes.
pub fn ir(
    source: Result<Source, FileError>,
    pretty: bool,
    options: &Options,
) -> Result<String, Failure> {
    let mut map = SourceMap::new();
    let mut library = Library::new(&Disk, options.includes(), options.schemas());
    let name = |source: &Source| source.name.clone();
    let schemas = compile::load(&mut map, vec![source], &mut library, &name)?;
    let writer = Writer { map: &map };
    let json: Vec<String> =
        schemas.iter().map(|(_, one)| writer.schema(one).render(pretty) + "\n").collect();
    Ok(json.concat())
}

struct Writer<'m> {
    map: &'m SourceMap,
}

type Entries = Vec<(&'static str, Json)>;

impl Writer<'_> {
    fn schema(&self, schema: &Schema) -> Json {
        let mut entries: Entries = vec![
            ("format", Json::Number(FORMAT)),
            ("package", Json::text(package_path(schema))),
            ("docs", docs(&schema.docs)),
            ("stable", Json::Bool(schema.stable.is_some())),
        ];
        entries.extend(meta(&schema.meta));
        entries.push(("uses", Json::list(schema.uses.iter().map(import))));
        entries.push(("items", Json::list(schema.items.iter().map(|item| self.item(item)))));
        let foreign = schema.foreign.iter().map(|foreign| {
            Json::Object(vec![
                ("package", Json::text(foreign.package.as_str())),
                ("item", self.item(&foreign.item)),
            ])
        });
        entries.push(("foreign", Json::list(foreign)));
        Json::Object(entries)
    }

    fn item(&self, item: &Item) -> Json {
        let (kind, docs_of, meta_of, more) = match item {
            Item::Const(item) => {
                let more = vec![("type", ty(&item.ty)), ("value", value(&item.value))];
                ("const", &item.docs, &item.meta, more)
            }
            Item::Alias(item) => ("alias", &item.docs, &item.meta, vec![("type", ty(&item.ty))]),
            Item::Struct(item) => ("struct", &item.docs, &item.meta, self.structure(item)),
            Item::Scalar(item) => ("enum", &item.docs, &item.meta, self.scalar(item)),
            Item::Union(item) => ("union", &item.docs, &item.meta, self.union(item)),
            Item::Flags(item) => ("flags", &item.docs, &item.meta, self.flags(item)),
            Item::Protocol(item) => ("protocol", &item.docs, &item.meta, self.protocol(item)),
        };
        let mut entries = vec![("kind", Json::text(kind))];
        entries.extend(self.name(item.name()));
        entries.push(("docs", docs(docs_of)));
        entries.extend(meta(meta_of));
        entries.extend(more);
        Json::Object(entries)
    }

    fn structure(&self, item: &Struct) -> Entries {
        vec![
            ("fixed", Json::Bool(item.fixed)),
            ("plain", Json::Bool(item.plain)),
            ("derives", names(&item.derives)),
            ("fields", self.fields(&item.fields)),
        ]
    }

    fn scalar(&self, item: &ScalarEnum) -> Entries {
        let variants = item.variants.iter().map(|variant| {
            let mut entries =
                self.entry(variant.number, &variant.name, &variant.docs, &variant.meta);
            entries.push(("default", Json::Bool(variant.default)));
            Json::Object(entries)
        });
        vec![
            ("repr", Json::text(item.repr.name())),
            ("closed", Json::Bool(item.closed)),
            ("derives", names(&item.derives)),
            ("variants", Json::list(variants)),
            ("removed", removed(&item.removed)),
        ]
    }

    fn flags(&self, item: &Flags) -> Entries {
        let flags = item
            .flags
            .iter()
            .map(|flag| Json::Object(self.entry(flag.number, &flag.name, &flag.docs, &flag.meta)));
        vec![
            ("repr", Json::text(item.repr.name())),
            ("derives", names(&item.derives)),
            ("flags", Json::list(flags)),
            ("removed", removed(&item.removed)),
        ]
    }

    fn union(&self, item: &Union) -> Entries {
        let variants = item.variants.iter().map(|variant| {
            let mut entries =
                self.entry(variant.number, &variant.name, &variant.docs, &variant.meta);
            entries.push(("default", Json::Bool(variant.default)));
            entries.push(("payload", self.payload(&variant.payload)));
            Json::Object(entries)
        });
        vec![
            ("error", Json::Bool(item.error)),
            ("closed", Json::Bool(item.closed)),
            ("derives", names(&item.derives)),
            ("variants", Json::list(variants)),
            ("removed", removed(&item.removed)),
        ]
    }

    fn protocol(&self, item: &Protocol) -> Entries {
        vec![
            ("version", Json::Number(item.version.into())),
            ("min", Json::Number(item.min.into())),
            ("derives", names(&item.derives)),
            ("messages", Json::list(item.messages.iter().map(|message| self.message(message)))),
            ("removed", removed(&item.removed)),
        ]
    }

    fn message(&self, message: &Message) -> Json {
        let mut entries = self.entry(message.number, &message.name, &message.docs, &message.meta);
        let from = match message.from {
            Side::Client => "client",
            Side::Server => "server",
        };
        entries.push(("from", Json::text(from)));
        entries.push(("payload", self.payload(&message.payload)));
        let reply = message.reply.as_ref().map(|reply| {
            let err = reply.err.as_ref().map_or(Json::Null, ty);
            Json::Object(vec![("ok", ty(&reply.ok)), ("err", err)])
        });
        entries.push(("reply", reply.unwrap_or(Json::Null)));
        entries.push(("idempotent", Json::Bool(message.idempotent)));
        entries.push(("timeout_ms", message.timeout.map_or(Json::Null, Json::Number)));
        let Handling { view, spawn, no_cancel } = message.handling;
        for (key, value) in [
            ("compress", message.compress),
            ("view", view),
            ("spawn", spawn),
            ("no_cancel", no_cancel),
        ] {
            entries.push((key, Json::Bool(value)));
        }
        Json::Object(entries)
    }

    fn payload(&self, payload: &Payload) -> Json {
        let (kind, more) = match payload {
            Payload::Unit => ("unit", None),
            Payload::Tuple(only) => ("tuple", Some(("field", self.field(only)))),
            Payload::Fields(fields) => ("fields", Some(("fields", self.fields(fields)))),
        };
        Json::Object(std::iter::once(("kind", Json::text(kind))).chain(more).collect())
    }

    fn fields(&self, fields: &[Field]) -> Json {
        Json::list(fields.iter().map(|field| self.field(field)))
    }

    fn field(&self, field: &Field) -> Json {
        let mut entries = self.entry(field.number, &field.name, &field.docs, &field.meta);
        let rust = |part: &Option<(String, _)>| Json::maybe(part.as_ref().map(|(text, _)| text));
        entries.extend([
            ("type", ty(&field.ty)),
            ("removed", Json::Bool(field.removed)),
            ("default", field.default.as_ref().map_or(Json::Null, value)),
            ("varint", Json::Bool(field.varint)),
            ("max", field.max.as_ref().map_or(Json::Null, bound)),
            ("rust_type", rust(&field.rust.ty)),
            ("rust_with", rust(&field.rust.with)),
        ]);
        Json::Object(entries)
    }

    /// What every entry of a list has.
    fn entry(&self, number: Number, name: &Name, docs_of: &Docs, meta_of: &Meta) -> Entries {
        let mut entries = vec![("number", Json::Number(number.value.into()))];
        entries.extend(self.name(name));
        entries.push(("docs", docs(docs_of)));
        entries.extend(meta(meta_of));
        entries
    }

    fn name(&self, name: &Name) -> Entries {
        let place = place(self.map, name.span).map_or(Json::Null, |place| {
            let number = |value: usize| Json::Number(u64::try_from(value).unwrap_or(u64::MAX));
            Json::Object(vec![
                ("file", Json::text(place.source)),
                ("line", number(place.line)),
                ("column", number(place.column)),
            ])
        });
        vec![("name", Json::text(name.text.as_str())), ("place", place)]
    }
}

fn docs(docs: &Docs) -> Json {
    Json::list(docs.0.iter().map(Json::text))
}

fn names(names: &[Name]) -> Json {
    Json::list(names.iter().map(|name| Json::text(name.text.as_str())))
}

fn path(names: &[Name]) -> String {
    names.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join("::")
}

fn removed(numbers: &[Number]) -> Json {
    Json::list(numbers.iter().map(|number| Json::Number(number.value.into())))
}

fn import(import: &Use) -> Json {
    Json::Object(vec![
        ("package", Json::text(path(&import.package))),
        ("item", Json::maybe(import.item.as_ref().map(|item| item.text.as_str()))),
        ("local", Json::text(import.local.text.as_str())),
    ])
}

fn meta(meta: &Meta) -> Entries {
    vec![
        ("since", meta.since.map_or(Json::Null, |since| Json::Number(since.into()))),
        ("deprecated", Json::maybe(meta.deprecated.as_deref())),
        ("was", Json::maybe(meta.was.as_deref())),
        ("attributes", Json::list(meta.vendor.iter().map(vendor))),
    ]
}

fn vendor(attribute: &Vendor) -> Json {
    let mut entries = vec![("path", Json::text(path(&attribute.path)))];
    match &attribute.arguments {
        VendorArguments::None => {}
        VendorArguments::Value(written) => entries.push(("value", value(written))),
        VendorArguments::List(list) => {
            let list = list.iter().map(|argument| match argument {
                VendorArgument::Attr(inner) => Json::Object(vec![("attribute", vendor(inner))]),
                VendorArgument::Value(inner) => Json::Object(vec![("value", value(inner))]),
            });
            entries.push(("arguments", Json::list(list)));
        }
    }
    Json::Object(entries)
}

fn bound(bound: &Bound) -> Json {
    match bound {
        Bound::Literal(max, _) => Json::Number(*max),
        Bound::Const(names) => Json::Object(vec![("const", Json::text(path(names)))]),
        Bound::Extern(_) => Json::Null,
    }
}

fn value(value: &Value) -> Json {
    let (kind, inner) = match &value.kind {
        ValueKind::Int { magnitude, negative } => {
            let sign = if *negative { "-" } else { "" };
            ("int", Json::text(format!("{sign}{magnitude}")))
        }
        ValueKind::Float(value) => ("float", Json::text(format!("{value:?}"))),
        ValueKind::Str(text) => ("string", Json::text(text.as_str())),
        ValueKind::Bytes(bytes) => {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            ("bytes", Json::text(hex))
        }
        ValueKind::Bool(value) => ("bool", Json::Bool(*value)),
        ValueKind::Path(names) => ("path", Json::text(path(names))),
        ValueKind::List(values) => ("list", Json::list(values.iter().map(self::value))),
        ValueKind::Extern(_) => ("rust", Json::Null),
    };
    Json::Object(vec![(kind, inner)])
}

fn ty(ty: &Type) -> Json {
    let of = |kind: &str, inner: &Type| vec![("kind", Json::text(kind)), ("of", self::ty(inner))];
    let plain = |kind: &str| vec![("kind", Json::text(kind))];
    Json::Object(match &ty.kind {
        TypeKind::Unit => plain("unit"),
        TypeKind::Bool => plain("bool"),
        TypeKind::Int(int) => plain(int.name()),
        TypeKind::Float(float) => plain(float.name()),
        TypeKind::String => plain("string"),
        TypeKind::Bytes => plain("bytes"),
        TypeKind::Std(std) => plain(&std.name().to_lowercase()),
        TypeKind::Extern(_) => plain("rust"),
        TypeKind::Vec(inner) => of("vec", inner),
        TypeKind::Option(inner) => of("option", inner),
        TypeKind::Set(inner) => of("set", inner),
        TypeKind::Secret(inner) => of("secret", inner),
        TypeKind::Stream(inner) => of("stream", inner),
        TypeKind::Array(inner, length) => {
            let length = match length {
                ArrayLen::Literal(length) => Json::Number((*length).into()),
                ArrayLen::Const(name) => {
                    Json::Object(vec![("const", Json::text(name.text.as_str()))])
                }
            };
            let mut entries = of("array", inner);
            entries.push(("length", length));
            entries
        }
        TypeKind::Tuple(elements) => vec![
            ("kind", Json::text("tuple")),
            ("elements", Json::list(elements.iter().map(self::ty))),
        ],
        TypeKind::Map(key, value) => {
            vec![("kind", Json::text("map")), ("key", self::ty(key)), ("value", self::ty(value))]
        }
        TypeKind::Named(name) => {
            vec![("kind", Json::text("named")), ("name", Json::text(name.as_str()))]
        }
    })
}
