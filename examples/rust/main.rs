//! A program in Rust: work in a box, a snapshot before a risky step, and the way back.
//!
//! ```sh
//! export UPSTASH_BOX_BASE_URL=http://127.0.0.1:8787   # leave it out for the hosted service
//! export UPSTASH_BOX_API_KEY=…
//! cargo run --features native --example rust
//! ```
#![allow(clippy::print_stdout, reason = "a program that tells what it does")]

use serde_json::json;
use upstash_box_wasm::error::Error;
use upstash_box_wasm::service::Service;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let told = |name| std::env::var(name).unwrap_or_default();
    play(&told("UPSTASH_BOX_BASE_URL"), &told("UPSTASH_BOX_API_KEY")).await
}

pub(crate) async fn play(base_url: &str, key: &str) -> Result<(), Error> {
    let service = Service::connect(base_url, key)?;
    let made = service.create(json!({ "name": "from-rust" })).await?;
    made.write("answer.sh", "echo $((6 * 7))").await?;
    println!("{}", made.exec("sh answer.sh").await?.output);

    let before = made.snapshot(json!({ "name": "before" })).await?;
    let risky = made.exec("rm -rf *; sh answer.sh").await?;
    if risky.exit_code != 0 {
        made.rollback(&before.id).await?;
    }
    let labels: Vec<String> = made
        .ask("box.labels.add", json!({ "label": "tried" }))
        .await?;
    println!("{labels:?}: {}", made.read("answer.sh").await?);
    made.delete().await
}
