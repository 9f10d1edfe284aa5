//! The attribute grammar: `#[protocol(…)]` and `#[np(…)]`, where each key may stand and what it
//! takes. Never looks at the item below the attribute.

use proc_macro2::{Delimiter, Ident, Spacing, Span, TokenStream, TokenTree};
use protocol_schema::check::nearest;
use protocol_schema::diag::Diagnostic;
use protocol_schema::ir::{Name, Number, Side};
use protocol_schema::span::Span as Handle;
use syn::ext::IdentExt as _;

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
    /// On a variant of either.
    Variant,
    /// On a field with a name.
    Field,
    /// On the unnamed value of a variant.
    Unnamed,
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
            Self::Variant => "on a variant",
            Self::Field => "on a field",
            Self::Unnamed => "on an unnamed value",
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
    Fixed,
    Plain,
    Error,
    Unknown,
}

/// Each key with its name, how it is written, and where it may stand.
static KEYS: &[(Key, &str, &str, &[Place])] = &[
    (Key::Package, "package", "package = \"acme::chat\"", &[Place::Arguments]),
    (Key::Version, "version", "version = 1", &[Place::Arguments]),
    (Key::Min, "min", "min = 1", &[Place::Arguments]),
    (
        Key::Crate,
        "crate",
        "crate = path",
        &[Place::Arguments, Place::Struct, Place::Scalar, Place::Union],
    ),
    (Key::Id, "id", "id = 1", &[Place::Message, Place::Variant, Place::Field]),
    (Key::Reply, "reply", "reply = T", &[Place::Message]),
    (Key::From, "from", "from(server)", &[Place::Message]),
    (Key::Name, "name", "name = Ident", &[Place::Message]),
    (Key::Fixed, "fixed", "fixed", &[Place::Struct]),
    (Key::Plain, "plain", "plain", &[Place::Struct]),
    (Key::Error, "error", "error", &[Place::Union]),
    (Key::Unknown, "unknown", "unknown", &[Place::Variant]),
];

/// Attributes of the language that this version does not have.
static LATER: &[&str] = &[
    "closed",
    "compress",
    "default",
    "deprecated",
    "idempotent",
    "max",
    "no_cancel",
    "removed",
    "since",
    "spawn",
    "stable",
    "timeout",
    "varint",
    "view",
    "was",
    "with",
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
    pub(crate) fixed: Option<Handle>,
    pub(crate) plain: Option<Handle>,
    pub(crate) error: Option<Handle>,
    pub(crate) unknown: Option<Handle>,
    seen: Vec<Key>,
}

impl Attributes {
    /// Reads every `#[np(…)]` among the attributes at `place`.
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
        said
    }

    /// Reads the arguments of `#[protocol(…)]`.
    pub(crate) fn arguments(source: &mut Source, tokens: TokenStream) -> Self {
        let mut said = Self::default();
        said.read(source, tokens, Place::Arguments);
        said
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
        let Some((key, form)) = known(source, head, place) else {
            return;
        };
        if self.seen.contains(&key) {
            let at = source.spot(head.span());
            source.error(rules::DUPLICATE_ATTRIBUTE, at, format!("`{head}` is given twice here"));
            return;
        }
        self.seen.push(key);
        if !self.take(&mut Value { source, head, rest, form }, key) && key == Key::Id {
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
            Key::Crate => {
                put(&mut self.facade, value.parsed_by(syn::Path::parse_mod_style, "a path"))
            }
            Key::Id => put(&mut self.id, value.number()),
            Key::Reply => put(&mut self.reply, value.parsed("a type")),
            Key::From => put(&mut self.from, value.side()),
            Key::Name => put(&mut self.name, value.name()),
            Key::Fixed => put(&mut self.fixed, value.flag()),
            Key::Plain => put(&mut self.plain, value.flag()),
            Key::Error => put(&mut self.error, value.flag()),
            Key::Unknown => put(&mut self.unknown, value.flag()),
        }
    }
}

/// What stands after the name of an attribute.
struct Value<'s, 't> {
    source: &'s mut Source,
    head: &'t Ident,
    rest: &'t [TokenTree],
    form: &'static str,
}

impl Value<'_, '_> {
    fn flag(&mut self) -> Option<Handle> {
        let Some(extra) = self.rest.first() else {
            return Some(self.source.spot(self.head.span()));
        };
        self.wrong(extra.span(), format!("`{}` takes no value", self.head));
        None
    }

    fn number(&mut self) -> Option<Number> {
        let literal: syn::LitInt = self.parsed("a number")?;
        let at = self.source.spot(literal.span());
        match literal.base10_parse() {
            Ok(value) if literal.suffix().is_empty() => Some(Number { value, written: Some(at) }),
            Ok(_) | Err(_) => {
                self.wrong(
                    literal.span(),
                    format!("`{literal}` is not a number from 0 to {}", u32::MAX),
                );
                None
            }
        }
    }

    fn name(&mut self) -> Option<Name> {
        let ident = self.parsed_by(Ident::parse_any, "a name")?;
        Some(self.source.name(&ident))
    }

    fn side(&mut self) -> Option<Side> {
        let Some(TokenTree::Group(group)) = self.rest.first() else {
            self.wrong(self.head.span(), "`from` needs `(server)` or `(client)`".into());
            return None;
        };
        let side = match group.stream().to_string().as_str() {
            "server" if group.delimiter() == Delimiter::Parenthesis => Side::Server,
            "client" if group.delimiter() == Delimiter::Parenthesis => Side::Client,
            _ => {
                self.wrong(group.span(), "a message is `from(server)` or `from(client)`".into());
                return None;
            }
        };
        match self.rest.get(1) {
            None => Some(side),
            Some(extra) => {
                self.wrong(extra.span(), format!("unexpected `{extra}`"));
                None
            }
        }
    }

    fn parsed<T: syn::parse::Parse>(&mut self, what: &str) -> Option<T> {
        self.parsed_by(T::parse, what)
    }

    /// The value after `=`, all of it.
    fn parsed_by<T>(
        &mut self,
        parser: impl Fn(syn::parse::ParseStream<'_>) -> syn::Result<T>,
        what: &str,
    ) -> Option<T> {
        let value = match self.rest.split_first() {
            Some((TokenTree::Punct(equals), value)) if equals.as_char() == '=' => value,
            Some((other, _)) => {
                self.wrong(other.span(), format!("`{}` is followed by `=` and {what}", self.head));
                return None;
            }
            None => &[],
        };
        let Some(last) = value.last() else {
            self.wrong(self.head.span(), format!("`{}` needs {what}", self.head));
            return None;
        };
        let parsed = syn::parse::Parser::parse2(parser, value.iter().cloned().collect());
        if let Err(error) = &parsed {
            // An error at the end of the tokens has no token of its own to stand on.
            let at = match error.to_string().starts_with("unexpected end") {
                true => last.span(),
                false => error.span(),
            };
            let error = error.to_string();
            let reason = error.split(", expected").next().unwrap_or_default();
            self.wrong(at, format!("`{}` takes {what}: {reason}", self.head));
        }
        parsed.ok()
    }

    fn wrong(&mut self, at: Span, message: String) {
        let at = self.source.spot(at);
        let help = format!("write `{}`", self.form);
        let wrong = Diagnostic::error(rules::ATTRIBUTE_ARGUMENTS, at, message);
        self.source.found.push(wrong.fix(help, at, self.form));
    }
}

/// The key called `head`, if it may stand at `place`; otherwise says what is wrong with it.
fn known(source: &mut Source, head: &Ident, place: Place) -> Option<(Key, &'static str)> {
    let name = head.unraw().to_string();
    let at = source.spot(head.span());
    if let Some((key, _, form, places)) = KEYS.iter().find(|(_, known, ..)| *known == name) {
        if places.contains(&place) {
            return Some((*key, form));
        }
        let message = format!("`{name}` means nothing {}", place.words());
        let words: Vec<&str> = places.iter().map(|place| place.words()).collect();
        let wrong = Diagnostic::error(rules::MISPLACED_ATTRIBUTE, at, message);
        source
            .found
            .push(wrong.note(format!("it stands {}", words.join(", or "))).note(allowed(place)));
    } else if LATER.contains(&name.as_str()) {
        source.error(rules::NOT_SUPPORTED_YET, at, format!("`{name}` is not supported yet"));
    } else {
        let wrong = Diagnostic::error(
            rules::UNKNOWN_ATTRIBUTE,
            at,
            format!("there is no attribute `{name}`"),
        );
        let here = KEYS.iter().filter(|(.., places)| places.contains(&place)).map(|known| known.1);
        source.found.push(match nearest(&name, here) {
            Some(meant) => wrong.fix(format!("did you mean `{meant}`?"), at, meant),
            None => wrong.note(allowed(place)),
        });
    }
    None
}

/// What may stand at a place, in words.
fn allowed(place: Place) -> String {
    let forms: Vec<String> = KEYS
        .iter()
        .filter(|(.., places)| places.contains(&place))
        .map(|(_, _, form, _)| format!("`{form}`"))
        .collect();
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
