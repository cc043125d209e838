//! Members that the hosted service knows and this server does not act on yet.
//!
//! Passing over them would make a promise that is not kept: a box that was to have no network
//! would have one. So they are refused by name.

use serde_json::{Map, Value};
use upstash_box_wasm::api_types::ErrorCode;

use super::error::ApiError;

const OF_A_BOX: &[&str] = &["attach_headers", "browser", "mcp_servers", "skills"];

const OF_A_RUN: &[&str] = &["json_schema", "webhook"];

/// Refuses a new box that asks for more than this server has.
pub(super) fn in_box(body: &Map<String, Value>) -> Result<(), ApiError> {
    refuse(body, OF_A_BOX)
}

/// Refuses an agent run that asks for more than this server has.
pub(super) fn in_run(body: &Map<String, Value>) -> Result<(), ApiError> {
    refuse(body, OF_A_RUN)
}

fn refuse(body: &Map<String, Value>, members: &[&str]) -> Result<(), ApiError> {
    let asked = members
        .iter()
        .find(|member| body.get(**member).is_some_and(asks_for_something));
    match asked {
        Some(member) => {
            let sentence = format!("{member}: this server does not support it");
            Err(ApiError::new(ErrorCode::Unsupported, sentence))
        }
        None => Ok(()),
    }
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
