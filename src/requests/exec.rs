//! Running commands.

use super::{Answer, Field, Kind, Method, Route};

static FIELDS: [Field; 3] = [
    Field::path("id"),
    Field::body("command", "command", Kind::Command).required(),
    Field::body("folder", "folder", Kind::Folder),
];

pub(super) const ROUTES: &[Route] = &[
    Route {
        name: "box.exec.command",
        method: Method::Post,
        path: "/v2/box/{}/exec",
        fields: &FIELDS,
        answer: Answer::Run,
        wait: None,
    },
    Route {
        name: "box.exec.stream",
        method: Method::Post,
        path: "/v2/box/{}/exec-stream",
        fields: &FIELDS,
        answer: Answer::Stream,
        wait: None,
    },
];
