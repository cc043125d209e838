//! Files of a box, reached only through its sandbox.
//!
//! The sandbox opens, this side reads and writes the descriptor: no path of a box is ever looked up
//! on the host.

mod list;
mod path;

use std::io;
use std::path::PathBuf;

use nix::errno::Errno;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

pub use list::{entry, list};
pub use path::absolute;

use crate::sandbox::{OpenHow, Sandbox, SandboxError};

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
pub async fn open(sandbox: &Sandbox, path: &str) -> Result<(File, u64), FileError> {
    let path = absolute(path)?;
    let file = sandbox
        .open(&path, OpenHow::Read)
        .await
        .map_err(|error| opening(&path, error))?;
    let file = std::fs::File::from(file);
    let metadata = file.metadata().map_err(|source| kernel(&path, source))?;
    if metadata.is_dir() {
        return Err(FileError::IsADirectory(path));
    }
    if !metadata.is_file() {
        return Err(FileError::NotAFile(path));
    }
    Ok((File::from_std(file), metadata.len()))
}

/// Writes a file from its start, making it and the directories above it when missing.
///
/// # Errors
/// When the path is not a regular file or the disk is full; a full disk leaves what was written.
pub async fn write(sandbox: &Sandbox, path: &str, content: &[u8]) -> Result<(), FileError> {
    let path = absolute(path)?;
    let file = sandbox
        .open(&path, OpenHow::Write)
        .await
        .map_err(|error| opening(&path, error))?;
    let mut file = File::from_std(file.into());
    file.write_all(content)
        .await
        .map_err(|source| kernel(&path, source))?;
    file.flush().await.map_err(|source| kernel(&path, source))
}

fn opening(path: &std::path::Path, error: SandboxError) -> FileError {
    match error.errno() {
        Some(errno) if matches!(error, SandboxError::Kernel(_)) => {
            kernel(path, io::Error::from(errno))
        }
        _ => FileError::Sandbox(error),
    }
}

/// What a failed call on a path of a box means.
pub fn failed(path: &std::path::Path, errno: Errno) -> FileError {
    kernel(path, errno.into())
}

fn kernel(path: &std::path::Path, source: io::Error) -> FileError {
    let path = path.to_path_buf();
    match source.raw_os_error().map(Errno::from_raw) {
        Some(Errno::ENOENT) => FileError::NotFound(path),
        Some(Errno::ENOTDIR) => FileError::NotADirectory(path),
        Some(Errno::EISDIR) => FileError::IsADirectory(path),
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
