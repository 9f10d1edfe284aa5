//! What is written of the fields: the page, and files.

use std::path::Path;

use network_protocol::config::{ConfigError, NetworkConfig, Problem};

use crate::Folder;

#[test]
fn the_page_is_what_the_fields_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/configuration.md");
    let page = NetworkConfig::reference();
    if std::env::var_os("BLESS").is_some() {
        return std::fs::write(path, page).unwrap();
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert!(found == page, "docs/configuration.md is stale: BLESS=1 cargo test --test config page");
}

#[test]
fn the_example_has_each_field_with_a_comment_and_gives_the_defaults() {
    let example = NetworkConfig::example_config();
    assert_eq!(NetworkConfig::from_toml(&example).unwrap(), NetworkConfig::default());
    let lines: Vec<_> = example.lines().collect();
    for field in NetworkConfig::fields() {
        let line = format!("{} = {}", field.name, field.default);
        let at = lines.iter().position(|found| *found == line).expect(&line);
        assert!(lines[at - 1].starts_with("# "), "{line}");
    }
}

#[test]
fn what_is_saved_is_read_again() {
    let folder = Folder::new();
    let path = folder.0.join("saved.toml");
    let config = NetworkConfig::default_with_overrides(|config| {
        config.server.address = "tcp://[::1]:7".into();
        config.client.reconnect_delay = std::time::Duration::from_millis(1_250);
        config.security.trusted_sources = vec!["10.0.0.0/8".into(), "192.168.0.0/16".into()];
        config.security.state_dir = Some("a \"strange\\ name".into());
        config.client.auto_reconnect = false;
    });
    config.save_to_file(&path).unwrap();
    assert_eq!(NetworkConfig::from_file(&path).unwrap(), config);
    // In the place of what is there.
    NetworkConfig::default().save_to_file(&path).unwrap();
    assert_eq!(NetworkConfig::from_file(&path).unwrap(), NetworkConfig::default());

    // Not half, and with nothing left beside it: a directory is in the way here.
    let directory = folder.0.join("taken");
    std::fs::create_dir(&directory).unwrap();
    config.save_to_file(&directory).unwrap_err();
    assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 2);

    let nowhere = folder.0.join("none/saved.toml");
    let error: ConfigError = config.save_to_file(&nowhere).unwrap_err();
    assert!(matches!(error.problems(), [Problem::File { writing: true, .. }]), "{error}");
}
