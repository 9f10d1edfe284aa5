//! Text that was written to do harm: it is answered with a few diagnostics, in time that grows
//! with its length and no faster. A walk of quadratic time would take hours here.

#![expect(clippy::expect_used, reason = "a test stops at what it does not expect")]

use protocol_schema::check::codes;
use protocol_schema::diag::Code;
use protocol_schema::fingerprint;
use protocol_schema::ir::Item;
use protocol_schema::text::{Compiled, SourceMap, compile, compile_with};

const MANY: usize = 100_000;

/// Enough to overflow the stack of whoever walks them by recursion.
const DEEP: usize = 30_000;

fn compiled(text: String) -> Compiled {
    let mut map = SourceMap::new();
    let file = map.add("hostile.np".to_owned(), text);
    let compiled = compile(&mut map, file);
    let len = map.file(file).text.len();
    for found in &compiled.diagnostics {
        let (_, range) = map.locate(found.span).expect("every diagnostic has a place");
        assert!(range.start <= range.end && range.end <= len);
        assert!(found.message.len() < 1_000, "a message repeats the source");
    }
    assert!(compiled.diagnostics.len() <= 1_001);
    compiled
}

fn found(text: String) -> Vec<Code> {
    compiled(text).diagnostics.iter().map(|found| found.code).collect()
}

fn schema(items: &str) -> String {
    format!("package test::hostile;\n{items}")
}

/// `entry` for each number up to `count`.
fn repeat(count: usize, entry: impl Fn(usize) -> String) -> String {
    (0..count).map(entry).collect()
}

#[test]
fn a_name_of_a_mebibyte_is_one_mistake() {
    let name = "x".repeat(1 << 20);
    assert_eq!(found(schema(&format!("struct A {{ {name}: u8 }}"))), [codes::NAME_TOO_LONG]);
    assert_eq!(found(schema(&format!("struct A {{ a: {name} }}"))), [codes::NAME_TOO_LONG]);
    assert_eq!(found(schema(&format!("struct {name} {{ a: u8 }}"))), [codes::NAME_TOO_LONG]);
    assert_eq!(
        found(schema(&format!("#[{name}] struct A {{ a: u8 }}"))),
        [codes::NAME_TOO_LONG, codes::UNKNOWN_ATTRIBUTE]
    );
}

#[test]
fn a_hundred_thousand_fields_are_read() {
    let flags = repeat(MANY, |n| format!("@{n} f{n}: bool,\n"));
    assert_eq!(found(schema(&format!("struct A {{ {flags} }}"))), []);
    let numbers = repeat(MANY, |n| format!("f{n}: u8,\n"));
    assert_eq!(found(schema(&format!("struct A {{ {numbers} }}"))), [codes::BLOCK_TOO_LARGE]);
}

#[test]
fn a_hundred_thousand_numbers_in_disorder_are_read() {
    let shuffled = repeat(MANY, |n| format!("@{} f{n}: bool,\n", n * 7_919 % MANY));
    assert_eq!(found(schema(&format!("struct A {{ {shuffled} }}"))), []);
    let scattered = repeat(1_000, |n| format!("@{} f{n}: bool,\n", n * 100));
    assert_eq!(found(schema(&format!("struct A {{ {scattered} }}"))), [codes::NUMBER_GAP; 999]);
}

#[test]
fn a_hundred_thousand_mistakes_of_one_kind_are_read() {
    let one = repeat(MANY, |n| format!("@3 f{n}: bool, "));
    let codes = found(schema(&format!("struct A {{ {one} }}")));
    assert!(codes.iter().take(1_000).all(|code| *code == codes::DUPLICATE_NUMBER));
    let variants = repeat(MANY, |n| format!("V{n}, "));
    let fields = repeat(MANY, |n| format!("f{n}: E = E::W{n}, "));
    let codes = found(schema(&format!("enum E: u32 {{ {variants} }} struct A {{ {fields} }}")));
    assert!(codes.iter().take(1_000).all(|code| *code == codes::UNKNOWN_VALUE));
    let derives = repeat(MANY, |n| format!("D{n}, "));
    assert_eq!(found(schema(&format!("#[rust(derive({derives}))] struct A {{}}"))), []);
    let uses = repeat(MANY, |n| format!("use a::b{n}::C{n};\n"));
    let codes = found(schema(&uses));
    assert!(codes.iter().take(1_000).all(|code| *code == codes::UNKNOWN_PACKAGE));
}

#[test]
fn long_chains_of_aliases_and_consts_have_an_end() {
    let consts = repeat(DEEP, |n| format!("const C{n}: u8 = C{};\n", n + 1));
    let fields = repeat(DEEP, |n| format!("f{n}: bool, g{n}: Vec<[u8; C{n}]>,\n"));
    let text = schema(&format!("{consts} const C{DEEP}: u8 = 1; struct A {{ {fields} }}"));
    assert_eq!(found(text), [codes::BLOCK_TOO_LARGE]);
    let aliases = repeat(DEEP, |n| format!("type A{n} = A{};\n", n + 1));
    let fields = repeat(DEEP, |n| format!("f{n}: Option<A{n}>,\n"));
    let text = schema(&format!("{aliases} type A{DEEP} = bool; struct S {{ {fields} }}"));
    assert_eq!(found(text), []);
    let circle = repeat(DEEP, |n| format!("type A{n} = Vec<A{}>;\n", (n + 1) % DEEP));
    assert_eq!(found(schema(&circle)), [codes::ENDLESS_ALIAS]);
    let circle = repeat(DEEP, |n| format!("const C{n}: u8 = C{};\n", (n + 1) % DEEP));
    assert_eq!(found(schema(&circle)).len(), 1_001);
}

#[test]
fn aliases_that_double_at_each_step_are_not_written_out() {
    let doubled =
        |ty: &dyn Fn(usize) -> String| repeat(DEEP, |n| format!("type A{n} = {};\n", ty(n + 1)));
    let end = format!("type A{DEEP} = bool; struct S {{ a: A0 }} protocol P {{ M(S) }}");
    let inline = doubled(&|n| format!("(A{n}, A{n})"));
    let large = [codes::BLOCK_TOO_LARGE, codes::TYPE_TOO_LARGE];
    assert_eq!(found(schema(&format!("{inline}{end}"))), large);
    let keys = format!("{inline}{end} struct T {{ a: Set<A0> }}");
    assert_eq!(found(schema(&keys)), large);
    let listed = doubled(&|n| format!("Vec<(A{n}, A{n})>"));
    let compiled = compiled(schema(&format!("{listed}{end}")));
    let codes: Vec<Code> = compiled.diagnostics.iter().map(|found| found.code).collect();
    assert_eq!(codes, [codes::TYPE_TOO_LARGE]);
    let Some(Item::Protocol(protocol)) = compiled.schema.items.last() else { unreachable!() };
    assert_eq!(fingerprint::protocol(&compiled.schema, protocol), None);
}

#[test]
fn aliases_that_nest_at_each_step_are_not_written_out() {
    let ways: [&dyn Fn(usize) -> usize; 2] = [&|n| n, &|n| DEEP - n];
    for name in ways {
        let lists = repeat(DEEP, |n| format!("type A{} = Vec<A{}>;\n", name(n), name(n + 1)));
        let end = format!("type A{} = bool; struct S {{ a: A{} }}", name(DEEP), name(0));
        assert_eq!(found(schema(&format!("{lists}{end}"))), [codes::TYPE_TOO_LARGE]);
    }
}

#[test]
fn a_key_that_is_made_of_itself_is_told_once() {
    let made = "type A = [A; 2]; struct S { a: Set<A> }";
    assert_eq!(found(schema(made)), [codes::ENDLESS_ALIAS]);
    let made = "type A = (B, u8); type B = (A, u8); struct S { a: Map<B, u8> }";
    assert_eq!(found(schema(made)), [codes::ENDLESS_ALIAS]);
}

#[test]
fn packages_that_never_end_are_refused() {
    let mut map = SourceMap::new();
    let text = |n: usize| {
        let next = n + 1;
        format!("package p{n}; use p{next}::S{next}; struct S{n} {{ s: Vec<S{next}> }}")
    };
    let first = map.add("p0.np".to_owned(), text(0));
    let mut asked = 0;
    let compiled = compile_with(&mut map, first, &mut |map, package| {
        asked += 1;
        let n = package.strip_prefix('p')?.parse().ok()?;
        Some(map.add(format!("{package}.np"), text(n)))
    });
    let codes: Vec<Code> = compiled.diagnostics.iter().map(|found| found.code).collect();
    assert_eq!(codes, [codes::PACKAGE_CYCLE]);
    assert_eq!(asked, 31);
}

#[test]
fn mistakes_beyond_a_thousand_are_only_counted() {
    let twice = "a: bool,\n".repeat(MANY);
    let compiled = compiled(schema(&format!("struct A {{ {twice} }}")));
    let (last, others) = compiled.diagnostics.split_last().unwrap();
    assert_eq!(others.len(), 1_000);
    assert!(others.iter().all(|found| found.code == codes::DUPLICATE_FIELD));
    assert_eq!(last.code, codes::TOO_MANY_MISTAKES);
    assert_eq!(last.message, "98999 more are not shown");
    assert!(compiled.has_errors());
}

#[test]
fn a_file_is_limited() {
    let comment = |len: usize| format!("package test;{}", " ".repeat(len - 13));
    assert_eq!(found(comment(8 << 20)), []);
    assert_eq!(found(comment((8 << 20) + 1)), [codes::SOURCE_TOO_LARGE]);
}

#[test]
fn many_unknown_types_beside_many_known_ones_take_no_quadratic_time() {
    let known = repeat(20_000, |n| format!("struct Structure{n} {{}}\n"));
    let unknown = repeat(20_000, |n| format!("f{n}: Strukture{n},\n"));
    let codes = found(schema(&format!("{known} struct A {{ {unknown} }}")));
    assert_eq!(codes.len(), 1_001);
    assert!(codes.iter().take(1_000).all(|code| *code == codes::UNKNOWN_TYPE));
}

#[test]
fn nesting_is_limited() {
    for (open, close) in [("Vec<", ">"), ("[", "; 1]"), ("Option<[Vec<", ">; 1]>")] {
        let ty = format!("{}u8{}", open.repeat(MANY), close.repeat(MANY));
        let text = schema(&format!("struct A {{ a: {ty}, b: u8 }}"));
        assert_eq!(found(text), [codes::NESTED_TOO_DEEP], "{open}");
    }
    let foreign = format!("{}u8{}", "a::B<".repeat(MANY), ">".repeat(MANY));
    let text = schema(&format!("struct A {{ a: {foreign}, b: u8 }}"));
    assert_eq!(found(text), [codes::TYPE_PARAMETERS, codes::NESTED_TOO_DEEP]);
    let tuple = format!("{}u8{}", "(".repeat(MANY), ",)".repeat(MANY));
    let text = schema(&format!("struct A {{ a: {tuple}, b: u8 }}"));
    assert_eq!(found(text), [codes::NESTED_TOO_DEEP]);
    let attribute = format!("{}1{}", "a(".repeat(MANY), ")".repeat(MANY));
    let text = schema(&format!("#[{attribute}] struct A {{ a: u8 }}"));
    assert_eq!(found(text), [codes::NESTED_TOO_DEEP]);
    let value = format!("{}1{}", "[".repeat(MANY), "]".repeat(MANY));
    let text = schema(&format!("const A: u8 = {value};"));
    assert_eq!(found(text), [codes::NESTED_TOO_DEEP]);
    let comment = format!("{}{}", "/*".repeat(MANY), "*/".repeat(MANY));
    assert_eq!(found(schema(&comment)), []);
}

#[test]
fn what_is_never_closed_is_one_mistake() {
    assert_eq!(found(schema("struct A { a: u8, /* …")), [codes::UNTERMINATED_COMMENT]);
    let comment = "/*".repeat(MANY);
    assert_eq!(found(schema(&comment)), [codes::UNTERMINATED_COMMENT]);
    let string = format!("const A: String = \"{}", "x".repeat(1 << 20));
    assert_eq!(found(schema(&string)), [codes::UNTERMINATED_STRING]);
    assert_eq!(found(schema("struct A { a: u8,")), [codes::SYNTAX]);
    assert_eq!(found(schema("struct A { a: Vec<")), [codes::SYNTAX]);
    assert_eq!(found(schema("#[a(")), [codes::SYNTAX]);
}

#[test]
fn bytes_that_are_no_text_of_a_schema_are_one_mistake() {
    assert_eq!(found(schema(&"\0".repeat(1 << 20))), [codes::UNEXPECTED_CHARACTER]);
    assert_eq!(found(schema(&"\u{feff}".repeat(MANY))), [codes::UNEXPECTED_CHARACTER]);
    assert_eq!(found(schema(&"\u{1f600}".repeat(MANY))), [codes::UNEXPECTED_CHARACTER]);
    assert_eq!(found(schema(&"$%^&*".repeat(MANY))), [codes::UNEXPECTED_CHARACTER]);
}

#[test]
fn storms_of_marks_and_words_end() {
    for word in [
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "<",
        ">",
        ",",
        ";",
        ":",
        "::",
        "=",
        "-",
        "->",
        "@",
        "#",
        "!",
        "_",
        "#[",
        "#![",
        "@1",
        "r#a",
        "pub",
        "pub(",
        "struct",
        "struct A {",
        "struct A { a: ",
        "enum A { B {",
        "enum A { B(",
        "const A: u8 = [",
        "use a::{",
        "flags A: u8 {",
        "use",
        "protocol P { M -> Result<",
        "protocol P { M { a: Vec<",
        "package",
        "///",
        "//!",
        "\"",
        "b\"",
        "'",
        "0x",
        "1e",
        "1.",
        "\\",
        "\n#[a",
        "\nstruct A {",
        "\n/// x",
        "\n@1 a",
        "\u{202e}",
    ] {
        for gap in [" ", "\n"] {
            let storm = format!("{word}{gap}").repeat(3_000);
            drop(compiled(schema(&storm)));
            drop(compiled(schema(&format!("struct A {{ {storm}"))));
        }
    }
}

#[test]
fn a_long_chain_of_types_does_not_overflow_the_stack() {
    let end = format!("#[fixed] struct S{DEEP} {{ a: u8 }}");
    let chain = repeat(DEEP, |n| format!("#[fixed] struct S{n} {{ a: S{} }}\n", n + 1));
    assert_eq!(found(schema(&format!("{chain}{end}"))), []);
    let cycle = repeat(DEEP, |n| format!("struct S{n} {{ a: S{} }}\n", (n + 1) % DEEP));
    assert_eq!(found(schema(&cycle)), [codes::ENDLESS_TYPE]);
}

#[test]
fn the_fingerprint_of_a_long_chain_does_not_overflow_the_stack() {
    let chain = repeat(DEEP, |n| format!("struct S{n} {{ a: Vec<S{}> }}\n", n + 1));
    let text = schema(&format!("{chain} struct S{DEEP} {{ a: u8 }} protocol P {{ M(S0) }}"));
    let compiled = compiled(text);
    assert_eq!(compiled.diagnostics, []);
    let Some(Item::Protocol(protocol)) = compiled.schema.items.last() else { unreachable!() };
    assert!(fingerprint::protocol(&compiled.schema, protocol).is_some());
}

#[test]
fn a_knot_of_types_is_one_mistake() {
    const KNOT: usize = 300;
    let knot = repeat(KNOT, |n| {
        let fields = repeat(KNOT, |m| format!("f{m}: S{m}, "));
        format!("struct S{n} {{ {fields} }}\n")
    });
    assert_eq!(found(schema(&knot)), [codes::ENDLESS_TYPE]);
}

#[test]
fn steps_back_along_a_long_way_take_no_quadratic_time() {
    let last = DEEP - 1;
    let way = repeat(last, |n| format!("struct S{n} {{ a: S{} }}\n", n + 1));
    let back = repeat(DEEP, |n| format!("f{n}: S{}, ", DEEP - 1 - n));
    let text = schema(&format!("{way} struct S{last} {{ {back} }}"));
    let codes = found(text);
    assert!(codes.iter().filter(|code| **code == codes::ENDLESS_TYPE).count() <= 2, "{codes:?}");
}

#[test]
fn every_beginning_of_a_schema_is_read() {
    let text = include_str!("../../schemas/chat.np");
    for (end, _) in text.char_indices() {
        drop(compiled(text[..end].to_owned()));
    }
}
