//! T6: disks that are full, read-only, gone or slow. Requests go on, and what was dropped is counted
//! and told.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use network_protocol::logging::Logging;

use crate::{DeskClient, Folder, pair, skipped, to_file, until};

/// A file system of 1 MiB.
struct Disk(PathBuf);

impl Disk {
    /// None where this user may not mount any.
    fn mount(folder: &Folder) -> Option<Self> {
        let path = folder.0.join("disk");
        fs::create_dir(&path).unwrap();
        let mount = ["-t", "tmpfs", "-o", "size=1m", "logs-test"];
        let mounted = Command::new("mount").args(mount).arg(&path).output();
        if mounted.is_ok_and(|mounted| mounted.status.success()) {
            return Some(Self(path));
        }
        skipped("a file system of its own, which takes root");
        None
    }

    fn remount(&self, how: &str) {
        let done = Command::new("mount").args(["-o", how]).arg(&self.0).status().unwrap();
        assert!(done.success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // A writer may have it open for a moment still.
        drop(Command::new("umount").arg("-l").arg(&self.0).status());
    }
}

/// Logs until lines are dropped, with a request for each line that comes back.
async fn dropped(logs: &Logging, client: &DeskClient) {
    let before = logs.dropped();
    until(async || {
        tracing::info!(filler = %"x".repeat(8_192), "a line");
        assert_eq!(client.echo("still".to_owned()).await.unwrap(), "still");
        logs.dropped() > before
    })
    .await;
}

/// Logs until the file says how many lines were dropped, with a request for each line too.
async fn told(path: &Path, client: &DeskClient) -> u64 {
    let mut count = None;
    until(async || {
        tracing::info!("another line");
        assert_eq!(client.echo("again".to_owned()).await.unwrap(), "again");
        let text = fs::read_to_string(path).unwrap_or_default();
        count = text.lines().find_map(|line| {
            let rest = line.split_once("lines were dropped dropped=")?.1;
            rest.split(' ').next()?.parse().ok()
        });
        count.is_some()
    })
    .await;
    count.unwrap()
}

#[tokio::test]
async fn t6_a_full_disk_stops_no_request_and_is_used_again_when_it_has_room() {
    let folder = Folder::new();
    let Some(disk) = Disk::mount(&folder) else { return };
    let path = disk.0.join("a.log");
    let (_guard, logs) = to_file(&path, |config| config.log_file_max_bytes = 0);
    let (_server, client) = pair().await;
    dropped(&logs, &client).await;
    assert!(logs.flush(Duration::from_secs(10)));
    // What is there has whole lines only.
    assert!(fs::read_to_string(&path).unwrap().ends_with('\n'));

    fs::remove_file(&path).unwrap();
    let count = told(&path, &client).await;
    assert!(count >= 1 && count <= logs.dropped(), "{count} of {}", logs.dropped());
}

#[tokio::test]
async fn t6_a_disk_that_becomes_read_only_stops_no_request() {
    let folder = Folder::new();
    let Some(disk) = Disk::mount(&folder) else { return };
    let path = disk.0.join("a.log");
    let (_guard, logs) = to_file(&path, |config| config.log_file_max_bytes = 0);
    let (_server, client) = pair().await;
    // What cannot be written to is closed, and only then can the disk change.
    dropped(&logs, &client).await;
    assert!(logs.flush(Duration::from_secs(10)));
    disk.remount("remount,ro");
    dropped(&logs, &client).await;
    assert!(logs.flush(Duration::from_secs(10)));
    disk.remount("remount,rw");
    fs::remove_file(&path).unwrap();
    assert!(told(&path, &client).await >= 2);
}

#[tokio::test]
async fn t6_a_directory_that_is_removed_stops_no_request_and_is_used_when_it_is_back() {
    let folder = Folder::new();
    let directory = folder.0.join("logs");
    fs::create_dir(&directory).unwrap();
    let path = directory.join("a.log");
    let (_guard, logs) = to_file(&path, |_| ());
    let (_server, client) = pair().await;
    tracing::info!("first");
    assert!(logs.flush(Duration::from_secs(10)));
    fs::remove_dir_all(&directory).unwrap();
    dropped(&logs, &client).await;
    fs::create_dir(&directory).unwrap();
    assert!(told(&path, &client).await >= 1);
}

#[tokio::test]
async fn a_file_that_somebody_moves_away_is_begun_anew() {
    let folder = Folder::new();
    let (path, moved) = (folder.0.join("a.log"), folder.0.join("moved.log"));
    let (_guard, logs) = to_file(&path, |_| ());
    tracing::info!("before");
    assert!(logs.flush(Duration::from_secs(10)));
    fs::rename(&path, &moved).unwrap();
    until(async || {
        tracing::info!("after");
        path.exists()
    })
    .await;
    assert!(fs::read_to_string(&moved).unwrap().contains("before"));
    assert!(!fs::read_to_string(&path).unwrap().contains("before"));
    assert_eq!(logs.dropped(), 0);
}

/// A pipe stands for a disk that takes nothing for a while.
#[tokio::test]
async fn t6_a_disk_that_hangs_stops_no_request() {
    let folder = Folder::new();
    let path = folder.0.join("pipe");
    let made = Command::new("mkfifo").arg(&path).status();
    if !made.is_ok_and(|made| made.success()) {
        return skipped("named pipes");
    }
    // Both ends, as the one for reading alone waits for somebody who writes.
    let pipe = fs::File::options().read(true).write(true).open(&path).unwrap();
    let (_guard, logs) = to_file(&path, |_| ());
    let (_server, client) = pair().await;
    dropped(&logs, &client).await;
    assert!(!logs.flush(Duration::ZERO), "it hangs");
    drop(pipe);
}
