#![expect(clippy::unwrap_used, reason = "a test fails where it is wrong")]

use std::fs::{self, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::fs::{FlockOperation, flock};

use super::*;

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("np-local-{}-{number}", std::process::id()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

async fn bind(path: &str) -> io::Result<Listener> {
    Listener::bind(path, &LocalUsers::same()).await
}

fn mode(path: &str) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
}

/// A socket whose server is gone.
fn stale(path: &str) {
    drop(UnixListener::bind(path).unwrap());
}

#[tokio::test]
async fn f29_a_socket_is_for_its_user_alone_and_gone_with_its_server() {
    let folder = Folder::new();
    let path = folder.path("s");
    let listener = bind(&path).await.unwrap();
    assert_eq!(mode(&path), 0o600);
    drop(listener);
    assert!(!fs::exists(&path).unwrap());
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 0, "nothing else is left");
}

#[tokio::test]
async fn f29_a_socket_that_others_may_use_can_be_opened_by_them() {
    let folder = Folder::new();
    for (users, expected) in [
        (LocalUsers::same(), 0o600),
        (LocalUsers::same().and([7]), 0o666),
        (LocalUsers::only([7]), 0o666),
        (LocalUsers::any(), 0o666),
    ] {
        let path = folder.path("s");
        let _listener = Listener::bind(&path, &users).await.unwrap();
        assert_eq!(mode(&path), expected, "{users:?}");
    }
}

#[tokio::test]
async fn f29_a_stale_socket_is_replaced() {
    let folder = Folder::new();
    let path = folder.path("s");
    stale(&path);
    assert!(fs::symlink_metadata(&path).unwrap().file_type().is_socket());
    let mut listener = bind(&path).await.unwrap();
    assert_eq!(mode(&path), 0o600);
    let users = LocalUsers::same();
    let (client, server) = tokio::join!(connect(&path, &users), listener.accept());
    client.unwrap();
    server.unwrap();
}

#[tokio::test]
async fn f29_what_is_no_socket_is_never_deleted() {
    let folder = Folder::new();
    let (file, dir, link) = (folder.path("file"), folder.path("dir"), folder.path("link"));
    fs::write(&file, "precious").unwrap();
    fs::create_dir(&dir).unwrap();
    let old = folder.path("old");
    stale(&old);
    symlink(&old, &link).unwrap();
    for path in [&file, &dir, &link] {
        let error = bind(path).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AlreadyExists, "{path}: {error}");
        assert!(error.to_string().contains("left alone"), "{error}");
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "precious");
    assert!(fs::exists(&dir).unwrap());
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}

#[tokio::test]
async fn f29_a_socket_that_somebody_listens_at_is_left_to_them() {
    let folder = Folder::new();
    let path = folder.path("s");
    let mut first = bind(&path).await.unwrap();
    let error = bind(&path).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AddrInUse);
    assert!(error.to_string().contains("another server listens"), "{error}");
    // The one that looked whether somebody listens, and a real client.
    first.accept().await.unwrap();
    let users = LocalUsers::same();
    let (client, server) = tokio::join!(connect(&path, &users), first.accept());
    client.unwrap();
    server.unwrap();
}

#[tokio::test]
async fn f29_a_path_that_is_another_servers_by_now_is_left_alone() {
    let folder = Folder::new();
    let path = folder.path("s");
    let first = bind(&path).await.unwrap();
    fs::remove_file(&path).unwrap();
    let _second = bind(&path).await.unwrap();
    drop(first);
    assert!(fs::exists(&path).unwrap(), "the second server's socket");
}

#[tokio::test]
async fn f29_of_servers_that_start_at_once_on_a_stale_socket_one_gets_it() {
    let folder = Folder::new();
    for _ in 0..20 {
        let path = folder.path("s");
        stale(&path);
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let path = path.clone();
            tasks.spawn(async move { bind(&path).await });
        }
        let all = tasks.join_all().await;
        let (won, lost): (Vec<_>, Vec<_>) = all.into_iter().partition(Result::is_ok);
        assert_eq!((won.len(), lost.len()), (1, 3));
        for error in lost {
            assert_eq!(error.unwrap_err().kind(), ErrorKind::AddrInUse);
        }
        connect(&path, &LocalUsers::same()).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_folder_that_stays_locked_is_an_error_that_says_so() {
    let folder = Folder::new();
    let lock = fs::File::open(&folder.0).unwrap();
    flock(&lock, FlockOperation::LockExclusive).unwrap();
    let error = bind(&folder.path("s")).await.unwrap_err();
    assert!(error.to_string().contains("holds a lock on the folder"), "{error}");
    drop(lock);
    bind(&folder.path("s")).await.unwrap();
}

#[tokio::test]
async fn t10_a_path_that_is_too_long_is_an_error_with_both_lengths() {
    let folder = Folder::new();
    let room = 107 - folder.path("").len();
    let fits = folder.path(&"x".repeat(room));
    let listener = bind(&fits).await.unwrap();
    drop(listener);
    let long = folder.path(&"x".repeat(room + 1));
    for error in [
        bind(&long).await.unwrap_err(),
        connect(&long, &LocalUsers::same()).await.unwrap_err(),
        bind(&"x".repeat(108)).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains("at most 107 octets, and this one 108"), "{error}");
    }
}

#[tokio::test]
async fn t10_a_folder_that_is_not_there_is_named() {
    let folder = Folder::new();
    let error = bind(&folder.path("no/s")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("create it first"), "{error}");
    assert!(error.to_string().contains(&folder.path("no")), "{error}");
}

#[tokio::test]
async fn t10_a_client_learns_why_it_reaches_nobody() {
    let folder = Folder::new();
    let users = LocalUsers::same();
    let old = folder.path("old");
    stale(&old);
    let name = format!("np-nobody-{}", std::process::id());
    for (path, kind, text) in [
        (folder.path("none"), ErrorKind::NotFound, "nothing is there"),
        (old, ErrorKind::ConnectionRefused, "nobody listens at it any more"),
        (name, ErrorKind::ConnectionRefused, "nobody listens at that name"),
    ] {
        let error = connect(&path, &users).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{path}");
        assert!(error.to_string().contains(text), "{path}: {error}");
    }
    let denied = explain("/s", ErrorKind::PermissionDenied.into());
    assert!(denied.to_string().contains("`.local_users(..)`"), "{denied}");
}

#[tokio::test]
async fn t10_a_folder_without_permission_is_an_error_that_says_so() {
    let folder = Folder::new();
    let closed = folder.path("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, Permissions::from_mode(0o500)).unwrap();
    let bound = bind(&format!("{closed}/s")).await;
    // Root may do as it likes.
    if !rustix::process::geteuid().is_root() {
        let error = bound.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PermissionDenied);
        assert!(error.to_string().contains("may not create files"), "{error}");
    }
}

#[tokio::test]
async fn t10_a_client_goes_away_from_a_server_of_a_user_it_does_not_trust() {
    let folder = Folder::new();
    let path = folder.path("s");
    let _listener = bind(&path).await.unwrap();
    let uid = rustix::process::geteuid().as_raw();
    let error = connect(&path, &LocalUsers::only([uid + 1])).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    assert!(error.to_string().contains(&format!("runs as user {uid}")), "{error}");
    let (_stream, server) = connect(&path, &LocalUsers::only([uid])).await.unwrap();
    assert_eq!((server.uid(), server.pid()), (Some(uid), Some(std::process::id())));
}

#[tokio::test]
async fn a_name_needs_no_path_and_belongs_to_one_server() {
    let name = format!("np-name-{}", std::process::id());
    let first = bind(&name).await.unwrap();
    assert!(!fs::exists(&name).unwrap());
    let error = bind(&name).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AddrInUse);
    connect(&name, &LocalUsers::same()).await.unwrap();
    drop(first);
    bind(&name).await.unwrap();
}

#[test]
fn users_are_let_in_as_they_were_named() {
    let own = rustix::process::geteuid().as_raw();
    let other = own + 1;
    for (users, expected) in [
        (LocalUsers::same(), [true, true, false]),
        (LocalUsers::same().and([other]), [true, true, true]),
        (LocalUsers::only([other]), [false, false, true]),
        (LocalUsers::any(), [true, true, true]),
    ] {
        for (uid, allowed) in [own, 0, other].into_iter().zip(expected) {
            let peer = LocalPeer { uid: Some(uid), gid: None, pid: None };
            assert_eq!(users.allow(&peer), allowed, "{users:?} {uid}");
        }
        // Who cannot be told is nobody.
        let unknown = LocalPeer { uid: None, gid: None, pid: Some(1) };
        assert_eq!(users.allow(&unknown), users == LocalUsers::any());
    }
}
