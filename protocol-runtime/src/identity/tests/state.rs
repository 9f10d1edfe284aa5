//! Where the state is, and that it is its owner's.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::Path;

use super::{Dir, problem};
use crate::identity::state::OWN;
use crate::identity::{FileError, FileProblem, KeyFile, NoStateDir, StateDir};

fn from(variables: &[(&str, &str)]) -> Result<StateDir, NoStateDir> {
    StateDir::from_variables(|name| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| OsString::from(value))
    })
}

#[test]
fn nothing_comes_before_the_own_variable() {
    let own = ("NETWORK_PROTOCOL_STATE_DIR", "here");
    for other in ["XDG_STATE_HOME", "HOME", "LOCALAPPDATA"] {
        assert_eq!(from(&[own, (other, "/other")]), Ok(StateDir::new("here")));
    }
}

#[test]
#[cfg(windows)]
fn the_environment_of_windows_says_where_it_is() {
    let local = ("LOCALAPPDATA", r"C:\Users\me\AppData\Local");
    let expected = StateDir::new(r"C:\Users\me\AppData\Local\network-protocol");
    assert_eq!(from(&[local, ("HOME", r"C:\home")]), Ok(expected));
    assert_eq!(from(&[("HOME", r"C:\home")]), Err(NoStateDir));
}

#[test]
#[cfg(unix)]
fn the_environment_says_where_it_is() {
    let own = ("NETWORK_PROTOCOL_STATE_DIR", "/own");
    let (state, home) = (("XDG_STATE_HOME", "/state"), ("HOME", "/home/me"));
    let is = |variables: &[_], path: &str| {
        assert_eq!(from(variables), Ok(StateDir::new(path)), "{variables:?}");
    };
    is(&[own, state, home], "/own");
    is(&[state, home], "/state/network-protocol");
    is(&[home], "/home/me/.local/state/network-protocol");
    // Empty is as good as not there, and a relative one of the others is none.
    is(&[("NETWORK_PROTOCOL_STATE_DIR", ""), state], "/state/network-protocol");
    is(&[("XDG_STATE_HOME", ""), home], "/home/me/.local/state/network-protocol");
    is(&[("XDG_STATE_HOME", "state"), home], "/home/me/.local/state/network-protocol");
    is(&[("NETWORK_PROTOCOL_STATE_DIR", "here"), home], "here");
    for none in [&[][..], &[("HOME", "")], &[("HOME", "me")]] {
        assert_eq!(from(none), Err(NoStateDir));
    }
    assert!(NoStateDir.to_string().contains("set NETWORK_PROTOCOL_STATE_DIR"));
}

#[test]
fn the_first_use_makes_everything() {
    let dir = Dir::new();
    let state = StateDir::new(dir.path("deep/er"));
    let pair = state.keypair().unwrap();
    assert_eq!(state.keypair().unwrap().public(), pair.public());
    assert_eq!(KeyFile::load(&state.identity()).unwrap().public(), pair.public());
    assert_eq!(state.identity(), dir.path("deep/er/identity"));
    assert_eq!(state.servers().unwrap().path(), dir.path("deep/er/known_servers"));
    #[cfg(unix)]
    for (name, mode) in [("deep", 0o700), ("deep/er", 0o700), ("deep/er/identity", 0o600)] {
        assert_eq!(super::mode(&dir.path(name)), mode, "{name}");
    }
}

#[test]
#[cfg(unix)]
fn a_directory_that_others_may_enter_is_refused() {
    let dir = Dir::new();
    let state = StateDir::new(dir.path("state"));
    std::fs::create_dir(state.path()).unwrap();
    for mode in [0o755, 0o750, 0o711, 0o777, 0o720] {
        super::chmod(state.path(), mode);
        let mend = format!("chmod 700 {}", state.path().display());
        let error = state.keypair().unwrap_err();
        let expected = FileProblem::DirectoryOpenToOthers { mode };
        assert_eq!(problem(&error, state.path(), &mend), expected);
        assert_eq!(state.servers().unwrap_err(), error);
    }
    assert!(!state.identity().exists());
    super::chmod(state.path(), 0o700);
    state.keypair().unwrap();
}

#[test]
fn a_file_is_no_directory() {
    let dir = Dir::new();
    let state = StateDir::new(dir.write("state", "", 0o600));
    let error = state.keypair().unwrap_err();
    assert_eq!(problem(&error, state.path(), "name a directory"), FileProblem::NotADirectory);
    let below = StateDir::new(dir.path("state/below"));
    let error = below.keypair().unwrap_err();
    let mend = "set NETWORK_PROTOCOL_STATE_DIR to a directory";
    assert!(matches!(problem(&error, below.path(), mend), FileProblem::NotMade(_)));
}

#[test]
#[cfg(unix)]
fn a_link_to_the_directory_is_as_good_as_the_directory() {
    let dir = Dir::new();
    StateDir::new(dir.path("real")).keypair().unwrap();
    std::os::unix::fs::symlink("real", dir.path("link")).unwrap();
    let (real, link) = (StateDir::new(dir.path("real")), StateDir::new(dir.path("link")));
    assert_eq!(real.keypair().unwrap().public(), link.keypair().unwrap().public());
}

#[test]
fn who_may_not_read_or_write_is_told_what_to_do() {
    let path = Path::new("some/identity");
    for (found, mend) in [
        (FileProblem::Write(ErrorKind::PermissionDenied), "let this user write to its directory"),
        (FileProblem::Write(ErrorKind::ReadOnlyFilesystem), "let this user write to its directory"),
        (FileProblem::Read(ErrorKind::PermissionDenied), "see to it that this user may read it"),
    ] {
        let error = FileError::new(path, found.clone());
        assert_eq!(problem(&error, path, mend), found);
        assert!(error.to_string().contains(OWN), "{error}");
    }
}
