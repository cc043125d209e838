//! Making a box, from the bare image or from a snapshot.

use std::sync::Arc;

use upstash_box_wasm::api_types::{
    BoxInfo, BoxStatus, CreateBoxRequest, CustomRunner, GitCloneRequest,
};

use super::error::BoxError;
use super::git_repo::Repo;
use super::secrets::Secrets;
use super::{Boxes, expiry, ids, mcp, network, rules, skills, unix_now};
use crate::store::{BoxRecord, Inserted, Origin, SnapshotSource};

/// The harness whose program the box itself provides.
pub(super) const CUSTOM: &str = "custom";

/// Two words and five digits repeat seldom; a taken id is simply replaced.
const ATTEMPTS: usize = 16;

/// A box that is to be made, once or several times; without an id.
#[derive(Debug)]
pub(super) struct NewBox {
    pub(super) record: BoxRecord,
    secrets: Secrets,
    origin: Origin,
    clone: Option<GitCloneRequest>,
    /// Skills that are not on its disk yet.
    to_install: Vec<String>,
}

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
    pub(crate) async fn create(&self, mut request: CreateBoxRequest) -> Result<BoxInfo, BoxError> {
        check(&request)?;
        let agent = agent_of(&request)?;
        request.env_vars = self.with_account_env(request.env_vars).await?;
        self.insert(new_box(request, agent, Origin::Image)).await
    }

    /// A new box with the disk and agent of a snapshot.
    pub(crate) async fn create_from_snapshot(
        &self,
        snapshot_id: &str,
        request: CreateBoxRequest,
    ) -> Result<BoxInfo, BoxError> {
        let new = self.box_of_snapshot(snapshot_id, request).await?;
        self.insert(new).await
    }

    /// What a new box with the disk and agent of a snapshot is.
    pub(super) async fn box_of_snapshot(
        &self,
        snapshot_id: &str,
        mut request: CreateBoxRequest,
    ) -> Result<NewBox, BoxError> {
        check(&request)?;
        let source = self.restorable(snapshot_id).await?;
        let agent = if request.agent.is_some() {
            agent_of(&request)?
        } else {
            self.agent_of_snapshot(&source, &request)?
        };
        request.env_vars = self.with_account_env(request.env_vars).await?;
        request.runtime = request.runtime.or(source.settings.runtime);
        let mut new = new_box(request, agent, Origin::Snapshot(source.id));
        // They are on the snapshot's disk.
        for skill in source.settings.enabled_skills {
            if !new.record.info.enabled_skills.contains(&skill) {
                new.record.info.enabled_skills.push(skill);
            }
        }
        Ok(new)
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

    async fn insert(&self, new: NewBox) -> Result<BoxInfo, BoxError> {
        let record = new.record.clone();
        let mut made = self.insert_all(Arc::new(new), vec![record]).await?;
        made.pop().unwrap_or_else(|| Err(no_free_id()))
    }

    /// Makes boxes that differ in their record, in one transaction; what became of each.
    pub(super) async fn insert_all(
        &self,
        new: Arc<NewBox>,
        mut records: Vec<BoxRecord>,
    ) -> Result<Vec<Result<BoxInfo, BoxError>>, BoxError> {
        let (this, follow_up) = (self.clone(), Arc::clone(&new));
        let made = self
            .blocking(move |store| {
                let key = &this.inner.parts.secret_key;
                let mut made = Vec::new();
                for _ in 0..ATTEMPTS {
                    for record in &mut records {
                        record.info.id = ids::box_id()?;
                        record.sealed_secrets = key.seal(&record.info.id, &new.secrets)?;
                    }
                    let inserted = store.insert_boxes(&records, &new.origin)?;
                    let mut again = Vec::new();
                    for (record, inserted) in records.into_iter().zip(inserted) {
                        match inserted {
                            Inserted::Stored => made.push(Ok(record.info)),
                            Inserted::IdTaken => again.push(record),
                            Inserted::NameTaken => {
                                made.push(Err(name_taken(record.info.name.as_deref())));
                            }
                            Inserted::SnapshotGone => {
                                let id = record.info.snapshot_id.unwrap_or_default();
                                made.push(Err(BoxError::SnapshotNotFound(id)));
                            }
                        }
                    }
                    records = again;
                    if records.is_empty() {
                        break;
                    }
                }
                made.extend(records.iter().map(|_| Err(no_free_id())));
                Ok(made)
            })
            .await?;
        for info in made.iter().flatten() {
            self.begin(info, &follow_up);
        }
        Ok(made)
    }

    /// What goes on in a new box by itself.
    fn begin(&self, info: &BoxInfo, new: &NewBox) {
        if info.expires_at.is_some() {
            self.inner.expiry_changed.notify_one();
        }
        if new.record.init_command.is_some() {
            self.start_in_background(info.id.clone());
        }
        if !new.to_install.is_empty() {
            self.install_in_background(info.id.clone(), new.to_install.clone());
        }
        if let Some(clone) = &new.clone {
            self.clone_in_background(info.id.clone(), clone.clone());
        }
    }
}

fn no_free_id() -> BoxError {
    BoxError::Interrupted("no free box id was found".to_owned())
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
    if let Some(command) = &request.init_command {
        rules::init_command(command)?;
    }
    check_lifetime(request)?;
    skills::check(&request.skills)?;
    mcp::check(&request.mcp_servers)?;
    if let Some(policy) = &request.network_policy {
        network::check(policy)?;
    }
    if let Some(repo) = &request.clone_repo {
        Repo::parse(repo)?;
    } else if request.clone_token.is_some() {
        return Err(BoxError::InvalidArgument(
            "clone_token: it needs clone_repo".to_owned(),
        ));
    }
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
        ("clone_token", &request.clone_token, 1000),
        ("git_user_name", &request.git_user_name, 200),
        ("git_user_email", &request.git_user_email, 200),
    ] {
        if let Some(value) = value {
            rules::one_line(member, value, most)?;
        }
    }
    Ok(())
}

/// A box stays up for ever, or ends by itself, or neither.
fn check_lifetime(request: &CreateBoxRequest) -> Result<(), BoxError> {
    let invalid = |text: &str| Err(BoxError::InvalidArgument(text.to_owned()));
    if request.keep_alive && request.ephemeral {
        return invalid("ephemeral: a keep-alive box can't be ephemeral; choose one of the two");
    }
    match request.ttl {
        Some(_) if !request.ephemeral => invalid("ttl: only an ephemeral box has one"),
        Some(seconds) => rules::ttl(seconds),
        None => Ok(()),
    }
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

fn new_box(request: CreateBoxRequest, agent: Agent, origin: Origin) -> NewBox {
    NewBox {
        to_install: request.skills.clone(),
        secrets: Secrets {
            env_vars: request.env_vars.clone(),
            agent_api_key: agent.api_key.clone(),
            github_token: request.github_token.clone(),
            mcp_headers: mcp::headers(&request.mcp_servers),
        },
        clone: request.clone_repo.clone().map(|repo| GitCloneRequest {
            repo,
            github_token: request.clone_token.clone(),
            ..GitCloneRequest::default()
        }),
        record: record(request, agent, &origin),
        origin,
    }
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
            ephemeral: request.ephemeral,
            expires_at: request
                .ephemeral
                .then(|| expiry::time_after(request.ttl.unwrap_or(rules::MAX_TTL))),
            runtime: request.runtime,
            clone_repo: request.clone_repo,
            agent: agent.harness,
            model: agent.model,
            custom_runner: agent.custom_runner,
            enabled_skills: request.skills,
            mcp_servers: mcp::masked(&request.mcp_servers),
            git_user_name: request.git_user_name,
            git_user_email: request.git_user_email,
            network_policy: request.network_policy,
            snapshot_id: match origin {
                Origin::Image => None,
                Origin::Snapshot(id) => Some(id.clone()),
            },
            created_at: now,
            updated_at: now,
            last_activity_at: now,
            deleted_at: None,
        },
        init_command: request.init_command,
        sealed_secrets: None,
        next_layer: 1,
    }
}
