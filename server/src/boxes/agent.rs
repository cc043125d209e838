//! Running a box's agent: which program that is, and how it is asked.
//!
//! What the program answers is read by `agent_stream`.

use serde_json::{Map, Value};
use upstash_box_wasm::api_types::{AgentRunRequest, CustomRunner};

use super::agent_stream::AgentStream;
use super::error::BoxError;
use super::lookup::Entered;
use super::new_box::CUSTOM;
use super::runs::Entry;
use super::{Boxes, environment, mcp, paths, rules, to_completion};
use crate::sandbox::Command;

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
            let secrets = this.secrets_of(&entered)?;
            let extra = mcp::variables(&entered, &secrets);
            let command = Command {
                argv,
                env: environment::variables(&entered.record, &secrets.env_vars, &extra),
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
                let id = event.1.get("run_id").and_then(Value::as_str);
                run_id = id.unwrap_or_default().to_owned();
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
