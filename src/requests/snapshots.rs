//! Taking, listing and deleting snapshots.

use super::{Answer, Field, Kind, Method, Route};
use crate::waiting::SNAPSHOT_READY;

pub(super) const ROUTES: &[Route] = &[
    Route {
        name: "box.snapshot",
        method: Method::Post,
        path: "/v2/box/{}/snapshots",
        fields: &[
            Field::path("id"),
            Field::body("name", "name", Kind::Text),
            Field::IDEMPOTENCY_KEY,
        ],
        answer: Answer::Resource,
        wait: Some(&SNAPSHOT_READY),
    },
    Route {
        name: "box.listSnapshots",
        method: Method::Get,
        path: "/v2/box/{}/snapshots",
        fields: &[Field::path("id")],
        answer: Answer::Resources("snapshots"),
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
        name: "Box.deleteSnapshots",
        method: Method::Delete,
        path: "/v2/box/snapshots",
        fields: &[Field::body("ids", "ids", Kind::Ids).required()],
        answer: Answer::Object,
        wait: None,
    },
];
