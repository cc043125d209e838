//! Rules for what callers may give. Each says which member breaks it and what would be right.

use std::collections::BTreeMap;

use upstash_box_wasm::api_types::CustomRunner;

use super::error::BoxError;

/// Route segments that would hide a box of that name.
const RESERVED_NAMES: &[&str] = &[
    "agent-credentials",
    "apikey",
    "apikeys",
    "from-snapshot",
    "github",
    "logs",
    "settings",
    "snapshots",
];

/// Environment variables that decide which code runs, so the box's own value stands.
const BLOCKED_ENV: &[&str] = &[
    "PATH",
    "HOME",
    "LD_PRELOAD",
    "LD_LIBRARY_PATH",
    "NODE_OPTIONS",
];

const RUNTIMES: &[&str] = &["node", "python", "golang", "ruby", "rust"];

/// Linux refuses a longer single argument or environment entry.
const MAX_ARGUMENT_BYTES: usize = 128 * 1024 - 1;
/// Linux refuses more than this in all, with room left for the environment.
const MAX_ARGUMENTS_BYTES: usize = 1536 * 1024;

/// Ten years; who needs more leaves it out.
const MAX_EXPIRES_IN: u64 = 10 * 365 * 24 * 60 * 60;

/// Three days, which is also what an ephemeral box gets that asks for nothing else.
pub(super) const MAX_TTL: u64 = 259_200;
const MAX_INIT_COMMAND_BYTES: usize = 64 * 1024;

type Checked = Result<(), BoxError>;

fn invalid(text: impl Into<String>) -> Checked {
    Err(BoxError::InvalidArgument(text.into()))
}

/// The name of a box.
pub(super) fn box_name(name: &str) -> Checked {
    one_line("name", name, 60)?;
    if name.contains('/') {
        return invalid("name: a box name can't contain a slash");
    }
    if name == "." || name == ".." || RESERVED_NAMES.contains(&name) {
        return invalid(format!(
            "name: {name:?} is a word of the API; choose another name"
        ));
    }
    Ok(())
}

/// How long an ephemeral box lives, in seconds.
pub(super) fn ttl(seconds: u64) -> Checked {
    if (1..=MAX_TTL).contains(&seconds) {
        return Ok(());
    }
    invalid(format!(
        "ttl: {seconds} is not between 1 and {MAX_TTL} seconds"
    ))
}

/// What a box runs when it starts.
pub(super) fn init_command(command: &str) -> Checked {
    if command.trim().is_empty() {
        return invalid("init_command: it is empty; leave it out, or delete the one there is");
    }
    if command.len() > MAX_INIT_COMMAND_BYTES {
        return invalid(
            "init_command: it is longer than 64 KB; write it to a file of the box and run that",
        );
    }
    if command.contains('\0') {
        return invalid("init_command: it contains a NUL character");
    }
    Ok(())
}

/// The name of a snapshot.
pub(super) fn snapshot_name(name: &str) -> Checked {
    one_line("name", name, 100)
}

/// How long a snapshot is kept, in seconds.
pub(super) fn expires_in(seconds: u64) -> Checked {
    if (1..=MAX_EXPIRES_IN).contains(&seconds) {
        return Ok(());
    }
    invalid(format!(
        "expires_in: {seconds} is not between 1 and {MAX_EXPIRES_IN} seconds"
    ))
}

/// 1 to `most` characters, none of them a control character.
pub(super) fn one_line(member: &str, text: &str, most: usize) -> Checked {
    if text.trim().is_empty() {
        return invalid(format!("{member}: it is empty"));
    }
    if text.chars().count() > most {
        return invalid(format!("{member}: it is longer than {most} characters"));
    }
    if text.chars().any(char::is_control) {
        return invalid(format!("{member}: it contains a control character"));
    }
    Ok(())
}

/// What an agent calls the conversation that it is to go on with.
pub(super) fn session_id(id: &str) -> Checked {
    one_line("session_id", id, 200)
}

/// At most 5 labels of at most 20 characters from a small set.
pub(super) fn labels(labels: &[String]) -> Checked {
    if labels.len() > 5 {
        return invalid("labels: there are more than 5");
    }
    for label in labels {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':');
        if label.is_empty() || label.len() > 20 || !label.chars().all(allowed) {
            return invalid(format!(
                "labels: {label:?} is not 1 to 20 characters of letters, digits, '.', '_', '-' and ':'"
            ));
        }
    }
    Ok(())
}

/// The kind of image a box asks for.
pub(crate) fn runtime(runtime: &str) -> Checked {
    let base = runtime.strip_suffix("-alpine").unwrap_or(runtime);
    if RUNTIMES.contains(&base) {
        return Ok(());
    }
    invalid(format!(
        "runtime: {runtime:?} is none of {}",
        RUNTIMES.join(", ")
    ))
}

/// Names and values of environment variables.
pub(super) fn env_vars(env_vars: &BTreeMap<String, String>) -> Checked {
    for (name, value) in env_vars {
        let mut letters = name.chars();
        let starts_well = letters
            .next()
            .is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
        if !starts_well || !letters.all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return invalid(format!(
                "env_vars: {name:?} is not a name for an environment variable"
            ));
        }
        if BLOCKED_ENV.contains(&name.as_str()) {
            return invalid(format!("env_vars: {name} can't be set"));
        }
        if value.contains('\0') {
            return invalid(format!(
                "env_vars: the value of {name} contains a NUL character"
            ));
        }
        if name.len() + value.len() > MAX_ARGUMENT_BYTES {
            return invalid(format!(
                "env_vars: the value of {name} is longer than 128 KiB"
            ));
        }
    }
    Ok(())
}

/// A program with its arguments.
pub(super) fn command(command: &[String]) -> Checked {
    if command.first().is_none_or(String::is_empty) {
        return invalid("command: it names no program");
    }
    let mut total = 0;
    for argument in command {
        if argument.contains('\0') {
            return invalid("command: an argument contains a NUL character");
        }
        if argument.len() > MAX_ARGUMENT_BYTES {
            return invalid(
                "command: an argument is longer than 128 KiB; write it to a file and run that",
            );
        }
        total += argument.len() + 1;
    }
    if total > MAX_ARGUMENTS_BYTES {
        return invalid("command: the arguments are longer than 1.5 MiB in all");
    }
    Ok(())
}

/// The program of a custom harness.
pub(super) fn custom_runner(runner: &CustomRunner) -> Checked {
    let program = &runner.command;
    one_line("custom_runner.command", program, 1000)?;
    if program.contains('/') {
        let allowed = ["/workspace/home/", "/home/boxuser/"];
        let inside = allowed.iter().any(|prefix| program.starts_with(prefix));
        if !inside || program.split('/').any(|part| part == "..") {
            return invalid(
                "custom_runner.command: it must be a name on the box's PATH or a path under \
                 /workspace/home/ or /home/boxuser/",
            );
        }
    }
    if let Some(protocol) = &runner.protocol
        && protocol != "box-sse-v1"
    {
        return invalid("custom_runner.protocol: only \"box-sse-v1\" exists");
    }
    if runner.args.iter().any(|argument| argument.contains('\0')) {
        return invalid("custom_runner.args: an argument contains a NUL character");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn box_names() {
        for good in ["a", "My box", "reißverschluß-7", &"x".repeat(60)] {
            assert!(box_name(good).is_ok(), "{good:?}");
        }
        for bad in [
            "",
            "  ",
            "a/b",
            "a\nb",
            "\u{7f}",
            "snapshots",
            "..",
            &"x".repeat(61),
        ] {
            assert!(box_name(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn environment_names() {
        let one = |name: &str| BTreeMap::from([(name.to_owned(), "value".to_owned())]);
        for good in ["A", "_x", "NODE_ENV", "a1"] {
            assert!(env_vars(&one(good)).is_ok(), "{good:?}");
        }
        for bad in [
            "",
            "1A",
            "A=B",
            "A B",
            "PATH",
            "LD_PRELOAD",
            "NODE_OPTIONS",
            "É",
        ] {
            assert!(env_vars(&one(bad)).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn label_rules() {
        let strings = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert!(labels(&strings(&["a.b_c-d:1", "x"])).is_ok());
        for bad in [
            &["a b"][..],
            &[""],
            &["x23456789012345678901"],
            &["1", "2", "3", "4", "5", "6"],
        ] {
            assert!(labels(&strings(bad)).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_custom_runner_stays_in_its_places() {
        let runner = |command: &str| CustomRunner {
            command: command.to_owned(),
            args: Vec::new(),
            protocol: None,
        };
        for good in [
            "my-agent",
            "/workspace/home/agent.sh",
            "/home/boxuser/bin/agent",
        ] {
            assert!(custom_runner(&runner(good)).is_ok(), "{good:?}");
        }
        for bad in [
            "",
            "./agent",
            "/usr/bin/node",
            "/workspace/home/../../bin/sh",
        ] {
            assert!(custom_runner(&runner(bad)).is_err(), "{bad:?}");
        }
    }
}
