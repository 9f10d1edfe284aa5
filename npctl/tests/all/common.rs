//! A directory for each test, and the program run in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use protocol_runtime::noise::{Keypair, PublicKey};

/// A directory of one test, empty at first.
pub(crate) struct Dir(PathBuf);

impl Dir {
    pub(crate) fn new(test: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
        if path.exists() {
            std::fs::remove_dir_all(&path).unwrap();
        }
        std::fs::create_dir_all(&path).unwrap();
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

    /// What was printed, with the place of the directory taken out.
    pub(crate) fn plain(&self, text: &str) -> String {
        text.replace(self.0.to_str().unwrap(), "DIR").replace('\\', "/")
    }
}

/// What a run of the program left behind.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    pub(crate) fn of(mut command: Command) -> Self {
        let Output { status, stdout, stderr } = command.stdin(Stdio::null()).output().unwrap();
        Self {
            code: status.code(),
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
        }
    }

    /// The standard output of a run with which all is well.
    #[track_caller]
    pub(crate) fn good(&self) -> &str {
        assert_eq!((self.code, self.stderr.as_str()), (Some(0), ""), "{self:?}");
        &self.stdout
    }

    /// The standard error of a run that was refused.
    #[track_caller]
    pub(crate) fn refused(&self, code: i32) -> &str {
        assert_eq!((self.code, self.stdout.as_str()), (Some(code), ""), "{self:?}");
        assert!(self.stderr.starts_with("error: "), "{self:?}");
        &self.stderr
    }
}

/// The program in a directory, with `state` in it as its state directory and nothing else of the
/// environment that would matter.
pub(crate) fn command(dir: &Dir, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_npctl"));
    command.args(arguments).current_dir(dir.root());
    command.env("NETWORK_PROTOCOL_STATE_DIR", dir.path("state"));
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "XDG_STATE_HOME", "HOME"] {
        command.env_remove(name);
    }
    command
}

pub(crate) fn npctl(dir: &Dir, arguments: &[&str]) -> Run {
    Run::of(command(dir, arguments))
}

/// A pair that is the same each time.
pub(crate) fn pair(number: u8) -> Keypair {
    Keypair::from_secret([number; 32]).unwrap()
}

pub(crate) fn key(number: u8) -> PublicKey {
    pair(number).public()
}

/// Compares with a file of `tests/snapshots`, or writes it when BLESS is set.
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
