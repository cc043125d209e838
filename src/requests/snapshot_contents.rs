//! What snapshots hold: comparing, reading and verifying it.

use super::{Answer, Field, Kind, Method, Route};

pub(super) const ROUTES: &[Route] = &[
    // `box.diff` is this with a box in place of the earlier snapshot.
    Route {
        name: "Box.diffSnapshots",
        method: Method::Get,
        path: "/v2/box/snapshots/{}/diff",
        fields: &[
            Field::path("id"),
            Field::query("from", "from", Kind::Text),
            Field::query("box", "box", Kind::Text),
        ],
        answer: Answer::Stream,
        wait: None,
    },
    Route {
        name: "Box.snapshotFiles.list",
        method: Method::Get,
        path: "/v2/box/snapshots/{}/files/list",
        fields: &[Field::path("id"), Field::query("path", "path", Kind::Text)],
        answer: Answer::List("files"),
        wait: None,
    },
    Route {
        name: "Box.snapshotFiles.read",
        method: Method::Get,
        path: "/v2/box/snapshots/{}/files/read",
        fields: &[
            Field::path("id"),
            Field::query("path", "path", Kind::Text).required(),
            Field::query("encoding", "encoding", Kind::Text),
        ],
        answer: Answer::Text("content"),
        wait: None,
    },
    Route {
        name: "Box.verifySnapshot",
        method: Method::Post,
        path: "/v2/box/snapshots/{}/verify",
        fields: &[Field::path("id")],
        answer: Answer::Object,
        wait: None,
    },
];
