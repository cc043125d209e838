//! Routes that change the settings of a box.

use axum::Json;
use axum::extract::State;
use axum::routing::{delete, post, put};
use upstash_box_wasm::api_types::{
    AttachHeadersSetting, CustomRunnerSetting, GitIdentity, LabelList, LabelRequest, ModelSetting,
    NetworkPolicy, SkillList, SkillRequest,
};

use super::body::JsonObject;
use super::error::ApiError;
use super::params::InPath;
use super::routes::Routes;
use crate::boxes::Boxes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/v2/box/{box}/config/labels", post(add_label))
        .route("/v2/box/{box}/config/labels/{label}", delete(remove_label))
        .route(
            "/v2/box/{box}/config/network-policy",
            put(set_network_policy),
        )
        .route(
            "/v2/box/{box}/config/attach-headers",
            put(set_attached_headers),
        )
        .route("/v2/box/{box}/config/model", put(set_model))
        .route("/v2/box/{box}/config/custom-runner", put(set_custom_runner))
        .route("/v2/box/{box}/config/git", put(set_git_identity))
        // As older clients spell it.
        .route("/v2/box/{box}/git-config", put(set_git_identity))
        .route("/v2/box/{box}/config/skills", post(add_skill))
        .route("/v2/box/{box}/config/skills/{*skill}", delete(remove_skill))
}

async fn add_label(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    body: JsonObject,
) -> Result<Json<LabelList>, ApiError> {
    let LabelRequest { label } = body.parse()?;
    let labels = boxes.add_label(&reference, label).await?;
    Ok(Json(LabelList { labels }))
}

async fn remove_label(
    State(boxes): State<Boxes>,
    InPath((reference, label)): InPath<(String, String)>,
) -> Result<Json<LabelList>, ApiError> {
    let labels = boxes.remove_label(&reference, label).await?;
    Ok(Json(LabelList { labels }))
}

/// The bare policy, in and out.
async fn set_network_policy(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    body: JsonObject,
) -> Result<Json<NetworkPolicy>, ApiError> {
    let policy: NetworkPolicy = body.parse()?;
    boxes.set_network_policy(&reference, policy.clone()).await?;
    Ok(Json(policy))
}

/// Values go in and do not come out.
async fn set_attached_headers(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    body: JsonObject,
) -> Result<Json<AttachHeadersSetting>, ApiError> {
    let AttachHeadersSetting { attach_headers } = body.parse()?;
    let set = boxes.set_attached_headers(&reference, attach_headers);
    Ok(Json(set.await?))
}

async fn set_model(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    body: JsonObject,
) -> Result<Json<ModelSetting>, ApiError> {
    let setting: ModelSetting = body.parse()?;
    boxes.set_model(&reference, setting.model.clone()).await?;
    Ok(Json(setting))
}

async fn set_custom_runner(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    body: JsonObject,
) -> Result<Json<CustomRunnerSetting>, ApiError> {
    let setting: CustomRunnerSetting = body.parse()?;
    let runner = setting.custom_runner.clone();
    boxes.set_custom_runner(&reference, runner).await?;
    Ok(Json(setting))
}

async fn set_git_identity(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    body: JsonObject,
) -> Result<Json<GitIdentity>, ApiError> {
    let identity = boxes.set_git_identity(&reference, body.parse()?).await?;
    Ok(Json(identity))
}

async fn add_skill(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    body: JsonObject,
) -> Result<Json<SkillList>, ApiError> {
    let SkillRequest { skill_id } = body.parse()?;
    let enabled_skills = boxes.add_skill(&reference, skill_id).await?;
    Ok(Json(SkillList { enabled_skills }))
}

/// The slashes of the id are separators of the path.
async fn remove_skill(
    State(boxes): State<Boxes>,
    InPath((reference, skill)): InPath<(String, String)>,
) -> Result<Json<SkillList>, ApiError> {
    let enabled_skills = boxes.remove_skill(&reference, skill).await?;
    Ok(Json(SkillList { enabled_skills }))
}
