//! Lists a directory of a box.

use std::ffi::OsStr;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use nix::dir::Dir;
use nix::fcntl::AtFlags;
use nix::sys::stat::{FileStat, SFlag, fstatat};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use upstash_box_wasm::api_types::FileEntry;

use super::{FileError, kernel, opening};
use crate::sandbox::{OpenHow, Sandbox};

/// The most entries of one answer. All of them are in memory at a time, and a box can make millions.
pub(crate) const MOST_ENTRIES: usize = 100_000;

/// The entries of one directory, sorted by name. Links are not followed.
///
/// # Errors
/// When there is no directory at `path`, or it has more than [`MOST_ENTRIES`].
pub async fn list(sandbox: &Sandbox, path: &Path) -> Result<Vec<FileEntry>, FileError> {
    let directory = sandbox
        .open(path, OpenHow::Directory)
        .await
        .map_err(|error| opening(path, error))?;
    let path = path.to_path_buf();
    let listed = path.clone();
    tokio::task::spawn_blocking(move || entries(directory, &listed, MOST_ENTRIES))
        .await
        .unwrap_or_else(|source| {
            Err(FileError::Io {
                path,
                source: source.into(),
            })
        })
}

fn entries(directory: OwnedFd, path: &Path, most: usize) -> Result<Vec<FileEntry>, FileError> {
    let failed = |errno: nix::errno::Errno| kernel(path, errno.into());
    let mut directory = Dir::from_fd(directory).map_err(failed)?;
    let mut names = Vec::new();
    for entry in directory.iter() {
        let name = entry.map_err(failed)?.file_name().to_owned();
        if name.as_bytes() == b"." || name.as_bytes() == b".." {
            continue;
        }
        if names.len() == most {
            let path = path.to_path_buf();
            return Err(FileError::TooManyEntries { path, most });
        }
        names.push(name);
    }
    names.sort();
    let entries = names.into_iter().filter_map(|name| {
        // One that has gone meanwhile is not there.
        let stat = fstatat(&directory, name.as_c_str(), AtFlags::AT_SYMLINK_NOFOLLOW).ok()?;
        Some(entry(path, OsStr::from_bytes(name.to_bytes()), &stat))
    });
    Ok(entries.collect())
}

/// How an entry is told.
pub fn entry(directory: &Path, name: &OsStr, stat: &FileStat) -> FileEntry {
    let path = directory.join(name);
    let is_text = path.to_str().is_some();
    FileEntry {
        name: name.to_string_lossy().into_owned(),
        path_base64: (!is_text).then(|| STANDARD.encode(path.as_os_str().as_bytes())),
        path: path.to_string_lossy().into_owned(),
        size: stat.st_size.unsigned_abs(),
        is_dir: kind(stat) == SFlag::S_IFDIR,
        mod_time: mod_time(stat),
    }
}

/// File, directory, link or what else.
pub(super) fn kind(stat: &FileStat) -> SFlag {
    SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT
}

/// When the content last changed, ISO 8601.
pub(super) fn mod_time(stat: &FileStat) -> String {
    OffsetDateTime::from_unix_timestamp(stat.st_mtime)
        .ok()
        .and_then(|time| time.replace_nanosecond(stat.st_mtime_nsec as u32).ok())
        .and_then(|time| time.format(&Rfc3339).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_with_more_entries_than_fit_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        for name in ["a", "b", "c"] {
            std::fs::write(directory.path().join(name), name).unwrap();
        }
        let list = |most| {
            let opened = std::fs::File::open(directory.path()).unwrap();
            entries(opened.into(), Path::new("/d"), most)
        };
        assert_eq!(list(3).unwrap().len(), 3);
        let refused = list(2);
        assert!(matches!(
            refused,
            Err(FileError::TooManyEntries { most: 2, .. })
        ));
    }
}
