//! What a request to make a box describes, checked and put into a record. Does nothing by itself.

use upstash_box_wasm::api_types::{
    BoxInfo, BoxStatus, CreateBoxRequest, CustomRunner, GitCloneRequest,
};

use super::error::BoxError;
use super::git_repo::Repo;
use super::secrets::Secrets;
use super::{attached_headers, expiry, mcp, network, rules, skills, unix_now};
use crate::store::{BoxRecord, Origin};

/// The harness whose program the box itself provides.
pub(super) const CUSTOM: &str = "custom";

/// A box that is to be made, once or several times; without an id.
#[derive(Debug)]
pub(super) struct NewBox {
    pub(super) record: BoxRecord,
    pub(super) secrets: Secrets,
    pub(super) origin: Origin,
    pub(super) clone: Option<GitCloneRequest>,
    /// Skills that are not on its disk yet.
    pub(super) to_install: Vec<String>,
}

/// Everything about the agent of a box.
#[derive(Debug, Default)]
pub(super) struct Agent {
    pub(super) harness: Option<String>,
    pub(super) model: Option<String>,
    pub(super) custom_runner: Option<CustomRunner>,
    pub(super) api_key: Option<String>,
}

/// Rules that hold whatever the box starts from.
pub(super) fn check(request: &CreateBoxRequest) -> Result<(), BoxError> {
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
    attached_headers::check(&request.attach_headers)?;
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
pub(super) fn agent_of(request: &CreateBoxRequest) -> Result<Agent, BoxError> {
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

pub(super) fn new_box(
    request: CreateBoxRequest,
    agent: Agent,
    origin: Origin,
    image: Option<String>,
) -> NewBox {
    NewBox {
        to_install: request.skills.clone(),
        secrets: Secrets {
            env_vars: request.env_vars.clone(),
            agent_api_key: agent.api_key.clone(),
            github_token: request.github_token.clone(),
            attach_headers: request.attach_headers.clone(),
            mcp_headers: mcp::headers(&request.mcp_servers),
            ..Secrets::default()
        },
        clone: request.clone_repo.clone().map(|repo| GitCloneRequest {
            repo,
            github_token: request.clone_token.clone(),
            ..GitCloneRequest::default()
        }),
        record: record(request, agent, &origin, image),
        origin,
    }
}

fn record(
    request: CreateBoxRequest,
    agent: Agent,
    origin: &Origin,
    image: Option<String>,
) -> BoxRecord {
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
        image,
        sealed_secrets: None,
        next_layer: 1,
    }
}
