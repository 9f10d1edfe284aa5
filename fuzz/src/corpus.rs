//! The corpus: what each target starts from, and what is replayed by tests.

use std::fs;
use std::path::{Path, PathBuf};

/// Something that is fuzzed.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The name of the target and of its folder in `fuzz/corpus`.
    pub name: &'static str,
    /// Panics where a promise is broken.
    pub run: fn(&[u8]),
    /// What was thought of: a name, and what is read. The fuzzer's finds stand beside them.
    pub seeds: fn() -> Vec<(String, Vec<u8>)>,
}

/// Holds the seeds against the files of the corpus, and replays every file of it.
///
/// `BLESS=1` writes the seeds.
pub fn replay(fuzz: &Path, target: &Target) {
    let folder = fuzz.join("corpus").join(target.name);
    for (name, seed) in (target.seeds)() {
        let path = folder.join(format!("seed-{name}"));
        if std::env::var_os("BLESS").is_some() {
            fs::create_dir_all(&folder).expect("a folder");
            fs::write(&path, &seed).expect("a file");
        }
        let same = fs::read(&path).is_ok_and(|found| found == seed);
        assert!(same, "{} is not what the target makes; BLESS=1 rewrites it", path.display());
    }
    let entries = fs::read_dir(&folder).expect("a corpus");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{} has no corpus", target.name);
    for file in files {
        // Shown only if the target panics.
        eprintln!("{}", file.display());
        (target.run)(&fs::read(&file).expect("a file"));
    }
}
