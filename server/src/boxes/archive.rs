//! A directory of a box as a tar archive, which the box's own `tar` makes while it is read.

use bytes::{Bytes, BytesMut};
use tokio::io::AsyncReadExt;

use super::error::BoxError;
use super::tool::Tool;
use super::{Boxes, paths};

const READ_BYTES: usize = 64 * 1024;

/// What the kernel makes up, and what never ends.
const NOT_OF_THE_DISK: [&str; 3] = ["--exclude=./proc", "--exclude=./sys", "--exclude=./dev"];

/// The pieces of an archive. Dropping it ends the program.
#[derive(Debug)]
pub(crate) struct Archive {
    tool: Option<Tool>,
    first: Option<Bytes>,
}

impl Boxes {
    /// Begins the archive of a directory, the workspace when none is named.
    pub(crate) async fn archive(
        &self,
        reference: &str,
        folder: Option<&str>,
    ) -> Result<Archive, BoxError> {
        let folder = paths::working_directory(folder)?;
        let mut argv = vec!["tar"];
        if folder == paths::ROOT {
            argv.extend(NOT_OF_THE_DISK);
        }
        argv.extend(["-cf", "-", "."]);
        let tool = self.start_tool(reference, &argv, folder).await?;
        let mut archive = Archive {
            tool: Some(tool),
            first: None,
        };
        // What fails at once is an ordinary error.
        archive.first = archive.read().await?;
        Ok(archive)
    }
}

impl Archive {
    /// The next piece; `None` after the last of a whole archive.
    pub(crate) async fn next(&mut self) -> Option<Result<Bytes, BoxError>> {
        match self.first.take() {
            Some(first) => Some(Ok(first)),
            None => self.read().await.transpose(),
        }
    }

    async fn read(&mut self) -> Result<Option<Bytes>, BoxError> {
        let Some(tool) = self.tool.as_mut() else {
            return Ok(None);
        };
        let mut piece = BytesMut::with_capacity(READ_BYTES);
        if tool
            .run
            .stdout
            .read_buf(&mut piece)
            .await
            .map_err(BoxError::Output)?
            > 0
        {
            return Ok(Some(piece.freeze()));
        }
        let Some(mut tool) = self.tool.take() else {
            return Ok(None);
        };
        let complaint = tool.complaint().await?;
        match tool.run.wait().await?.code {
            // 1 says that a file changed while it was read.
            0 | 1 => Ok(None),
            127 => Err(BoxError::Unsupported(
                "there is no tar in this box".to_owned(),
            )),
            code => Err(BoxError::Conflict(format!(
                "tar ended with exit code {code}: {complaint}"
            ))),
        }
    }
}
