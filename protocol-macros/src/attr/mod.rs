//! The attribute grammar: `#[protocol(…)]` and `#[np(…)]`, where each key may stand and what it
//! takes. Never looks at the item below the attribute.

mod removed;
mod value;
mod vendor;

use proc_macro2::{Ident, Spacing, TokenStream, TokenTree};
use protocol_schema::check::nearest;
use protocol_schema::diag::Diagnostic;
use protocol_schema::ir::{Bound, Meta, Name, Number, Side, Vendor};
use protocol_schema::span::Span as Handle;
use syn::ext::IdentExt as _;

pub(crate) use self::removed::Removed;
use self::value::Value;
pub(crate) use self::value::is_path;
use crate::rules;
use crate::source::Source;

/// Where an attribute stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the parentheses of `#[protocol(…)]`.
    Arguments,
    /// On the enum below `#[protocol]`.
    Protocol,
    /// On a variant of a protocol.
    Message,
    /// On a struct.
    Struct,
    /// On an enum that is a number.
    Scalar,
    /// On any other enum.
    Union,
    /// On a variant of an enum that is a number.
    Number,
    /// On a variant of any other enum.
    Variant,
    /// On a field with a name.
    Field,
    /// On the unnamed value of a variant.
    Unnamed,
    /// In `removed(…)`, before a number.
    Removed,
}

impl Place {
    fn words(self) -> &'static str {
        match self {
            Self::Arguments => "in `#[protocol(…)]`",
            Self::Protocol => "on a protocol",
            Self::Message => "on a message",
            Self::Struct => "on a struct",
            Self::Scalar => "on an enum that is a number",
            Self::Union => "on a union",
            Self::Number => "on a variant of an enum that is a number",
            Self::Variant => "on a variant of a union",
            Self::Field => "on a field",
            Self::Unnamed => "on an unnamed value",
            Self::Removed => "on a removed field",
        }
    }
}

/// What an attribute may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Package,
    Version,
    Min,
    Crate,
    Id,
    Reply,
    From,
    Name,
    Rename,
    Idempotent,
    Timeout,
    Compress,
    View,
    Spawn,
    NoCancel,
    Fixed,
    Plain,
    Error,
    Closed,
    Unknown,
    Chosen,
    Default,
    Varint,
    Max,
    With,
    Wire,
    RemovedFields,
    RemovedNumbers,
    Since,
    Deprecated,
    Was,
}

/// A key with its name, how it is written, and where it may stand.
struct Known {
    key: Key,
    name: &'static str,
    form: &'static str,
    places: &'static [Place],
}

const fn known(
    key: Key,
    name: &'static str,
    form: &'static str,
    places: &'static [Place],
) -> Known {
    Known { key, name, form, places }
}

static KEYS: &[Known] = {
    use Place::{
        Arguments, Field, Message, Number, Protocol, Removed, Scalar, Struct, Union, Unnamed,
        Variant,
    };
    &[
        known(Key::Package, "package", "package = \"acme::chat\"", &[Arguments]),
        known(Key::Version, "version", "version = 1", &[Arguments]),
        known(Key::Min, "min", "min = 1", &[Arguments]),
        known(Key::Crate, "crate", "crate = path", &[Arguments, Struct, Scalar, Union]),
        known(Key::Id, "id", "id = 1", &[Message, Number, Variant, Field]),
        known(Key::Reply, "reply", "reply = T", &[Message]),
        known(Key::From, "from", "from(server)", &[Message]),
        known(Key::Name, "name", "name = Ident", &[Message]),
        known(Key::Rename, "rename", "rename = \"self\"", &[Message, Number, Variant, Field]),
        known(Key::Idempotent, "idempotent", "idempotent", &[Message]),
        known(Key::Timeout, "timeout", "timeout(\"5s\")", &[Message]),
        known(Key::Compress, "compress", "compress", &[Message]),
        known(Key::View, "view", "view", &[Message]),
        known(Key::Spawn, "spawn", "spawn", &[Message]),
        known(Key::NoCancel, "no_cancel", "no_cancel", &[Message]),
        known(Key::Fixed, "fixed", "fixed", &[Struct]),
        known(Key::Plain, "plain", "plain", &[Struct]),
        known(Key::Error, "error", "error", &[Union]),
        known(Key::Closed, "closed", "closed", &[Scalar, Union]),
        known(Key::Unknown, "unknown", "unknown", &[Number, Variant]),
        known(Key::Chosen, "default", "default", &[Number, Variant]),
        known(Key::Default, "default", "default = value", &[Field]),
        known(Key::Varint, "varint", "varint", &[Field, Unnamed, Removed]),
        known(Key::Max, "max", "max(64)", &[Field, Unnamed]),
        known(Key::With, "with", "with = module", &[Field, Unnamed]),
        known(Key::Wire, "wire", "wire = T", &[Field, Unnamed]),
        known(Key::RemovedFields, "removed", "removed(3: u32)", &[Struct, Variant, Message]),
        known(Key::RemovedNumbers, "removed", "removed(3)", &[Protocol, Scalar, Union]),
        known(
            Key::Since,
            "since",
            "since(2)",
            &[Protocol, Message, Struct, Scalar, Union, Number, Variant, Field],
        ),
        known(
            Key::Deprecated,
            "deprecated",
            "deprecated(\"use `x`\")",
            &[Protocol, Message, Struct, Scalar, Union, Number, Variant, Field],
        ),
        known(Key::Was, "was", "was(\"old::Name\")", &[Protocol, Struct, Scalar, Union]),
    ]
};

/// Attributes of schema files that mean nothing here, and what is done instead.
static ELSEWHERE: &[(&str, &str)] = &[
    ("rust", "the type of a field is a Rust type already: `with = module, wire = T` names another"),
    ("stable", "`assert_schema!` in a test keeps the lock of a protocol declared in Rust"),
];

/// What the attributes at one place say; each with where it was said.
#[derive(Default)]
pub(crate) struct Attributes {
    pub(crate) package: Option<syn::LitStr>,
    pub(crate) version: Option<u32>,
    pub(crate) min: Option<u32>,
    pub(crate) facade: Option<syn::Path>,
    pub(crate) id: Option<Number>,
    pub(crate) reply: Option<syn::Type>,
    pub(crate) from: Option<Side>,
    pub(crate) name: Option<Name>,
    pub(crate) rename: Option<String>,
    pub(crate) idempotent: Option<Handle>,
    pub(crate) timeout: Option<u64>,
    pub(crate) compress: Option<Handle>,
    pub(crate) view: Option<Handle>,
    pub(crate) spawn: Option<Handle>,
    pub(crate) no_cancel: Option<Handle>,
    pub(crate) fixed: Option<Handle>,
    pub(crate) plain: Option<Handle>,
    pub(crate) error: Option<Handle>,
    pub(crate) closed: Option<Handle>,
    pub(crate) unknown: Option<Handle>,
    pub(crate) chosen: Option<Handle>,
    pub(crate) default: Option<syn::Expr>,
    pub(crate) varint: Option<Handle>,
    pub(crate) max: Option<Bound>,
    pub(crate) with: Option<syn::Path>,
    pub(crate) wire: Option<syn::Type>,
    pub(crate) removed_fields: Vec<Removed>,
    pub(crate) removed_numbers: Vec<Number>,
    pub(crate) since: Option<u32>,
    pub(crate) deprecated: Option<String>,
    pub(crate) was: Option<String>,
    pub(crate) vendor: Vec<Vendor>,
    seen: Vec<Key>,
}

impl Attributes {
    /// Reads every `#[np(…)]` among the attributes at `place`, and what Rust's own
    /// `#[deprecated]` says.
    pub(crate) fn of(source: &mut Source, attributes: &[syn::Attribute], place: Place) -> Self {
        let mut said = Self::default();
        for attribute in attributes.iter().filter(|a| a.path().is_ident("np")) {
            match &attribute.meta {
                syn::Meta::List(list) => said.read(source, list.tokens.clone(), place),
                syn::Meta::Path(_) | syn::Meta::NameValue(_) => {
                    let at = source.at(&attribute.meta);
                    let message = "`np` takes its attributes in parentheses";
                    let wrong = Diagnostic::error(rules::ATTRIBUTE_ARGUMENTS, at, message);
                    source.found.push(wrong.note(allowed(place)));
                }
            }
        }
        if said.deprecated.is_none() {
            said.deprecated = attributes.iter().find_map(value::deprecated);
        }
        said
    }

    /// Reads the arguments of `#[protocol(…)]`.
    pub(crate) fn arguments(source: &mut Source, tokens: TokenStream) -> Self {
        let mut said = Self::default();
        said.read(source, tokens, Place::Arguments);
        said
    }

    /// What the schema calls something that Rust calls `ident`.
    pub(crate) fn named(&self, source: &mut Source, ident: &Ident) -> Name {
        let name = source.name(ident);
        match &self.rename {
            Some(text) => Name { text: text.clone(), chosen: Some(name.text), span: name.span },
            None => name,
        }
    }

    /// What has no effect on the bytes.
    pub(crate) fn meta(&self) -> Meta {
        Meta {
            since: self.since,
            deprecated: self.deprecated.clone(),
            was: self.was.clone(),
            vendor: self.vendor.clone(),
        }
    }

    fn read(&mut self, source: &mut Source, tokens: TokenStream, place: Place) {
        for entry in entries(tokens) {
            self.entry(source, &entry, place);
        }
    }

    fn entry(&mut self, source: &mut Source, entry: &[TokenTree], place: Place) {
        let (head, rest) = match entry.split_first() {
            Some((TokenTree::Ident(head), rest)) => (head, rest),
            Some((other, _)) => {
                let at = source.spot(other.span());
                let wrong = Diagnostic::error(
                    rules::ATTRIBUTE_ARGUMENTS,
                    at,
                    "expected the name of an attribute",
                );
                source.found.push(wrong.note(allowed(place)));
                return;
            }
            None => return,
        };
        if vendor::is_path(rest) {
            self.vendor.extend(vendor::read(source, entry));
            return;
        }
        let Some((key, form)) = key(source, head, place) else {
            return;
        };
        let again =
            self.seen.contains(&key) && !matches!(key, Key::RemovedFields | Key::RemovedNumbers);
        if again {
            let at = source.spot(head.span());
            source.error(rules::DUPLICATE_ATTRIBUTE, at, format!("`{head}` is given twice here"));
            return;
        }
        self.seen.push(key);
        let taken = self.take(&mut Value { source, head, rest, form }, key);
        if !taken && matches!(key, Key::Id | Key::RemovedFields | Key::RemovedNumbers) {
            source.lacks_a_part();
        }
    }

    /// Takes the value of `key`; false if it is not one.
    fn take(&mut self, value: &mut Value<'_, '_>, key: Key) -> bool {
        fn put<T>(slot: &mut Option<T>, value: Option<T>) -> bool {
            *slot = value;
            slot.is_some()
        }
        match key {
            Key::Package => put(&mut self.package, value.parsed("a string")),
            Key::Version => put(&mut self.version, value.number().map(|number| number.value)),
            Key::Min => put(&mut self.min, value.number().map(|number| number.value)),
            Key::Crate => put(&mut self.facade, value.path("a path")),
            Key::Id => put(&mut self.id, value.number()),
            Key::Reply => put(&mut self.reply, value.parsed("a type")),
            Key::From => put(&mut self.from, value.side()),
            Key::Name => put(&mut self.name, value.name()),
            Key::Rename => put(&mut self.rename, value.new_name()),
            Key::Idempotent => put(&mut self.idempotent, value.flag()),
            Key::Timeout => put(&mut self.timeout, value.milliseconds()),
            Key::Compress => put(&mut self.compress, value.flag()),
            Key::View => put(&mut self.view, value.flag()),
            Key::Spawn => put(&mut self.spawn, value.flag()),
            Key::NoCancel => put(&mut self.no_cancel, value.flag()),
            Key::Fixed => put(&mut self.fixed, value.flag()),
            Key::Plain => put(&mut self.plain, value.flag()),
            Key::Error => put(&mut self.error, value.flag()),
            Key::Closed => put(&mut self.closed, value.flag()),
            Key::Unknown => put(&mut self.unknown, value.flag()),
            Key::Chosen => put(&mut self.chosen, value.flag()),
            Key::Default => put(&mut self.default, value.parsed("a value")),
            Key::Varint => put(&mut self.varint, value.flag()),
            Key::Max => put(&mut self.max, value.bound()),
            Key::With => put(&mut self.with, value.path("the path of a module")),
            Key::Wire => put(&mut self.wire, value.parsed("a type")),
            Key::RemovedFields => value.removed_fields(&mut self.removed_fields),
            Key::RemovedNumbers => value.removed_numbers(&mut self.removed_numbers),
            Key::Since => put(&mut self.since, value.version()),
            Key::Deprecated => put(&mut self.deprecated, value.reason()),
            Key::Was => put(&mut self.was, value.old_name()),
        }
    }
}

/// The key called `head`, if it may stand at `place`; otherwise says what is wrong with it.
fn key(source: &mut Source, head: &Ident, place: Place) -> Option<(Key, &'static str)> {
    let name = head.unraw().to_string();
    let at = source.spot(head.span());
    let rows: Vec<&Known> = KEYS.iter().filter(|known| known.name == name).collect();
    if let Some(here) = rows.iter().find(|known| known.places.contains(&place)) {
        return Some((here.key, here.form));
    }
    let wrong = if !rows.is_empty() {
        let message = format!("`{name}` means nothing {}", place.words());
        let places = rows.iter().flat_map(|known| known.places);
        let words: Vec<&str> = places.map(|place| place.words()).collect();
        Diagnostic::error(rules::MISPLACED_ATTRIBUTE, at, message)
            .note(format!("it stands {}", words.join(", or ")))
            .note(allowed(place))
    } else if let Some((_, instead)) = ELSEWHERE.iter().find(|(known, _)| *known == name) {
        let message = format!("`{name}` belongs to schema files");
        Diagnostic::error(rules::MISPLACED_ATTRIBUTE, at, message).note(*instead)
    } else {
        let message = format!("there is no attribute `{name}`");
        let wrong = Diagnostic::error(rules::UNKNOWN_ATTRIBUTE, at, message);
        let here = KEYS.iter().filter(|known| known.places.contains(&place));
        match nearest(&name, here.map(|known| known.name)) {
            Some(meant) => wrong.fix(format!("did you mean `{meant}`?"), at, meant),
            None => wrong.note(allowed(place)),
        }
    };
    source.found.push(wrong);
    None
}

/// What may stand at a place, in words.
fn allowed(place: Place) -> String {
    let here = KEYS.iter().filter(|known| known.places.contains(&place));
    let forms: Vec<String> = here.map(|known| format!("`{}`", known.form)).collect();
    match forms.is_empty() {
        true => format!("no attribute may stand {}", place.words()),
        false => format!("{} may stand: {}", place.words(), forms.join(", ")),
    }
}

/// The tokens between the commas; a comma between `<` and `>` belongs to a type.
pub(crate) fn entries(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut entries = vec![];
    let mut entry = vec![];
    let mut depth = 0_u32;
    let mut arrow = false;
    for token in tokens {
        if let TokenTree::Punct(punct) = &token {
            match punct.as_char() {
                '<' => depth += 1,
                '>' if !arrow => depth = depth.saturating_sub(1),
                ',' if depth == 0 => {
                    entries.push(std::mem::take(&mut entry));
                    continue;
                }
                _ => {}
            }
            arrow = matches!(punct.as_char(), '-' | '=') && punct.spacing() == Spacing::Joint;
        } else {
            arrow = false;
        }
        entry.push(token);
    }
    entries.push(entry);
    entries
}
