//! Running a box's agent: its harness is started in the box, and its events are passed on.
//!
//! The last event is always `done` or `error`, and it is passed on only when the harness has ended
//! and the run is recorded: whoever has seen it may take a snapshot at once.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::BytesMut;
use serde_json::{Map, Value, json};
use tokio::io::AsyncReadExt;
use tokio::time::Instant as Deadline;
use upstash_box_wasm::api_types::{AgentRunRequest, CustomRunner};

use super::agent_events::{EventReader, HarnessEvent};
use super::create::CUSTOM;
use super::error::BoxError;
use super::lookup::Entered;
use super::runs::{ActiveRun, Entry, reached};
use super::{Boxes, environment, paths, rules, to_completion};
use crate::sandbox::{Command, Exit};
use crate::store::RunOutcome;

/// How long a harness may go on after its last event.
const GRACE: Duration = Duration::from_secs(5);
/// How much of what a harness wrote to standard error explains its failure.
const MAX_ERROR_BYTES: usize = 4000;
const READ_BYTES: usize = 64 * 1024;

/// The events of one agent run. Dropping it ends the run.
#[derive(Debug)]
pub(crate) struct AgentStream {
    active: Option<ActiveRun>,
    reader: EventReader,
    ready: VecDeque<(String, Value)>,
    /// All text so far: the output of a harness that names none.
    text: String,
    /// The end of standard error.
    complaint: Vec<u8>,
    /// `done` or `error`, once the harness has said so.
    last: Option<HarnessEvent>,
}

/// An agent run that was waited for.
#[derive(Debug)]
pub(crate) struct AgentRunResult {
    pub(crate) run_id: String,
    /// The data of `done`, or of `error`.
    pub(crate) last: Map<String, Value>,
    pub(crate) is_completed: bool,
}

impl Boxes {
    /// Starts the box's agent.
    pub(crate) async fn agent_stream(
        &self,
        reference: &str,
        request: AgentRunRequest,
    ) -> Result<AgentStream, BoxError> {
        check(&request)?;
        let cwd = paths::working_directory(request.folder.as_deref())?;
        let (this, reference) = (self.clone(), reference.to_owned());
        to_completion(async move {
            let entered = this.enter(&reference).await?;
            let runner = runner_of(&entered)?;
            let model = request.model.or_else(|| entered.record.info.model.clone());
            let argv = harness_command(
                runner,
                &request.prompt,
                model.as_deref().unwrap_or(CUSTOM),
                request.session_id.as_deref(),
            );
            rules::command(&argv)?;
            let env_vars = this.secrets_of(&entered)?.env_vars;
            let command = Command {
                argv,
                env: environment::variables(&entered.record, &env_vars, &[]),
                cwd,
                merge_stderr: false,
                stdin: Vec::new(),
            };
            let entry = Entry {
                kind: "agent",
                prompt: request.prompt,
                model,
                session_id: request.session_id,
                timeout_ms: None,
            };
            let active = this.start_run(entered, command, entry).await?;
            Ok(AgentStream::new(active))
        })
        .await
    }

    /// Runs the box's agent to its end.
    pub(crate) async fn agent_run(
        &self,
        reference: &str,
        request: AgentRunRequest,
    ) -> Result<AgentRunResult, BoxError> {
        let mut stream = self.agent_stream(reference, request).await?;
        let mut run_id = String::new();
        let mut last = (String::new(), Value::Null);
        while let Some(event) = stream.next().await {
            let event = event?;
            if event.0 == "run_start" {
                run_id = event.1["run_id"].as_str().unwrap_or_default().to_owned();
            }
            last = event;
        }
        let is_completed = last.0 == "done";
        let last = match last.1 {
            Value::Object(data) => data,
            _ => Map::new(),
        };
        Ok(AgentRunResult {
            run_id,
            last,
            is_completed,
        })
    }
}

impl AgentStream {
    fn new(active: ActiveRun) -> Self {
        let start = ("run_start".to_owned(), json!({ "run_id": active.id }));
        Self {
            active: Some(active),
            reader: EventReader::default(),
            ready: VecDeque::from([start]),
            text: String::new(),
            complaint: Vec::new(),
            last: None,
        }
    }

    /// The next event, its name and its data; `None` after the last.
    pub(crate) async fn next(&mut self) -> Option<Result<(String, Value), BoxError>> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(Ok(event));
            }
            let active = self.active.as_mut()?;
            let read = read(active, &mut self.complaint).await;
            let taken = match read {
                Ok(bytes) if bytes.is_empty() => return Some(self.finish().await),
                Ok(bytes) => self.reader.push(&bytes).map_err(|error| error.to_string()),
                Err(error) => Err(error.to_string()),
            };
            match taken {
                Ok(events) => events.into_iter().for_each(|event| self.take(event)),
                Err(why) => return Some(self.give_up(why).await),
            }
        }
    }

    /// Passes an event on, or keeps it for the end.
    fn take(&mut self, event: HarnessEvent) {
        if self.last.is_some() || event.name == "run_start" {
            return;
        }
        if event.name == "done" || event.name == "error" {
            if let Some(active) = &mut self.active {
                active.deadline = Some(Deadline::now() + GRACE);
            }
            self.last = Some(event);
            return;
        }
        if event.name == "text"
            && let Some(text) = event.data.get("text").and_then(Value::as_str)
        {
            self.text.push_str(text);
        }
        self.ready
            .push_back((event.name, Value::Object(event.data)));
    }

    /// The harness has ended: records the run and says how it went.
    async fn finish(&mut self) -> Result<(String, Value), BoxError> {
        if let Some(event) = self.reader.end() {
            self.take(event);
        }
        let Some(active) = self.active.take() else {
            return Err(BoxError::Interrupted("the run was ended twice".to_owned()));
        };
        let last = self.last.take();
        let text = std::mem::take(&mut self.text);
        let complaint = String::from_utf8_lossy(&self.complaint).trim().to_owned();
        let mut event = None;
        active
            .finish(|exit, outcome| {
                let ended = last_event(last, text, &complaint, exit);
                fill(outcome, &ended);
                event = Some(ended);
            })
            .await?;
        let event = event.ok_or_else(|| BoxError::Interrupted("no last event".to_owned()))?;
        Ok((event.name, Value::Object(event.data)))
    }

    async fn give_up(&mut self, why: String) -> Result<(String, Value), BoxError> {
        if let Some(active) = self.active.take() {
            active.lose(why.clone()).await?;
        }
        Ok(("error".to_owned(), json!({ "error": why })))
    }
}

/// What the harness wrote since the last call; empty at the end of its output.
async fn read(active: &mut ActiveRun, complaint: &mut Vec<u8>) -> std::io::Result<BytesMut> {
    let mut output = BytesMut::with_capacity(READ_BYTES);
    let run = &mut active.run;
    loop {
        let mut said = [0; 4096];
        tokio::select! {
            count = run.stdout.read_buf(&mut output) => {
                count?;
                return Ok(output);
            }
            count = read_some(run.stderr.as_mut(), &mut said) => {
                match count? {
                    0 => run.stderr = None,
                    count => complaint.extend_from_slice(said.get(..count).unwrap_or_default()),
                }
                let excess = complaint.len().saturating_sub(MAX_ERROR_BYTES);
                complaint.drain(..excess);
            }
            () = reached(active.deadline) => {
                active.deadline = None;
                run.kill();
            }
        }
    }
}

/// Never resolves without a pipe.
async fn read_some<R: AsyncReadExt + Unpin>(
    pipe: Option<&mut R>,
    buffer: &mut [u8],
) -> std::io::Result<usize> {
    match pipe {
        Some(pipe) => pipe.read(buffer).await,
        None => std::future::pending().await,
    }
}

/// `done` with everything that clients look for, or `error`.
fn last_event(
    last: Option<HarnessEvent>,
    text: String,
    complaint: &str,
    exit: &Exit,
) -> HarnessEvent {
    let mut event = match last {
        Some(event) => event,
        None if exit.code == 0 => HarnessEvent {
            name: "done".to_owned(),
            data: Map::new(),
        },
        None => {
            let mut error = format!("the agent ended with exit code {}", exit.code);
            if !complaint.is_empty() {
                error = format!("{error}: {complaint}");
            }
            let data = Map::from_iter([("error".to_owned(), Value::String(error))]);
            HarnessEvent {
                name: "error".to_owned(),
                data,
            }
        }
    };
    if event.name == "done" {
        event.data.entry("output").or_insert(Value::String(text));
        for count in ["input_tokens", "output_tokens"] {
            event.data.entry(count).or_insert(json!(0));
        }
    }
    event
}

/// What the history keeps of the last event.
fn fill(outcome: &mut RunOutcome, last: &HarnessEvent) {
    let text = |name: &str| {
        last.data
            .get(name)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let count = |name: &str| last.data.get(name).and_then(Value::as_u64).unwrap_or(0);
    outcome.output = text("output");
    outcome.input_tokens = count("input_tokens");
    outcome.output_tokens = count("output_tokens");
    outcome.cached_input_tokens = count("cached_input_tokens");
    outcome.cost_usd = last
        .data
        .get("total_cost_usd")
        .and_then(Value::as_f64)
        .unwrap_or(0.0);
    if last.name == "done" {
        // The harness has said that it succeeded, whatever its exit code.
        outcome.exit_code = Some(0);
    } else {
        outcome.error_message =
            Some(text("error").unwrap_or_else(|| "the agent failed".to_owned()));
    }
}

fn check(request: &AgentRunRequest) -> Result<(), BoxError> {
    let invalid = |text: &str| Err(BoxError::InvalidArgument(text.to_owned()));
    if request.prompt.trim().is_empty() {
        return invalid("prompt: it is required");
    }
    if request.prompt.len() >= 128 * 1024 {
        return invalid("prompt: it is longer than 128 KiB; put it into a file of the box");
    }
    if let Some(model) = &request.model {
        rules::one_line("model", model, 200)?;
    }
    if let Some(session_id) = &request.session_id {
        rules::one_line("session_id", session_id, 200)?;
    }
    if !request.files.is_empty() {
        return Err(BoxError::Unsupported(
            "this server takes no files with a prompt; write them to the box first".to_owned(),
        ));
    }
    Ok(())
}

fn runner_of(entered: &Entered) -> Result<&CustomRunner, BoxError> {
    match (
        &entered.record.info.agent,
        &entered.record.info.custom_runner,
    ) {
        (Some(harness), Some(runner)) if harness == CUSTOM => Ok(runner),
        (Some(harness), _) => Err(BoxError::Unsupported(format!(
            "this server does not run the harness {harness:?} yet; create the box with agent \
             \"custom\" and a custom_runner"
        ))),
        (None, _) => Err(BoxError::InvalidArgument(
            "this box has no agent; create one with agent and model".to_owned(),
        )),
    }
}

fn harness_command(
    runner: &CustomRunner,
    prompt: &str,
    model: &str,
    session_id: Option<&str>,
) -> Vec<String> {
    let mut argv = vec![runner.command.clone()];
    argv.extend(runner.args.iter().cloned());
    argv.extend(["-p", prompt, "--model", model, "--stream"].map(str::to_owned));
    if let Some(session_id) = session_id {
        argv.extend(["--session".to_owned(), session_id.to_owned()]);
    }
    argv
}
