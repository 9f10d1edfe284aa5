//! The table of rules: one stable code, one name and one line for each.

use crate::diag::Code;

/// One row of the table of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The number, the same for ever.
    pub code: Code,
    /// The name in kebab case, as `npgen explain` lists it.
    pub name: &'static str,
    /// What the rule asks for, in one line.
    pub summary: &'static str,
}

macro_rules! rules {
    ($($(#[$doc:meta])* $id:ident = $code:literal, $name:literal, $summary:literal;)*) => {
        $(#[doc = $summary] pub const $id: Code = Code($code);)*

        /// Every rule there is, by rising code.
        pub static CODES: &[Rule] = &[
            $(Rule { code: $id, name: $name, summary: $summary },)*
        ];
    };
}

rules! {
    // NP00xx: the text of a file
    SOURCE_TOO_LARGE = 1, "source-too-large", "a schema file is at most 8 MiB";
    UNEXPECTED_CHARACTER = 2, "unexpected-character", "names, numbers and marks are ASCII, and only some marks have a meaning";
    UNTERMINATED_COMMENT = 3, "unterminated-comment", "a comment that starts with `/*` ends with `*/`";
    UNTERMINATED_STRING = 4, "unterminated-string", "a string ends with `\"` on the line where it starts";
    BAD_ESCAPE = 5, "bad-escape", "the escapes in strings are those of Rust";
    BAD_NUMBER = 6, "bad-number", "a number has digits of its base, no suffix, and fits 128 bits";
    SYNTAX = 7, "syntax", "the text follows the grammar";
    // 8 was for what the language had and the compiler had not.
    MISPLACED_DOCS = 9, "misplaced-docs", "a doc comment stands before what it documents";
    NAME_TOO_LONG = 10, "name-too-long", "a name is at most 255 bytes";
    NESTED_TOO_DEEP = 11, "nested-too-deep", "types, values and attributes nest at most 32 deep";
    PACKAGE = 12, "package", "a file says its package once, before everything but docs";
    TOO_MANY_MISTAKES = 13, "too-many-mistakes", "after 1,000 diagnostics the others are only counted";
    DIRECTION_CHARACTER = 14, "direction-character", "docs and strings hold no invisible marks that turn the direction of text";
    // NP01xx: names
    DUPLICATE_ITEM = 101, "duplicate-item", "two items of a schema have different names";
    DUPLICATE_FIELD = 102, "duplicate-field", "two fields beside each other have different names";
    DUPLICATE_VARIANT = 103, "duplicate-variant", "two variants of an enum have different names";
    DUPLICATE_MESSAGE = 104, "duplicate-message", "two messages of a protocol have different names";
    GENERATED_NAME = 105, "generated-name", "an item is not called like something that is generated for a protocol";
    RESERVED_NAME = 106, "reserved-name", "an item is not called `self`, `Self`, `super` or `crate`";
    UNKNOWN_VARIANT_NAME = 107, "unknown-variant-name", "no variant is called like the one that holds what is not known";
    BUILT_IN_NAME = 108, "built-in-name", "an item is not called like a primitive type, such as `u8` or `bool`";
    METHOD_NAME = 109, "method-name", "two messages of one side have different method names in snake case";
    WIRE_NAME_TOO_LONG = 110, "wire-name-too-long", "`package::Protocol` is at most 64 bytes";
    DUPLICATE_FLAG = 111, "duplicate-flag", "two flags beside each other have different names";
    FLAG_CASE = 112, "flag-case", "the name of a flag has no lower-case letters";
    RUST_NAME = 113, "rust-name", "two names beside each other are different in Rust as well";
    // NP02xx: numbers
    MIXED_NUMBERS = 201, "mixed-numbers", "numbers are written on all entries of a list or on none";
    DUPLICATE_NUMBER = 202, "duplicate-number", "two entries of a list have different numbers";
    NUMBER_GAP = 203, "number-gap", "the numbers of a list have no gaps";
    NUMBER_RANGE = 204, "number-range", "numbers start at 0 (tags and messages at 1) and end where the wire ends";
    REMOVED_NUMBER = 205, "removed-number", "a removed variant, flag or message has its number written";
    UNWRITTEN_NUMBER = 206, "unwritten-number", "in a `#![stable]` file every number is written";
    // NP03xx: types
    UNKNOWN_TYPE = 301, "unknown-type", "every type is built in or declared in the schema";
    TYPE_PARAMETERS = 302, "type-parameters", "built-in types have as many parameters as they take, others none";
    NOT_A_TYPE = 303, "not-a-type", "a protocol or a const is not a type";
    NESTED_OPTION = 304, "nested-option", "an `Option` does not hold an `Option`";
    MISPLACED_UNIT = 305, "misplaced-unit", "`()` is a reply or the value of a `Result`, nothing else";
    MISPLACED_RESULT = 306, "misplaced-result", "`Result` is the whole of a reply, nothing else";
    ENDLESS_TYPE = 307, "endless-type", "a type holds itself only by way of an `Option`, a list, a map or an open union";
    ARRAY_LENGTH = 308, "array-length", "an array has a length from 1, written as a number or as an integer const";
    BLOCK_TOO_LARGE = 309, "block-too-large", "what a body holds inline is at most 16,383 bytes";
    EMPTY_FIXED = 310, "empty-fixed", "a `#[fixed]` struct has a field";
    SCALAR_TYPE = 311, "scalar-type", "a scalar enum or flags are u8, u16, u32 or u64";
    SCALAR_PAYLOAD = 312, "scalar-payload", "the variants of a scalar enum carry nothing";
    NOT_PLAIN = 313, "not-plain", "a plain struct is fixed and holds only numbers, arrays and plain structs";
    MAP_KEY = 314, "map-key", "keys of maps and sets are of types with an order: integers, text, bytes, times and tuples of these";
    VARINT_TYPE = 315, "varint-type", "a `#[varint]` field is a u16, u32, u64, i16, i32 or i64";
    MAX_TYPE = 316, "max-type", "`#[max]` stands on what has a length";
    MAX_VALUE = 317, "max-value", "a limit is an integer from 1 to 4,294,967,295";
    DEFAULT_TYPE = 318, "default-type", "a default is of a number, a `bool`, a scalar enum or flags";
    DEFAULT_IN_FIXED = 319, "default-in-fixed", "fields of fixed structs and closed unions have no defaults";
    MISPLACED_STREAM = 320, "misplaced-stream", "a `Stream` is the value of a reply or a named field of a message";
    SECOND_STREAM = 321, "second-stream", "a message carries at most one stream";
    STREAM_WITHOUT_REPLY = 322, "stream-without-reply", "a message that carries a stream has a reply";
    DEFAULT_VARIANT = 323, "default-variant", "at most one variant is `#[default]`, and it carries nothing";
    REMOVED_FIELD = 324, "removed-field", "a removed field has a number and a type and nothing else";
    ENDLESS_ALIAS = 325, "endless-alias", "an alias does not stand for itself";
    TYPE_TOO_LARGE = 326, "type-too-large", "with its aliases written out, a type nests at most 32 deep and has at most 128 parts";
    // NP04xx: consts
    CONST_TYPE = 401, "const-type", "a const is a number, a `bool`, a `String`, `Bytes` or a scalar enum";
    CONST_VALUE = 402, "const-value", "the value of a const, and a default, are of their type";
    CONST_RANGE = 403, "const-range", "the value of a const, and a default, fit their type";
    CONST_CASE = 404, "const-case", "the name of a const has no lower-case letters";
    UNKNOWN_VALUE = 405, "unknown-value", "every const, variant and flag that is named is declared";
    ENDLESS_CONST = 406, "endless-const", "a const is not its own value";
    // NP05xx: protocols
    NO_MESSAGES = 501, "no-messages", "a protocol has a message";
    NOT_AN_ERROR = 502, "not-an-error", "the error of a reply is an enum marked `#[error]`";
    VERSION = 503, "version", "versions start at 1, and `min` is not above the version";
    SINCE = 504, "since", "nothing in a protocol is newer than the protocol";
    ONE_WAY = 505, "one-way", "`#[idempotent]`, `#[timeout]` and `#[no_cancel]` stand on a message with a reply";
    NOTHING_TO_VIEW = 506, "nothing-to-view", "`#[view]` stands on a message that carries a value or fields";
    COMPRESSED_SECRET = 507, "compressed-secret", "`#[compress]` stands on a message in which, as in its answer, there is no `Secret`";
    // NP06xx: attributes
    UNKNOWN_ATTRIBUTE = 601, "unknown-attribute", "every attribute has a meaning";
    MISPLACED_ATTRIBUTE = 602, "misplaced-attribute", "an attribute stands on what it speaks of";
    ATTRIBUTE_ARGUMENTS = 603, "attribute-arguments", "an attribute has the arguments it takes";
    DUPLICATE_ATTRIBUTE = 604, "duplicate-attribute", "an attribute is written once";
    // NP07xx: packages
    UNKNOWN_PACKAGE = 701, "unknown-package", "a package that is used is found";
    PACKAGE_NAME = 702, "package-name", "the file of a package says its name";
    PACKAGE_CYCLE = 703, "package-cycle", "packages do not use each other in a circle";
    UNKNOWN_IMPORT = 704, "unknown-import", "what is imported is declared in its package";
}
