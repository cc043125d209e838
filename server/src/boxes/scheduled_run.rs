//! One occurrence of a schedule: the run, what is recorded of it, who is told.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value, json};
use upstash_box_wasm::api_types::{AgentRunRequest, ExecRequest, LogLevel};

use super::Boxes;
use super::agent::AgentCall;
use super::error::BoxError;
use super::exec::collect;
use super::job::Job;
use super::webhook::Webhook;
use crate::store::{Occurrence, Schedule, ScheduleKind};

/// How much of what a run wrote a webhook carries.
const MAX_OUTPUT_CHARS: usize = 256 * 1024;

/// The schedules whose runs have not ended.
#[derive(Debug, Default)]
pub(super) struct SchedulesRunning {
    ids: Mutex<HashSet<String>>,
}

/// A schedule's place among those, given up when this is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    id: String,
    all: Arc<SchedulesRunning>,
}

impl SchedulesRunning {
    /// `None` while the last run goes on.
    pub(super) fn begin(self: &Arc<Self>, id: &str) -> Option<Turn> {
        self.lock().insert(id.to_owned()).then(|| Turn {
            id: id.to_owned(),
            all: Arc::clone(self),
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<String>> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.all.lock().remove(&self.id);
    }
}

/// How a run went.
#[derive(Debug, Default)]
struct Ended {
    is_completed: bool,
    output: String,
    error: Option<String>,
    metadata: Option<Value>,
}

impl Boxes {
    /// Runs what a schedule says, records how it went and tells the webhook.
    pub(super) async fn run_scheduled(&self, schedule: Schedule, at: i64) {
        let mut run_id = None;
        let ran = match schedule.settings.kind {
            ScheduleKind::Exec => self.run_command(&schedule, &mut run_id).await,
            ScheduleKind::Prompt => self.run_prompt(&schedule, &mut run_id).await,
        };
        let ended = match ran {
            Ok(ended) => ended,
            Err(error) => {
                let message = format!("schedule {} failed: {error}", schedule.id);
                self.note(&schedule.box_id, LogLevel::Error, message).await;
                Ended {
                    error: Some(error.to_string()),
                    ..Ended::default()
                }
            }
        };
        let status = if ended.is_completed {
            "completed"
        } else {
            "failed"
        };
        let occurrence = Occurrence {
            at,
            status,
            run_id: run_id.clone(),
        };
        let id = schedule.id.clone();
        let store = &self.inner.parts.store;
        let recorded = store
            .run(move |store| store.record_occurrence(&id, &occurrence))
            .await;
        if let Err(error) = recorded {
            tracing::warn!(schedule = schedule.id, %error, "an occurrence could not be recorded");
        }
        self.tell(&schedule, status, run_id, ended);
    }

    async fn run_command(
        &self,
        schedule: &Schedule,
        run_id: &mut Option<String>,
    ) -> Result<Ended, BoxError> {
        let settings = &schedule.settings;
        let job = Job::from_command(ExecRequest {
            command: settings.command.clone(),
            folder: settings.folder.clone(),
            timeout: settings.timeout,
            ..ExecRequest::default()
        })?;
        let active = self.start_job(&schedule.box_id, job, false).await?;
        *run_id = Some(active.id.clone());
        self.mark_run(&active.id, &schedule.id).await?;
        let answer = collect(active).await?;
        let complaint = answer.error.filter(|error| !error.is_empty());
        let is_completed = answer.exit_code == 0;
        Ok(Ended {
            is_completed,
            error: (!is_completed)
                .then(|| complaint.unwrap_or_else(|| format!("exit code {}", answer.exit_code))),
            output: answer.output,
            metadata: None,
        })
    }

    async fn run_prompt(
        &self,
        schedule: &Schedule,
        run_id: &mut Option<String>,
    ) -> Result<Ended, BoxError> {
        let settings = &schedule.settings;
        let limit = settings.timeout.map(Duration::from_millis);
        let request = AgentRunRequest {
            prompt: settings.prompt.clone().unwrap_or_default(),
            folder: settings.folder.clone(),
            model: settings.model.clone(),
            ..AgentRunRequest::default()
        };
        let asked = self.ask_agent(schedule, request, run_id);
        match limit {
            None => asked.await,
            // The run ends with the stream that is dropped.
            Some(limit) => tokio::time::timeout(limit, asked)
                .await
                .unwrap_or_else(|_| {
                    Ok(Ended {
                        error: Some("the time given for the run was up".to_owned()),
                        ..Ended::default()
                    })
                }),
        }
    }

    async fn ask_agent(
        &self,
        schedule: &Schedule,
        request: AgentRunRequest,
        run_id: &mut Option<String>,
    ) -> Result<Ended, BoxError> {
        let options = schedule.settings.agent_options.as_ref();
        let call = AgentCall {
            request,
            options: options
                .and_then(Value::as_object)
                .cloned()
                .unwrap_or_default(),
            ..AgentCall::default()
        };
        let mut stream = self.agent_stream(&schedule.box_id, call).await?;
        let mut last = (String::new(), Value::Null);
        while let Some(event) = stream.next().await {
            let event = event?;
            if event.0 == "run_start"
                && let Some(id) = event.1.get("run_id").and_then(Value::as_str)
            {
                *run_id = Some(id.to_owned());
                self.mark_run(id, &schedule.id).await?;
            }
            last = event;
        }
        let (name, data) = last;
        let text = |member: &str| data.get(member).and_then(Value::as_str).map(str::to_owned);
        Ok(Ended {
            is_completed: name == "done",
            output: text("output").unwrap_or_default(),
            error: text("error"),
            metadata: Some(metadata(&data)),
        })
    }

    async fn mark_run(&self, run_id: &str, schedule_id: &str) -> Result<(), BoxError> {
        let (run_id, schedule_id) = (run_id.to_owned(), schedule_id.to_owned());
        let store = &self.inner.parts.store;
        Ok(store
            .run(move |store| store.set_run_schedule(&run_id, &schedule_id))
            .await?)
    }

    fn tell(&self, schedule: &Schedule, status: &str, run_id: Option<String>, ended: Ended) {
        let Some(url) = &schedule.settings.webhook_url else {
            return;
        };
        let key = &self.inner.parts.secret_key;
        let opened = key.open(&schedule.id, schedule.sealed_headers.as_deref());
        let webhook = match opened.map(|secrets| Webhook::parse(url, &secrets.webhook_headers)) {
            Ok(Ok(webhook)) => webhook,
            // Both were checked when the schedule was made.
            Ok(Err(error)) => return tracing::warn!(%error, "a webhook can't be used"),
            Err(error) => return tracing::warn!(%error, "a webhook can't be used"),
        };
        let output: String = ended.output.chars().take(MAX_OUTPUT_CHARS).collect();
        let members = [
            ("box_id", Some(json!(schedule.box_id))),
            ("schedule_id", Some(json!(schedule.id))),
            ("status", Some(json!(status))),
            ("run_id", run_id.map(Value::from)),
            ("output", Some(json!(output))),
            ("metadata", ended.metadata),
            ("error", ended.error.map(Value::from)),
        ];
        let body: Map<String, Value> = members
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect();
        self.send_webhook(schedule.box_id.clone(), webhook, Value::Object(body));
    }
}

fn metadata(last: &Value) -> Value {
    let number = |name: &str| last.get(name).cloned().unwrap_or_else(|| json!(0));
    json!({
        "input_tokens": number("input_tokens"),
        "output_tokens": number("output_tokens"),
        "cached_input_tokens": number("cached_input_tokens"),
        "cost_usd": number("total_cost_usd"),
    })
}
