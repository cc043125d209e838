//! Making a box, from the bare image or from a snapshot.

use upstash_box_wasm::api_types::{BoxInfo, BoxStatus, CreateBoxRequest, CustomRunner};

use super::error::BoxError;
use super::secrets::Secrets;
use super::{Boxes, ids, rules, to_completion, unix_now};
use crate::store::{BoxRecord, Inserted, Origin, SnapshotSource};

/// The harness whose program the box itself provides.
pub(super) const CUSTOM: &str = "custom";

/// Two words and five digits repeat seldom; a taken id is simply replaced.
const ATTEMPTS: usize = 16;

/// Everything about the agent of a box.
#[derive(Debug, Default)]
struct Agent {
    harness: Option<String>,
    model: Option<String>,
    custom_runner: Option<CustomRunner>,
    api_key: Option<String>,
}

impl Boxes {
    /// A new box on the bare image. It needs no process until there is work, so it is ready.
    pub(crate) async fn create(&self, request: CreateBoxRequest) -> Result<BoxInfo, BoxError> {
        check(&request)?;
        let agent = agent_of(&request)?;
        self.insert(request, agent, Origin::Image).await
    }

    /// A new box with the disk and agent of a snapshot.
    pub(crate) async fn create_from_snapshot(
        &self,
        snapshot_id: &str,
        mut request: CreateBoxRequest,
    ) -> Result<BoxInfo, BoxError> {
        check(&request)?;
        let source = self.restorable(snapshot_id).await?;
        let agent = if request.agent.is_some() {
            agent_of(&request)?
        } else {
            self.agent_of_snapshot(&source, &request)?
        };
        request.runtime = request.runtime.or(source.settings.runtime);
        self.insert(request, agent, Origin::Snapshot(source.id))
            .await
    }

    /// What a box takes over from a snapshot, which must be there and whole.
    pub(super) async fn restorable(&self, snapshot_id: &str) -> Result<SnapshotSource, BoxError> {
        let wanted = snapshot_id.to_owned();
        let store = &self.inner.parts.store;
        let source = store
            .run(move |store| store.snapshot_source(&wanted))
            .await?;
        match source {
            None => Err(BoxError::SnapshotNotFound(snapshot_id.to_owned())),
            Some(source) if source.damaged => Err(damaged(snapshot_id)),
            Some(source) => Ok(source),
        }
    }

    fn agent_of_snapshot(
        &self,
        source: &SnapshotSource,
        request: &CreateBoxRequest,
    ) -> Result<Agent, BoxError> {
        let settings = &source.settings;
        if settings.agent.is_none() {
            return agent_of(request);
        }
        let kept = self
            .inner
            .parts
            .secret_key
            .open(&source.id, source.sealed_secrets.as_deref())?;
        Ok(Agent {
            harness: settings.agent.clone(),
            model: request.model.clone().or_else(|| settings.model.clone()),
            custom_runner: request
                .custom_runner
                .clone()
                .or_else(|| settings.custom_runner.clone()),
            api_key: request.agent_api_key.clone().or(kept.agent_api_key),
        })
    }

    async fn insert(
        &self,
        request: CreateBoxRequest,
        agent: Agent,
        origin: Origin,
    ) -> Result<BoxInfo, BoxError> {
        let secrets = Secrets {
            env_vars: request.env_vars.clone(),
            agent_api_key: agent.api_key.clone(),
            github_token: request.github_token.clone(),
        };
        let mut record = record(request, agent, &origin);
        let this = self.clone();
        to_completion(async move {
            for _ in 0..ATTEMPTS {
                record.info.id = ids::box_id()?;
                record.sealed_secrets = this
                    .inner
                    .parts
                    .secret_key
                    .seal(&record.info.id, &secrets)?;
                let (row, from) = (record.clone(), origin.clone());
                let store = &this.inner.parts.store;
                match store
                    .run(move |store| store.insert_box(&row, &from))
                    .await?
                {
                    Inserted::Stored => return Ok(record.info),
                    Inserted::IdTaken => {}
                    Inserted::NameTaken => return Err(name_taken(record.info.name.as_deref())),
                    Inserted::SnapshotGone => {
                        let id = record.info.snapshot_id.unwrap_or_default();
                        return Err(BoxError::SnapshotNotFound(id));
                    }
                }
            }
            Err(BoxError::Interrupted("no free box id was found".to_owned()))
        })
        .await
    }
}

fn name_taken(name: Option<&str>) -> BoxError {
    let name = name.unwrap_or_default();
    BoxError::Conflict(format!(
        "a box called {name:?} exists; delete it or choose another name"
    ))
}

/// Why a snapshot that a power cut hurt is not used.
pub(super) fn damaged(snapshot_id: &str) -> BoxError {
    BoxError::Conflict(format!(
        "snapshot {snapshot_id} lost data when the machine stopped before it was on disk, so it \
         can't be restored; delete it"
    ))
}

/// Rules that hold whatever the box starts from.
fn check(request: &CreateBoxRequest) -> Result<(), BoxError> {
    if let Some(name) = &request.name {
        rules::box_name(name)?;
    }
    rules::labels(&request.labels)?;
    rules::env_vars(&request.env_vars)?;
    if let Some(runtime) = &request.runtime {
        rules::runtime(runtime)?;
    }
    if let Some(runner) = &request.custom_runner {
        rules::custom_runner(runner)?;
    }
    for (member, value, most) in [
        ("agent", &request.agent, 60),
        ("model", &request.model, 200),
        ("agent_api_key", &request.agent_api_key, 1000),
        ("github_token", &request.github_token, 1000),
        ("git_user_name", &request.git_user_name, 200),
        ("git_user_email", &request.git_user_email, 200),
    ] {
        if let Some(value) = value {
            rules::one_line(member, value, most)?;
        }
    }
    Ok(())
}

/// The agent that a request describes, whole or not at all.
fn agent_of(request: &CreateBoxRequest) -> Result<Agent, BoxError> {
    let invalid = |text: &str| Err(BoxError::InvalidArgument(text.to_owned()));
    let Some(harness) = &request.agent else {
        if request.model.is_some() {
            return invalid("model: it needs an agent; give agent as well");
        }
        if request.custom_runner.is_some() {
            return invalid("custom_runner: it needs agent: \"custom\"");
        }
        return Ok(Agent::default());
    };
    let is_custom = harness == CUSTOM;
    if is_custom != request.custom_runner.is_some() {
        return invalid("custom_runner: it goes with agent: \"custom\", and only with that");
    }
    if is_custom && request.agent_api_key.is_some() {
        return invalid("agent_api_key: a custom agent takes none; put it into env_vars");
    }
    let model = match &request.model {
        Some(model) => model.clone(),
        None if is_custom => CUSTOM.to_owned(),
        None => return invalid("model: it is required when agent is given"),
    };
    Ok(Agent {
        harness: Some(harness.clone()),
        model: Some(model),
        custom_runner: request.custom_runner.clone(),
        api_key: request.agent_api_key.clone(),
    })
}

fn record(request: CreateBoxRequest, agent: Agent, origin: &Origin) -> BoxRecord {
    let now = unix_now();
    BoxRecord {
        info: BoxInfo {
            id: String::new(),
            name: request.name,
            status: BoxStatus::Idle,
            labels: request.labels,
            size: request.size,
            keep_alive: request.keep_alive,
            ephemeral: false,
            runtime: request.runtime,
            agent: agent.harness,
            model: agent.model,
            custom_runner: agent.custom_runner,
            snapshot_id: match origin {
                Origin::Image => None,
                Origin::Snapshot(id) => Some(id.clone()),
            },
            created_at: now,
            updated_at: now,
            last_activity_at: now,
            deleted_at: None,
        },
        git_user_name: request.git_user_name,
        git_user_email: request.git_user_email,
        sealed_secrets: None,
        next_layer: 1,
    }
}
