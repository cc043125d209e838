//! One box, as a program in Rust holds it.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{AgentStream, CommandStream, Service, with_member};
use crate::api_types::{BoxInfo, ErrorCode, ExecResponse, FileEntry, SnapshotInfo};
use crate::error::Error;
use crate::transport::{Streaming, Transport};

/// A box. Relative paths and commands begin in its workspace.
#[derive(Debug)]
pub struct BoxHandle<T> {
    service: Service<T>,
    id: String,
}

impl<T> Clone for BoxHandle<T> {
    fn clone(&self) -> Self {
        Self {
            service: self.service.clone(),
            id: self.id.clone(),
        }
    }
}

impl<T: Transport<Json = Value>> BoxHandle<T> {
    pub(super) const fn new(service: Service<T>, id: String) -> Self {
        Self { service, id }
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The same box, each of whose calls ends after this time, see [`Service::with_limit`].
    #[must_use]
    pub fn with_limit(&self, limit: Duration) -> Self {
        Self::new(self.service.with_limit(limit), self.id.clone())
    }

    /// Does a call about this box, see [`Service::ask`].
    ///
    /// # Errors
    ///
    /// Those of [`Service::ask`].
    pub async fn ask<A: DeserializeOwned>(
        &self,
        name: &str,
        arguments: impl Serialize,
    ) -> Result<A, Error> {
        self.service.ask(name, self.about(arguments)?).await
    }

    /// Begins a call about this box that answers with a stream, see [`Service::open`].
    ///
    /// # Errors
    ///
    /// Those of [`Service::open`].
    pub async fn open(&self, name: &str, arguments: impl Serialize) -> Result<T::Body, Error>
    where
        T: Streaming,
    {
        self.service.open(name, self.about(arguments)?).await
    }

    /// The arguments with the box's id.
    fn about(&self, arguments: impl Serialize) -> Result<Value, Error> {
        with_member(arguments, "id", self.id.as_str().into())
    }

    /// What the service tells of it now.
    ///
    /// # Errors
    ///
    /// `box_not_found` when it is gone.
    pub async fn info(&self) -> Result<BoxInfo, Error> {
        self.ask("Box.get", ()).await
    }

    /// Runs a shell command to its end. A command that fails is an answer, not an error.
    ///
    /// # Errors
    ///
    /// When it could not be run.
    pub async fn exec(&self, command: &str) -> Result<ExecResponse, Error> {
        self.ask("box.exec.command", json!({ "command": command }))
            .await
    }

    /// Runs a shell command whose output is read as it comes. Dropping the stream ends the command.
    ///
    /// # Errors
    ///
    /// When it could not be started.
    pub async fn exec_stream(&self, command: &str) -> Result<CommandStream<T::Body>, Error>
    where
        T: Streaming,
    {
        let arguments = json!({ "command": command });
        let opened = self.open("box.exec.stream", arguments).await;
        opened.map(CommandStream::new)
    }

    /// Asks the box's agent and gives what it says and does as it comes.
    ///
    /// # Errors
    ///
    /// When the agent could not be asked.
    pub async fn agent_stream(&self, prompt: &str) -> Result<AgentStream<T::Body>, Error>
    where
        T: Streaming,
    {
        let arguments = json!({ "prompt": prompt });
        let opened = self.open("box.agent.stream", arguments).await;
        opened.map(AgentStream::new)
    }

    /// The text of a file.
    ///
    /// # Errors
    ///
    /// `path_not_found` when there is none.
    pub async fn read(&self, path: &str) -> Result<String, Error> {
        self.ask("box.files.read", json!({ "path": path })).await
    }

    /// Writes a file whole. Missing directories are made.
    ///
    /// # Errors
    ///
    /// When it can't be written.
    pub async fn write(&self, path: &str, content: &str) -> Result<(), Error> {
        self.ask(
            "box.files.write",
            json!({ "path": path, "content": content }),
        )
        .await
    }

    /// The bytes of a file. What is large comes in pieces from [`BoxHandle::open`] with `box.files.stream`.
    ///
    /// # Errors
    ///
    /// `path_not_found` when there is none.
    pub async fn read_bytes(&self, path: &str) -> Result<Vec<u8>, Error> {
        let arguments = json!({ "path": path, "encoding": "base64" });
        let text: String = self.ask("box.files.read", arguments).await?;
        STANDARD.decode(text).map_err(|_| {
            let message = "box.files.read: the server's answer is not base64.".to_owned();
            Error::new(ErrorCode::InvalidResponse, message)
        })
    }

    /// Writes a file of any bytes whole. Missing directories are made.
    ///
    /// # Errors
    ///
    /// When it can't be written.
    pub async fn write_bytes(&self, path: &str, content: &[u8]) -> Result<(), Error> {
        let content = STANDARD.encode(content);
        let arguments = json!({ "path": path, "content": content, "encoding": "base64" });
        self.ask("box.files.write", arguments).await
    }

    /// The entries of a directory.
    ///
    /// # Errors
    ///
    /// `path_not_found` when there is none.
    pub async fn list(&self, path: &str) -> Result<Vec<FileEntry>, Error> {
        self.ask("box.files.list", json!({ "path": path })).await
    }

    /// Takes a snapshot and waits until it can be restored.
    ///
    /// # Errors
    ///
    /// When it can't be taken; the error's `left_behind` names one that is still being made.
    pub async fn snapshot(&self, options: impl Serialize) -> Result<SnapshotInfo, Error> {
        self.ask("box.snapshot", options).await
    }

    /// Gives the box the disk of a snapshot. Its id stays.
    ///
    /// # Errors
    ///
    /// `snapshot_not_found`, or `unsupported` by a service that has no rollback.
    pub async fn rollback(&self, snapshot_id: &str) -> Result<(), Error> {
        let _: Value = self
            .ask("box.rollback", json!({ "snapshotId": snapshot_id }))
            .await?;
        Ok(())
    }

    /// Deletes the box. Its snapshots stay.
    ///
    /// # Errors
    ///
    /// `box_not_found` when it is gone already.
    pub async fn delete(&self) -> Result<(), Error> {
        self.ask("box.delete", ()).await
    }
}
