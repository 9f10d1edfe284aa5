//! What the attributes mean, and which belong where.

use crate::check::codes;
use crate::check::vocabulary::nearest;
use crate::diag::Diagnostic;
use crate::ir::{Name, Side};

use super::cursor::Cursor;
use super::tree::{Argument, Arguments, AttrTree, Path, ValueTree, ValueTreeKind};

/// What an attribute may stand on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    File,
    Const,
    Struct,
    Enum,
    Protocol,
    Field,
    Variant,
    Message,
    /// The type between the parentheses of `M(T)`.
    Payload,
}

/// What the attributes of one place said.
#[derive(Debug)]
pub(super) struct Meaning {
    pub(super) fixed: bool,
    pub(super) error: bool,
    pub(super) version: u32,
    pub(super) min: u32,
    pub(super) from: Side,
    pub(super) derives: Vec<Name>,
}

impl Default for Meaning {
    fn default() -> Self {
        Self {
            fixed: false,
            error: false,
            version: 1,
            min: 1,
            from: Side::Client,
            derives: Vec::new(),
        }
    }
}

/// An attribute of the language.
struct Known {
    name: &'static str,
    places: &'static [Place],
    /// Whether it is compiled; otherwise it is answered with "not supported yet".
    compiled: bool,
}

const fn known(name: &'static str, places: &'static [Place]) -> Known {
    Known { name, places, compiled: true }
}

const fn later(name: &'static str, places: &'static [Place]) -> Known {
    Known { name, places, compiled: false }
}

const KNOWN: [Known; 16] = {
    use Place::{Enum, Field, File, Message, Payload, Protocol, Struct, Variant};
    [
        known("error", &[Enum]),
        known("fixed", &[Struct]),
        known("from", &[Message]),
        known("rust", &[Struct, Enum, Protocol, Field, Variant, Message, Payload]),
        known("version", &[Protocol]),
        later("closed", &[Enum]),
        later("default", &[Variant]),
        later("deprecated", &[Struct, Enum, Protocol, Field, Variant, Message]),
        later("idempotent", &[Message]),
        later("max", &[Field, Payload]),
        later("since", &[Struct, Enum, Protocol, Field, Variant, Message]),
        later("stable", &[File]),
        later("timeout", &[Message]),
        later("varint", &[Field, Payload]),
        later("view", &[Message]),
        later("was", &[File, Protocol]),
    ]
};

/// Reads the attributes of one place.
pub(super) fn read(cursor: &mut Cursor<'_>, place: Place, attributes: &[AttrTree]) -> Meaning {
    let mut meaning = Meaning::default();
    let mut seen: Vec<&AttrTree> = Vec::new();
    for attribute in attributes {
        let Some(name) = attribute.path.single() else {
            let what = format!("the attribute `{}` of another tool is", attribute.path.text());
            cursor.unsupported(attribute.span, &what);
            continue;
        };
        let Some(known) = KNOWN.iter().find(|known| known.name == name.text) else {
            unknown(cursor, attribute, &name.text);
            continue;
        };
        if !known.places.contains(&place) {
            misplaced(cursor, attribute, known);
            continue;
        }
        if !known.compiled {
            cursor.unsupported(attribute.span, &format!("the attribute `{}` is", known.name));
            continue;
        }
        let repeated = seen.iter().find(|seen| seen.path.text() == name.text);
        if let Some(first) = repeated.filter(|_| known.name != "rust") {
            let message = format!("`{}` is written twice", known.name);
            cursor.found.push(
                Diagnostic::error(codes::DUPLICATE_ATTRIBUTE, attribute.span, message)
                    .also(first.span, "written here first"),
            );
            continue;
        }
        seen.push(attribute);
        apply(cursor, place, attribute, known.name, &mut meaning);
    }
    meaning
}

/// Reports attributes where none can stand.
pub(super) fn none(cursor: &mut Cursor<'_>, attributes: &[AttrTree], what: &str) {
    for attribute in attributes {
        let message = format!("an attribute stands before {what} and means nothing there");
        cursor.error(codes::MISPLACED_ATTRIBUTE, attribute.span, message);
    }
}

fn apply(
    cursor: &mut Cursor<'_>,
    place: Place,
    attribute: &AttrTree,
    name: &str,
    meaning: &mut Meaning,
) {
    match (name, &attribute.arguments) {
        ("fixed", Arguments::None) => meaning.fixed = true,
        ("error", Arguments::None) => meaning.error = true,
        ("fixed" | "error", _) => arguments(cursor, attribute, "`{}` takes no arguments"),
        ("version", Arguments::List(list)) => match version(list) {
            Some((version, min)) => (meaning.version, meaning.min) = (version, min),
            None => arguments(cursor, attribute, "a version is written `version(3, min = 1)`"),
        },
        ("version", _) => {
            arguments(cursor, attribute, "a version is written `version(3, min = 1)`");
        }
        ("from", Arguments::List(list)) => match side(list) {
            Some(side) => meaning.from = side,
            None => arguments(cursor, attribute, "a message is `from(server)` or `from(client)`"),
        },
        ("from", _) => {
            arguments(cursor, attribute, "a message is `from(server)` or `from(client)`");
        }
        ("rust", Arguments::List(list)) => rust(cursor, place, attribute, list, meaning),
        _ => arguments(cursor, attribute, "extra derives are written `rust(derive(Eq, Hash))`"),
    }
}

fn arguments(cursor: &mut Cursor<'_>, attribute: &AttrTree, message: &str) {
    let message = message.replace("{}", &attribute.path.text());
    cursor.error(codes::ATTRIBUTE_ARGUMENTS, attribute.span, message);
}

/// `3` or `3, min = 1`. Without `min` every older version is served.
fn version(list: &[Argument]) -> Option<(u32, u32)> {
    let number = |value: &ValueTree| {
        let ValueTreeKind::Int { magnitude, negative: false } = value.kind else {
            return None;
        };
        u32::try_from(magnitude).ok()
    };
    match list {
        [Argument::Value(version)] => Some((number(version)?, 1)),
        [Argument::Value(version), Argument::Attr(AttrTree { path, arguments, .. })]
            if is(path, "min") =>
        {
            let Arguments::Value(min) = arguments else {
                return None;
            };
            Some((number(version)?, number(min)?))
        }
        _ => None,
    }
}

fn side(list: &[Argument]) -> Option<Side> {
    match list {
        [Argument::Attr(AttrTree { path, arguments: Arguments::None, .. })] => {
            if is(path, "server") {
                Some(Side::Server)
            } else {
                is(path, "client").then_some(Side::Client)
            }
        }
        _ => None,
    }
}

/// `derive(Eq, Hash)` on what becomes a Rust type; all else of `rust(…)` comes later.
fn rust(
    cursor: &mut Cursor<'_>,
    place: Place,
    attribute: &AttrTree,
    list: &[Argument],
    meaning: &mut Meaning,
) {
    for argument in list {
        match argument {
            Argument::Attr(AttrTree { path, arguments: Arguments::List(derives), span })
                if is(path, "derive") =>
            {
                if !matches!(place, Place::Struct | Place::Enum | Place::Protocol) {
                    let message = "derives stand on a struct, an enum or a protocol";
                    cursor.error(codes::MISPLACED_ATTRIBUTE, *span, message);
                    continue;
                }
                derive(cursor, attribute, derives, meaning);
            }
            Argument::Attr(other) => {
                let what = format!("`{}` in `rust(…)` is", other.path.text());
                cursor.unsupported(other.span, &what);
            }
            Argument::Value(value) => {
                let message = "`rust(…)` takes no values";
                cursor.error(codes::ATTRIBUTE_ARGUMENTS, value.span, message);
            }
        }
    }
}

fn derive(
    cursor: &mut Cursor<'_>,
    attribute: &AttrTree,
    derives: &[Argument],
    meaning: &mut Meaning,
) {
    for entry in derives {
        let Argument::Attr(AttrTree { path, arguments: Arguments::None, span }) = entry else {
            arguments(cursor, attribute, "`derive(…)` takes the names of derive macros");
            return;
        };
        let Some(name) = path.single().cloned() else {
            cursor.unsupported(*span, "a derive macro named by its path is");
            continue;
        };
        if let Some(first) = meaning.derives.iter().find(|known| known.text == name.text) {
            let message = format!("`{}` is derived twice", name.text);
            cursor.found.push(
                Diagnostic::error(codes::DUPLICATE_ATTRIBUTE, *span, message)
                    .also(first.span, "written here first"),
            );
        } else {
            meaning.derives.push(name);
        }
    }
}

fn unknown(cursor: &mut Cursor<'_>, attribute: &AttrTree, name: &str) {
    let span = attribute.path.span;
    let diagnostic = Diagnostic::error(
        codes::UNKNOWN_ATTRIBUTE,
        span,
        format!("there is no attribute `{name}`"),
    );
    let inner = cursor.span_text(attribute.span);
    let diagnostic = match name {
        "derive" => {
            let instead = format!("rust({inner})");
            diagnostic.fix(format!("write `{instead}`"), attribute.span, instead)
        }
        "np" => {
            let inner = inner.trim_start_matches("np").trim();
            let inner = inner.strip_prefix('(').and_then(|i| i.strip_suffix(')')).unwrap_or("");
            diagnostic
                .fix(format!("write `{inner}`"), attribute.span, inner)
                .note("`np(…)` is only written in Rust")
        }
        "repr" => diagnostic.note("the type of a scalar enum is written `enum Name: u8`"),
        "doc" => diagnostic.note("docs are written `/// …`"),
        _ => match nearest(name, KNOWN.iter().map(|known| known.name)) {
            Some(instead) => diagnostic.fix(format!("write `{instead}`"), span, instead),
            None => diagnostic,
        },
    };
    cursor.found.push(diagnostic);
}

fn misplaced(cursor: &mut Cursor<'_>, attribute: &AttrTree, known: &Known) {
    let places: Vec<&str> = known.places.iter().map(|place| place.describe()).collect();
    let places = match places.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    };
    let message = format!("`{}` belongs on {places}", known.name);
    cursor.error(codes::MISPLACED_ATTRIBUTE, attribute.span, message);
}

impl Place {
    fn describe(self) -> &'static str {
        match self {
            Self::File => "the file, as `#![…]`",
            Self::Const => "a const",
            Self::Struct => "a struct",
            Self::Enum => "an enum",
            Self::Protocol => "a protocol",
            Self::Field => "a field",
            Self::Variant => "a variant",
            Self::Message => "a message",
            Self::Payload => "the type a tuple payload holds",
        }
    }
}

fn is(path: &Path, name: &str) -> bool {
    path.single().is_some_and(|single: &Name| single.text == name)
}
