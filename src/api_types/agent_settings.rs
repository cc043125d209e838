//! Settings of a box's agent and of git in it, changed one by one.

use serde::{Deserialize, Serialize};

use super::agent::CustomRunner;

/// Body and answer of `PUT /v2/box/{id}/config/model`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ModelSetting {
    /// What the agent's next runs use.
    pub model: String,
}

/// Body and answer of `PUT /v2/box/{id}/config/custom-runner`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomRunnerSetting {
    /// The program of an agent that is `custom`.
    pub custom_runner: CustomRunner,
}

/// Body of `PUT /v2/box/{id}/config/git`, with at least one member; the answer has both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct GitIdentity {
    /// Who commits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub git_user_name: Option<String>,
    /// Their address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub git_user_email: Option<String>,
}

/// Body of `POST /v2/box/{id}/config/skills`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SkillRequest {
    /// `owner/repo/skill`, or `owner/repo` for all that the repository has.
    pub skill_id: String,
}

/// Answer of the routes that change skills.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SkillList {
    /// All that the box has now.
    pub enabled_skills: Vec<String>,
}
