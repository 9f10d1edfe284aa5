//! The table of what can change: one stable number, one name, one line and one reason for each.

use std::fmt;

use super::Level;

/// The number of a rule of evolution, shown as `NPB101`. It keeps its meaning for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(pub u16);

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NPB{:03}", self.0)
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The number.
    pub id: RuleId,
    /// The name in kebab case.
    pub name: &'static str,
    /// How much it matters.
    pub level: Level,
    /// What changed, in one line.
    pub summary: &'static str,
    /// What happens between peers with the two versions.
    pub effect: &'static str,
}

macro_rules! rules {
    ($($level:ident { $($id:ident = $number:literal, $name:literal, $summary:literal, $effect:literal;)* })*) => {
        $($(
            #[doc = $summary]
            pub static $id: Rule = Rule {
                id: RuleId($number),
                name: $name,
                level: Level::$level,
                summary: $summary,
                effect: $effect,
            };
        )*)*

        /// Every rule there is.
        pub static RULES: &[&Rule] = &[$($(&$id,)*)*];
    };
}

rules! {
    Break {
        // NPB0xx: packages and protocols
        PACKAGE_RENAMED = 1, "package-renamed", "the package has another name",
            "peers do not find each other's protocols, whose names begin with it";
        PROTOCOL_RENAMED = 2, "protocol-renamed", "a protocol has another name",
            "peers do not find each other's protocol";
        PROTOCOL_REMOVED = 3, "protocol-removed", "a protocol is gone",
            "old peers that offer it are refused";
        // NPB1xx: numbers
        NUMBER_GONE = 101, "number-gone", "the number of a field, variant, flag or message is gone",
            "what comes next would get the number, and old peers would take it for what it was";
        NUMBER_REUSED = 102, "number-reused", "a removed number means something again",
            "what old peers wrote there is taken for the new thing";
        NUMBER_MOVED = 103, "number-moved", "something has another number",
            "each side takes one thing for another";
        // NPB2xx: fields and their types
        TYPE_CHANGED = 201, "type-changed", "a type is another one",
            "each side reads the other's bytes as something else";
        DEFAULT_CHANGED = 202, "default-changed", "the default of a field is another one",
            "each side reads another value than was written";
        VARINT_CHANGED = 203, "varint-changed", "a field became a varint, or is one no more",
            "each side reads the other's bytes as something else";
        NO_ZERO = 204, "no-zero", "a field whose type has no zero came or went",
            "the side that has it gets `Missing` from the one that does not";
        STREAM_CHANGED = 205, "stream-changed", "the stream of a message came or went",
            "one side waits for items that the other never sends";
        // NPB3xx: types
        FIXED_CHANGED = 301, "fixed-changed", "a struct became `#[fixed]`, or is it no more",
            "each side looks for the fields in other places";
        FIXED_LAYOUT = 302, "fixed-layout", "a `#[fixed]` struct has other fields",
            "all that follows such a struct moves";
        CLOSED_CHANGED = 303, "closed-changed", "an enum became `#[closed]`, or is it no more",
            "unions are written in another way, and numbers that were kept are refused";
        REPR_CHANGED = 304, "repr-changed", "the integer type of an enum or of flags is another one, came or went",
            "each side reads the other's bytes as something else";
        CLOSED_VARIANTS = 305, "closed-variants", "a `#[closed]` enum has other variants",
            "a value with a variant that the other side does not have is refused";
        CLOSED_FIELDS = 306, "closed-fields", "a variant of a `#[closed]` union has other fields",
            "all that follows such a value moves";
        KIND_CHANGED = 307, "kind-changed", "a type became one of another kind",
            "each side reads the other's bytes as something else";
        CLOSED_DEFAULT = 308, "closed-default", "the `#[default]` of a `#[closed]` enum is another variant",
            "where the value is absent each side reads another one";
        // NPB4xx: messages
        REPLY_ADDED_OR_REMOVED = 401, "reply-added-or-removed", "a message is answered that was not, or the other way round",
            "one side waits for an answer, or gets one that it does not expect";
        REPLY_CHANGED = 402, "reply-changed", "a reply has another type",
            "the caller reads the answer as something else";
        ERROR_CHANGED = 403, "error-changed", "the typed error of a reply is another one, came or went",
            "the caller cannot read why its call was refused";
        FROM_CHANGED = 404, "from-changed", "a message comes from the other side",
            "the side that used to send it is answered with `Unimplemented`";
    }
    Warning {
        VERSION_LOWERED = 5, "version-lowered", "the version of a protocol is lower than it was",
            "peers that ask for more are refused";
        MIN_RAISED = 6, "min-raised", "a protocol serves fewer old versions",
            "peers of those versions are refused when they connect";
        MAX_TIGHTENED = 211, "max-tightened", "a field may hold less",
            "what old peers may still send is refused";
        IDEMPOTENT_DROPPED = 411, "idempotent-dropped", "a message is no longer `#[idempotent]`",
            "old callers may still try it again by themselves";
    }
    Note {
        RENAMED_WITH_WAS = 4, "renamed-with-was", "a package or protocol has another name and says which it had",
            "the name of the handshake changes; `was` says that this is meant";
        FIELD_ADDED = 221, "field-added", "a field was appended",
            "old peers leave it out, and read over it";
        FIELD_REMOVED = 222, "field-removed", "a field was removed, and its number stays",
            "old peers read it as absent: as its default, or zero";
        FIELD_RENAMED = 223, "field-renamed", "a field has another name",
            "only code and JSON change";
        VARINT_WIDENED = 224, "varint-widened", "a varint has a wider type",
            "old peers refuse values that do not fit theirs";
        MAX_LOOSENED = 225, "max-loosened", "a field may hold more",
            "old peers refuse what is more than they allow";
        TYPE_REPLACED = 226, "type-replaced", "a type was replaced by one of the same form",
            "only code and JSON change";
        VARIANT_ADDED = 321, "variant-added", "a variant or flag was added to an open type",
            "old peers see it as unknown, and keep it";
        VARIANT_REMOVED = 322, "variant-removed", "a variant or flag was removed, and its number stays",
            "what old peers send is seen as unknown, and kept";
        VARIANT_RENAMED = 323, "variant-renamed", "a variant or flag has another name",
            "only code and JSON change";
        ITEM_RENAMED = 324, "item-renamed", "a type has another name",
            "only code changes";
        ITEM_REMOVED = 325, "item-removed", "an item is gone",
            "only code changes, if nothing holds it";
        ITEM_ADDED = 326, "item-added", "an item was added",
            "peers do not see it";
        CONST_CHANGED = 327, "const-changed", "a const has another value",
            "only code changes; what depends on it on the wire is told by itself";
        DEFAULT_VARIANT_CHANGED = 328, "default-variant-changed", "the `#[default]` of an open enum is another variant",
            "only code changes";
        ERROR_MARK_CHANGED = 329, "error-mark-changed", "an enum became `#[error]`, or is it no more",
            "only code changes";
        MESSAGE_ADDED = 421, "message-added", "a message was added",
            "old peers answer it with `Unimplemented`";
        MESSAGE_REMOVED = 422, "message-removed", "a message was removed, and its number stays",
            "old peers that send it are answered with `Unimplemented`";
        MESSAGE_RENAMED = 423, "message-renamed", "a message has another name",
            "only code and JSON change";
    }
}
