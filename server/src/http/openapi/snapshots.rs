//! Snapshots: of one box, of all, what they hold, and how they leave and come in.

use upstash_box_wasm::api_types::{
    BoxInfo, CreateSnapshotRequest, DeleteSnapshotsRequest, DeletedSnapshots, FileContent,
    FileList, PullSnapshotRequest, PushSnapshotRequest, PushedSnapshot, SnapshotInfo, SnapshotList,
    SnapshotTree, SnapshotVerification, UpdateSnapshotRequest,
};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{KnownFormat, Schema, SchemaFormat};

use super::super::all_snapshots::{All, Listing, Wait};
use super::super::boxes::Done;
use super::super::files::Read;
use super::super::snapshot_archive::{AsWished, Since};
use super::super::snapshot_contents::{Download, List, Other};
use super::super::snapshots::RollBack;
use super::document::Document;

const TAR: &str = "application/x-tar";
const LINES: &str = "application/x-ndjson";

pub(super) fn describe(api: &mut Document) {
    of_a_box(api);
    of_all(api);
    contents(api);
    transfer(api);
}

fn of_a_box(api: &mut Document) {
    api.post("/v2/box/{box}/snapshots", "Takes a snapshot")
        .idempotent()
        .body::<CreateSnapshotRequest>()
        .json::<SnapshotInfo>();
    api.get("/v2/box/{box}/snapshots", "The snapshots of a box")
        .json::<SnapshotList>();
    api.delete("/v2/box/{box}/snapshots/{snapshot}", "Deletes a snapshot")
        .json::<Done>();
    api.post(
        "/v2/box/{box}/rollback",
        "Gives a box the disk of a snapshot",
    )
    .body::<RollBack>()
    .json::<BoxInfo>();
}

fn of_all(api: &mut Document) {
    api.get("/v2/box/snapshots", "Snapshots of all boxes, in pages")
        .query::<Listing>()
        .json::<SnapshotList>();
    api.delete(
        "/v2/box/snapshots",
        "Deletes snapshots by id, by a filter, or all",
    )
    .query::<All>()
    .body::<DeleteSnapshotsRequest>()
    .json::<DeletedSnapshots>();
    api.get("/v2/box/snapshots/{snapshot}", "One snapshot")
        .query::<Wait>()
        .json::<SnapshotInfo>();
    api.patch(
        "/v2/box/snapshots/{snapshot}",
        "Changes name, labels, expiry or pin",
    )
    .body::<UpdateSnapshotRequest>()
    .json::<SnapshotInfo>();
    api.get("/v2/box/snapshots/{snapshot}/tree", "What came from what")
        .json::<SnapshotTree>();
}

fn contents(api: &mut Document) {
    api.get(
        "/v2/box/snapshots/{snapshot}/diff",
        "What changed since another snapshot, or up to a box",
    )
    .query::<Other>()
    .stream(LINES);
    api.post(
        "/v2/box/snapshots/{snapshot}/verify",
        "Whether a snapshot is as it was",
    )
    .json::<SnapshotVerification>();
    api.get(
        "/v2/box/snapshots/{snapshot}/files/list",
        "The entries of a folder",
    )
    .query::<List>()
    .json::<FileList>();
    api.get("/v2/box/snapshots/{snapshot}/files/read", "Reads a file")
        .query::<Read>()
        .json::<FileContent>();
    api.get(
        "/v2/box/snapshots/{snapshot}/files/download",
        "The bytes of a file",
    )
    .query::<Download>()
    .stream("application/octet-stream");
}

fn transfer(api: &mut Document) {
    api.get(
        "/v2/box/snapshots/{snapshot}/archive",
        "A snapshot as an OCI image layout in a tar file",
    )
    .query::<Since>()
    .stream(TAR);
    api.post("/v2/box/snapshots/import", "Takes an archive in")
        .query::<AsWished>()
        .form(TAR, bytes())
        .json::<SnapshotInfo>()
        .stream(LINES);
    api.post(
        "/v2/box/snapshots/{snapshot}/push",
        "Sends a snapshot to a registry",
    )
    .body::<PushSnapshotRequest>()
    .json::<PushedSnapshot>()
    .stream(LINES);
    api.post("/v2/box/snapshots/pull", "Takes an image of a registry in")
        .body::<PullSnapshotRequest>()
        .json::<SnapshotInfo>()
        .stream(LINES);
}

fn bytes() -> Schema {
    let format = SchemaFormat::KnownFormat(KnownFormat::Binary);
    let bytes = ObjectBuilder::new().schema_type(Type::String);
    Schema::Object(bytes.format(Some(format)).build())
}
