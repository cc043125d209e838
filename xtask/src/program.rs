//! Running other programs: the failure names the program, what it was asked, and how to get it.

use std::io::ErrorKind;
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, anyhow, bail};

/// How to get each program that the commands call and can't install themselves.
const REMEDIES: &[(&str, &str)] = &[
    ("cargo", "install Rust with rustup, which brings cargo"),
    ("rustup", "install rustup, Rust's toolchain installer"),
    ("node", "install Node.js 20 or newer"),
    ("npm", "install Node.js 20 or newer, which brings npm"),
    (
        "git",
        "`apt-get install git`, or your system's way to get git",
    ),
];

/// Runs a program whose output goes to the person watching.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .map_err(|error| cannot_start(command, &error))?;
    if !status.success() {
        bail!("`{}` failed: {status}", shown(command));
    }
    Ok(())
}

/// Runs a program for its standard output.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let output = capture(command)?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        bail!(
            "`{}` failed: {}\n{}",
            shown(command),
            output.status,
            stderr.trim_end()
        );
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("`{}` printed something that is not text", shown(command)))
}

/// Runs a program and keeps all it says, whether it succeeds or not.
pub(crate) fn capture(command: &mut Command) -> Result<Output> {
    command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| cannot_start(command, &error))
}

/// Whether this process has root's rights.
pub(crate) fn is_root() -> bool {
    read(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

/// The error of a program that did not start.
pub(crate) fn cannot_start(command: &Command, error: &std::io::Error) -> anyhow::Error {
    let program = command.get_program().to_string_lossy();
    if error.kind() != ErrorKind::NotFound {
        return anyhow!("could not start `{}`: {error}", shown(command));
    }
    let remedy = REMEDIES.iter().find(|(name, _)| *name == program).map_or(
        "it should have been installed by this command: see above",
        |(_, remedy)| remedy,
    );
    anyhow!("{program} is missing: {remedy}")
}

/// The command line, as a person would type it; of a script only the first line.
pub(crate) fn shown(command: &Command) -> String {
    let program = command.get_program();
    let words = std::iter::once(program).chain(command.get_args());
    words
        .map(|word| match word.to_string_lossy().split_once('\n') {
            Some((first_line, _)) => format!("{first_line} …"),
            None => word.to_string_lossy().into_owned(),
        })
        .collect::<Vec<_>>()
        .join(" ")
}
