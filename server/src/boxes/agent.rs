//! Running a box's agent: what it is asked, and with what.
//!
//! How each program is asked is in `harness`; what it answers is read by `agent_stream`.

use serde_json::{Map, Value};
use upstash_box_wasm::api_types::AgentRunRequest;

use super::agent_json::WantedJson;
use super::agent_result::AgentRunResult;
use super::agent_stream::{AgentStream, Ending};
use super::error::BoxError;
use super::harness::{self, Ask};
use super::new_box::CUSTOM;
use super::runs::Entry;
use super::{Boxes, environment, mcp, paths, prompt_files, rules, to_completion};
use crate::sandbox::Command;

/// A prompt with all that goes with it.
#[derive(Debug, Default)]
pub(crate) struct AgentCall {
    pub(crate) request: AgentRunRequest,
    /// The answer is to be JSON that fits it.
    pub(crate) json_schema: Option<Value>,
    /// The harness's own settings, by its own names.
    pub(crate) options: Map<String, Value>,
}

impl Boxes {
    /// Starts the box's agent.
    pub(crate) async fn agent_stream(
        &self,
        reference: &str,
        call: AgentCall,
    ) -> Result<AgentStream, BoxError> {
        let AgentCall {
            request,
            json_schema,
            options,
        } = call;
        check(&request)?;
        let wanted = match json_schema {
            Some(schema) => Some(WantedJson::read(schema, self.inner.parts.program.clone()).await?),
            None => None,
        };
        let files = prompt_files::read(&request.files)?;
        let cwd = paths::working_directory(request.folder.as_deref())?;
        let (this, reference) = (self.clone(), reference.to_owned());
        to_completion(async move {
            let mut entered = this.enter(&reference).await?;
            let info = &entered.record.info;
            let (agent, runner) = (info.agent.clone(), info.custom_runner.clone());
            let Some(agent) = agent else {
                return Err(BoxError::InvalidArgument(
                    "this box has no agent; create one with agent and model".to_owned(),
                ));
            };
            let model = request.model.or_else(|| info.model.clone());
            let secrets = this.secrets_of(&entered)?;
            let mut extra = mcp::variables(&entered, &secrets);
            let mut prompt = request.prompt.clone();
            if !files.is_empty() {
                let sandbox = this.wake(&mut entered).await?;
                prompt.push_str(&prompt_files::write(&sandbox, files).await?);
            }
            if let Some(wanted) = &wanted {
                prompt.push_str(&wanted.request());
            }
            let env_vars = secrets.environment();
            let started = harness::start(
                &agent,
                runner.as_ref(),
                &Ask {
                    prompt: &prompt,
                    model: model.as_deref(),
                    session_id: request.session_id.as_deref(),
                    options: &options,
                    key: secrets.agent_api_key.as_deref().filter(|_| agent != CUSTOM),
                    openai_base_url: env_vars.get("OPENAI_BASE_URL").map(String::as_str),
                    has_mcp_servers: extra.iter().any(|(name, _)| *name == mcp::VARIABLE),
                },
            )?;
            rules::command(&started.argv)?;
            extra.extend(started.env);
            let command = Command {
                argv: started.argv,
                env: environment::variables(
                    this.image_env(&entered.record),
                    &entered.record,
                    &env_vars,
                    &extra,
                ),
                cwd,
                merge_stderr: false,
                stdin: started.stdin,
            };
            let entry = Entry {
                kind: "agent",
                prompt: request.prompt,
                model,
                session_id: request.session_id,
                timeout_ms: None,
            };
            let active = this.start_run(entered, command, entry).await?;
            let ending = Ending {
                install: started.install,
                wanted,
            };
            Ok(AgentStream::new(active, started.output, ending))
        })
        .await
    }

    /// Runs the box's agent to its end.
    pub(crate) async fn agent_run(
        &self,
        reference: &str,
        call: AgentCall,
    ) -> Result<AgentRunResult, BoxError> {
        AgentRunResult::of(self.agent_stream(reference, call).await?).await
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
        rules::session_id(session_id)?;
    }
    Ok(())
}
