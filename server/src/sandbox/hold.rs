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

/// A box that can be made to stand still at once. To be given to [`Sandbox::freeze`], or back to
/// [`Sandbox::give_up_freeze`].
#[derive(Debug)]
#[must_use]
pub struct Prepared {
    /// The launcher, when the control group does it.
    by_group: Option<u32>,
}

/// A box that stands still. To be given back to [`Sandbox::thaw`].
#[derive(Debug)]
#[must_use]
pub struct Held {
    since: Instant,
    prepared: Prepared,
}

impl Sandbox {
    /// Does what takes long of a [`freeze`](Self::freeze) while the processes still run. No run may begin in
    /// the box from now on until it is thawed.
    pub async fn prepare_freeze(&self) -> Prepared {
        let mut by_group = self.launcher_of_group();
        if let Some(launcher) = by_group {
            let aside = self.with_group(move |group| group.set_first_aside(launcher));
            if let Err(error) = aside.await {
                tracing::warn!(%error, "a control group can't hold a box still");
                by_group = None;
            }
        }
        Prepared { by_group }
    }

    /// Stops every process where it stands. To be followed by [`thaw`](Self::thaw).
    ///
    /// # Errors
    /// When a process can't be stopped in time (then none is), or the sandbox ended.
    pub async fn freeze(&self, prepared: Prepared) -> Result<Held, SandboxError> {
        if let Some(launcher) = prepared.by_group {
            let frozen = self.with_group(move |group| group.freeze(launcher)).await;
            match frozen {
                Ok(since) => return Ok(Held { since, prepared }),
                Err(error) => tracing::warn!(%error, "a control group did not hold a box still"),
            }
        }
        let since = Instant::now();
        self.ask(|id| Request::Freeze { id }).await?;
        let prepared = Prepared { by_group: None };
        Ok(Held { since, prepared })
    }

    /// Lets the processes go on; how long they stood still.
    ///
    /// # Errors
    /// When the sandbox ended.
    pub async fn thaw(&self, held: Held) -> Result<std::time::Duration, SandboxError> {
        let thawed = match held.prepared.by_group {
            Some(launcher) => self.take_first_back(launcher).await?,
            None => {
                self.ask(|id| Request::Thaw { id }).await?;
                Instant::now()
            }
        };
        Ok(thawed.duration_since(held.since))
    }

    /// Makes a box that will not be held still as it was.
    pub async fn give_up_freeze(&self, prepared: Prepared) {
        if let Some(launcher) = prepared.by_group
            && let Err(error) = self.take_first_back(launcher).await
        {
            tracing::warn!(%error, "a box's first process did not come back to its group");
        }
    }

    async fn take_first_back(&self, launcher: u32) -> Result<Instant, SandboxError> {
        let thawed = self.with_group(move |group| group.thaw(launcher));
        thawed.await.map_err(SandboxError::Connection)
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
