//! Boxes: making, finding, pausing, deleting.

use upstash_box_wasm::api_types::{
    BoxInfo, BoxStatusResponse, CreateBoxRequest, CreatePreviewRequest, CreatedPreview,
    DeleteManyRequest, DeletedCount, PreviewList,
};

use super::super::boxes::{Done, Filter, FromSnapshot};
use super::super::scope::Scope;
use super::document::Document;

pub(super) fn describe(api: &mut Document) {
    api.post("/v2/box", "Makes a box")
        .idempotent()
        .body::<CreateBoxRequest>()
        .json::<BoxInfo>();
    api.get("/v2/box", "The boxes, or those that were deleted")
        .query::<Filter>()
        .json_array::<BoxInfo>();
    api.delete("/v2/box", "Deletes several boxes")
        .query::<Scope>()
        .body::<DeleteManyRequest>()
        .json::<DeletedCount>();
    api.post(
        "/v2/box/from-snapshot",
        "Makes a box of a snapshot, or many with count",
    )
    .idempotent()
    .body::<FromSnapshot>()
    .body::<CreateBoxRequest>()
    .json::<BoxInfo>()
    .stream("application/x-ndjson");
    api.get("/v2/box/{box}", "A box by its id or name")
        .json::<BoxInfo>();
    api.delete("/v2/box/{box}", "Deletes a box").json::<Done>();
    api.get("/v2/box/{box}/status", "What a box is doing")
        .json::<BoxStatusResponse>();
    api.post(
        "/v2/box/{box}/fork",
        "Makes a box with the same disk and settings",
    )
    .json::<BoxInfo>();
    api.post(
        "/v2/box/{box}/pause",
        "Ends a box's processes and keeps its disk",
    )
    .json::<Done>();
    api.post("/v2/box/{box}/resume", "Starts a paused box")
        .json::<Done>();
    api.post(
        "/v2/box/{box}/preview",
        "Opens a port of a box to the outside",
    )
    .body::<CreatePreviewRequest>()
    .json::<CreatedPreview>();
    api.get("/v2/box/{box}/preview", "The ports of a box that are open")
        .json::<PreviewList>();
    api.delete("/v2/box/{box}/preview/{port}", "Closes a port")
        .json::<Done>();
}
