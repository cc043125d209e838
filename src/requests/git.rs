//! Git in a box.

use super::{Answer, Field, Kind, Method, Route};

pub(super) const ROUTES: &[Route] = &[Route {
    name: "box.git.clone",
    method: Method::Post,
    path: "/v2/box/{}/git/clone",
    fields: &[
        Field::path("id"),
        Field::body("repo", "repo", Kind::Text).required(),
        Field::body("branch", "branch", Kind::Text),
        Field::body("depth", "depth", Kind::Count),
        Field::body("token", "github_token", Kind::Text),
        Field::body("folder", "folder", Kind::Folder),
    ],
    answer: Answer::Object,
    wait: None,
}];
