//! What systems do each in their own way: who else may touch a file, links, locks, and what makes
//! a new name last. A lock ends with the process that holds it, however that ends.

#[cfg(unix)]
pub(super) use self::unix::{create_dir, mode, no_follow, open_dir, private, sync_dir, try_lock};
#[cfg(windows)]
pub(super) use self::windows::{
    create_dir, mode, no_follow, open_dir, private, sync_dir, try_lock,
};

#[cfg(unix)]
mod unix {
    use std::fs::{DirBuilder, File, Metadata, OpenOptions};
    use std::io;
    use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
    use std::path::Path;

    use rustix::fs::{FlockOperation, OFlags, flock};
    use rustix::io::Errno;

    /// The permissions; all that `chmod` takes, and no type.
    pub(in super::super) fn mode(metadata: &Metadata) -> Option<u32> {
        Some(metadata.mode() & 0o7777)
    }

    /// What is created is for its owner alone.
    pub(in super::super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
        options.mode(0o600)
    }

    /// Never waits for somebody to write into a pipe; a link at the end of the path is an error
    /// unless `links` says to go where it leads.
    pub(in super::super) fn no_follow(options: &mut OpenOptions, links: bool) -> &mut OpenOptions {
        let links = if links { OFlags::empty() } else { OFlags::NOFOLLOW };
        options.custom_flags((links | OFlags::NONBLOCK).bits().cast_signed())
    }

    /// Creates a directory for its owner alone, and those above it.
    pub(in super::super) fn create_dir(path: &Path) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)
    }

    /// What a directory is, by a handle to it.
    pub(in super::super) fn open_dir(path: &Path) -> io::Result<Metadata> {
        let mut options = OpenOptions::new();
        no_follow(options.read(true), true).open(path)?.metadata()
    }

    /// Takes a lock, unless another handle has it.
    pub(in super::super) fn try_lock(path: &Path) -> io::Result<Option<File>> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        let file = no_follow(private(&mut options), false).open(path)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(file)),
            Err(Errno::WOULDBLOCK | Errno::INTR) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// A name is only sure to outlast a loss of power once its directory is written.
    pub(in super::super) fn sync_dir(path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }
}

#[cfg(windows)]
mod windows {
    use std::fs::{self, File, Metadata, OpenOptions};
    use std::io;
    use std::os::windows::fs::OpenOptionsExt;
    use std::path::Path;

    const FILE_FLAG_OPEN_REPARSE_POINT: u32 = 0x0020_0000;
    const ERROR_SHARING_VIOLATION: i32 = 32;

    /// There are no such permissions.
    pub(in super::super) fn mode(_: &Metadata) -> Option<u32> {
        None
    }

    /// What is created has the permissions of its directory.
    pub(in super::super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
        options
    }

    /// Opens a link itself rather than where it leads, unless `links` says so.
    pub(in super::super) fn no_follow(options: &mut OpenOptions, links: bool) -> &mut OpenOptions {
        if links { options } else { options.custom_flags(FILE_FLAG_OPEN_REPARSE_POINT) }
    }

    /// Creates a directory, and those above it.
    pub(in super::super) fn create_dir(path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    /// What a directory is; there is nothing here that a handle would protect.
    pub(in super::super) fn open_dir(path: &Path) -> io::Result<Metadata> {
        fs::metadata(path)
    }

    /// Takes a lock, unless another handle has it: a file that is open for one alone.
    pub(in super::super) fn try_lock(path: &Path) -> io::Result<Option<File>> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).share_mode(0);
        match options.open(path) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.raw_os_error() == Some(ERROR_SHARING_VIOLATION) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Directories are written with the files in them.
    pub(in super::super) fn sync_dir(_: &Path) -> io::Result<()> {
        Ok(())
    }
}
