//! `bench`: the figures of the README, measured on this machine, each beside its peer.
//!
//! The measuring is done by `bench/<name>/*.mjs`, through the installed package. This gets the peers,
//! runs the scripts one after the other, prints the table, says which goals are missed and keeps
//! everything in `target/bench/<name>.json`; `publish` makes documents of it.

mod floor;
mod goals;
mod kept;
mod machine;
mod peers;
mod plot;
mod published;
mod table;

use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::build;
use crate::consumer::Consumer;
use crate::pack;
use crate::program;
use crate::server_binary::{self, Profile};
use crate::step::step;
use crate::workspace::Workspace;

pub(crate) use floor::floor;
pub(crate) use published::publish;

/// The WebAssembly while its functions have names, which the package's own have not.
const NAMED_WASM: &str = "pkg/generated/upstash_box_wasm_bg.wasm";
const PLAYWRIGHT: &str = "node_modules/playwright-core/index.mjs";

/// A group of scripts that are run together.
#[derive(Debug)]
struct Bench {
    name: &'static str,
    scripts: &'static [&'static str],
}

/// What removes the most files comes last: without a journal ext4 makes files slowly, for minutes, where many were
/// just removed, and what comes after would be measured with that.
const BENCHES: &[Bench] = &[
    Bench {
        name: "sdk",
        scripts: &["calls", "streams", "waiting", "parts"],
    },
    Bench {
        name: "load",
        scripts: &["node", "workerd", "chromium"],
    },
    Bench {
        name: "server",
        scripts: &["exec", "idle-boxes", "load"],
    },
    Bench {
        name: "snapshots",
        scripts: &[
            "busy",
            "forks",
            "restore",
            "first-write",
            "idle",
            "peers",
            "podman",
        ],
    },
];

/// Measures what is named, or all. A missed goal is reported, not an error: machines differ.
pub(crate) fn bench(workspace: &Workspace, words: &[&str]) -> Result<()> {
    let (options, names): (Vec<&str>, Vec<&str>) =
        words.iter().partition(|word| word.starts_with("--"));
    if let Some(unknown) = options.iter().find(|option| **option != "--quick") {
        bail!("bench has no option {unknown}, only --quick");
    }
    let benches = chosen(&names)?;
    build::build(workspace)?;
    let consumer = pack::pack(workspace)?;
    let server = server_binary::build(workspace, Profile::Server)?;
    consumer.take_in(&workspace.path("tests/npm"), "npm")?;
    let scripts = consumer.take_in(&workspace.path("bench"), "bench")?;
    let browser = step("get the peers", || {
        peers::install(workspace, &consumer, &benches)
    })?;

    let mut all = Vec::new();
    for bench in benches {
        let mut rows = Vec::new();
        if bench.name == "sdk" {
            rows.push(package_row(workspace, &consumer)?);
        }
        for script in bench.scripts {
            let name = format!("{}/{script}", bench.name);
            rows.extend(step(&format!("measure {name}"), || {
                let mut command = workspace.command("node");
                command
                    .arg(scripts.join(format!("{name}.mjs")))
                    .current_dir(consumer.folder())
                    .env("BOX_SERVER_BIN", &server)
                    .env("BENCH_FLOOR", std::env::current_exe()?)
                    .env("BENCH_NAMED_WASM", workspace.path(NAMED_WASM))
                    .env("BENCH_PLAYWRIGHT", workspace.path(PLAYWRIGHT))
                    .env("BENCH_QUICK", if options.is_empty() { "0" } else { "1" })
                    .envs(browser.as_ref().map(|path| ("BENCH_BROWSER", path)))
                    .stderr(Stdio::inherit());
                rows_of(&program::read(&mut command)?)
            })?);
        }
        kept::keep(workspace, bench.name, &rows)?;
        all.extend(rows);
    }
    println!("\n{}\n{}", table::render(&all), goals::check(&all));
    Ok(())
}

fn chosen(names: &[&str]) -> Result<Vec<&'static Bench>> {
    if names.is_empty() {
        return Ok(BENCHES.iter().collect());
    }
    let named = |name: &&str| {
        let found = BENCHES.iter().find(|bench| bench.name == *name);
        found.with_context(|| {
            let known: Vec<&str> = BENCHES.iter().map(|bench| bench.name).collect();
            format!("no bench is called {name}; there are {}", known.join(", "))
        })
    };
    names.iter().map(named).collect()
}

fn package_row(workspace: &Workspace, consumer: &Consumer) -> Result<Value> {
    Ok(json!({
        "what": "package: everything, bundled and minified",
        "unit": "bytes",
        "p50": pack::bundle_brotli(workspace, consumer)?,
        "n": 1,
        "method": "esbuild for browsers, wasm included, brotli 11",
        "goal": "package",
    }))
}

fn rows_of(printed: &str) -> Result<Vec<Value>> {
    serde_json::from_str(printed).context("the script did not print a JSON array of rows")
}
