//! What the manifest of an outside user's crate comes to, by what Cargo says of its workspace.

use super::{Metadata, origin};

/// The registry that Cargo knows without being told, as Cargo names it.
const REGISTRY: &str = concat!("registry+https://github.com/rust-lang/crates", ".io-index");

/// A package, with from where it is asked for what.
fn package(name: &str, source: Option<&str>, asks: &[(&str, Option<&str>)]) -> String {
    let text = |value: Option<&str>| value.map_or("null".to_owned(), |value| format!("{value:?}"));
    let asks: Vec<String> = asks
        .iter()
        .map(|(name, source)| {
            format!(r#"{{"name":{name:?},"kind":null,"source":{}}}"#, text(*source))
        })
        .collect();
    format!(
        r#"{{"id":{name:?},"name":{name:?},"version":"2.1.0","source":{},"features":{{"reflect":[]}},
        "manifest_path":"/w/{name}/Cargo.toml","targets":[{{"name":{name:?},"kind":["lib"]}}],
        "dependencies":[{}]}}"#,
        text(source),
        asks.join(",")
    )
}

/// The lines for `shop`, which uses the others, and they the ones behind them.
fn facade(packages: &[String], edges: &[(&str, &[&str])]) -> String {
    let nodes: Vec<String> =
        edges.iter().map(|(id, to)| format!(r#"{{"id":{id:?},"dependencies":{to:?}}}"#)).collect();
    let text = format!(
        r#"{{"workspace_root":"/w","target_directory":"/w/target","workspace_members":["shop"],
        "resolve":{{"root":"shop","nodes":[{}]}},"packages":[{}]}}"#,
        nodes.join(","),
        packages.join(",")
    );
    let metadata = Metadata::of(&text).expect("as Cargo says it");
    match metadata.subject(None) {
        Ok(subject) => subject.facade,
        Err(_) => panic!("the package is there"),
    }
}

const DIRECT: [(&str, &[&str]); 2] = [("shop", &["network-protocol"]), ("network-protocol", &[])];

/// `shop` asks for the facade somewhere, and it comes from somewhere.
fn direct(asked: Option<&str>, resolved: Option<&str>) -> String {
    let shop = package("shop", None, &[("network-protocol", asked)]);
    facade(&[shop, package("network-protocol", resolved, &[])], &DIRECT)
}

const START: &str = "[dependencies.network-protocol]\n";
const END: &str = "features = [\"reflect\"]\n";

#[test]
fn the_facade_is_asked_for_where_the_package_has_it_from() {
    for (source, place) in [
        (REGISTRY, "version = \"=2.1.0\"\n"),
        (
            "sparse+https://index.example/",
            "version = \"=2.1.0\"\nregistry-index = \"sparse+https://index.example/\"\n",
        ),
        (
            "registry+https://example.org/index",
            "version = \"=2.1.0\"\nregistry-index = \"https://example.org/index\"\n",
        ),
        (
            "git+https://example.org/np?branch=main#0a1",
            "git = \"https://example.org/np\"\nbranch = \"main\"\n",
        ),
        ("git+https://example.org/np#0a1", "git = \"https://example.org/np\"\n"),
    ] {
        let asked = source.split('#').next();
        assert_eq!(direct(asked, Some(source)), format!("{START}{place}{END}"), "{source}");
    }
    let path = "path = \"/w/network-protocol\"\n";
    assert_eq!(direct(None, None), format!("{START}{path}{END}"));
}

#[test]
fn what_the_workspace_patches_is_patched_as_well() {
    let path = "path = \"/w/network-protocol\"\n";
    for (asked, key) in [
        (REGISTRY, "crates-io"),
        ("git+https://example.org/np?branch=main", "https://example.org/np"),
        ("sparse+https://index.example/", "sparse+https://index.example/"),
    ] {
        let patch = format!("\n[patch.{key:?}.patch-0]\npackage = \"network-protocol\"\n{path}");
        assert_eq!(direct(Some(asked), None), format!("{START}{path}{END}{patch}"));
    }
    // Anything else that the package is built with, however far away.
    let packages = [
        package("shop", None, &[("network-protocol", Some(REGISTRY)), ("till", None)]),
        package("network-protocol", Some(REGISTRY), &[]),
        package("till", None, &[("coins", Some(REGISTRY))]),
        package("coins", Some("git+https://example.org/coins#0a1"), &[]),
    ];
    let edges: [(&str, &[&str]); 4] = [
        ("shop", &["network-protocol", "till"]),
        ("network-protocol", &[]),
        ("till", &["coins"]),
        ("coins", &[]),
    ];
    assert_eq!(
        facade(&packages, &edges),
        format!(
            "{START}version = \"=2.1.0\"\n{END}\n[patch.\"crates-io\".patch-0]\n\
             package = \"coins\"\ngit = \"https://example.org/coins\"\n"
        )
    );
}

#[test]
fn an_origin_is_the_place_without_what_is_wanted_of_it() {
    for (source, place) in [
        ("git+https://a/b?rev=1#1", "https://a/b"),
        ("git+https://a/b#1", "https://a/b"),
        ("sparse+https://a/", "sparse+https://a/"),
    ] {
        assert_eq!(origin(source), place);
    }
}
