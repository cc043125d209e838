//! The repository's command list: `cargo xtask build | check | test | demo | bench | pack`.
//!
//! People and automation run the same commands. Each installs what it lacks, says what it does and
//! how long that took, and fails with the remedy. Nothing here is part of the product.
#![allow(
    clippy::print_stdout,
    reason = "what these commands print is their interface"
)]

mod build;
mod cargo_metadata;
mod check;
mod consumer;
mod pack;
mod program;
mod step;
mod tools;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};

use workspace::Workspace;

const USAGE: &str = "\
usage: cargo xtask <command>

  build          build the npm package; leaves pkg/ ready for `npm pack`
  check          formatting, clippy, documentation, boundaries, licences; lists what failed
  pack           the npm tarball, held to its file list and size budget
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let workspace = Workspace::find()?;
    match words.as_slice() {
        ["build"] => build::build(&workspace),
        ["pack"] => build::build(&workspace)
            .and_then(|()| pack::pack(&workspace))
            .map(drop),
        ["check"] => check::check(&workspace),
        [] | ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(())
        }
        _ => bail!("no such command: {}\n\n{USAGE}", words.join(" ")),
    }
}
