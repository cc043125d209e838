//! A run in progress: the command in its sandbox, its place in the history, its deadline.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::Instant as Deadline;

use super::cancel::UnderWay;
use super::error::BoxError;
use super::lookup::Entered;
use super::owner::RunCount;
use super::secrets::Secrets;
use super::{Boxes, ids, unix_now};
use crate::sandbox::{Command, Exit, Run, SandboxError};
use crate::store::{RunOutcome, RunRecord, Store};

/// Exit code of a run that was ended because its time was up, as timeout(1) has it.
const TIMED_OUT: i32 = 124;

/// A timeout beyond this is none: it saves everybody from overflow.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(366 * 24 * 3600);

/// What the history says about a run.
#[derive(Debug, Default)]
pub(super) struct Entry {
    /// `shell` or `agent`.
    pub(super) kind: &'static str,
    pub(super) prompt: String,
    pub(super) model: Option<String>,
    pub(super) session_id: Option<String>,
    pub(super) timeout_ms: Option<u64>,
}

/// A started command. Dropping it before [`finish`](Self::finish) kills the command and records
/// the run as cancelled.
#[derive(Debug)]
pub(super) struct ActiveRun {
    pub(super) id: String,
    pub(super) run: Run,
    /// When the command is killed.
    pub(super) deadline: Option<Deadline>,
    /// Whether it was killed for that.
    is_timed_out: bool,
    store: Arc<Store>,
    started: Instant,
    /// Given up when the end of the run is recorded.
    under_way: Option<UnderWay>,
    _count: RunCount,
}

/// How a run ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ended {
    pub(super) exit: Exit,
    /// Whether it was killed at its deadline.
    pub(super) is_timed_out: bool,
}

impl Ended {
    /// The exit code of a run whose deadline was its timeout.
    pub(super) fn code(&self) -> i32 {
        if self.is_timed_out {
            TIMED_OUT
        } else {
            self.exit.code
        }
    }
}

impl Boxes {
    /// Opens the secrets of a box that is being worked on.
    pub(super) fn secrets_of(&self, entered: &Entered) -> Result<Secrets, BoxError> {
        let sealed = entered.record.sealed_secrets.as_deref();
        Ok(self.inner.parts.secret_key.open(entered.id(), sealed)?)
    }

    /// Wakes the box and starts `command` in it.
    pub(super) async fn start_run(
        &self,
        mut entered: Entered,
        command: Command,
        entry: Entry,
    ) -> Result<ActiveRun, BoxError> {
        let count = RunCount::new(&entered.owner);
        let started = Instant::now();
        let run = self.run_in_sandbox(&mut entered, command).await?;
        self.record_run(&entered, run, entry, count, started).await
    }

    /// Puts a run that has begun into the history.
    pub(super) async fn record_run(
        &self,
        entered: &Entered,
        run: Run,
        entry: Entry,
        count: RunCount,
        started: Instant,
    ) -> Result<ActiveRun, BoxError> {
        let record = RunRecord {
            id: ids::run_id()?,
            box_id: entered.id().to_owned(),
            kind: entry.kind,
            status: "running".to_owned(),
            prompt: entry.prompt,
            model: entry.model,
            session_id: entry.session_id,
            schedule_id: None,
            outcome: RunOutcome::default(),
            created_at: unix_now(),
            completed_at: None,
        };
        let under_way = self.inner.runs.enter(&record.id, run.killer());
        let store = Arc::clone(&self.inner.parts.store);
        let id = record.id.clone();
        store.run(move |store| store.insert_run(&record)).await?;
        let deadline = entry.timeout_ms.map(Duration::from_millis);
        let deadline = deadline.filter(|timeout| *timeout < LONGEST_TIMEOUT);
        let deadline = deadline.map(|timeout| Deadline::now() + timeout);
        Ok(ActiveRun {
            id,
            run,
            deadline,
            is_timed_out: false,
            store,
            started,
            under_way: Some(under_way),
            _count: count,
        })
    }

    /// A sandbox that ended by itself a moment ago is replaced once.
    pub(super) async fn run_in_sandbox(
        &self,
        entered: &mut Entered,
        command: Command,
    ) -> Result<Run, BoxError> {
        let sandbox = self.wake(entered).await?;
        match sandbox.run(command.clone()).await {
            Err(SandboxError::Ended) => {
                entered.live.stop().await;
                let sandbox = self.wake(entered).await?;
                Ok(sandbox.run(command).await?)
            }
            started => Ok(started?),
        }
    }
}

impl ActiveRun {
    /// Kills the command because its deadline is reached.
    pub(super) fn time_out(&mut self) {
        self.deadline = None;
        self.is_timed_out = true;
        self.run.kill();
    }

    /// Waits for the command's own process, which may go on when its outputs are closed, but not
    /// beyond its deadline. Losing this future in a `select!` loses nothing.
    pub(super) async fn wait(&mut self) -> Result<Exit, SandboxError> {
        loop {
            tokio::select! {
                // A command that ended in time did so, however late it is looked at.
                biased;
                waited = self.run.wait() => return waited,
                () = reached(self.deadline) => self.time_out(),
            }
        }
    }

    /// Waits for the command and records how it ended. `fill` adds what the caller knows.
    pub(super) async fn finish(
        mut self,
        fill: impl FnOnce(&Ended, &mut RunOutcome),
    ) -> Result<Ended, BoxError> {
        let exit = match self.wait().await {
            Ok(exit) => exit,
            Err(error) => {
                self.lose(error.to_string()).await?;
                return Err(error.into());
            }
        };
        let ended = Ended {
            exit,
            is_timed_out: self.is_timed_out,
        };
        let mut outcome = RunOutcome {
            exit_code: Some(exit.code),
            cpu_ns: u64::try_from(exit.cpu.as_nanos()).unwrap_or(u64::MAX),
            ..self.outcome()
        };
        fill(&ended, &mut outcome);
        let under_way = self.under_way.take();
        let is_cancelled = under_way.as_ref().is_some_and(UnderWay::is_cancelled);
        let is_completed = outcome.exit_code == Some(0) && outcome.error_message.is_none();
        let status = match (is_cancelled, is_completed) {
            (true, _) => "cancelled",
            (false, true) => "completed",
            (false, false) => "failed",
        };
        let (store, id) = (Arc::clone(&self.store), self.id.clone());
        store
            .run(move |store| store.finish_run(&id, status, &outcome, unix_now()))
            .await?;
        Ok(ended)
    }

    /// Records that the run was lost with its sandbox.
    pub(super) async fn lose(mut self, why: String) -> Result<(), BoxError> {
        let outcome = RunOutcome {
            error_message: Some(why),
            ..self.outcome()
        };
        let _under_way = self.under_way.take();
        let (store, id) = (Arc::clone(&self.store), self.id.clone());
        store
            .run(move |store| store.finish_run(&id, "failed", &outcome, unix_now()))
            .await?;
        Ok(())
    }

    fn outcome(&self) -> RunOutcome {
        let duration_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        RunOutcome {
            duration_ms,
            ..RunOutcome::default()
        }
    }
}

impl Drop for ActiveRun {
    /// Nobody waits for the run any more, so it ends; `run` kills its processes when it is dropped.
    fn drop(&mut self) {
        let Some(under_way) = self.under_way.take() else {
            return;
        };
        let outcome = RunOutcome {
            error_message: Some("the client went away".to_owned()),
            ..self.outcome()
        };
        let (store, id) = (Arc::clone(&self.store), self.id.clone());
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn_blocking(move || {
                let _under_way = under_way;
                if let Err(error) = store.finish_run(&id, "cancelled", &outcome, unix_now()) {
                    tracing::warn!(run_id = id, %error, "a cancelled run could not be recorded");
                }
            });
        }
    }
}

/// Resolves at the deadline; never without one.
pub(super) async fn reached(deadline: Option<Deadline>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
