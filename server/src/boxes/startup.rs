//! The init command: what a box runs, in the background, each time it starts.
//!
//! A box starts when it is made, when it is woken from a pause, and when its processes were ended by
//! anything else than their own end: a rollback, a crash, a new server. A sandbox that was given up
//! because nothing ran in it is no stop, so the next command is no start.

use tokio::io::AsyncReadExt;
use upstash_box_wasm::api_types::{BoxStatus, InitCommand, LogLevel};

use super::error::BoxError;
use super::lookup::Entered;
use super::{Boxes, environment, paths, rules, to_completion};
use crate::sandbox::{Command, Run, Sandbox};

/// How much of what the command printed last goes into the log.
const MAX_OUTPUT_BYTES: usize = 2000;

/// The command gets a shell of its own, which waits for what it leaves in the background: output
/// of a run is read to its end, and a server behind `&` would be ended with the run.
const SHELL: &str = "eval \"$1\"; code=$?; wait; exit $code";

impl Boxes {
    /// The init command, empty when there is none.
    pub(crate) async fn init_command(&self, reference: &str) -> Result<InitCommand, BoxError> {
        let record = self.find_live(reference).await?;
        Ok(InitCommand {
            init_command: record.init_command.unwrap_or_default(),
        })
    }

    /// Sets or removes the init command. The next start goes by it; what the last one began stays.
    pub(crate) async fn set_init_command(
        &self,
        reference: &str,
        command: Option<String>,
    ) -> Result<(), BoxError> {
        if let Some(command) = &command {
            rules::init_command(command)?;
        }
        let change = self.change(reference, move |record| {
            record.init_command = command;
            Ok(())
        });
        change.await.map(drop)
    }

    /// Starts a box that has an init command, while nobody waits for it.
    pub(super) fn start_in_background(&self, box_id: String) {
        let this = self.clone();
        tokio::spawn(async move {
            let (boxes, id) = (this.clone(), box_id.clone());
            let started = to_completion(async move {
                let mut entered = boxes.enter(&id).await?;
                // Somebody paused it before its turn came.
                if entered.record.info.status != BoxStatus::Paused {
                    boxes.wake(&mut entered).await?;
                }
                Ok(())
            });
            match started.await {
                Ok(()) | Err(BoxError::BoxNotFound(_) | BoxError::Stopping) => {}
                Err(error) => {
                    let message = format!("the box did not start: {error}");
                    this.note(&box_id, LogLevel::Error, message).await;
                }
            }
        });
    }

    /// Starts the keep-alive boxes, whose processes ended with the last server.
    pub(super) async fn start_kept_boxes(&self) -> Result<(), BoxError> {
        let store = &self.inner.parts.store;
        for id in store.run(|store| store.boxes_to_start()).await? {
            self.start_in_background(id);
        }
        Ok(())
    }

    /// Runs the init command if the box has only just started. That it fails stops nothing.
    pub(super) async fn run_init_command(&self, entered: &mut Entered, sandbox: &Sandbox) {
        if std::mem::replace(&mut entered.live.is_up, true) {
            return;
        }
        let Some(init_command) = entered.record.init_command.clone() else {
            return;
        };
        let (this, box_id) = (self.clone(), entered.id().to_owned());
        let begun = match self.secrets_of(entered) {
            Ok(secrets) => {
                let argv = ["sh", "-c", SHELL, "init", &init_command];
                let command = Command {
                    argv: argv.map(str::to_owned).to_vec(),
                    env: environment::variables(
                        self.image_env(&entered.record),
                        &entered.record,
                        &secrets.environment(),
                        &[],
                    ),
                    cwd: paths::WORKSPACE.to_owned(),
                    merge_stderr: true,
                    stdin: Vec::new(),
                };
                sandbox.run(command).await.map_err(BoxError::from)
            }
            Err(error) => Err(error),
        };
        tokio::spawn(async move {
            let (level, message) = match begun {
                Err(error) => {
                    let message = format!("the init command did not start: {error}");
                    (LogLevel::Error, message)
                }
                Ok(run) => {
                    let started = "the init command was started".to_owned();
                    this.note(&box_id, LogLevel::Info, started).await;
                    let Some(ended) = watch(run).await else {
                        return;
                    };
                    ended
                }
            };
            this.note(&box_id, level, message).await;
        });
    }
}

/// How the command ended; `None` when it was ended with its box.
async fn watch(mut run: Run) -> Option<(LogLevel, String)> {
    let mut printed = Vec::new();
    let mut buffer = [0; 8192];
    while let Ok(count @ 1..) = run.stdout.read(&mut buffer).await {
        printed.extend_from_slice(buffer.get(..count)?);
        let excess = printed.len().saturating_sub(MAX_OUTPUT_BYTES);
        printed.drain(..excess);
    }
    let code = run.wait().await.ok()?.code;
    let level = if code == 0 {
        LogLevel::Info
    } else {
        LogLevel::Error
    };
    let printed = String::from_utf8_lossy(&printed);
    let said = match printed.trim() {
        "" => String::new(),
        text => format!(": {text}"),
    };
    Some((
        level,
        format!("the init command ended with exit code {code}{said}"),
    ))
}
