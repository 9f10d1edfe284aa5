//! A protocol has one canonical text: from its file, from generated code, and from Rust items.

use network_protocol::reflect;
use protocol_schema::canonical::canonical;
use protocol_schema::fingerprint;
use protocol_schema::ir::Item;
use protocol_schema::text::{self, SourceMap};

use crate::doors::schemas;

#[test]
fn both_doors_and_the_file_give_one_text() {
    for schema in schemas() {
        for (golden, twin) in &schema.protocols {
            let own = golden.name.rsplit("::").next().expect("a name");
            let file = text::print(&canonical(&schema.source, Some(&[own])));
            assert_eq!(reflect::text(&[(golden.schema)()]), file, "{}", golden.name);
            assert_eq!(reflect::text(&[(twin.schema)()]), file, "{}", golden.name);
        }
    }
}

#[test]
fn all_protocols_of_a_file_share_one_text() {
    for schema in schemas() {
        let (golden, twin): (Vec<_>, Vec<_>) =
            schema.protocols.iter().map(|(one, other)| ((one.schema)(), (other.schema)())).unzip();
        if !golden.is_empty() {
            let own = |name: &'static str| name.rsplit("::").next().expect("a name");
            let names: Vec<&str> = golden.iter().map(|one| own(one.name)).collect();
            let file = text::print(&canonical(&schema.source, Some(&names)));
            assert_eq!(reflect::text(&golden), file, "{}", schema.file);
            assert_eq!(reflect::text(&twin), file, "{}", schema.file);
        }
    }
}

#[test]
fn the_text_is_a_schema_of_the_same_protocol() {
    for schema in schemas() {
        for (golden, _) in &schema.protocols {
            let written = reflect::text(&[(golden.schema)()]);
            let mut map = SourceMap::new();
            let file = map.add(schema.file.to_owned(), written.clone());
            let compiled = text::compile(&mut map, file);
            assert!(!compiled.has_errors(), "{written}\n{:#?}", compiled.diagnostics);
            assert_eq!(text::print(&canonical(&compiled.schema, None)), written);
            let again = compiled.schema.items.iter().find_map(|item| match item {
                Item::Protocol(one) => fingerprint::protocol(&compiled.schema, one),
                _ => None,
            });
            let again = again.expect("a protocol").to_be_bytes();
            assert_eq!(again, (golden.fingerprint)().0, "{written}");
        }
    }
}
