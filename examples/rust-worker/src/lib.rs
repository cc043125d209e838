//! A worker written in Rust: it restores a snapshot, runs a command in the new box and gives what it printed.
//! `worker.mjs` is what Cloudflare and others call; the key never leaves the worker.
#![cfg(target_arch = "wasm32")]

use serde_json::json;
use upstash_box_wasm::error::Error;
use upstash_box_wasm::service::{CommandChunk, Service};
use wasm_bindgen::prelude::*;

/// Runs a command in a box of its own, made from a snapshot.
#[wasm_bindgen]
pub async fn attempt(
    base_url: String,
    api_key: String,
    snapshot_id: String,
    command: String,
) -> Result<String, JsError> {
    run(&base_url, &api_key, &snapshot_id, &command)
        .await
        .map_err(|error| JsError::new(&error.to_string()))
}

async fn run(
    base_url: &str,
    api_key: &str,
    snapshot_id: &str,
    command: &str,
) -> Result<String, Error> {
    let service = Service::connect(base_url, api_key)?;
    // It goes away by itself, even if this worker does not live to delete it.
    let options = json!({ "ephemeral": true, "ttl": 300 });
    let copy = service.from_snapshot(snapshot_id, options).await?;
    let mut stream = copy.exec_stream(command).await?;
    let mut printed = Vec::new();
    while let Some(chunk) = stream.next().await? {
        match chunk {
            CommandChunk::Output(bytes) => printed.extend(bytes),
            CommandChunk::Exit(exit) => {
                printed.extend(format!("(exit code {})\n", exit.exit_code).bytes());
            }
        }
    }
    copy.delete().await?;
    Ok(String::from_utf8_lossy(&printed).into_owned())
}
