//! Reading, writing and listing files.

use super::{Answer, Field, Kind, Method, Route};

pub(super) const ROUTES: &[Route] = &[
    Route {
        name: "box.files.read",
        method: Method::Get,
        path: "/v2/box/{}/files/read",
        fields: &[
            Field::path("id"),
            Field::query("path", "path", Kind::Path).required(),
            Field::query("encoding", "encoding", Kind::Text),
        ],
        answer: Answer::Text("content"),
        wait: None,
    },
    Route {
        name: "box.files.write",
        method: Method::Post,
        path: "/v2/box/{}/files/write",
        fields: &[
            Field::path("id"),
            Field::body("path", "path", Kind::Path).required(),
            Field::body("content", "content", Kind::Content).required(),
            Field::body("encoding", "encoding", Kind::Text),
        ],
        answer: Answer::Nothing,
        wait: None,
    },
    Route {
        name: "box.files.list",
        method: Method::Get,
        path: "/v2/box/{}/files/list",
        fields: &[
            Field::path("id"),
            Field::query("path", "folder", Kind::Directory),
        ],
        answer: Answer::List("files"),
        wait: None,
    },
];
