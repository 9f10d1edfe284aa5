//! What stands behind a key: the kinds of values, how they are read, written and judged. Values
//! are taken as what they are: a number in quotes is a text.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use ::config::ValueKind;

#[cfg(feature = "logging")]
use super::fields::LogLevel;
use super::fields::SecurityMode;
use crate::{ClockPolicy, SchemaCheck, SuiteChoice};

/// What kind of value a key takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Integer,
    /// A text.
    Text,
    /// A text like `"15s"` or `"1m 30s"`, or a whole number of milliseconds.
    Duration,
    /// A path; the empty text for none.
    Path,
    /// A list of texts; in the environment with commas between them.
    List,
    /// One of these texts.
    Choice(&'static [&'static str]),
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("true or false"),
            Self::Integer => f.write_str("a whole number"),
            Self::Text => f.write_str("a text"),
            Self::Duration => f.write_str("a duration like \"15s\", or whole milliseconds"),
            Self::Path => f.write_str("a path, or \"\" for none"),
            Self::List => f.write_str("a list of texts"),
            Self::Choice(names) => {
                let names: Vec<_> = names.iter().map(|name| format!("{name:?}")).collect();
                write!(f, "one of {}", names.join(", "))
            }
        }
    }
}

impl Kind {
    /// What the text of a variable stands for. One that is not of this kind stays a text, and is
    /// refused as one.
    pub(super) fn of_variable(self, text: &str) -> ValueKind {
        let number = || text.parse::<u64>().ok().map(ValueKind::U64);
        let found = match self {
            Self::Bool => text.parse().ok().map(ValueKind::Boolean),
            Self::Integer | Self::Duration => number(),
            Self::List => {
                let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                Some(parts.collect::<Vec<_>>().into())
            }
            Self::Text | Self::Path | Self::Choice(_) => None,
        };
        found.unwrap_or_else(|| ValueKind::String(text.to_owned()))
    }
}

/// A type that a field may have.
pub(super) trait Value: Clone {
    const KIND: Kind;

    /// The value, if it is of this kind.
    fn read(raw: &ValueKind) -> Option<Self>;

    /// The value as it stands in a file.
    fn written(&self) -> String;
}

/// A field of any type, to be written to.
pub(super) trait Slot {
    /// Takes the value, or says that it is of another kind.
    fn put(&mut self, raw: &ValueKind) -> bool;
}

impl<T: Value> Slot for T {
    fn put(&mut self, raw: &ValueKind) -> bool {
        T::read(raw).map(|value| *self = value).is_some()
    }
}

impl Value for bool {
    const KIND: Kind = Kind::Bool;

    fn read(raw: &ValueKind) -> Option<Self> {
        if let ValueKind::Boolean(value) = raw { Some(*value) } else { None }
    }

    fn written(&self) -> String {
        self.to_string()
    }
}

/// A whole number from nothing on.
fn whole(raw: &ValueKind) -> Option<u64> {
    if let ValueKind::I64(number) = raw {
        return u64::try_from(*number).ok();
    }
    if let ValueKind::U64(number) = raw { Some(*number) } else { None }
}

impl Value for u32 {
    const KIND: Kind = Kind::Integer;

    fn read(raw: &ValueKind) -> Option<Self> {
        whole(raw)?.try_into().ok()
    }

    fn written(&self) -> String {
        self.to_string()
    }
}

impl Value for u64 {
    const KIND: Kind = Kind::Integer;

    fn read(raw: &ValueKind) -> Option<Self> {
        whole(raw)
    }

    fn written(&self) -> String {
        self.to_string()
    }
}

/// The text of a text.
fn text(raw: &ValueKind) -> Option<&str> {
    if let ValueKind::String(text) = raw { Some(text) } else { None }
}

/// A text as a file of TOML has it. What Rust escapes, TOML escapes alike, but for control
/// characters.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

impl Value for String {
    const KIND: Kind = Kind::Text;

    fn read(raw: &ValueKind) -> Option<Self> {
        text(raw).map(str::to_owned)
    }

    fn written(&self) -> String {
        quoted(self)
    }
}

impl Value for Duration {
    const KIND: Kind = Kind::Duration;

    fn read(raw: &ValueKind) -> Option<Self> {
        match text(raw) {
            Some(text) => humantime::parse_duration(text).ok(),
            None => whole(raw).map(Self::from_millis),
        }
    }

    fn written(&self) -> String {
        format!("\"{}\"", humantime::format_duration(*self))
    }
}

impl Value for Option<PathBuf> {
    const KIND: Kind = Kind::Path;

    fn read(raw: &ValueKind) -> Option<Self> {
        text(raw).map(|text| (!text.is_empty()).then(|| text.into()))
    }

    fn written(&self) -> String {
        quoted(&self.as_ref().map(|path| path.display().to_string()).unwrap_or_default())
    }
}

impl Value for Vec<String> {
    const KIND: Kind = Kind::List;

    fn read(raw: &ValueKind) -> Option<Self> {
        let ValueKind::Array(values) = raw else { return None };
        values.iter().map(|value| text(&value.kind).map(str::to_owned)).collect()
    }

    fn written(&self) -> String {
        format!("[{}]", self.iter().map(|text| quoted(text)).collect::<Self>().join(", "))
    }
}

/// Makes types with few values known by their names.
macro_rules! choices {
    ($($ty:ty { $($name:literal = $value:path,)* })*) => {
        $(
            impl Value for $ty {
                const KIND: Kind = Kind::Choice(&[$($name,)*]);

                fn read(raw: &ValueKind) -> Option<Self> {
                    match text(raw)? {
                        $($name => Some($value),)*
                        _ => None,
                    }
                }

                fn written(&self) -> String {
                    quoted(match self {
                        $($value => $name,)*
                    })
                }
            }
        )*
    };
}

#[cfg(feature = "logging")]
choices! {
    LogLevel {
        "trace" = LogLevel::Trace,
        "debug" = LogLevel::Debug,
        "info" = LogLevel::Info,
        "warn" = LogLevel::Warn,
        "error" = LogLevel::Error,
    }
}

choices! {
    SecurityMode {
        "mutual" = SecurityMode::Mutual,
        "server_auth" = SecurityMode::ServerAuth,
        "shared_key" = SecurityMode::SharedKey,
        "insecure_anonymous" = SecurityMode::InsecureAnonymous,
        "insecure_plain" = SecurityMode::InsecurePlain,
    }
    SuiteChoice {
        "auto" = SuiteChoice::Auto,
        "chacha" = SuiteChoice::ChaChaPoly,
        "aes-gcm" = SuiteChoice::AesGcm,
    }
    SchemaCheck {
        "refuse" = SchemaCheck::Refuse,
        "report" = SchemaCheck::Report,
        "off" = SchemaCheck::Off,
    }
    ClockPolicy {
        "warn" = ClockPolicy::Warn,
        "enforce" = ClockPolicy::Enforce,
    }
}

/// What a value has to be beyond its kind.
pub(super) struct Rule<T> {
    /// What is allowed, in words.
    pub(super) allowed: String,
    pub(super) holds: fn(&T) -> bool,
}

/// All values of the kind.
pub(super) fn any<T: Value>() -> Rule<T> {
    Rule { allowed: T::KIND.to_string(), holds: |_| true }
}

/// The values of the kind for which something holds.
pub(super) fn which<T: Value>(allowed: &str, holds: fn(&T) -> bool) -> Rule<T> {
    Rule { allowed: format!("{}, {allowed}", T::KIND), holds }
}

/// The values for which something holds that says of what kind they are.
pub(super) fn being<T: Value>(allowed: &str, holds: fn(&T) -> bool) -> Rule<T> {
    Rule { allowed: allowed.to_owned(), holds }
}
