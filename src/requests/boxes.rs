//! Making, finding and removing boxes.

use super::{Answer, Field, Kind, Method, Route};
use crate::waiting::BOX_READY;

/// What new boxes may be given. `count` stands only in the row that forks, and the key in all but that;
/// `snapshotId` in those that restore.
static SETTINGS: [Field; 23] = [
    Field::body("count", "count", Kind::Count).required(),
    Field::body("snapshotId", "snapshot_id", Kind::Text).required(),
    Field::body("name", "name", Kind::Text),
    Field::body("labels", "labels", Kind::Texts),
    Field::body("size", "size", Kind::Text),
    Field::body("runtime", "runtime", Kind::Text),
    Field::body("keepAlive", "keep_alive", Kind::Flag),
    Field::body("initCommand", "init_command", Kind::Text),
    Field::body("agent.harness", "agent", Kind::Text),
    Field::body("agent.model", "model", Kind::Text),
    Field::body("agent.apiKey", "agent_api_key", Kind::Text),
    Field::body("agent.customHarness", "custom_runner", Kind::Structure),
    Field::body("git.token", "github_token", Kind::Text),
    Field::body("git.userName", "git_user_name", Kind::Text),
    Field::body("git.userEmail", "git_user_email", Kind::Text),
    Field::body("env", "env_vars", Kind::TextMap),
    Field::body("attachHeaders", "attach_headers", Kind::Any),
    Field::body("networkPolicy", "network_policy", Kind::Structure),
    Field::body("skills", "skills", Kind::Texts),
    Field::body("mcpServers", "mcp_servers", Kind::McpServers),
    Field::body("ephemeral", "ephemeral", Kind::Flag),
    Field::body("ttl", "ttl", Kind::Count),
    Field::IDEMPOTENCY_KEY,
];

/// The same without the key.
const fn of_forks() -> &'static [Field] {
    match SETTINGS.split_last() {
        Some((_, rest)) => rest,
        None => &SETTINGS,
    }
}

/// The same without the count.
const fn of_snapshot() -> &'static [Field] {
    match SETTINGS.split_first() {
        Some((_, rest)) => rest,
        None => &SETTINGS,
    }
}

/// The same without the snapshot either.
const fn fresh() -> &'static [Field] {
    match of_snapshot().split_first() {
        Some((_, rest)) => rest,
        None => &SETTINGS,
    }
}

pub(super) const ROUTES: &[Route] = &[
    Route {
        name: "Box.create",
        method: Method::Post,
        path: "/v2/box",
        fields: fresh(),
        answer: Answer::Resource,
        wait: Some(&BOX_READY),
    },
    Route {
        name: "Box.fromSnapshot",
        method: Method::Post,
        path: "/v2/box/from-snapshot",
        fields: of_snapshot(),
        answer: Answer::Resource,
        wait: Some(&BOX_READY),
    },
    Route {
        name: "Box.fork",
        method: Method::Post,
        path: "/v2/box/from-snapshot",
        fields: of_forks(),
        answer: Answer::Stream,
        wait: None,
    },
    Route {
        name: "Box.get",
        method: Method::Get,
        path: "/v2/box/{}",
        fields: &[Field::path("id")],
        answer: Answer::Resource,
        wait: None,
    },
    Route {
        name: "Box.list",
        method: Method::Get,
        path: "/v2/box",
        fields: &[
            Field::query("label", "label", Kind::Text),
            Field::query("status", "status", Kind::Text),
        ],
        answer: Answer::List(""),
        wait: None,
    },
    Route {
        name: "Box.delete",
        method: Method::Delete,
        path: "/v2/box",
        fields: &[Field::body("ids", "ids", Kind::Ids).required()],
        answer: Answer::Nothing,
        wait: None,
    },
    Route {
        name: "box.delete",
        method: Method::Delete,
        path: "/v2/box/{}",
        fields: &[Field::path("id")],
        answer: Answer::Nothing,
        wait: None,
    },
    Route {
        name: "box.getStatus",
        method: Method::Get,
        path: "/v2/box/{}/status",
        fields: &[Field::path("id")],
        answer: Answer::Object,
        wait: None,
    },
];
