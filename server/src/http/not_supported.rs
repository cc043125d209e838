//! What the hosted service has and one machine can't: it is refused by name.
//!
//! Passing over a member would make a promise that is not kept: a box that was to have a browser would
//! have none.

use axum::routing::any;
use serde_json::{Map, Value};
use upstash_box_wasm::api_types::ErrorCode;

use super::error::ApiError;
use super::routes::Routes;

/// Members of a new box, and why there is no such thing here.
const OF_A_BOX: &[(&str, &str)] = &[("browser", NO_BROWSER)];

const NO_BROWSER: &str =
    "boxes of this server have no managed browser; install one in the box and run it there";

/// Words in place of an API key that stand for keys which the hosted service keeps.
const HOSTED_KEYS: [&str; 2] = ["UPSTASH_KEY", "STORED_KEY"];

/// Routes, and why there is nothing behind them.
pub(super) const ROUTES: &[(&str, &str)] = &[
    ("/v2/box/agent-credentials", NO_STORED_KEYS),
    ("/v2/box/agent-credentials/{provider}", NO_STORED_KEYS),
    ("/v2/box/apikey", ONE_KEY),
    ("/v2/box/apikey/{id}", ONE_KEY),
    ("/v2/box/apikeys", ONE_KEY),
    ("/v2/box/github/{*rest}", NO_GITHUB_APP),
    ("/v2/box/{box}/browser/{*rest}", NO_BROWSER),
    ("/v2/box/{box}/steps", NO_STEPS),
    ("/v2/box/{box}/steps/{*rest}", NO_STEPS),
];

const NO_STORED_KEYS: &str =
    "this server keeps no keys of model providers; give each box its own as agent_api_key";
const ONE_KEY: &str = "this server has one API key, given by --api-key when it is started";
const NO_GITHUB_APP: &str =
    "a GitHub App can't be installed on this server; give the box a token as github_token";
const NO_STEPS: &str = "this server keeps no steps; take snapshots and compare them";

/// Refuses a new box that asks for more than this server has.
pub(super) fn in_box(body: &Map<String, Value>) -> Result<(), ApiError> {
    for (member, why) in OF_A_BOX {
        if body.get(*member).is_some_and(asks_for_something) {
            return Err(unsupported(&format!("{member}: {why}")));
        }
    }
    let key = body.get("agent_api_key").and_then(Value::as_str);
    match key {
        Some(key) if HOSTED_KEYS.contains(&key) => {
            Err(unsupported(&format!("agent_api_key: {NO_STORED_KEYS}")))
        }
        _ => Ok(()),
    }
}

/// The routes that only the hosted service has.
pub(super) fn routes() -> Routes {
    let mut router = Routes::new();
    for (path, why) in ROUTES {
        router = router.route(path, any(async || unsupported(why)));
    }
    router
}

fn unsupported(why: &str) -> ApiError {
    ApiError::new(ErrorCode::Unsupported, why)
}

/// `false`, `null`, nothing, and a policy that allows everything are what a box has anyway.
fn asks_for_something(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => {
            let is_allow_all = members.get("mode").is_some_and(|mode| mode == "allow-all");
            !members.is_empty() && !is_allow_all
        }
        Value::Bool(true) | Value::Number(_) => true,
    }
}
