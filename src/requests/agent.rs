//! Running the agent of a box.

use super::{Answer, Field, Kind, Method, Route};

static FIELDS: [Field; 8] = [
    Field::path("id"),
    Field::body("prompt", "prompt", Kind::Text).required(),
    Field::body("folder", "folder", Kind::Folder),
    Field::body("model", "model", Kind::Text),
    Field::body("sessionId", "session_id", Kind::Text),
    Field::body("files", "files", Kind::Structure),
    Field::body("options", "agent_options", Kind::Any),
    Field::body("jsonSchema", "json_schema", Kind::Any),
];

pub(super) const ROUTES: &[Route] = &[
    Route {
        name: "box.agent.run",
        method: Method::Post,
        path: "/v2/box/{}/run/stream",
        fields: &FIELDS,
        answer: Answer::Stream,
        wait: None,
    },
    Route {
        name: "box.agent.stream",
        method: Method::Post,
        path: "/v2/box/{}/run/stream",
        fields: &FIELDS,
        answer: Answer::Stream,
        wait: None,
    },
];
