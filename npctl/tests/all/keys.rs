//! Keys made and shown.

use protocol_runtime::identity::{AllowList, KeyFile, SharedKeyFile};
use protocol_runtime::noise::PresharedKey;

use crate::common::{Dir, key, npctl, pair, snapshot};

#[test]
fn a_new_key_is_shown_as_it_is_shown_ever_after() {
    let dir = Dir::new("new");
    let made = npctl(&dir, &["key", "new"]);
    let identity = KeyFile::load(&dir.path("state/identity")).unwrap().public();
    let expected = format!(
        "public key   {identity}\nfingerprint  {}\nfile         DIR/state/identity\n",
        identity.fingerprint()
    );
    assert_eq!(dir.plain(made.good()), expected);
    assert_eq!(npctl(&dir, &["key", "show"]).good(), made.good());
    assert_eq!(npctl(&dir, &["key", "show", "--public"]).good(), format!("{identity}\n"));
}

#[test]
fn a_new_key_in_a_file_leaves_the_identity_alone() {
    let dir = Dir::new("new_file");
    let made = npctl(&dir, &["key", "new", "server.key"]);
    let key = KeyFile::load(&dir.path("server.key")).unwrap().public();
    assert!(made.good().contains(&key.to_string()));
    assert_eq!(npctl(&dir, &["key", "show", "server.key"]).good(), made.good());
    assert!(!dir.path("state").exists());
}

#[test]
fn nothing_that_is_printed_holds_a_secret() {
    let dir = Dir::new("secrets");
    let runs = [
        npctl(&dir, &["key", "new"]),
        npctl(&dir, &["key", "show"]),
        npctl(&dir, &["key", "show", "--json"]),
        npctl(&dir, &["key", "shared"]),
        npctl(&dir, &["key", "show", "state/shared_key", "--shared"]),
    ];
    let pem = dir.read("state/identity");
    let shared = dir.read("state/shared_key");
    for run in runs {
        for secret in [pem.lines().nth(1).unwrap(), shared.trim()] {
            let end = &secret[secret.len() - 20..];
            assert!(!run.good().contains(end), "{run:?}");
        }
    }
}

#[test]
fn a_key_that_is_there_stays_unless_force_is_asked_for() {
    let dir = Dir::new("exists");
    std::fs::write(dir.path("notes.txt"), "notes").unwrap();
    npctl(&dir, &["key", "new"]).good();
    npctl(&dir, &["key", "shared"]).good();
    let before = (dir.read("state/identity"), dir.read("state/shared_key"));
    let mut refused = String::new();
    for arguments in [
        &["key", "new"][..],
        &["key", "shared"],
        &["key", "new", "notes.txt"],
        &["key", "shared", "notes.txt"],
    ] {
        refused.push_str(&dir.plain(npctl(&dir, arguments).refused(1)));
    }
    snapshot("exists.txt", &refused);
    assert_eq!((dir.read("state/identity"), dir.read("state/shared_key")), before);
    assert_eq!(dir.read("notes.txt"), "notes");

    npctl(&dir, &["key", "new", "--force"]).good();
    npctl(&dir, &["key", "shared", "--force"]).good();
    let after = (dir.read("state/identity"), dir.read("state/shared_key"));
    assert!(after.0 != before.0 && after.1 != before.1);
}

#[test]
fn a_key_is_shown_in_every_form() {
    let dir = Dir::new("forms");
    KeyFile::create(&dir.path("a.key"), &pair(7)).unwrap();
    let shared = PresharedKey::from_bytes([7; 32]).unwrap();
    SharedKeyFile::create(&dir.path("b.key"), &shared).unwrap();
    let mut texts = String::new();
    for arguments in [
        &["a.key"][..],
        &["a.key", "--public"],
        &["a.key", "--allow", "alice"],
        &["a.key", "--json"],
        &["b.key", "--shared"],
        &["b.key", "--shared", "--json"],
    ] {
        let run = npctl(&dir, &[&["key", "show"], arguments].concat());
        texts.push_str(&format!("$ npctl key show {}\n{}", arguments.join(" "), run.good()));
    }
    snapshot("show.txt", &texts);
}

#[test]
fn the_line_for_an_allow_list_is_one_of_an_allow_list() {
    let dir = Dir::new("allow");
    KeyFile::create(&dir.path("a.key"), &pair(7)).unwrap();
    let run = npctl(&dir, &["key", "show", "a.key", "--allow", "alice"]);
    std::fs::write(dir.path("allowed"), run.good()).unwrap();
    let list = AllowList::load(&dir.path("allowed")).unwrap();
    assert_eq!(list.find(&key(7), 0).unwrap().name(), "alice");

    let run = npctl(&dir, &["key", "show", "a.key", "--allow", "alice smith"]);
    assert!(run.refused(2).contains("`alice smith` is no name"), "{run:?}");
}

#[test]
fn a_path_in_json_is_quoted() {
    let dir = Dir::new("json");
    let name = if cfg!(unix) { "a \"b\"\\c.key" } else { "a b.key" };
    KeyFile::create(&dir.path(name), &pair(7)).unwrap();
    let run = npctl(&dir, &["key", "show", name, "--json"]);
    let expected = format!(
        "{{\"public_key\":\"{}\",\"fingerprint\":\"{}\",\"file\":\"{}\"}}\n",
        key(7),
        key(7).fingerprint(),
        name.replace('\\', "\\\\").replace('"', "\\\"")
    );
    assert_eq!(run.good(), expected);
}

#[test]
fn what_is_wrong_with_a_key_file_is_said_with_the_mend() {
    let dir = Dir::new("wrong");
    KeyFile::create(&dir.path("good.key"), &pair(7)).unwrap();
    let pem = dir.read("good.key");
    let write = |name: &str, text: &str| {
        KeyFile::create(&dir.path(name), &pair(1)).unwrap();
        std::fs::write(dir.path(name), text).unwrap();
    };
    write("empty.key", "");
    write("crlf.key", &pem.replace('\n', "\r\n"));
    write("trailing.key", &format!("{pem}\n"));
    write("public.key", &format!("{}\n", key(7)));
    let mut texts = String::new();
    let mut show = |arguments: &[&str]| {
        let run = npctl(&dir, &[&["key", "show"], arguments].concat());
        texts.push_str(&dir.plain(run.refused(2)));
    };
    for name in ["none.key", ".", "empty.key", "crlf.key", "trailing.key", "public.key"] {
        show(&[name]);
    }
    show(&["good.key", "--shared"]);
    show(&[]);
    snapshot("wrong.txt", &texts);
}

#[test]
#[cfg(unix)]
fn what_others_may_see_is_refused_with_the_command_that_mends_it() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let dir = Dir::new("open");
    let chmod = |name: &str, mode| {
        std::fs::set_permissions(dir.path(name), PermissionsExt::from_mode(mode)).unwrap();
    };
    npctl(&dir, &["key", "new", "a.key"]).good();
    npctl(&dir, &["key", "new"]).good();
    symlink("a.key", dir.path("link.key")).unwrap();
    chmod("a.key", 0o644);
    chmod("state", 0o755);
    let texts = [
        npctl(&dir, &["key", "show", "a.key"]).refused(2).to_owned(),
        npctl(&dir, &["key", "show", "link.key"]).refused(2).to_owned(),
        npctl(&dir, &["key", "new", "--force"]).refused(2).to_owned(),
        npctl(&dir, &["key", "shared"]).refused(2).to_owned(),
        npctl(&dir, &["key", "trust", "a:1", &key(1).to_string()]).refused(2).to_owned(),
    ];
    snapshot("open.txt", &dir.plain(&texts.concat()));
    chmod("a.key", 0o600);
    chmod("state", 0o700);
    npctl(&dir, &["key", "show", "a.key"]).good();
    npctl(&dir, &["key", "new", "--force"]).good();
}

#[test]
#[cfg(unix)]
fn no_file_is_for_others_whatever_the_umask() {
    use std::os::unix::fs::MetadataExt;

    let dir = Dir::new("umask");
    let mut shell = std::process::Command::new("sh");
    let script = "umask 0; for a in new shared; do \"$NPCTL\" key $a || exit 1; done; \"$NPCTL\" key trust a:1 \"$KEY\"";
    let shell = shell.args(["-c", script]).env("NPCTL", env!("CARGO_BIN_EXE_npctl"));
    let shell = shell.env("KEY", key(1).to_string());
    let done = shell.env("NETWORK_PROTOCOL_STATE_DIR", dir.path("state")).output().unwrap();
    assert!(done.status.success(), "{done:?}");
    let mode = |name: &str| std::fs::metadata(dir.path(name)).unwrap().mode() & 0o7777;
    assert_eq!(mode("state"), 0o700);
    for entry in std::fs::read_dir(dir.path("state")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert_eq!(mode(&format!("state/{name}")), 0o600, "{name}");
    }
}
