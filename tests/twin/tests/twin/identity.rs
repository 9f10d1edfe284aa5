//! Both doors say the same about each schema, and nothing is left out of these tests.

use std::collections::BTreeSet;
use std::fs;

use protocol_schema::fingerprint;
use protocol_schema::ir::{Item, Payload};

use crate::doors::{Schema, schemas, schemas_dir};
use crate::graph;

#[test]
fn every_schema_is_in_the_list() {
    let files: BTreeSet<String> = fs::read_dir(schemas_dir())
        .expect("schemas")
        .map(|entry| entry.expect("entry").file_name().into_string().expect("UTF-8"))
        .filter(|name| name.ends_with(".np"))
        .collect();
    let listed = schemas();
    let listed: BTreeSet<String> =
        listed.iter().filter(|one| !one.file.contains('/')).map(|one| one.file.into()).collect();
    assert_eq!(listed, files);
}

#[test]
fn every_type_of_every_schema_is_in_the_list() {
    for schema in schemas() {
        let mut declared = BTreeSet::new();
        for item in &schema.source.items {
            match item {
                Item::Struct(_) | Item::Scalar(_) | Item::Union(_) | Item::Flags(_) => {
                    declared.insert(item.name().text.clone());
                }
                Item::Protocol(item) => {
                    let named = |payload: &Payload| matches!(payload, Payload::Fields(_));
                    let messages = item.messages.iter().filter(|one| named(&one.payload));
                    declared.extend(messages.map(|message| message.body_type_name(item)));
                }
                Item::Const(_) | Item::Alias(_) => {}
            }
        }
        let listed: BTreeSet<String> =
            schema.types.iter().map(|(name, _, _)| name.clone()).collect();
        assert_eq!(listed, declared, "{}", schema.file);
    }
}

#[test]
fn every_protocol_of_every_schema_is_in_the_list() {
    for schema in schemas() {
        let declared: Vec<String> = schema
            .source
            .items
            .iter()
            .filter(|item| matches!(item, Item::Protocol(_)))
            .map(|item| format!("{}::{}", schema.package(), item.name().text))
            .collect();
        let listed: Vec<&str> = schema.protocols.iter().map(|(golden, _)| golden.name).collect();
        assert_eq!(listed, declared, "{}", schema.file);
    }
}

#[test]
fn both_doors_describe_the_same_types_and_protocols() {
    for schema in schemas() {
        let (golden, twin) = (schema.graph(false), schema.graph(true));
        for (one, other) in golden.graph.named.iter().zip(&twin.graph.named) {
            assert_eq!(one, other, "{}", schema.file);
        }
        assert_eq!(golden, twin, "{}", schema.file);
    }
}

#[test]
fn both_doors_give_a_protocol_the_same_name_and_versions() {
    for schema in schemas() {
        for (golden, twin) in &schema.protocols {
            let source = protocol(&schema, golden.name);
            let versions = (source.version, source.min);
            assert_eq!((golden.version, golden.min), versions, "{}", golden.name);
            assert_eq!((twin.name, twin.version, twin.min), (golden.name, versions.0, versions.1));
        }
    }
}

#[test]
fn a_fingerprint_is_the_same_from_the_text_both_doors_and_the_page() {
    let mut all = BTreeSet::new();
    for schema in schemas() {
        let described = schema.graph(false);
        for ((golden, twin), data) in schema.protocols.iter().zip(&described.protocols) {
            let source = protocol(&schema, golden.name);
            let expected = fingerprint::protocol(&schema.source, source).expect("no extern types");
            let name = golden.name;
            assert_eq!(
                graph::fingerprint(&described.graph, data),
                expected.to_be_bytes(),
                "{name}"
            );
            assert_eq!((golden.fingerprint)().0, expected.to_be_bytes(), "{name}");
            assert_eq!((twin.fingerprint)().0, expected.to_be_bytes(), "{name}");
            assert_eq!((golden.fingerprint)().to_string(), format!("{expected:032x}"));
            all.insert(expected);
        }
    }
    assert_eq!(all.len(), 12, "each protocol has a fingerprint of its own");
}

/// A protocol as the compiler of schemas sees it.
fn protocol<'s>(schema: &'s Schema, name: &str) -> &'s protocol_schema::ir::Protocol {
    let found = schema.source.items.iter().find_map(|item| match item {
        Item::Protocol(one) if format!("{}::{}", schema.package(), one.name.text) == name => {
            Some(one)
        }
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{} has no {name}", schema.file))
}
