mod allow;
mod key_file;
mod known;
mod name;
mod openssl;
mod state;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::{FileError, FileProblem};
use crate::noise::{Keypair, PublicKey};

/// A directory of one test, which goes with it.
struct Dir(PathBuf);

impl Dir {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("np-identity-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        drop(fs::remove_dir_all(&path));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// A file with these permissions, where there are some.
    fn write(&self, name: &str, text: impl AsRef<[u8]>, mode: u32) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        chmod(&path, mode);
        path
    }

    /// The names of all that is in it, in order.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        let mut names: Vec<_> =
            entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

#[cfg(unix)]
fn chmod(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn chmod(_: &Path, _: u32) {}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

/// A pair that is the same each time.
fn pair(number: u8) -> Keypair {
    Keypair::from_secret([number; 32]).unwrap()
}

fn key(number: u8) -> PublicKey {
    pair(number).public()
}

/// What is wrong, from an error that names the file and has the mend in its text.
#[track_caller]
fn problem(error: &FileError, path: &Path, mend: &str) -> FileProblem {
    assert_eq!(error.path, path);
    let text = error.to_string();
    assert!(text.starts_with(&format!("`{}`: ", path.display())), "{text}");
    assert!(text.contains(mend), "{mend} is not in: {text}");
    error.problem.clone()
}
