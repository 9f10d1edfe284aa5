//! Properties over schemas and texts that nobody thought of.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]

use std::fmt::Write;

use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_oneof, proptest};
use proptest::{prop_assert, prop_assert_eq};

use protocol_schema::fingerprint;
use protocol_schema::ir::Item;
use protocol_schema::text::{Compiled, SourceMap, compile, print};

fn compiled(text: &str) -> (SourceMap, Compiled) {
    let mut map = SourceMap::new();
    let file = map.add("test.np".to_owned(), text.to_owned());
    let compiled = compile(&mut map, file);
    (map, compiled)
}

/// Choices, taken from bytes that may run out: then everything is the first choice.
struct Choices<'a> {
    bytes: std::slice::Iter<'a, u8>,
}

impl Choices<'_> {
    fn below(&mut self, count: usize) -> usize {
        usize::from(self.bytes.next().copied().unwrap_or(0)) % count
    }

    fn one<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }
}

/// Writes a valid schema: each item holds earlier ones by value, and any by way of a list.
struct Author<'a> {
    choices: Choices<'a>,
    /// The names of all types, declared and to come.
    types: Vec<String>,
    /// How many of them are declared.
    declared: usize,
    out: String,
}

const SCALARS: [&str; 15] = [
    "bool", "u8", "u16", "u32", "u64", "u128", "i8", "i16", "i32", "i64", "i128", "f32", "f64",
    "String", "Bytes",
];

const NAMES: [&str; 12] = [
    "a",
    "type",
    "r#gen",
    "Result",
    "snake_case",
    "camelCase",
    "UPPER",
    "x1",
    "_y",
    "struct",
    "r#fn",
    "__",
];

impl Author<'_> {
    fn schema(mut self) -> String {
        if self.choices.below(2) == 1 {
            self.docs("//!");
        }
        let stable = self.choices.one(&["", "#![was(\"old::made\")]\n", "#![acme::x]\n"]);
        self.out.push_str(stable);
        self.out.push_str("package test::made;\nuse std::{Uuid as Id, Timestamp};\n");
        self.out.push_str("const LEN: u8 = 3;\n const MANY: u32 = 0x10;\n");
        self.out.push_str("const KEY: Bytes = b\"\\x00\\xff\\\"k\";\n");
        self.out.push_str("type Number = i32; type Words = Vec<String>;\n");
        self.out.push_str("enum Kind: u8 { @0 A, @1 B, @2 _ }\n");
        self.out.push_str("flags Rights: u16 { @1 W, @0 R, @2 _ }\n");
        for position in 0..self.types.len() {
            self.declared = position;
            self.item(position);
        }
        self.declared = self.types.len();
        self.out.push_str("#[error] enum Failure { A }\n");
        self.protocol();
        self.out
    }

    fn item(&mut self, position: usize) {
        let name = self.types[position].clone();
        self.maybe_docs();
        match self.choices.below(6) {
            0 => {
                let fixed = self.choices.below(2) == 1;
                let head = if fixed { "#[fixed] struct" } else { "struct" };
                write!(self.out, "{head} {name} {{ ").unwrap();
                self.fields(usize::from(fixed), !fixed);
            }
            1 => {
                let repr = self.choices.one(&["u8", "u16", "u32", "u64"]);
                let closed = self.choices.one(&["", "#[closed] "]);
                write!(self.out, "{closed}enum {name}: {repr} {{ ").unwrap();
                self.list(0, 0, |author, name| {
                    write!(author.out, "{name}").unwrap();
                });
            }
            2 => {
                let repr = self.choices.one(&["u8", "u16", "u32", "u64"]);
                write!(self.out, "flags {name}: {repr} {{ ").unwrap();
                self.list(0, 0, |author, name| {
                    let name = name.trim_start_matches("r#").to_uppercase();
                    write!(author.out, "{name}").unwrap();
                });
            }
            3 => {
                // An alias names earlier types only, so that it does not stand for itself.
                let all = std::mem::take(&mut self.types);
                self.types = all[..position].to_vec();
                let ty = self.ty(0);
                self.types = all;
                writeln!(self.out, "#[since(2)] type {name} = {ty};").unwrap();
            }
            _ => {
                let heads = ["enum", "#[error] enum", "#[rust(derive(Eq))] enum", "#[closed] enum"];
                let head = self.choices.one(&heads);
                write!(self.out, "{head} {name} {{ ").unwrap();
                self.list(1, 0, |author, name| {
                    write!(author.out, "{name}").unwrap();
                    author.payload(false);
                });
            }
        }
    }

    fn protocol(&mut self) {
        self.maybe_docs();
        let version = self.choices.one(&["", "#[version(3)] ", "#[version(3, min = 2)] "]);
        write!(self.out, "{version}protocol Made {{ ").unwrap();
        self.list(1, 1, |author, name| {
            write!(author.out, "{name}").unwrap();
            author.payload(true);
            match author.choices.below(7) {
                0 => {}
                5 => author.out.push_str(" -> Stream<String>"),
                6 => {
                    let ty = author.ty(0);
                    write!(author.out, " -> Result<Stream<{ty}>, Failure>").unwrap();
                }
                1 => author.out.push_str(" -> ()"),
                2 => author.out.push_str(" -> Result<(), Failure>"),
                3 => {
                    let ty = author.ty(0);
                    write!(author.out, " -> {ty}").unwrap();
                }
                _ => {
                    let ty = author.ty(0);
                    write!(author.out, " -> Result<{ty}, Failure>").unwrap();
                }
            }
        });
    }

    fn payload(&mut self, defaults: bool) {
        match self.choices.below(4) {
            0 => {}
            1 => {
                let ty = self.ty(0);
                write!(self.out, "({ty})").unwrap();
            }
            2 => {
                let ty = self.choices.one(&[
                    "#[varint] u64",
                    "#[max(3)] String",
                    "#[max(MANY), varint] Number",
                    "#[rust(type = \"Vec<u8>\", with = \"crate::x\")] Bytes",
                ]);
                let ty = ty.replace("max(MANY), ", "");
                write!(self.out, "({ty})").unwrap();
            }
            _ => {
                self.out.push_str(" { ");
                self.fields(0, defaults);
            }
        }
    }

    fn fields(&mut self, least: usize, defaults: bool) {
        let entry = if defaults { Self::evolving_field } else { Self::field };
        self.list(0, least, entry);
    }

    fn field(&mut self, name: &str) {
        let ty = self.ty(0);
        write!(self.out, "{name}: {ty}").unwrap();
    }

    fn evolving_field(&mut self, name: &str) {
        let field = match self.choices.below(12) {
            0 => "$: Number = -7",
            1 => "$: bool = true",
            2 => "$: f32 = -1.5e3",
            3 => "$: Kind = Kind::B",
            4 => "$: Rights = [Rights::R, Rights::W]",
            5 => "$: u32 = MANY",
            6 => "_: Vec<Number>",
            7 => "_: bool",
            _ => return self.field(name),
        };
        self.out.push_str(&field.replace('$', name));
    }

    /// An attribute that stands before a field's number.
    fn attribute(&mut self) {
        let attribute = self.choices.one(&[
            "",
            "",
            "",
            "",
            "#[deprecated] ",
            "#[deprecated(\"use \\\"x\\\"\")] ",
            "#[since(1)] ",
            "#[acme::x(1, \"y\", z = [b\"\\x01\", -2.5, a::B], w(true))] ",
            "#[a::b = 3] ",
        ]);
        self.out.push_str(attribute);
    }

    /// Entries with different names to the closing brace, with numbers in some order or without.
    fn list(&mut self, first: usize, least: usize, entry: fn(&mut Self, &str)) {
        let count = least + self.choices.below(6);
        let start = self.choices.below(NAMES.len());
        let turn = self.choices.below(count.max(1));
        let numbered = self.choices.below(2) == 1;
        for position in 0..count {
            self.maybe_docs();
            self.attribute();
            if numbered {
                write!(self.out, "@{} ", first + (position + turn) % count).unwrap();
            }
            entry(self, NAMES[(start + position) % NAMES.len()]);
            self.out.push_str(", ");
        }
        self.out.push_str("}\n");
    }

    fn ty(&mut self, depth: usize) -> String {
        let leaf = depth > 3;
        match self.choices.below(if leaf { 2 } else { 11 }) {
            1 if self.declared > 0 => {
                let position = self.choices.below(self.declared);
                self.types[position].clone()
            }
            2 => format!("Vec<{}>", self.ty(depth + 1)),
            3 if !self.types.is_empty() => {
                let position = self.choices.below(self.types.len());
                format!("Vec<{}>", self.types[position])
            }
            4 => {
                // Of a type with a name nobody knows here that it is none.
                let inner = self.ty(depth + 1);
                let named = inner.starts_with("Option<") || inner.starts_with("Type");
                if named { inner } else { format!("Option<{inner}>") }
            }
            6 => {
                let key = self.key();
                format!("Map<{key}, {}>", self.ty(depth + 1))
            }
            7 => format!("Set<{}>", self.key()),
            8 => {
                let first = self.ty(3);
                let second = self.ty(3);
                self.choices
                    .one(&["($1, $2)", "($1,)", "(($2,), $1)"])
                    .replace("$1", &first)
                    .replace("$2", &second)
            }
            9 => format!("Secret<{}>", self.choices.one(&SCALARS)),
            10 => self
                .choices
                .one(&["Id", "Timestamp", "std::Duration", "std::SocketAddr", "std::Uuid"])
                .to_owned(),
            5 => {
                let length = self.choices.one(&["1", "2", "LEN", "0x3"]);
                format!("[{}; {length}]", self.ty(3))
            }
            _ => self.choices.one(&SCALARS).to_owned(),
        }
    }

    fn key(&mut self) -> String {
        self.choices
            .one(&["String", "u8", "i128", "(bool, [Id; 2])", "Number", "Bytes", "Timestamp"])
            .to_owned()
    }

    fn maybe_docs(&mut self) {
        if self.choices.below(4) == 1 {
            self.out.push('\n');
            self.docs("///");
        }
    }

    fn docs(&mut self, mark: &str) {
        let lines = ["", " one", "  indented", " ```", " /* // \" #[x] */", "no blank", " é  "];
        for _ in 0..=self.choices.below(3) {
            let line = self.choices.one(&lines);
            writeln!(self.out, "{mark}{line}").unwrap();
        }
    }
}

fn valid_schema() -> impl Strategy<Value = String> {
    (1..8_usize, prop::collection::vec(any::<u8>(), 0..400)).prop_map(|(count, bytes)| {
        let author = Author {
            choices: Choices { bytes: bytes.iter() },
            types: (0..count).map(|n| format!("Type{n}")).collect(),
            declared: 0,
            out: String::new(),
        };
        author.schema()
    })
}

/// Pieces of the language in any order.
fn soup() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("struct A { "),
        Just("enum B "),
        Just(": u8 { "),
        Just("protocol P { "),
        Just("} "),
        Just("a: "),
        Just("u8"),
        Just("Vec<"),
        Just("Option<"),
        Just("> "),
        Just("A"),
        Just("B"),
        Just("["),
        Just("; 3]"),
        Just("("),
        Just(") "),
        Just(", "),
        Just("@0 "),
        Just("@1 "),
        Just("@"),
        Just("-> "),
        Just("Result<u8, B>"),
        Just("#[fixed] "),
        Just("#[error] "),
        Just("#[version(2)] "),
        Just("#["),
        Just("const N: u8 = 3;\n"),
        Just("= "),
        Just("\n"),
        Just("/// docs\n"),
        Just("//! docs\n"),
        Just("// x\n"),
        Just("/* "),
        Just("*/ "),
        Just("\""),
        Just("\\"),
        Just("é"),
        Just("\0"),
        Just("package a::b;\n"),
        Just("use a::"),
        Just("type T = "),
        Just("flags F: u8 { "),
        Just("use std::Uuid;\n"),
        Just("use std::{Uuid as A, Duration};\n"),
        Just("Map<"),
        Just("Stream<u8>"),
        Just("Secret<"),
        Just("F::A"),
        Just("#[varint] "),
        Just("#[max(N)] "),
        Just("#[default] "),
        Just("#[closed] "),
        Just("#[rust(type = \"X\", with = \"y\")] "),
        Just("#[a::b(c = 1, 2)] "),
        Just("#![stable]\n"),
        Just("@2 _, "),
        Just("_ "),
        Just("pub "),
        Just("1.5"),
        Just("0x"),
        Just("r#"),
        Just("'"),
    ];
    prop::collection::vec(word, 0..80).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_printed_schema_compiles_to_what_was_printed(text in valid_schema()) {
        let (_, first) = compiled(&text);
        prop_assert_eq!(&first.diagnostics, &[], "{}", text);
        let printed = print(&first.schema);
        let (_, second) = compiled(&printed);
        prop_assert_eq!(&second.diagnostics, &[], "{}", printed);
        prop_assert_eq!(print(&second.schema), printed);
        for (one, other) in first.schema.items.iter().zip(&second.schema.items) {
            if let (Item::Protocol(one), Item::Protocol(other)) = (one, other) {
                let hash = fingerprint::protocol(&first.schema, one);
                prop_assert!(hash.is_some());
                prop_assert_eq!(hash, fingerprint::protocol(&second.schema, other));
            }
        }
    }

    #[test]
    fn no_text_makes_the_compiler_panic(text in soup()) {
        let (map, compiled) = compiled(&text);
        for found in &compiled.diagnostics {
            prop_assert!(map.locate(found.span).is_some());
        }
        if !compiled.has_errors() {
            let printed = print(&compiled.schema);
            prop_assert_eq!(print(&self::compiled(&printed).1.schema), printed);
        }
    }

    #[test]
    fn a_schema_with_a_hole_is_read(text in valid_schema(), at in any::<prop::sample::Index>()) {
        let at = at.index(text.chars().count());
        let holed: String =
            text.chars().enumerate().filter(|(n, _)| *n != at).map(|(_, c)| c).collect();
        drop(compiled(&holed));
    }
}
