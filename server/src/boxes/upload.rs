//! Files that arrive together and are put into a box when all of them are there.
//!
//! Their content waits on the server's disk, so it needs no memory, and what is wrong with the last
//! file leaves nothing of the first.

use std::fs::File;
use std::io::{Seek, Write};
use std::path::PathBuf;

use bytes::Bytes;
use upstash_box_wasm::api_types::FileKind;

use super::error::BoxError;
use super::files::file_to_write;
use super::{Boxes, to_completion};
use crate::box_files::{self, FileError};

const MAX_FILES: usize = 10;
const MAX_FILE_BYTES: u64 = 100 * 1024 * 1024;

/// Files on their way to one box.
#[derive(Debug)]
pub(crate) struct Upload {
    boxes: Boxes,
    reference: String,
    targets: Vec<PathBuf>,
    files: Vec<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    content: File,
    size_bytes: u64,
}

impl Boxes {
    /// Begins an upload to a box that exists.
    pub(crate) async fn begin_upload(&self, reference: &str) -> Result<Upload, BoxError> {
        self.find_live(reference).await?;
        Ok(Upload {
            boxes: self.clone(),
            reference: reference.to_owned(),
            targets: Vec::new(),
            files: Vec::new(),
        })
    }
}

impl Upload {
    /// Where the next file without a place goes.
    pub(crate) fn add_target(&mut self, path: &str) -> Result<(), BoxError> {
        self.check_count("paths", self.targets.len())?;
        self.targets.push(file_to_write("paths", path.as_ref())?);
        Ok(())
    }

    /// Begins the next file.
    pub(crate) async fn add_file(&mut self) -> Result<(), BoxError> {
        self.check_count("files", self.files.len())?;
        let place = self.boxes.inner.parts.spool.clone();
        let content = blocking(move || tempfile::tempfile_in(place)).await?;
        self.files.push(Waiting {
            content,
            size_bytes: 0,
        });
        Ok(())
    }

    /// Adds to the file that was begun last.
    pub(crate) async fn write(&mut self, bytes: Bytes) -> Result<(), BoxError> {
        let Some(file) = self.files.last_mut() else {
            return Ok(());
        };
        file.size_bytes += bytes.len() as u64;
        if file.size_bytes > MAX_FILE_BYTES {
            return Err(BoxError::TooLarge(
                "files: one of them is larger than 100 MiB; write it in parts or let the box fetch it"
                    .to_owned(),
            ));
        }
        let mut content = file.content.try_clone().map_err(storing)?;
        blocking(move || content.write_all(&bytes)).await
    }

    /// Puts the files into the box, each where the path of its number says.
    pub(crate) async fn finish(self) -> Result<(), BoxError> {
        if self.targets.len() != self.files.len() || self.files.is_empty() {
            return Err(BoxError::InvalidArgument(format!(
                "files: there are {} of them and {} paths; each file needs one path, paired by \
                 their order",
                self.files.len(),
                self.targets.len()
            )));
        }
        to_completion(async move {
            let mut entered = self.boxes.enter(&self.reference).await?;
            let sandbox = self.boxes.wake(&mut entered).await?;
            for path in &self.targets {
                match box_files::stat(&sandbox, path, true).await {
                    Ok(found) if found.kind == FileKind::Directory => {
                        return Err(FileError::IsADirectory(path.clone()).into());
                    }
                    Ok(found) if found.kind != FileKind::File => {
                        return Err(FileError::NotAFile(path.clone()).into());
                    }
                    _ => {}
                }
            }
            for (path, mut file) in self.targets.iter().zip(self.files) {
                file.content.rewind().map_err(storing)?;
                box_files::write_from(&sandbox, path, file.content).await?;
            }
            Ok(())
        })
        .await
    }

    fn check_count(&self, member: &str, count: usize) -> Result<(), BoxError> {
        if count < MAX_FILES {
            return Ok(());
        }
        Err(BoxError::InvalidArgument(format!(
            "{member}: one upload takes at most {MAX_FILES} files; send several"
        )))
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, BoxError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| BoxError::Interrupted(error.to_string()))?
        .map_err(storing)
}

fn storing(source: std::io::Error) -> BoxError {
    if source.kind() == std::io::ErrorKind::StorageFull {
        return FileError::StorageFull(PathBuf::from("the server's data directory")).into();
    }
    BoxError::Output(source)
}
