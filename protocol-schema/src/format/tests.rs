//! What the layout is, and that nothing else changes: tokens, comments and meaning.

use proptest::prelude::*;

use super::{Options, format, format_text};
use crate::text::lexer::Kind;
use crate::text::{SourceMap, compile, print};

const PLAIN: Options = Options { numbers: false };

/// Lays out a text, and checks that another time changes nothing and that nothing is lost.
#[track_caller]
fn check(text: &str, expected: &str) {
    let once = format_text(text, PLAIN);
    assert_eq!(once, expected);
    assert_eq!(format_text(&once, PLAIN), once, "again");
    assert_eq!(tokens(&once), tokens(text));
    assert_eq!(comments(&once), comments(text));
}

/// The tokens but commas, which come and go at the ends of lists.
fn tokens(text: &str) -> Vec<String> {
    let tokens = super::trivia::lexemes(text).into_iter();
    tokens.filter(|token| token.kind != Kind::Comma).map(|token| token.text.to_owned()).collect()
}

/// All comments, sorted: those amid an entry go before it.
fn comments(text: &str) -> Vec<String> {
    let gaps = super::trivia::lexemes(text).into_iter().map(|token| token.gap);
    let comments = gaps.flat_map(|gap| gap.comments).map(|comment| comment.text.to_owned());
    let mut comments: Vec<String> = comments.collect();
    comments.sort();
    comments
}

#[test]
fn spaces_stand_where_they_are_read() {
    check(
        "package  a::b ;use c :: { D ,E as F, } ;\nconst N:u8=- 1;const L : [u8;N] = [ 1,2 , ];\n\
         enum E:u8{@0 A,@1   B}",
        "package a::b;\nuse c::{D, E as F};\nconst N: u8 = -1;\nconst L: [u8; N] = [1, 2];\n\
         enum E: u8 { @0 A, @1 B }\n",
    );
}

#[test]
fn a_list_stays_on_its_line_unless_its_author_opens_it() {
    check("struct A { a: u8, b: u8, }", "struct A { a: u8, b: u8 }\n");
    check("struct A {\na: u8, b: u8 }", "struct A {\n    a: u8,\n    b: u8,\n}\n");
    check("struct A {\n\n}", "struct A {}\n");
    check("protocol P { A { a: u8 } -> (), B }", "protocol P { A { a: u8 } -> (), B }\n");
    check(
        "protocol P { A {\na: u8 } -> u8, B }",
        "protocol P {\n    A {\n        a: u8,\n    } -> u8,\n    B,\n}\n",
    );
}

#[test]
fn a_line_that_is_too_long_is_broken_at_its_list() {
    let long = "x".repeat(72);
    check(
        &format!("protocol P {{ A {{ a: u8, {long}: u8 }} -> u8, B({long}) -> Vec<{long}> }}"),
        &format!(
            "protocol P {{\n    A {{ a: u8, {long}: u8 }} -> u8,\n    B(\n        {long},\n    ) -> Vec<{long}>,\n}}\n"
        ),
    );
    check(
        &format!("use a::{{{long}, b, c, d, e, f, g, h}};"),
        &format!(
            "use a::{{\n    {long},\n    b,\n    c,\n    d,\n    e,\n    f,\n    g,\n    h,\n}};\n"
        ),
    );
    check(
        &format!("#[since(2), a::b({long}), c::d(e), f::g(h)]\nstruct A {{}}"),
        &format!(
            "#[\n    since(2),\n    a::b({long}),\n    c::d(e),\n    f::g(h),\n]\nstruct A {{}}\n"
        ),
    );
}

#[test]
fn a_type_that_is_too_long_is_broken_at_its_parts() {
    let long = "x".repeat(60);
    check(
        &format!("type A = ({long}, {long});"),
        &format!("type A = (\n    {long},\n    {long},\n);\n"),
    );
    check(
        &format!("struct A {{ a: Option<Map<{long}, Vec<{long}>>> = [B, {long}] }}"),
        &format!(
            "struct A {{\n    a: Option<\n        Map<\n            {long},\n            Vec<{long}>,\n        >,\n    > = [B, {long}],\n}}\n"
        ),
    );
    check(
        &format!("protocol P {{ A(({long}, u8)) -> Result<({long}, u8), {long}> }}"),
        &format!(
            "protocol P {{\n    A(\n        ({long}, u8),\n    ) -> Result<\n        ({long}, u8),\n        {long},\n    >,\n}}\n"
        ),
    );
    // No comma may stand in an array, and of what is in parentheses it would make a tuple.
    let endless = format!("{long}{long}");
    check(&format!("type A = [{endless}; 16];"), &format!("type A = [{endless}; 16];\n"));
    check(&format!("type A = ({endless});"), &format!("type A = ({endless});\n"));
    check(&format!("type A = ({endless},);"), &format!("type A = (\n    {endless},\n);\n"));
}

#[test]
fn the_comma_of_a_tuple_of_one_stays() {
    check("type A = (u8,);type B = (u8,u16,);", "type A = (u8,);\ntype B = (u8, u16);\n");
    check("enum E { A(u8,), B((u8,)) }", "enum E { A(u8), B((u8,)) }\n");
}

#[test]
fn docs_and_attributes_have_lines_of_their_own_in_an_open_list() {
    check(
        "/// A.\n#[a] #[b(1,x=2,)] struct A {\n/// B.\n#[c]a: u8, #[d] b: u8 }",
        "/// A.\n#[a]\n#[b(1, x = 2)]\nstruct A {\n    /// B.\n    #[c]\n    a: u8,\n    #[d]\n    b: u8,\n}\n",
    );
    check(
        "struct A { #[c]a: u8, /// B.\n b: u8 }",
        "struct A {\n    #[c]\n    a: u8,\n    /// B.\n    b: u8,\n}\n",
    );
    check("enum A { B(#[max(3)]String) }", "enum A { B(#[max(3)] String) }\n");
}

#[test]
fn comments_stay_beside_what_they_speak_of() {
    check(
        "// one\npackage a; // two\n\n\n\n// three\n\nstruct A { // four\n\n  // five\n a: u8 // six\n  , b: u8, // seven\n // eight\n}\n// nine",
        "// one\npackage a; // two\n\n// three\n\nstruct A { // four\n    // five\n    a: u8, // six\n    b: u8, // seven\n    // eight\n}\n// nine\n",
    );
    let inline = "struct A { /* x */ a /* y */: u8 /* z */, b: u8 /* w */ }\n";
    check(inline, inline);
    check("#[a] // why\nstruct A {}", "#[a] // why\nstruct A {}\n");
}

#[test]
fn a_comment_amid_an_entry_goes_before_it() {
    check("struct A // why\n{ a: u8 }", "// why\nstruct A { a: u8 }\n");
    check("struct A { a: Vec< // why\n u8> }", "struct A {\n    // why\n    a: Vec<u8>,\n}\n");
}

#[test]
fn empty_lines_are_kept_one_at_a_time() {
    check(
        "//! D.\n\n\n//! E.\n\n#![a]\n\npackage a;\n\n\n\n/// F.\n\nstruct A {\n\n a: u8,\n\n\n b: u8,\n\n}",
        "//! D.\n\n//! E.\n\n#![a]\n\npackage a;\n\n/// F.\nstruct A {\n    a: u8,\n\n    b: u8,\n}\n",
    );
    check("", "");
    check("\n\n", "");
}

#[test]
fn line_ends_stay_those_of_the_file() {
    let windows = "package a;\r\n/// D. \r\nstruct A {\r\n a: u8 // x\r\n}\r\n";
    check(windows, "package a;\r\n/// D. \r\nstruct A {\r\n    a: u8, // x\r\n}\r\n");
}

#[test]
fn numbers_are_written_where_they_are_missing() {
    let numbered = |text| format_text(text, Options { numbers: true });
    assert_eq!(
        numbered(
            "struct A { a: u8, _: u8 } enum B: u8 { C, D } enum E { F, G { h: u8 } }\n\
             flags I: u8 { J } protocol K { L, M { n: u8 } -> u8 } const O: u8 = 1;"
        ),
        "struct A { @0 a: u8, @1 _: u8 }\nenum B: u8 { @0 C, @1 D }\nenum E { @1 F, @2 G { @0 h: u8 } }\n\
         flags I: u8 { @0 J }\nprotocol K { @1 L, @2 M { @0 n: u8 } -> u8 }\nconst O: u8 = 1;\n"
    );
    assert_eq!(
        numbered("struct A { @1 a: u8, /* x */ b: u8, @0 c: u8, d: u8 }"),
        "struct A { @1 a: u8, /* x */ @2 b: u8, @0 c: u8, @3 d: u8 }\n"
    );
}

#[test]
fn what_cannot_be_read_is_not_laid_out() {
    let attempt = |text: &str| {
        let mut map = SourceMap::new();
        let file = map.add("test.np".to_owned(), text.to_owned());
        format(&mut map, file, PLAIN)
    };
    let codes = attempt("package a; struct A { a u8 } struct B { a: Nothing }").unwrap_err();
    let codes: Vec<String> = codes.iter().map(|found| found.code.to_string()).collect();
    assert_eq!(codes, ["NP0007"], "an unknown type can be laid out");
    assert_eq!(
        attempt("package a;struct B{a:Nothing}").unwrap(),
        "package a;\nstruct B { a: Nothing }\n"
    );
}

/// The schemas of the corpus.
fn corpus() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../schemas");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|e| e == "np")).collect();
    files.sort();
    files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

#[test]
fn the_corpus_means_the_same_when_laid_out() {
    for text in corpus() {
        let meaning = |text: &str| {
            let mut map = SourceMap::new();
            let file = map.add("test.np".to_owned(), text.to_owned());
            print(&compile(&mut map, file).schema)
        };
        let once = format_text(&text, PLAIN);
        assert_eq!(meaning(&once), meaning(&text));
        assert_eq!(comments(&once), comments(&text));
    }
}

#[test]
fn what_has_mistakes_of_meaning_is_laid_out_all_the_same() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../schemas/invalid");
    let mut laid_out = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "np") {
            continue;
        }
        let Ok(text) = String::from_utf8(std::fs::read(&path).unwrap()) else {
            continue;
        };
        let mut map = SourceMap::new();
        let file = map.add("test.np".to_owned(), text.clone());
        if let Ok(once) = format(&mut map, file, PLAIN) {
            laid_out += 1;
            assert_eq!(tokens(&once), tokens(&text), "{}", path.display());
            assert_eq!(comments(&once), comments(&text), "{}", path.display());
            assert_eq!(format_text(&once, PLAIN), once, "{}", path.display());
        }
    }
    assert!(laid_out > 20, "{laid_out}");
}

/// What may stand between two tokens without a change of meaning.
const GAPS: [&str; 12] = [
    " ",
    " ",
    " ",
    "\n",
    "\n\n\n",
    "\r\n",
    " // c\n",
    "\n// own\n",
    " /* i */ ",
    "/* j\n k */",
    "\n/* l */\n\n",
    " /* m */ // n\n\n",
];

/// A bit of everything.
const SAMPLE: &str = "//! D.\n#![a] package a::b; use c::{D, E as F}; /// G.\n#[h, i(1, j = \"k\")] \
    #[l] struct M { @0 n: Vec<(u8,)>, #[o] _: [u8; 3] = -1, } enum P: u8 { Q, R } enum S { T(#[u] V), \
    W { x: Y } } protocol Z { A { b: u8 } -> Result<(), C>, #[d(e)] F } const G: H = [1, I::J]; K {}";

/// Types that are too long for a line, with all kinds of brackets.
const LONG_TYPES: &str = "type AnAliasWithALongName = Option<Map<(AVeryLongNameOfAType, [AnotherOfThem; 16], \
    (u8,)), Vec<YetAnotherVeryLongName>>>; struct M { @0 n: Map<AVeryLongNameOfAType, AnotherVeryLongNameOfAType> \
    = [AVeryLongNameOfAValue, AnotherVeryLongNameOfAValue], } protocol Z { A(Map<AVeryLongNameOfAType, \
    AnotherVeryLongNameOfAType>) -> Result<(AVeryLongNameOfAType, AnotherVeryLongNameOfAType), \
    AVeryLongNameOfAnError>, }";

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn nothing_is_lost_whatever_stands_between_the_tokens(
        sample in proptest::sample::select(&[SAMPLE, LONG_TYPES][..]),
        picks in proptest::collection::vec(0..GAPS.len(), 150),
    ) {
        let mut shaken = String::new();
        for (token, pick) in super::trivia::lexemes(sample).iter().zip(picks.iter().cycle()) {
            shaken.push_str(GAPS[*pick]);
            shaken.push_str(token.text);
            if matches!(token.kind, Kind::OuterDoc | Kind::InnerDoc) {
                shaken.push('\n');
            }
        }
        let shaken = shaken.replace("\r\n", "\n");
        let once = format_text(&shaken, PLAIN);
        prop_assert_eq!(tokens(&once), tokens(&shaken), "{}", shaken);
        prop_assert_eq!(comments(&once), comments(&shaken), "{}", shaken);
        let again = format_text(&once, PLAIN);
        prop_assert!(again == once, "{}\n--- once\n{}\n--- again\n{}", shaken, once, again);
    }
}
