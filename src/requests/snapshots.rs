//! Taking, finding, changing and deleting snapshots.

use super::{Answer, Field, Kind, Method, Route};
use crate::waiting::{NAMED_SNAPSHOT_READY, SNAPSHOT_READY};

pub(super) const ROUTES: &[Route] = &[
    Route {
        name: "box.snapshot",
        method: Method::Post,
        path: "/v2/box/{}/snapshots",
        fields: &[
            Field::path("id"),
            Field::body("name", "name", Kind::Text),
            Field::body("labels", "labels", Kind::Texts),
            Field::body("expiresIn", "expires_in", Kind::Count),
            Field::body("pinned", "pinned", Kind::Flag),
            Field::IDEMPOTENCY_KEY,
        ],
        answer: Answer::Resource,
        wait: Some(&SNAPSHOT_READY),
    },
    Route {
        name: "box.rollback",
        method: Method::Post,
        path: "/v2/box/{}/rollback",
        fields: &[
            Field::path("id"),
            Field::body("snapshotId", "snapshot_id", Kind::Text).required(),
        ],
        answer: Answer::Resource,
        wait: None,
    },
    Route {
        name: "box.listSnapshots",
        method: Method::Get,
        path: "/v2/box/{}/snapshots",
        fields: &[Field::path("id")],
        answer: Answer::List("snapshots"),
        wait: None,
    },
    Route {
        name: "box.deleteSnapshot",
        method: Method::Delete,
        path: "/v2/box/{}/snapshots/{}",
        fields: &[Field::path("id"), Field::path("snapshotId")],
        answer: Answer::Nothing,
        wait: None,
    },
    Route {
        name: "Box.listSnapshots",
        method: Method::Get,
        path: "/v2/box/snapshots",
        fields: &[
            Field::query("boxId", "box_id", Kind::Text),
            Field::query("label", "label", Kind::Text),
            Field::query("status", "status", Kind::Text),
            Field::query("limit", "limit", Kind::Text),
            Field::query("cursor", "cursor", Kind::Text),
        ],
        answer: Answer::Object,
        wait: None,
    },
    Route {
        name: "Box.getSnapshot",
        method: Method::Get,
        path: "/v2/box/snapshots/{}",
        fields: &[Field::path("id")],
        answer: Answer::Resource,
        wait: None,
    },
    Route {
        name: "Box.getSnapshot when ready",
        method: Method::Get,
        path: "/v2/box/snapshots/{}?wait=ready",
        fields: &[Field::path("id")],
        answer: Answer::Resource,
        wait: Some(&NAMED_SNAPSHOT_READY),
    },
    Route {
        name: "Box.updateSnapshot",
        method: Method::Patch,
        path: "/v2/box/snapshots/{}",
        fields: &[
            Field::path("id"),
            Field::body("name", "name", Kind::Text),
            Field::body("labels", "labels", Kind::Texts),
            Field::body("expiresIn", "expires_in", Kind::Count),
            // After the number, so that it wins.
            Field::body("neverExpires", "expires_in", Kind::Clear),
            Field::body("pinned", "pinned", Kind::Switch),
        ],
        answer: Answer::Resource,
        wait: None,
    },
    Route {
        name: "Box.snapshotTree",
        method: Method::Get,
        path: "/v2/box/snapshots/{}/tree",
        fields: &[Field::path("id")],
        answer: Answer::List("nodes"),
        wait: None,
    },
    Route {
        name: "Box.deleteSnapshots",
        method: Method::Delete,
        path: "/v2/box/snapshots",
        fields: &[
            Field::body("ids", "ids", Kind::Ids).required(),
            Field::body("dryRun", "dry_run", Kind::Flag),
        ],
        answer: Answer::Object,
        wait: None,
    },
    Route {
        name: "Box.deleteSnapshots by filter",
        method: Method::Delete,
        path: "/v2/box/snapshots",
        fields: &[
            Field::body("filter", "filter", Kind::Structure).required(),
            Field::body("dryRun", "dry_run", Kind::Flag),
        ],
        answer: Answer::Object,
        wait: None,
    },
    // What goes beyond the hosted service is asked for before it is relied on.
    Route {
        name: "capabilities",
        method: Method::Get,
        path: "/v2/capabilities",
        fields: &[],
        answer: Answer::Object,
        wait: None,
    },
];
