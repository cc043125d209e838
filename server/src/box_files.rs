//! Files of a box, reached only through its sandbox.
//!
//! The sandbox opens, this side reads and writes the descriptor: no path of a box is ever looked up
//! on the host.

mod list;
mod path;
mod stat;

use std::io;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

pub(crate) use list::MOST_ENTRIES;
pub use list::{entry, list};
pub use path::absolute;
pub use stat::stat;

use crate::sandbox::{Change, OpenHow, Sandbox, SandboxError};

/// Why something with a file of a box failed. Paths are the box's.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Nothing is there.
    #[error("{}: no such file or directory", .0.display())]
    NotFound(PathBuf),
    /// A file where a directory is needed.
    #[error("{}: not a directory", .0.display())]
    NotADirectory(PathBuf),
    /// A directory where a file is needed.
    #[error("{}: is a directory", .0.display())]
    IsADirectory(PathBuf),
    /// Something is there already.
    #[error("{}: it exists already", .0.display())]
    Exists(PathBuf),
    /// A directory that must be empty is not.
    #[error("{}: the directory is not empty", .0.display())]
    NotEmpty(PathBuf),
    /// The box can't do without it where it is.
    #[error("{}: it is in use by the box itself", .0.display())]
    Busy(PathBuf),
    /// Another filesystem of the box, or a layer under it: only a copy gets there.
    #[error("{}: it can only be copied, not renamed", .0.display())]
    OtherFilesystem(PathBuf),
    /// A device, pipe or socket where a file is needed.
    #[error("{}: not a regular file", .0.display())]
    NotAFile(PathBuf),
    /// The path leaves the box, holds a NUL or is too long.
    #[error("{path}: {reason}")]
    InvalidPath {
        /// As it was given.
        path: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Not even the box's root may do that.
    #[error("{}: permission denied", .0.display())]
    Denied(PathBuf),
    /// A directory whose entries don't fit into one answer.
    #[error(
        "{}: the directory has more than {most} entries; list it by a command in a box instead",
        .path.display()
    )]
    TooManyEntries {
        /// The directory.
        path: PathBuf,
        /// How many there may be.
        most: usize,
    },
    /// The disk or a quota is full.
    #[error("{}: no space left", .0.display())]
    StorageFull(PathBuf),
    /// The kernel refused for another reason.
    #[error("{}: {source}", .path.display())]
    Io {
        /// What was being used.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The sandbox could not answer.
    #[error(transparent)]
    Sandbox(SandboxError),
}

/// Opens a regular file for reading; its length comes with it.
///
/// # Errors
/// When there is no regular file at `path`.
pub async fn open(sandbox: &Sandbox, path: &Path) -> Result<(File, u64), FileError> {
    let file = sandbox
        .open(path, OpenHow::Read)
        .await
        .map_err(|error| opening(path, error))?;
    let file = std::fs::File::from(file);
    let metadata = file.metadata().map_err(|source| kernel(path, source))?;
    if metadata.is_dir() {
        return Err(FileError::IsADirectory(path.to_path_buf()));
    }
    if !metadata.is_file() {
        return Err(FileError::NotAFile(path.to_path_buf()));
    }
    Ok((File::from_std(file), metadata.len()))
}

/// Writes a file from its start, making it and the directories above it when missing.
///
/// # Errors
/// When the path is not a regular file or the disk is full; a full disk leaves what was written.
pub async fn write(sandbox: &Sandbox, path: &Path, content: &[u8]) -> Result<(), FileError> {
    let mut file = File::from_std(create(sandbox, path).await?);
    file.write_all(content)
        .await
        .map_err(|source| kernel(path, source))?;
    file.flush().await.map_err(|source| kernel(path, source))
}

/// Writes a file from the content of another, which need not fit into memory.
///
/// # Errors
/// As [`write()`].
pub async fn write_from(
    sandbox: &Sandbox,
    path: &Path,
    mut content: std::fs::File,
) -> Result<(), FileError> {
    let mut file = create(sandbox, path).await?;
    let copied = tokio::task::spawn_blocking(move || io::copy(&mut content, &mut file)).await;
    let copied = copied.unwrap_or_else(|error| Err(error.into()));
    copied.map(drop).map_err(|source| kernel(path, source))
}

async fn create(sandbox: &Sandbox, path: &Path) -> Result<std::fs::File, FileError> {
    let file = sandbox.open(path, OpenHow::Write).await;
    Ok(file.map_err(|error| opening(path, error))?.into())
}

/// Makes, renames or removes a name.
///
/// # Errors
/// When the box's disk does not allow it as it is now; then nothing has changed.
pub(crate) async fn change(sandbox: &Sandbox, change: &Change) -> Result<(), FileError> {
    let Err(error) = sandbox.change(change).await else {
        return Ok(());
    };
    let (Some(errno), Change::Rename { from, to }) = (error.errno(), change) else {
        let (Change::MakeDirectory { path, .. }
        | Change::Remove { path, .. }
        | Change::Rename { from: path, .. }) = change;
        return Err(opening(path, error));
    };
    Err(match errno {
        // The kernel does not tell which of the two it means.
        Errno::ENOENT if stat(sandbox, from, false).await.is_ok() => {
            FileError::NotFound(to.parent().unwrap_or(to).to_path_buf())
        }
        Errno::EINVAL => FileError::InvalidPath {
            path: to.display().to_string(),
            reason: "a directory can't be moved into itself",
        },
        Errno::EEXIST | Errno::ENOTEMPTY | Errno::EISDIR => FileError::Exists(to.clone()),
        Errno::ENOTDIR if stat(sandbox, to, false).await.is_ok() => FileError::Exists(to.clone()),
        Errno::EXDEV => FileError::OtherFilesystem(from.clone()),
        _ => opening(from, error),
    })
}

fn opening(path: &Path, error: SandboxError) -> FileError {
    match error.errno() {
        Some(errno) if matches!(error, SandboxError::Kernel(_)) => {
            kernel(path, io::Error::from(errno))
        }
        _ => FileError::Sandbox(error),
    }
}

/// What a failed call on a path of a box means.
pub fn failed(path: &Path, errno: Errno) -> FileError {
    kernel(path, errno.into())
}

fn kernel(path: &Path, source: io::Error) -> FileError {
    let path = path.to_path_buf();
    match source.raw_os_error().map(Errno::from_raw) {
        Some(Errno::ENOENT) => FileError::NotFound(path),
        Some(Errno::ENOTDIR) => FileError::NotADirectory(path),
        Some(Errno::EISDIR) => FileError::IsADirectory(path),
        Some(Errno::EEXIST) => FileError::Exists(path),
        Some(Errno::ENOTEMPTY) => FileError::NotEmpty(path),
        Some(Errno::EBUSY) => FileError::Busy(path),
        Some(Errno::EXDEV) => FileError::OtherFilesystem(path),
        Some(Errno::EINVAL | Errno::ENXIO | Errno::ELOOP) => FileError::NotAFile(path),
        Some(Errno::EACCES | Errno::EPERM | Errno::EROFS | Errno::ETXTBSY) => {
            FileError::Denied(path)
        }
        Some(Errno::ENOSPC | Errno::EDQUOT) => FileError::StorageFull(path),
        Some(Errno::ENAMETOOLONG) => FileError::InvalidPath {
            path: path.display().to_string(),
            reason: "a name in it is too long",
        },
        _ => FileError::Io { path, source },
    }
}
