//! One git command in a box: its environment, its output, and no secret in either.

use super::error::BoxError;
use super::exec::Collected;
use super::git_repo::{kept_credentials, without_secrets};
use super::runs::Entry;
use super::{Boxes, environment, paths, rules, to_completion};
use crate::sandbox::Command;

/// Git's exit code when it could not begin.
const FATAL: i32 = 128;

/// A git command.
#[derive(Debug, Default)]
pub(super) struct Git {
    pub(super) argv: Vec<String>,
    /// What the history says was run.
    pub(super) prompt: String,
    pub(super) folder: Option<String>,
    /// Over the box's own identity.
    pub(super) env: Vec<(&'static str, String)>,
}

/// How it went.
#[derive(Debug)]
pub(super) struct GitRun {
    folder: String,
    pub(super) code: i32,
    pub(super) output: String,
    pub(super) error: String,
}

impl Git {
    /// `git` with these arguments.
    pub(super) fn new(arguments: &[&str], folder: Option<String>) -> Self {
        let argv = ["git"].iter().chain(arguments);
        let argv: Vec<String> = argv.map(ToString::to_string).collect();
        Self {
            prompt: argv.join(" "),
            argv,
            folder,
            env: Vec::new(),
        }
    }

    /// Several in a row, as a shell script with arguments.
    pub(super) fn script(
        text: &str,
        arguments: &[&str],
        prompt: String,
        folder: Option<String>,
    ) -> Self {
        let beginning = ["sh", "-c", text, "sh"];
        let argv = beginning.iter().chain(arguments);
        Self {
            argv: argv.map(ToString::to_string).collect(),
            prompt,
            folder,
            env: Vec::new(),
        }
    }
}

impl GitRun {
    /// The output of a command that succeeded; else what it said is the error.
    pub(super) fn succeeded(self, what: &str) -> Result<String, BoxError> {
        if self.code == 0 {
            return Ok(self.output);
        }
        let said = format!("{}\n{}", self.output.trim(), self.error.trim());
        if self.code == FATAL && said.contains("not a git repository") {
            return Err(BoxError::InvalidArgument(format!(
                "not a git repository: {}; give the `folder` of one",
                self.folder
            )));
        }
        Err(BoxError::InvalidArgument(format!(
            "git {what} failed: {}",
            said.trim()
        )))
    }
}

impl Boxes {
    /// Runs git as the box's user, with the box's token for GitHub alone.
    pub(super) async fn run_git(&self, reference: &str, git: Git) -> Result<GitRun, BoxError> {
        rules::command(&git.argv)?;
        let cwd = paths::working_directory(git.folder.as_deref())?;
        let folder = cwd.clone();
        let (this, reference) = (self.clone(), reference.to_owned());
        let (mut active, token) = to_completion(async move {
            let entered = this.enter(&reference).await?;
            let secrets = this.secrets_of(&entered)?;
            let mut extra = kept_credentials(secrets.github_token.as_deref())?;
            extra.extend(git.env);
            if this.inner.parts.egress.allow_private {
                // What the host serves to itself is then meant, rather than the box's own loopback.
                extra.extend(["no_proxy", "NO_PROXY"].map(|name| (name, String::new())));
            }
            let command = Command {
                env: environment::variables(
                    this.image_env(&entered.record),
                    &entered.record,
                    &secrets.environment(),
                    &extra,
                ),
                argv: git.argv,
                cwd,
                merge_stderr: false,
                stdin: Vec::new(),
            };
            let entry = Entry {
                kind: "shell",
                prompt: git.prompt,
                ..Entry::default()
            };
            let active = this.start_run(entered, command, entry).await?;
            Ok((active, secrets.github_token))
        })
        .await?;
        let mut collected = Collected::default();
        let read = collected.read(&mut active).await;
        read.map_err(BoxError::Output)?;
        if collected.is_cut() {
            active.lose("its output was too long".to_owned()).await?;
            return Err(BoxError::TooLarge(
                "git wrote more than 16 MiB; ask for less of it with git exec".to_owned(),
            ));
        }
        let clean =
            |bytes: &[u8]| without_secrets(&String::from_utf8_lossy(bytes), &[token.as_deref()]);
        let output = clean(&collected.output.bytes);
        let error = clean(&collected.error.bytes);
        let ended = active.finish(|_, _| {}).await?;
        Ok(GitRun {
            folder,
            code: ended.exit.code,
            output,
            error,
        })
    }
}
