//! Making and changing schedules. `schedule_clock` says when they come, `scheduled_run` what happens.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::account::MASK;
use super::cron::Times;
use super::error::BoxError;
use super::secrets::Secrets;
use super::webhook::Webhook;
use super::{Boxes, ids, paths, rules, unix_now};
use crate::store::{Schedule, ScheduleKind, ScheduleSettings};

/// The most schedules of one box.
const MOST: u32 = 100;

/// What a request says of a schedule. Of a change, what is absent stays; what is empty goes.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub(crate) struct ScheduleRequest {
    #[serde(rename = "type")]
    kind: Option<ScheduleKind>,
    cron: Option<String>,
    command: Option<Vec<String>>,
    prompt: Option<String>,
    folder: Option<String>,
    model: Option<String>,
    /// Unlike elsewhere, `null` is not absent.
    #[serde(deserialize_with = "some")]
    agent_options: Option<Value>,
    timeout: Option<u64>,
    webhook_url: Option<String>,
    webhook_headers: Option<BTreeMap<String, String>>,
}

fn some<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Boxes {
    /// A new schedule, active.
    pub(crate) async fn create_schedule(
        &self,
        reference: &str,
        request: ScheduleRequest,
    ) -> Result<Schedule, BoxError> {
        if request.kind.is_none() {
            return invalid("type: it is required, \"exec\" or \"prompt\"");
        }
        let record = self.find_live(reference).await?;
        let now = unix_now();
        let mut schedule = Schedule {
            id: ids::schedule_id()?,
            box_id: record.info.id,
            settings: ScheduleSettings::default(),
            sealed_headers: None,
            status: "active".to_owned(),
            next_run_at: None,
            last_run_at: None,
            last_run_status: None,
            last_run_id: None,
            total_runs: 0,
            total_failures: 0,
            created_at: now,
            updated_at: now,
        };
        schedule.settings.kind = request.kind.unwrap_or_default();
        self.apply(&mut schedule, request, record.info.agent.is_some())?;
        let stored = schedule.clone();
        let store = &self.inner.parts.store;
        if !store
            .run(move |store| store.insert_schedule(&stored, MOST))
            .await?
        {
            // The box may be gone meanwhile.
            self.find_live(&schedule.box_id).await?;
            return Err(BoxError::Conflict(format!(
                "the box has {MOST} schedules already; delete one"
            )));
        }
        self.inner.schedules_changed.notify_one();
        Ok(schedule)
    }

    /// Changes a schedule; a paused one stays paused.
    pub(crate) async fn update_schedule(
        &self,
        reference: &str,
        id: &str,
        request: ScheduleRequest,
    ) -> Result<Schedule, BoxError> {
        let record = self.find_live(reference).await?;
        let _turn = self.inner.schedule_turn.lock().await;
        let mut schedule = self.schedule(reference, id).await?;
        if request
            .kind
            .is_some_and(|kind| kind != schedule.settings.kind)
        {
            return invalid("type: it can't be changed; make another schedule");
        }
        self.apply(&mut schedule, request, record.info.agent.is_some())?;
        self.store_schedule(schedule).await
    }

    /// Pauses a schedule, or lets it go on.
    pub(crate) async fn pause_schedule(
        &self,
        reference: &str,
        id: &str,
        is_paused: bool,
    ) -> Result<(), BoxError> {
        let _turn = self.inner.schedule_turn.lock().await;
        let mut schedule = self.schedule(reference, id).await?;
        schedule.status = if is_paused { "paused" } else { "active" }.to_owned();
        let times = self.times(&schedule.settings)?;
        schedule.next_run_at = (!is_paused).then(|| times.after(unix_now())).flatten();
        self.store_schedule(schedule).await.map(drop)
    }

    /// Removes a schedule; a run that it has begun goes on.
    pub(crate) async fn delete_schedule(&self, reference: &str, id: &str) -> Result<(), BoxError> {
        let box_id = self.find_live(reference).await?.info.id;
        let wanted = id.to_owned();
        let store = &self.inner.parts.store;
        let found = store
            .run(move |store| store.delete_schedule(&box_id, &wanted))
            .await?;
        if found {
            Ok(())
        } else {
            Err(BoxError::ScheduleNotFound(id.to_owned()))
        }
    }

    /// A box's schedules, oldest first.
    pub(crate) async fn schedules(&self, reference: &str) -> Result<Vec<Schedule>, BoxError> {
        let box_id = self.find_live(reference).await?.info.id;
        let store = &self.inner.parts.store;
        Ok(store
            .run(move |store| store.list_schedules(&box_id))
            .await?)
    }

    /// One schedule of a box.
    pub(crate) async fn schedule(&self, reference: &str, id: &str) -> Result<Schedule, BoxError> {
        let box_id = self.find_live(reference).await?.info.id;
        let wanted = id.to_owned();
        let store = &self.inner.parts.store;
        store
            .run(move |store| store.find_schedule(&box_id, &wanted))
            .await?
            .ok_or_else(|| BoxError::ScheduleNotFound(id.to_owned()))
    }

    pub(super) fn times(&self, settings: &ScheduleSettings) -> Result<Times, BoxError> {
        Times::parse(&settings.cron, self.inner.parts.cron_with_seconds)
    }

    async fn store_schedule(&self, mut schedule: Schedule) -> Result<Schedule, BoxError> {
        schedule.updated_at = unix_now();
        let stored = schedule.clone();
        let store = &self.inner.parts.store;
        store
            .run(move |store| store.update_schedule(&stored))
            .await?;
        self.inner.schedules_changed.notify_one();
        Ok(schedule)
    }

    /// Puts a request's members into a schedule, which must make sense then.
    fn apply(
        &self,
        schedule: &mut Schedule,
        request: ScheduleRequest,
        has_agent: bool,
    ) -> Result<(), BoxError> {
        let key = &self.inner.parts.secret_key;
        let mut headers = key
            .open(&schedule.id, schedule.sealed_headers.as_deref())?
            .webhook_headers;
        let settings = &mut schedule.settings;
        let cron_before = settings.cron.clone();
        settings.cron = request.cron.unwrap_or_else(|| cron_before.clone());
        if let Some(command) = request.command {
            settings.command = command;
        }
        for (member, given) in [
            (&mut settings.prompt, request.prompt),
            (&mut settings.folder, request.folder),
            (&mut settings.model, request.model),
            (&mut settings.webhook_url, request.webhook_url),
        ] {
            if let Some(given) = given {
                *member = (!given.is_empty()).then_some(given);
            }
        }
        if let Some(options) = request.agent_options {
            let is_empty = options.as_object().is_some_and(serde_json::Map::is_empty);
            settings.agent_options = (!options.is_null() && !is_empty).then_some(options);
        }
        settings.timeout = request.timeout.or(settings.timeout);
        if let Some(given) = request.webhook_headers {
            headers = given;
        }
        check(settings, has_agent)?;
        match &settings.webhook_url {
            Some(url) => drop(Webhook::parse(url, &headers)?),
            None if headers.is_empty() => {}
            None => return invalid("webhook_headers: they need a webhook_url"),
        }
        let names = headers.keys();
        settings.webhook_headers = names.map(|name| (name.clone(), MASK.to_owned())).collect();
        let secrets = Secrets {
            webhook_headers: headers,
            ..Secrets::default()
        };
        schedule.sealed_headers = key.seal(&schedule.id, &secrets)?;
        let times = self.times(&schedule.settings)?;
        if schedule.settings.cron != cron_before && schedule.status == "active" {
            schedule.next_run_at = times.after(unix_now());
        }
        Ok(())
    }
}

fn check(settings: &ScheduleSettings, has_agent: bool) -> Result<(), BoxError> {
    paths::working_directory(settings.folder.as_deref())?;
    if settings.timeout == Some(0) {
        return invalid("timeout: it must be at least 1 millisecond");
    }
    match settings.kind {
        ScheduleKind::Exec => {
            if settings.prompt.is_some()
                || settings.model.is_some()
                || settings.agent_options.is_some()
            {
                return invalid("prompt, model, agent_options: they go with type \"prompt\"");
            }
            rules::command(&settings.command)
        }
        ScheduleKind::Prompt => {
            let prompt = settings.prompt.as_deref().unwrap_or_default();
            if prompt.trim().is_empty() {
                return invalid("prompt: it is required");
            }
            if prompt.len() >= 128 * 1024 {
                return invalid("prompt: it is longer than 128 KiB; put it into a file of the box");
            }
            if !settings.command.is_empty() {
                return invalid("command: it goes with type \"exec\"");
            }
            if !has_agent {
                return invalid(
                    "type: this box has no agent to prompt; create one with agent and model",
                );
            }
            match &settings.model {
                Some(model) => rules::one_line("model", model, 200),
                None => Ok(()),
            }
        }
    }
}

fn invalid<T>(text: &str) -> Result<T, BoxError> {
    Err(BoxError::InvalidArgument(text.to_owned()))
}
