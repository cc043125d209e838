//! What is to be run in a box: a command as it was given, or a program's text for its language.

use std::collections::BTreeMap;

use upstash_box_wasm::api_types::{CodeLanguage, CodeRequest, ExecRequest};

use super::error::BoxError;
use super::{paths, rules};

/// How much of a program's text the history keeps.
const MAX_PROMPT_CHARS: usize = 1000;

/// Node.js learned to read TypeScript in 22.6.
const RUN_TS: &str = r#"v=$(node --version 2>/dev/null) || {
  echo "ts: this box has no Node.js, which runs it" >&2
  exit 127
}
v=${v#v} major=${v%%.*} rest=${v#*.}
minor=${rest%%.*}
if [ "$major" -lt 22 ] || { [ "$major" -eq 22 ] && [ "$minor" -lt 6 ]; }; then
  echo "ts: it needs Node.js 22.6 or newer and this box has $v; use js, or install a newer one" >&2
  exit 126
fi
exec node --no-warnings --experimental-strip-types -"#;

/// A command with all that it is started with.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) argv: Vec<String>,
    /// What the history says was run.
    pub(super) prompt: String,
    /// Absolute path in the box.
    pub(super) cwd: String,
    pub(super) env: BTreeMap<String, String>,
    pub(super) stdin: Vec<u8>,
    pub(super) timeout_ms: Option<u64>,
}

impl Job {
    pub(super) fn from_command(request: ExecRequest) -> Result<Self, BoxError> {
        rules::command(&request.command)?;
        Ok(Self {
            cwd: paths::working_directory(request.folder.as_deref())?,
            env: checked(request.env)?,
            prompt: request.command.join(" "),
            argv: request.command,
            stdin: request.stdin.unwrap_or_default().into_bytes(),
            timeout_ms: request.timeout,
        })
    }

    /// The text is read from standard input, so it has no length limit of its own, leaves no file
    /// behind, and finds modules from its working directory on.
    pub(super) fn from_code(request: CodeRequest) -> Result<Self, BoxError> {
        let argv: &[&str] = match request.language {
            // Finds out by itself whether the text is a module.
            CodeLanguage::Js => &["node", "--no-warnings", "--experimental-detect-module", "-"],
            CodeLanguage::Ts => &["sh", "-c", RUN_TS],
            CodeLanguage::Python => &["python3", "-u", "-"],
        };
        Ok(Self {
            argv: argv.iter().map(ToString::to_string).collect(),
            cwd: paths::working_directory(request.folder.as_deref())?,
            env: checked(request.env)?,
            prompt: request.code.chars().take(MAX_PROMPT_CHARS).collect(),
            stdin: request.code.into_bytes(),
            timeout_ms: request.timeout,
        })
    }
}

fn checked(env: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, BoxError> {
    rules::env_vars(&env).map_err(|error| {
        // The rule speaks of the box's own variables.
        BoxError::InvalidArgument(error.to_string().replacen("env_vars", "env", 1))
    })?;
    Ok(env)
}
