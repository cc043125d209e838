//! `bench`: the numbers of the README, measured on this machine, each beside its peer.
//!
//! The measuring is done by `bench/*.mjs`, through the installed package. This runs the scripts,
//! prints the table and keeps what they said in `target/bench/*.json`.

mod table;

use std::fs;
use std::process::Stdio;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::build;
use crate::consumer::Consumer;
use crate::pack;
use crate::program;
use crate::server_binary::{self, Profile};
use crate::step::step;
use crate::workspace::Workspace;

const SCRIPTS: &[&str] = &["exec", "restore", "snapshot"];

/// Measures everything. Missing a goal is reported, not an error: machines differ.
pub(crate) fn bench(workspace: &Workspace) -> Result<()> {
    build::build(workspace)?;
    let consumer = pack::pack(workspace)?;
    let server = server_binary::build(workspace, Profile::Server)?;
    consumer.take_in(&workspace.path("tests/npm"), "npm")?;
    let scripts = consumer.take_in(&workspace.path("bench"), "bench")?;

    let mut rows = vec![package_row(workspace, &consumer)?];
    keep(workspace, "package", &rows)?;
    for script in SCRIPTS {
        let measured = step(&format!("measure {script}"), || {
            let mut command = workspace.command("node");
            command
                .arg(scripts.join(format!("{script}.mjs")))
                .current_dir(consumer.folder())
                .env("BOX_SERVER_BIN", &server)
                .stderr(Stdio::inherit());
            rows_of(&program::read(&mut command)?)
        })?;
        keep(workspace, script, &measured)?;
        rows.extend(measured);
    }
    println!("\n{}", table::render(&rows));
    Ok(())
}

fn package_row(workspace: &Workspace, consumer: &Consumer) -> Result<Value> {
    Ok(json!({
        "what": "package: everything, bundled and minified",
        "unit": "bytes",
        "p50": pack::bundle_brotli(workspace, consumer)?,
        "n": 1,
        "method": "esbuild for browsers, wasm included, brotli 11",
        "goal": 30_000,
    }))
}

fn rows_of(printed: &str) -> Result<Vec<Value>> {
    serde_json::from_str(printed).context("the script did not print a JSON array of rows")
}

fn keep(workspace: &Workspace, name: &str, rows: &[Value]) -> Result<()> {
    let folder = workspace.target("bench");
    fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
    let file = folder.join(format!("{name}.json"));
    let text = serde_json::to_string_pretty(rows).context("could not write rows as JSON")?;
    fs::write(&file, text).with_context(|| format!("could not write {}", file.display()))
}
