//! Files of a box. Work on them wakes it, because its paths mean something only inside.

use std::ffi::OsStr;
use std::io::SeekFrom;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use upstash_box_wasm::api_types::FileEntry;

use super::error::BoxError;
use super::{Boxes, paths, to_completion};
use crate::box_files;

/// The most that one ranged read gives.
const MAX_RANGE_BYTES: u64 = 8 * 1024 * 1024;
/// The most that a whole read gives; it is held in memory, a download is not.
const MAX_WHOLE_BYTES: u64 = 64 * 1024 * 1024;

/// Which part of a file is wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ReadRange {
    Whole,
    Part { offset: u64, length: u64 },
}

impl ReadRange {
    /// Refuses what no answer may hold.
    pub(super) fn check(self) -> Result<(), BoxError> {
        match self {
            Self::Part { length, .. } if length > MAX_RANGE_BYTES => {
                Err(BoxError::InvalidArgument(
                    "length: a ranged read gives at most 8 MiB; read in several parts".to_owned(),
                ))
            }
            _ => Ok(()),
        }
    }

    /// This part of a file that has `size` bytes.
    pub(super) async fn read(
        self,
        mut file: File,
        size: u64,
        path: &str,
    ) -> Result<Vec<u8>, BoxError> {
        let most = match self {
            Self::Whole if size > MAX_WHOLE_BYTES => return Err(too_large(path)),
            // One byte more tells a file that has grown meanwhile.
            Self::Whole => MAX_WHOLE_BYTES + 1,
            Self::Part { offset, length } => {
                file.seek(SeekFrom::Start(offset))
                    .await
                    .map_err(BoxError::Output)?;
                length
            }
        };
        let mut content = Vec::new();
        file.take(most)
            .read_to_end(&mut content)
            .await
            .map_err(BoxError::Output)?;
        if matches!(self, Self::Whole) && content.len() as u64 > MAX_WHOLE_BYTES {
            return Err(too_large(path));
        }
        Ok(content)
    }
}

impl Boxes {
    /// The content of a file, or a part of it.
    pub(crate) async fn read_file(
        &self,
        reference: &str,
        path: &OsStr,
        range: ReadRange,
    ) -> Result<Vec<u8>, BoxError> {
        range.check()?;
        let (file, size) = self.open_file(reference, path).await?;
        range.read(file, size, &path.to_string_lossy()).await
    }

    /// Opens a file for reading; also its length.
    pub(crate) async fn open_file(
        &self,
        reference: &str,
        path: &OsStr,
    ) -> Result<(File, u64), BoxError> {
        let path = paths::in_box("path", path)?;
        let (this, reference) = (self.clone(), reference.to_owned());
        to_completion(async move {
            let mut entered = this.enter(&reference).await?;
            let sandbox = this.wake(&mut entered).await?;
            Ok(box_files::open(&sandbox, &path).await?)
        })
        .await
    }

    /// Writes a whole file; makes the directories above it. The box's lock is held until the last
    /// byte is written, so that a snapshot has the file before or after, never half.
    pub(crate) async fn write_file(
        &self,
        reference: &str,
        path: &OsStr,
        content: Vec<u8>,
    ) -> Result<(), BoxError> {
        let path = file_to_write("path", path)?;
        let (this, reference) = (self.clone(), reference.to_owned());
        to_completion(async move {
            let mut entered = this.enter(&reference).await?;
            let sandbox = this.wake(&mut entered).await?;
            Ok(box_files::write(&sandbox, &path, &content).await?)
        })
        .await
    }

    /// One level of a directory; of the workspace when none is named.
    pub(crate) async fn list_files(
        &self,
        reference: &str,
        folder: Option<&OsStr>,
    ) -> Result<Vec<FileEntry>, BoxError> {
        let path = paths::in_box("folder", folder.unwrap_or(paths::WORKSPACE.as_ref()))?;
        let (this, reference) = (self.clone(), reference.to_owned());
        to_completion(async move {
            let mut entered = this.enter(&reference).await?;
            let sandbox = this.wake(&mut entered).await?;
            Ok(box_files::list(&sandbox, &path).await?)
        })
        .await
    }
}

/// The absolute path of a file that is to be written.
pub(super) fn file_to_write(member: &str, path: &OsStr) -> Result<PathBuf, BoxError> {
    if path.as_bytes().ends_with(b"/") {
        return Err(BoxError::InvalidArgument(format!(
            "{member}: it ends in a slash, so it names a directory"
        )));
    }
    paths::in_box(member, path)
}

fn too_large(path: &str) -> BoxError {
    BoxError::TooLarge(format!(
        "{path} is larger than 64 MiB; read it in parts with offset and length, or download it"
    ))
}
