//! What the attributes mean, and which belong where.

use crate::check::codes;
use crate::check::vocabulary::nearest;
use crate::diag::Diagnostic;
use crate::ir::{Bound, Handling, Meta, Name, RustType, Side};
use crate::span::Span;

use super::arguments;
use super::cursor::Cursor;
use super::tree::{Arguments, AttrTree};

/// What an attribute may stand on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    File,
    Const,
    Alias,
    Struct,
    Enum,
    Flags,
    Protocol,
    Field,
    Variant,
    Flag,
    Message,
    /// The type between the parentheses of `M(T)`.
    Payload,
}

/// What the attributes of one place said.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an attribute that is there or not")]
pub(super) struct Meaning {
    pub(super) fixed: bool,
    pub(super) error: bool,
    pub(super) closed: bool,
    pub(super) default: bool,
    pub(super) varint: bool,
    pub(super) idempotent: bool,
    pub(super) compress: bool,
    pub(super) handling: Handling,
    pub(super) stable: Option<Span>,
    pub(super) timeout: Option<u64>,
    pub(super) max: Option<Bound>,
    pub(super) rust: RustType,
    pub(super) version: u32,
    pub(super) min: u32,
    pub(super) from: Side,
    pub(super) derives: Vec<Name>,
    pub(super) meta: Meta,
}

impl Default for Meaning {
    fn default() -> Self {
        Self {
            fixed: false,
            error: false,
            closed: false,
            default: false,
            varint: false,
            idempotent: false,
            compress: false,
            handling: Handling::default(),
            stable: None,
            timeout: None,
            max: None,
            rust: RustType::default(),
            version: 1,
            min: 1,
            from: Side::Client,
            derives: Vec::new(),
            meta: Meta::default(),
        }
    }
}

/// An attribute of the language.
struct Known {
    name: &'static str,
    places: &'static [Place],
    /// What it says, in place of the message that it has the wrong arguments.
    form: &'static str,
}

const fn known(name: &'static str, places: &'static [Place], form: &'static str) -> Known {
    Known { name, places, form }
}

const BARE: &str = "`{}` takes no arguments";

/// Where `since` and `deprecated` belong.
const HISTORY: &[Place] = {
    use Place::{Alias, Const, Enum, Field, Flag, Flags, Message, Protocol, Struct, Variant};
    &[Const, Alias, Struct, Enum, Flags, Protocol, Field, Variant, Flag, Message]
};

const KNOWN: [Known; 19] = {
    use Place::{Enum, Field, File, Flags, Message, Payload, Protocol, Struct, Variant};
    [
        known("closed", &[Enum], BARE),
        known("compress", &[Message], BARE),
        known("default", &[Variant], BARE),
        known("deprecated", HISTORY, "a reason is written `deprecated(\"use `x`\")`"),
        known("error", &[Enum], BARE),
        known("fixed", &[Struct], BARE),
        known("from", &[Message], "a message is `from(server)` or `from(client)`"),
        known("idempotent", &[Message], BARE),
        known("max", &[Field, Payload], "a limit is written `max(64)` or `max(MAX_NAME)`"),
        known("no_cancel", &[Message], BARE),
        known(
            "rust",
            &[Struct, Enum, Flags, Protocol, Field, Payload],
            "what only Rust sees is written `rust(derive(Eq, Hash))` or `rust(type = \"…\", with = \"…\")`",
        ),
        known("since", HISTORY, "a version is written `since(2)`, and the first is 1"),
        known("spawn", &[Message], BARE),
        known("stable", &[File], BARE),
        known(
            "timeout",
            &[Message],
            "a timeout is a string, a number and `ms`, `s`, `m` or `h`, such as `timeout(\"5s\")`",
        ),
        known("varint", &[Field, Payload], BARE),
        known("view", &[Message], BARE),
        known("version", &[Protocol], "a version is written `version(3, min = 1)`"),
        known(
            "was",
            &[File, Struct, Enum, Flags, Protocol],
            "an old name is written `was(\"old::name\")`",
        ),
    ]
};

/// Reads the attributes of one place.
pub(super) fn read(cursor: &mut Cursor<'_>, place: Place, attributes: Vec<AttrTree>) -> Meaning {
    let mut meaning = Meaning::default();
    let mut seen: Vec<(&'static str, Span)> = Vec::new();
    for attribute in attributes {
        let Some(name) = attribute.path.single() else {
            meaning.meta.vendor.push(arguments::vendor(attribute));
            continue;
        };
        let Some(known) = KNOWN.iter().find(|known| known.name == name.text) else {
            unknown(cursor, &attribute, &name.text);
            continue;
        };
        if !known.places.contains(&place) {
            misplaced(cursor, &attribute, known);
            continue;
        }
        let repeated = seen.iter().find(|(seen, _)| *seen == known.name);
        if let Some((_, first)) = repeated.filter(|_| known.name != "rust") {
            let message = format!("`{}` is written twice", known.name);
            cursor.found.push(
                Diagnostic::error(codes::DUPLICATE_ATTRIBUTE, attribute.span, message)
                    .also(*first, "written here first"),
            );
            continue;
        }
        seen.push((known.name, attribute.span));
        let (span, path) = (attribute.span, attribute.path.text());
        if apply(cursor, place, attribute, &mut meaning).is_none() {
            let message = known.form.replace("{}", &path);
            cursor.error(codes::ATTRIBUTE_ARGUMENTS, span, message);
        }
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

/// `None` if the arguments are not those that the attribute takes.
fn apply(
    cursor: &mut Cursor<'_>,
    place: Place,
    attribute: AttrTree,
    meaning: &mut Meaning,
) -> Option<()> {
    let AttrTree { path, arguments, span } = attribute;
    match (path.last.text.as_str(), arguments) {
        ("closed", Arguments::None) => meaning.closed = true,
        ("compress", Arguments::None) => meaning.compress = true,
        ("default", Arguments::None) => meaning.default = true,
        ("error", Arguments::None) => meaning.error = true,
        ("fixed", Arguments::None) => meaning.fixed = true,
        ("idempotent", Arguments::None) => meaning.idempotent = true,
        ("no_cancel", Arguments::None) => meaning.handling.no_cancel = true,
        ("spawn", Arguments::None) => meaning.handling.spawn = true,
        ("stable", Arguments::None) => meaning.stable = Some(span),
        ("varint", Arguments::None) => meaning.varint = true,
        ("view", Arguments::None) => meaning.handling.view = true,
        ("deprecated", Arguments::None) => meaning.meta.deprecated = Some(String::new()),
        ("deprecated", Arguments::List(list)) => {
            meaning.meta.deprecated = Some(arguments::text(&list)?.to_owned());
        }
        ("from", Arguments::List(list)) => meaning.from = arguments::side(&list)?,
        ("max", Arguments::List(list)) => meaning.max = Some(arguments::bound(list)?),
        ("rust", Arguments::List(list)) => arguments::rust(cursor, place, list, meaning)?,
        ("since", Arguments::List(list)) => meaning.meta.since = Some(arguments::since(&list)?),
        ("timeout", Arguments::List(list)) => {
            meaning.timeout = Some(arguments::milliseconds(arguments::text(&list)?)?);
        }
        ("version", Arguments::List(list)) => {
            (meaning.version, meaning.min) = arguments::version(&list)?;
        }
        ("was", Arguments::List(list)) => {
            let old = arguments::text(&list)?;
            if !arguments::is_path(old) {
                return None;
            }
            meaning.meta.was = Some(old.to_owned());
        }
        _ => return None,
    }
    Some(())
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
            None => diagnostic.note("an attribute of another tool has a path, such as `acme::x`"),
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
            Self::Alias => "an alias",
            Self::Struct => "a struct",
            Self::Enum => "an enum",
            Self::Flags => "flags",
            Self::Protocol => "a protocol",
            Self::Field => "a field",
            Self::Variant => "a variant",
            Self::Flag => "a flag",
            Self::Message => "a message",
            Self::Payload => "the type a tuple payload holds",
        }
    }
}
