//! Cloning a repository into a box. git runs inside it, as the box's user.

use upstash_box_wasm::api_types::{GitCloneRequest, GitCloneResponse, LogLevel};

use super::error::BoxError;
use super::exec::Collected;
use super::git_repo::{Repo, without_secrets};
use super::runs::Entry;
use super::{Boxes, environment, paths, rules, to_completion};
use crate::sandbox::Command;

/// How much of what git said goes into an answer.
const MAX_MESSAGE_BYTES: usize = 4000;

impl Boxes {
    /// Clones a repository; its absolute path in the box.
    pub(crate) async fn git_clone(
        &self,
        reference: &str,
        request: GitCloneRequest,
    ) -> Result<GitCloneResponse, BoxError> {
        let repo = Repo::parse(&request.repo)?;
        let destination = repo.destination(request.folder.as_deref())?;
        let argv = clone_command(&request, &repo, &destination)?;
        let (this, reference) = (self.clone(), reference.to_owned());
        let (mut active, secrets) = to_completion(async move {
            let entered = this.enter(&reference).await?;
            let secrets = this.secrets_of(&entered)?;
            let given = request.github_token.as_deref();
            let mut extra = repo.credentials(given, secrets.github_token.as_deref())?;
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
                cwd: paths::WORKSPACE.to_owned(),
                merge_stderr: true,
                stdin: Vec::new(),
                argv,
            };
            // An address may hold a password, and the history is no place for it.
            let prompt = format!("git clone {}", without_user(&repo.address));
            let entry = Entry {
                kind: "shell",
                prompt,
                ..Entry::default()
            };
            let active = this.start_run(entered, command, entry).await?;
            Ok((active, [request.github_token, secrets.github_token]))
        })
        .await?;

        let mut collected = Collected::default();
        collected
            .read(&mut active)
            .await
            .map_err(BoxError::Output)?;
        let said = String::from_utf8_lossy(&collected.output.bytes);
        let said = without_secrets(&said, &secrets.each_ref().map(Option::as_deref));
        let output = last_part(said.trim()).to_owned();
        let ended = active
            .finish(|ended, outcome| {
                outcome.error_message = (ended.exit.code != 0).then(|| output.clone());
            })
            .await?;
        if ended.exit.code != 0 {
            return Err(BoxError::InvalidArgument(format!(
                "git clone failed: {output}"
            )));
        }
        Ok(GitCloneResponse {
            path: destination,
            output,
        })
    }
}

impl Boxes {
    /// Clones into a box that was just made. How it went is in the box's runs and log.
    pub(super) fn clone_in_background(&self, box_id: String, request: GitCloneRequest) {
        let this = self.clone();
        tokio::spawn(async move {
            // A clone that git refuses is a failed run; this is what never became one.
            if let Err(error) = this.git_clone(&box_id, request).await {
                let message = format!("the repository was not cloned: {error}");
                this.note(&box_id, LogLevel::Error, message).await;
            }
        });
    }
}

fn clone_command(
    request: &GitCloneRequest,
    repo: &Repo,
    destination: &str,
) -> Result<Vec<String>, BoxError> {
    let mut argv = vec!["git".to_owned(), "clone".to_owned()];
    if let Some(branch) = &request.branch {
        rules::one_line("branch", branch, 250)?;
        argv.push(format!("--branch={branch}"));
    }
    match request.depth {
        Some(0) => {
            return Err(BoxError::InvalidArgument(
                "depth: it must be at least 1".to_owned(),
            ));
        }
        Some(depth) => argv.push(format!("--depth={depth}")),
        None => {}
    }
    argv.extend([
        "--".to_owned(),
        repo.address.clone(),
        destination.to_owned(),
    ]);
    Ok(argv)
}

/// The address without what stands before an `@` in its host.
fn without_user(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        return address.to_owned();
    };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.rsplit('@').next().unwrap_or(host);
    format!("{scheme}://{host}/{path}")
}

/// The end of a long text, where git says what went wrong.
fn last_part(text: &str) -> &str {
    let mut start = text.len().saturating_sub(MAX_MESSAGE_BYTES);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    text.get(start..).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_history_has_no_passwords() {
        assert_eq!(without_user("https://me:pw@host/r"), "https://host/r");
        assert_eq!(without_user("https://host/r@2"), "https://host/r@2");
        assert_eq!(without_user("git@host:r"), "git@host:r");
    }

    #[test]
    fn what_looks_like_an_option_stays_an_argument() {
        let request = GitCloneRequest {
            branch: Some("--upload-pack=id".to_owned()),
            depth: Some(1),
            ..GitCloneRequest::default()
        };
        let repo = Repo::parse("host/r").unwrap();
        let argv = clone_command(&request, &repo, "/workspace/home/r").unwrap();
        assert_eq!(
            argv,
            [
                "git",
                "clone",
                "--branch=--upload-pack=id",
                "--depth=1",
                "--",
                "https://host/r",
                "/workspace/home/r"
            ]
        );
    }
}
