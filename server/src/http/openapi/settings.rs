//! What of a box can be changed.

use upstash_box_wasm::api_types::{
    AttachHeadersSetting, CustomRunnerSetting, GitIdentity, InitCommand, LabelList, LabelRequest,
    ModelSetting, NetworkPolicy, SkillList, SkillRequest,
};

use super::super::boxes::Done;
use super::document::Document;

pub(super) fn describe(api: &mut Document) {
    api.post("/v2/box/{box}/config/labels", "Adds a label")
        .body::<LabelRequest>()
        .json::<LabelList>();
    api.delete("/v2/box/{box}/config/labels/{label}", "Removes a label")
        .json::<LabelList>();
    api.put(
        "/v2/box/{box}/config/network-policy",
        "What a box may reach, from now on",
    )
    .body::<NetworkPolicy>()
    .json::<NetworkPolicy>();
    api.put(
        "/v2/box/{box}/config/attach-headers",
        "Headers that the box's requests get outside of it",
    )
    .body::<AttachHeadersSetting>()
    .json::<AttachHeadersSetting>();
    api.put("/v2/box/{box}/config/model", "The model of the box's agent")
        .body::<ModelSetting>()
        .json::<ModelSetting>();
    api.put(
        "/v2/box/{box}/config/custom-runner",
        "The command of the box's custom agent",
    )
    .body::<CustomRunnerSetting>()
    .json::<CustomRunnerSetting>();
    for path in ["/v2/box/{box}/config/git", "/v2/box/{box}/git-config"] {
        api.put(path, "Who commits in the box")
            .body::<GitIdentity>()
            .json::<GitIdentity>();
    }
    api.post("/v2/box/{box}/config/skills", "Adds a skill")
        .body::<SkillRequest>()
        .json::<SkillList>();
    api.delete("/v2/box/{box}/config/skills/{*skill}", "Removes a skill")
        .json::<SkillList>();
    api.get("/v2/box/{box}/startup", "The init command")
        .json::<InitCommand>();
    api.put("/v2/box/{box}/startup", "Sets the init command")
        .body::<InitCommand>()
        .json::<InitCommand>();
    api.delete("/v2/box/{box}/startup", "Removes the init command")
        .json::<Done>();
}
