//! `fuzz`: the parsers of hostile bytes under libFuzzer, each for some minutes.
//!
//! Needs a nightly toolchain, which rustup brings, so it stands beside the suites and not among them. What is
//! found lies in `fuzz/artifacts`; the inputs that reach new code stay in `fuzz/corpus`.

use anyhow::{Context, Result, bail};

use crate::program;
use crate::step::step;
use crate::tools;
use crate::workspace::Workspace;

const TARGETS: &[&str] = &["event_stream", "exec_stream", "requests"];
const DEFAULT_MINUTES: u32 = 10;

/// Runs the targets that are named, or all: `[NAME]… [--minutes N]`.
pub(crate) fn run(workspace: &Workspace, words: &[&str]) -> Result<()> {
    let (names, minutes) = read(words)?;
    step("install what fuzzing needs", || {
        program::run(workspace.command("rustup").args([
            "toolchain",
            "install",
            "nightly",
            "--profile",
            "minimal",
            "--no-self-update",
        ]))?;
        tools::ensure_cargo_fuzz(workspace)
    })?;
    let mut found = Vec::new();
    for name in TARGETS {
        if !names.is_empty() && !names.contains(name) {
            continue;
        }
        let outcome = step(&format!("fuzz {name} for {minutes} min"), || {
            let mut command = workspace.command("cargo");
            // An absolute folder: cargo looks for `fuzz` in the workspace, which leaves it out.
            command
                .args(["+nightly", "fuzz", "run", "--fuzz-dir"])
                .arg(workspace.path("fuzz"))
                .args([*name, "--"])
                .arg(format!("-max_total_time={}", minutes * 60))
                .arg(format!(
                    "-dict={}",
                    workspace.path("fuzz/words.dict").display()
                ))
                .arg("-print_final_stats=1");
            program::run(&mut command)
        });
        if let Err(error) = outcome {
            println!("   {error:#}");
            found.push(*name);
        }
    }
    if !found.is_empty() {
        bail!("{} failed; fuzz/artifacts has the inputs", found.join(", "));
    }
    Ok(())
}

fn read<'a>(words: &[&'a str]) -> Result<(Vec<&'a str>, u32)> {
    let mut names = Vec::new();
    let mut minutes = DEFAULT_MINUTES;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if *word == "--minutes" {
            let said = words.next().context("--minutes wants a number")?;
            minutes = said
                .parse()
                .with_context(|| format!("--minutes {said}: it must be a number"))?;
        } else if TARGETS.contains(word) {
            names.push(*word);
        } else {
            bail!("there is no target {word}: {}", TARGETS.join(", "));
        }
    }
    Ok((names, minutes))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn targets_and_minutes_are_read_in_any_order() {
        assert_eq!(read(&[]).unwrap(), (vec![], 10));
        let words = ["--minutes", "3", "requests"];
        assert_eq!(read(&words).unwrap(), (vec!["requests"], 3));
        for wrong in [&["nothing"][..], &["--minutes"], &["--minutes", "x"]] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
    }
}
