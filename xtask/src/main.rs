//! The repository's command list: `cargo xtask build | check | test | matrix | docs | fuzz | demo | bench | pack`.
//!
//! People and automation run the same commands. Each installs what it lacks, says what it does and
//! how long that took, and fails with the remedy. Nothing here is part of the product.
#![allow(
    clippy::print_stdout,
    reason = "what these commands print is their interface"
)]

mod bench;
mod build;
mod cargo_metadata;
mod check;
mod consumer;
mod demo;
mod docs;
mod fuzz;
mod matrix;
mod npm_pack;
mod pack;
mod program;
mod server_binary;
mod server_package;
mod site;
mod step;
mod test;
mod tools;
mod workspace;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use workspace::Workspace;

/// How long the mixed work of the long suites takes when nobody says.
const SOAK_MINUTES: u32 = 10;

const USAGE: &str = "\
usage: cargo xtask <command>

  build          build the npm package; leaves pkg/ ready for `npm pack`
  check          formatting, clippy, documentation, boundaries, licences; lists what failed
  test           every suite: native, server, packed tarball in Node, page in Chromium and Firefox, scenario
  test --long [MINUTES]
                 what takes minutes: a million files in a box, 200 killed servers, long random work, and
                 mixed work for 10 minutes or as many as are given
  matrix [WORD…] the packed package in every runtime and bundler, or in those whose name holds a word
  docs           the API reference of the npm package, in target/docs
  fuzz [NAME…]   the parsers of hostile bytes under libFuzzer, 10 minutes each; --minutes N
  demo           start box-server with the demo page and show the page's address
  demo --check   run the README's scenario against a server of its own; exit 0 or 1
  bench [NAME]…  measure snapshots, sdk, server or load, or all; print a table, say which goals are
                 missed, keep the figures in target/bench; --quick: few rounds, nothing large
  bench publish  put the kept figures into README.md and docs
  pack           a dry run of a release: every npm tarball, held to file lists, sizes and one version
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(exit_code) => exit_code,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<ExitCode> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let workspace = Workspace::find()?;
    match words.as_slice() {
        ["build"] => build::build(&workspace)?,
        ["check"] => check::check(&workspace)?,
        ["test"] => return Ok(test::test(&workspace)),
        ["test", "--long"] => return Ok(test::test_long(&workspace, SOAK_MINUTES)),
        ["test", "--long", minutes] => {
            let minutes = minutes.parse().context("MINUTES must be a number")?;
            return Ok(test::test_long(&workspace, minutes));
        }
        ["pack"] => {
            build::build(&workspace)?;
            let consumer = pack::pack(&workspace)?;
            pack::weigh(&workspace, &consumer)?;
            server_package::release(&workspace)?;
        }
        ["docs"] => docs::run(&workspace)?,
        ["fuzz", words @ ..] => fuzz::run(&workspace, words)?,
        ["matrix", words @ ..] => matrix::run(&workspace, words)?,
        ["bench", "publish"] => bench::publish(&workspace)?,
        ["bench", words @ ..] => bench::bench(&workspace, words)?,
        ["bench-floor", folder] => bench::floor(Path::new(folder))?,
        ["demo"] => demo::demo(&workspace)?,
        ["demo", "--check"] => demo::check(&workspace)?,
        [] | ["help" | "--help" | "-h"] => print!("{USAGE}"),
        _ => bail!("no such command: {}\n\n{USAGE}", words.join(" ")),
    }
    Ok(ExitCode::SUCCESS)
}
