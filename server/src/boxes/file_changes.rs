//! Looking at, making, renaming and removing what is at a path of a box.

use std::ffi::OsStr;
use std::path::Path;

use upstash_box_wasm::api_types::FileStat;

use super::error::BoxError;
use super::{Boxes, paths, to_completion};
use crate::box_files::{self, FileError};
use crate::sandbox::{Change, SandboxError};

impl Boxes {
    /// What is at a path: a link itself, or with `follow` what it leads to.
    pub(crate) async fn stat_file(
        &self,
        reference: &str,
        path: &OsStr,
        follow: bool,
    ) -> Result<FileStat, BoxError> {
        let path = paths::in_box("path", path)?;
        let (this, reference) = (self.clone(), reference.to_owned());
        to_completion(async move {
            let mut entered = this.enter(&reference).await?;
            let sandbox = this.wake(&mut entered).await?;
            Ok(box_files::stat(&sandbox, &path, follow).await?)
        })
        .await
    }

    /// Makes a directory; with `parents` also those above it.
    pub(crate) async fn make_directory(
        &self,
        reference: &str,
        path: &OsStr,
        parents: bool,
    ) -> Result<(), BoxError> {
        let path = paths::in_box("path", path)?;
        let change = Change::MakeDirectory { path, parents };
        Ok(self.change_file(reference, change).await??)
    }

    /// Gives something another name. Where the kernel can only copy, the box's own `mv` does.
    pub(crate) async fn rename_file(
        &self,
        reference: &str,
        from: &OsStr,
        to: &OsStr,
    ) -> Result<(), BoxError> {
        let (from, to) = (paths::in_box("from", from)?, paths::in_box("to", to)?);
        let change = Change::Rename {
            from: from.clone(),
            to: to.clone(),
        };
        match self.change_file(reference, change).await? {
            Err(FileError::OtherFilesystem(_)) => {
                let moved = [text(&from, "from")?, text(&to, "to")?];
                self.run_tool(reference, &["mv", "-T", "--", &moved[0], &moved[1]])
                    .await
            }
            changed => Ok(changed?),
        }
    }

    /// Removes a file, or with `recursive` also a directory and all that is in it.
    pub(crate) async fn remove_file(
        &self,
        reference: &str,
        path: &OsStr,
        recursive: bool,
    ) -> Result<(), BoxError> {
        let path = paths::in_box("path", path)?;
        if path == Path::new("/") {
            return Err(BoxError::InvalidArgument(
                "path: the root of a box can't be removed; delete the box".to_owned(),
            ));
        }
        let change = Change::Remove {
            path: path.clone(),
            directory: recursive,
        };
        match self.change_file(reference, change).await? {
            Err(FileError::NotEmpty(_)) => {
                let path = text(&path, "path")?;
                self.run_tool(reference, &["rm", "-rf", "--", &path]).await
            }
            Err(FileError::IsADirectory(_)) => Err(BoxError::InvalidArgument(format!(
                "path: {} is a directory; set recursive to remove it with all that is in it",
                path.display()
            ))),
            changed => Ok(changed?),
        }
    }

    /// The change, or why the files did not allow it.
    async fn change_file(
        &self,
        reference: &str,
        change: Change,
    ) -> Result<Result<(), FileError>, BoxError> {
        let (this, reference) = (self.clone(), reference.to_owned());
        to_completion(async move {
            let mut entered = this.enter(&reference).await?;
            let sandbox = this.wake(&mut entered).await?;
            match box_files::change(&sandbox, &change).await {
                Err(FileError::Sandbox(error @ SandboxError::Ended)) => Err(error.into()),
                changed => Ok(changed),
            }
        })
        .await
    }
}

/// A path as an argument of a program.
fn text(path: &Path, member: &str) -> Result<String, BoxError> {
    path.to_str().map(str::to_owned).ok_or_else(|| {
        BoxError::InvalidArgument(format!(
            "{member}: this needs a copy, and for that its name must be text"
        ))
    })
}
