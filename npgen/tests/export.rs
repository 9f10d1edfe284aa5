//! `npgen export` from outside, on the schemas of this workspace as Rust items. A program is built,
//! which is slow the first time, so there is one test that does it.

#![cfg(feature = "cli")]
#![expect(clippy::unwrap_used, reason = "what fails in a helper fails the test")]

use std::path::{Path, PathBuf};
use std::process::Command;

use npgen::{Options, Source, lock_text};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn export(arguments: &[&str]) -> (Option<i32>, String, String) {
    let manifest = root().join("Cargo.toml");
    let mut npgen = Command::new(env!("CARGO_BIN_EXE_npgen"));
    npgen.args(["export", "--offline", "--manifest-path"]).arg(manifest).args(arguments);
    // Kept from one run of the tests to the next, and waited for by nobody else.
    npgen.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("export-target"));
    let done = npgen.env("NO_COLOR", "1").env("CARGO_TERM_COLOR", "never").output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (done.status.code(), text(done.stdout), text(done.stderr))
}

#[test]
fn a_protocol_in_rust_is_exported_as_its_schema_is_locked() {
    let twin = ["-p", "twin", "--protocol"];
    let (code, text, said) = export(&[&twin[..], &["twin::logs::Logs"]].concat());
    assert_eq!(code, Some(0), "{said}");
    let schema = Source::read(root().join("schemas/logs.np")).unwrap();
    assert_eq!(text, lock_text(&schema, &Options::new()).unwrap());

    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("export");
    std::fs::create_dir_all(&folder).unwrap();
    let lock = folder.join("logs.np.lock");
    let keep = |more: &[&str]| {
        let lock = lock.display().to_string();
        export(&[&twin[..], &["crate::logs::Logs", "--lock", &lock], more].concat())
    };
    let broken = text.replace("u64", "u32");
    assert_ne!(broken, text);
    std::fs::write(&lock, &broken).unwrap();
    let (code, out, said) = keep(&[]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(said.contains("the protocols break what") && said.contains("[NPB"), "{said}");
    assert_eq!(std::fs::read_to_string(&lock).unwrap(), broken);
    assert_eq!(keep(&["--force"]).0, Some(0));
    assert_eq!(std::fs::read_to_string(&lock).unwrap(), text);

    let (code, out, said) = export(&[&twin[..], &["twin::logs::Nothing"]].concat());
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(said.contains("cannot find") && said.contains("no protocol of `twin` could"), "{said}");
}

#[test]
fn what_cannot_be_asked_is_refused_before_anything_is_built() {
    for (arguments, why) in [
        (&["-p", "twins", "--protocol", "a::B"][..], "there is no package `twins`"),
        (&["-p", "twin", "--protocol", "a b"], "`a b` is no path of Rust"),
        (&["-p", "twin", "--protocol", "golden::chat::Chat"], "write `twin::golden::chat::Chat`"),
        (&["--protocol", "twin::chat::Chat", "--lock", "a", "-o", "b"], "cannot be used with"),
        (&["-p", "twin"], "--protocol"),
    ] {
        let (code, out, said) = export(arguments);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{said}");
        assert!(said.contains(why), "{said}");
    }
}
