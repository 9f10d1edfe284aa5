//! Any text as a schema: what is said about it lies within it, and what compiles prints.

use protocol_schema::fingerprint;
use protocol_schema::ir::{Item, Schema};
use protocol_schema::span::Span;
use protocol_schema::text::{Compiled, FileId, SourceMap, compile, print};

use crate::corpus::Target;

/// The one target of this module.
pub const TARGET: Target = Target { name: "schema_text", run: schema_text, seeds };

/// Compiles a text; if that succeeds, prints it and compiles it again.
pub fn schema_text(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let compiled = compiled(&text);
    if compiled.has_errors() {
        return;
    }
    let printed = print(&compiled.schema);
    let again = self::compiled(&printed);
    assert!(!again.has_errors(), "{printed}\n{:?}", again.diagnostics);
    assert_eq!(print(&again.schema), printed);
    assert_eq!(fingerprints(&again.schema), fingerprints(&compiled.schema));
}

fn compiled(text: &str) -> Compiled {
    let mut map = SourceMap::new();
    let other = map.add("other.np".to_owned(), "struct Other {}".to_owned());
    let _ = compile(&mut map, other);
    let file = map.add("text.np".to_owned(), text.to_owned());
    let compiled = compile(&mut map, file);
    assert!(compiled.diagnostics.len() <= 1_001);
    for found in &compiled.diagnostics {
        within(&map, file, found.span);
        found.labels.iter().for_each(|label| within(&map, file, label.span));
        found.fixes.iter().for_each(|fix| within(&map, file, fix.span));
        assert!(!found.message.is_empty() && found.message.len() < 1_000, "{}", found.message);
        assert!(!found.message.contains('\n'), "{}", found.message);
    }
    compiled
}

/// The place is in the file, and does not cut a character in two.
fn within(map: &SourceMap, file: FileId, span: Span) {
    let (found, range) = map.locate(span).expect("every diagnostic has a place");
    assert_eq!(found, file);
    let text = &map.file(file).text;
    assert!(text.get(range.clone()).is_some(), "{range:?} of {} bytes", text.len());
    let (line, column) = map.line_column(file, range.start);
    assert!(line >= 1 && column >= 1 && line <= text.lines().count() + 1);
}

fn fingerprints(schema: &Schema) -> Vec<Option<u128>> {
    let protocols = schema.items.iter().filter_map(|item| match item {
        Item::Protocol(protocol) => Some(protocol),
        _ => None,
    });
    let found: Vec<_> = protocols.map(|it| fingerprint::protocol(schema, it)).collect();
    assert!(found.iter().all(Option::is_some), "a text names no foreign types");
    found
}

fn seeds() -> Vec<(String, Vec<u8>)> {
    [
        ("empty", ""),
        ("unterminated", "/* /* */ struct A { a: \"\\u{"),
        (
            "unordered",
            "package a; struct B { @1 a: A, @0 b: [A; N], } const N: u8 = 0x2; enum A { @2 C(B) }",
        ),
        ("endless", "struct A { a: B } struct B { b: Option<A>, c: [A; 9] }"),
        ("letters", "struct Ä { ö: u8 } \u{feff} enum \0 { é }"),
        ("deep", "struct A { a: Vec<Vec<Vec<Vec<Option<Vec<[[[bool; 1]; 2]; 3]>>>>>> }"),
        (
            "damaged",
            "protocol P { A -> Result<(), E>, #[from(server)] @1 B { x: } } #[error] enum E { @1 C",
        ),
    ]
    .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
    .into()
}
