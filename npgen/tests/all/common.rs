//! A directory for each test, and the program run in it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A directory of one test, empty at first, with the schemas of `tests/schemas` in `schema`.
pub(crate) struct Dir(PathBuf);

impl Dir {
    pub(crate) fn new(test: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
        if path.exists() {
            std::fs::remove_dir_all(&path).unwrap();
        }
        std::fs::create_dir_all(path.join("schema")).unwrap();
        let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas");
        for entry in std::fs::read_dir(schemas).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), path.join("schema").join(entry.file_name())).unwrap();
        }
        Self(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn root(&self) -> &Path {
        &self.0
    }
}

/// What a run of a program left behind.
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    pub(crate) fn of(mut command: Command, input: &[u8]) -> Self {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
        Self {
            code: status.code(),
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
        }
    }
}

#[cfg(feature = "cli")]
pub(crate) fn command(dir: &Dir, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_npgen"));
    command.args(arguments).current_dir(dir.root());
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command
}

/// Runs git in the directory of the test.
#[cfg(feature = "cli")]
#[track_caller]
pub(crate) fn git(dir: &Dir, arguments: &[&str]) {
    let mut git = Command::new("git");
    git.arg("-C").arg(dir.root()).args(["-c", "user.name=n", "-c", "user.email=n@example"]);
    let done = git.args(arguments).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[cfg(feature = "cli")]
pub(crate) fn npgen(dir: &Dir, arguments: &[&str]) -> Run {
    Run::of(command(dir, arguments), b"")
}

#[cfg(feature = "cli")]
pub(crate) fn write(dir: &Dir, name: &str, text: impl AsRef<[u8]>) {
    std::fs::write(dir.path(name), text).unwrap();
}

#[cfg(feature = "cli")]
#[track_caller]
pub(crate) fn silent(run: &Run) {
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (Some(0), "", ""));
}

/// Compares with a file of `tests/snapshots`, or writes it when BLESS is set.
#[cfg(feature = "cli")]
#[track_caller]
pub(crate) fn snapshot(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, text).unwrap();
        return;
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        stored == text,
        "{name} differs; BLESS=1 stores it:\n--- stored\n{stored}\n--- new\n{text}"
    );
}
