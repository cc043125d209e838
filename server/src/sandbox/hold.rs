//! Holding a box still while its disk is copied: by its control group where it has one, else by
//! signals from its first process.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use super::connection::Answer;
use super::control::Request;
use super::handle::{ANSWER_LIMIT, Inner};
use super::{Sandbox, SandboxError};

/// A box that stands still. To be given back to [`Sandbox::thaw`].
#[derive(Debug)]
#[must_use]
pub struct Held {
    since: Instant,
    /// The launcher, when the control group does it.
    by_group: Option<u32>,
}

impl Sandbox {
    /// Stops every process where it stands. To be followed by [`thaw`](Self::thaw).
    ///
    /// # Errors
    /// When a process can't be stopped in time (then none is), or the sandbox ended.
    pub async fn freeze(&self) -> Result<Held, SandboxError> {
        if let Some(launcher) = self.launcher_of_group() {
            let frozen = self.with_group(move |group| group.freeze(launcher)).await;
            match frozen {
                Ok(since) => {
                    let by_group = Some(launcher);
                    return Ok(Held { since, by_group });
                }
                Err(error) => tracing::warn!(%error, "a control group did not hold a box still"),
            }
        }
        let since = Instant::now();
        self.ask(|id| Request::Freeze { id }).await?;
        Ok(Held {
            since,
            by_group: None,
        })
    }

    /// Lets the processes go on; how long they stood still.
    ///
    /// # Errors
    /// When the sandbox ended.
    pub async fn thaw(&self, held: Held) -> Result<std::time::Duration, SandboxError> {
        let thawed = match held.by_group {
            Some(launcher) => self
                .with_group(move |group| group.thaw(launcher))
                .await
                .map_err(SandboxError::Connection)?,
            None => {
                self.ask(|id| Request::Thaw { id }).await?;
                Instant::now()
            }
        };
        Ok(thawed.duration_since(held.since))
    }

    /// The files that stopped processes may write to through shared mappings, without a call that
    /// would change their times.
    ///
    /// # Errors
    /// When the sandbox ended.
    pub async fn shared_mappings(&self) -> Result<HashSet<PathBuf>, SandboxError> {
        match self.ask(|id| Request::Mapped { id }).await? {
            Answer::Paths(paths) => Ok(paths.into_iter().collect()),
            Answer::Done(_) | Answer::Began(..) | Answer::Counted(_) => Ok(HashSet::new()),
        }
    }

    async fn ask(&self, question: impl FnOnce(u64) -> Request) -> Result<Answer, SandboxError> {
        let connection = &self.inner().connection;
        connection.ask(ANSWER_LIMIT, question, &[]).await
    }

    fn launcher_of_group(&self) -> Option<u32> {
        self.inner().cgroup.as_ref()?;
        self.inner().launcher_id()
    }

    /// Files of control groups are answered by the kernel, but not always at once.
    async fn with_group<T: Send + 'static>(
        &self,
        work: impl FnOnce(&super::cgroup::Cgroup) -> std::io::Result<T> + Send + 'static,
    ) -> std::io::Result<T> {
        let inner: Arc<Inner> = Arc::clone(self.inner());
        let run = move || match &inner.cgroup {
            Some(group) => work(group),
            None => Err(std::io::ErrorKind::NotFound.into()),
        };
        tokio::task::spawn_blocking(run)
            .await
            .unwrap_or_else(|error| Err(std::io::Error::other(error)))
    }
}
