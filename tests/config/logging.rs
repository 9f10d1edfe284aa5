//! `[logging]`

use std::path::{Path, PathBuf};
use std::time::Duration;

use network_protocol::config::{LogLevel, LoggingConfig};
use network_protocol::logging::subscriber;

use crate::Folder;

/// What is in a file after an event of each level, and whether the file is there.
fn logged(path: &Path, change: impl FnOnce(&mut LoggingConfig)) -> Option<String> {
    let mut config = LoggingConfig {
        log_to_console: false,
        log_to_file: true,
        log_file_path: Some(path.to_owned()),
        ..LoggingConfig::default()
    };
    change(&mut config);
    let (dispatch, logs) = subscriber(&config).unwrap();
    tracing::dispatcher::with_default(&dispatch, || {
        tracing::error!("an-error");
        tracing::warn!("a-warning");
        tracing::info!("some-info");
        tracing::debug!("a-detail");
        tracing::trace!("a-step");
    });
    assert!(logs.flush(Duration::from_secs(10)));
    std::fs::read_to_string(path).ok()
}

fn file() -> (Folder, PathBuf) {
    let folder = Folder::new();
    let path = folder.0.join("a.log");
    (folder, path)
}

#[test]
fn app_name_stands_in_each_line() {
    for name in ["network-protocol", "accounts"] {
        let (_folder, path) = file();
        let text = logged(&path, |config| config.app_name = name.into()).unwrap();
        assert_eq!(text.lines().count(), 3);
        assert!(text.lines().all(|line| line.starts_with(&format!("{name} "))), "{text}");
    }
}

#[test]
fn log_level_is_from_where_on_events_are_written() {
    let levels =
        [LogLevel::Error, LogLevel::Warn, LogLevel::Info, LogLevel::Debug, LogLevel::Trace];
    for (count, level) in (1..).zip(levels) {
        let (_folder, path) = file();
        let text = logged(&path, |config| config.log_level = level).unwrap();
        assert_eq!(text.lines().count(), count, "{level:?}: {text}");
    }
}

/// The standard error output is of the process: this test starts itself again.
#[test]
fn log_to_console_writes_to_the_standard_error_output() {
    const ROLE: &str = "CONFIG_TEST_CONSOLE";
    if let Ok(role) = std::env::var(ROLE) {
        let (_folder, path) = file();
        logged(&path, |config| config.log_to_console = role == "on").unwrap();
        return;
    }
    for (role, seen) in [("on", true), ("off", false)] {
        let name = "logging::log_to_console_writes_to_the_standard_error_output";
        let child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture"])
            .env(ROLE, role)
            .env_remove("RUST_LOG")
            .output()
            .unwrap();
        assert!(child.status.success());
        assert_eq!(String::from_utf8_lossy(&child.stderr).contains("some-info"), seen);
    }
}

#[test]
fn log_to_file_writes_to_the_file() {
    let (_folder, path) = file();
    let off = |config: &mut LoggingConfig| {
        config.log_to_file = false;
        config.log_to_console = true;
        config.log_level = LogLevel::Error;
    };
    assert_eq!(logged(&path, off), None);
    assert!(logged(&path, |_| ()).unwrap().contains("some-info"));

    let neither = LoggingConfig { log_to_console: false, ..LoggingConfig::default() };
    let refused = subscriber(&neither).unwrap_err().to_string();
    assert!(refused.contains("one output must be on"), "{refused}");
}

#[test]
fn log_file_path_is_the_file() {
    let (folder, one) = file();
    let other = folder.0.join("b.log");
    logged(&one, |_| ()).unwrap();
    assert!(!other.exists());
    assert!(logged(&other, |_| ()).unwrap().contains("some-info"));
    // One that is there is gone on with.
    assert_eq!(logged(&other, |_| ()).unwrap().lines().count(), 6);

    for (path, told) in
        [(None, "it must be the path"), (Some(folder.0.join("no/a")), "make it first")]
    {
        let config =
            LoggingConfig { log_to_file: true, log_file_path: path, ..LoggingConfig::default() };
        let refused = subscriber(&config).unwrap_err().to_string();
        assert!(refused.contains(told), "{refused}");
    }
}

#[test]
fn json_format_makes_each_line_an_object() {
    let (_folder, path) = file();
    let text = logged(&path, |config| config.json_format = true).unwrap();
    for line in text.lines() {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(object["app"], "network-protocol");
    }
    let (_folder, path) = file();
    assert!(!logged(&path, |_| ()).unwrap().contains('{'));
}

/// The sizes of the files in a directory after some lines, by their names.
fn files(folder: &Folder, change: impl FnOnce(&mut LoggingConfig)) -> Vec<(String, u64)> {
    let mut config = LoggingConfig {
        log_to_console: false,
        log_to_file: true,
        log_file_path: Some(folder.0.join("a.log")),
        ..LoggingConfig::default()
    };
    change(&mut config);
    let (dispatch, logs) = subscriber(&config).unwrap();
    tracing::dispatcher::with_default(&dispatch, || {
        for number in 0..200 {
            tracing::info!(number, "a line of this many bytes or somewhat more");
        }
    });
    assert!(logs.flush(Duration::from_secs(10)));
    assert_eq!(logs.dropped(), 0);
    let entries = std::fs::read_dir(&folder.0).unwrap().map(Result::unwrap);
    let mut files: Vec<_> = entries
        .map(|entry| {
            let len = entry.metadata().unwrap().len();
            (entry.file_name().into_string().unwrap(), len)
        })
        .collect();
    files.sort_unstable();
    files
}

#[test]
fn log_file_max_bytes_is_from_where_on_another_file_is_begun() {
    let folder = Folder::new();
    assert_eq!(files(&folder, |config| config.log_file_max_bytes = 0).len(), 1);
    let folder = Folder::new();
    let found = files(&folder, |config| {
        config.log_file_max_bytes = 4_096;
        config.log_files_kept = 100;
    });
    assert!(found.len() >= 5 && found.iter().all(|file| file.1 <= 4_096), "{found:?}");
    // Each line is in one of them, whole.
    let lines = found.iter().map(|(name, _)| {
        let text = std::fs::read_to_string(folder.0.join(name)).unwrap();
        assert!(text.ends_with('\n'));
        text.lines().count()
    });
    assert_eq!(lines.sum::<usize>(), 200);
    // The later the number the older the file.
    let oldest = folder.0.join(format!("a.log.{}", found.len() - 1));
    assert!(std::fs::read_to_string(oldest).unwrap().contains("number=0"));
    assert!(std::fs::read_to_string(folder.0.join("a.log")).unwrap().contains("number=199"));
}

#[test]
fn log_files_kept_is_how_many_stay() {
    for kept in [0, 1, 3] {
        let folder = Folder::new();
        let found = files(&folder, |config| {
            config.log_file_max_bytes = 2_048;
            config.log_files_kept = kept;
        });
        let names: Vec<_> = found.iter().map(|file| file.0.as_str()).collect();
        assert_eq!(
            names,
            ["a.log", "a.log.1", "a.log.2", "a.log.3"]
                .get(..=usize::try_from(kept).unwrap())
                .unwrap()
        );
    }
}
