//! What has changed in a repository of a box, and where it goes.

use upstash_box_wasm::api_types::{
    GitBranch, GitBranchRequest, GitCommit, GitCommitRequest, GitDiff, GitExecRequest,
    GitExecResponse, GitStatus,
};

use super::error::BoxError;
use super::git_run::Git;
use super::{Boxes, rules};

/// Before the first commit there is nothing to compare with.
const DIFF: &str = "git rev-parse --git-dir >/dev/null || exit; \
                    if git rev-parse --verify --quiet HEAD >/dev/null; \
                    then exec git diff HEAD; else exec git diff; fi";
const COMMIT: &str = "git add -A && git commit -q -m \"$1\" >&2 && git rev-parse HEAD";
/// A name that is no branch yet becomes one.
const CHECKOUT: &str = "git checkout \"$1\" -- 2>&1 || git checkout -b \"$1\" 2>&1";
/// A branch of that name is pushed, or else what is checked out, under that name.
const PUSH: &str = "if git show-ref --verify --quiet \"refs/heads/$1\"; \
                    then from=refs/heads/$1; else from=HEAD; fi; \
                    exec git push origin \"$from:refs/heads/$1\"";
const PUSH_BOX: &str = "exec git push --force origin \"HEAD:refs/heads/$1\"";

impl Boxes {
    /// What differs from the last commit.
    pub(crate) async fn git_diff(
        &self,
        reference: &str,
        folder: Option<String>,
    ) -> Result<GitDiff, BoxError> {
        let git = Git::script(DIFF, &[], "git diff".to_owned(), folder);
        let diff = self.run_git(reference, git).await?.succeeded("diff")?;
        Ok(GitDiff { diff })
    }

    /// Which files have changed.
    pub(crate) async fn git_status(
        &self,
        reference: &str,
        folder: Option<String>,
    ) -> Result<GitStatus, BoxError> {
        let git = Git::new(&["status", "--porcelain"], folder);
        let status = self.run_git(reference, git).await?.succeeded("status")?;
        Ok(GitStatus { status })
    }

    /// Commits all changes of the working tree.
    pub(crate) async fn git_commit(
        &self,
        reference: &str,
        request: GitCommitRequest,
    ) -> Result<GitCommit, BoxError> {
        let message = request.message;
        if message.trim().is_empty() {
            return Err(BoxError::InvalidArgument(
                "message: it is required".to_owned(),
            ));
        }
        let prompt = format!("git commit -m {message}");
        let mut git = Git::script(COMMIT, &[&message], prompt, request.folder);
        for (member, value, variables) in [
            (
                "author_name",
                request.author_name,
                ["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"],
            ),
            (
                "author_email",
                request.author_email,
                ["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"],
            ),
        ] {
            if let Some(value) = value {
                rules::one_line(member, &value, 250)?;
                git.env.extend(variables.map(|name| (name, value.clone())));
            }
        }
        let said = self.run_git(reference, git).await?.succeeded("commit")?;
        let sha = said.lines().next_back().unwrap_or_default().to_owned();
        Ok(GitCommit { sha, message })
    }

    /// Switches to a branch, which is made when it can't be switched to.
    pub(crate) async fn git_checkout(
        &self,
        reference: &str,
        request: GitBranchRequest,
    ) -> Result<GitBranch, BoxError> {
        let branch = request.branch.unwrap_or_default();
        check_branch("branch", &branch)?;
        let prompt = format!("git checkout {branch}");
        let git = Git::script(CHECKOUT, &[&branch], prompt, request.folder);
        let output = self.run_git(reference, git).await?.succeeded("checkout")?;
        Ok(GitBranch { branch, output })
    }

    /// Pushes a branch. Without one, what is checked out goes to a branch named after the box, which
    /// is moved there whatever it held.
    pub(crate) async fn git_push(
        &self,
        reference: &str,
        request: GitBranchRequest,
    ) -> Result<GitBranch, BoxError> {
        let (script, branch) = match request.branch.filter(|branch| !branch.is_empty()) {
            Some(branch) => {
                check_branch("branch", &branch)?;
                (PUSH, branch)
            }
            None => (PUSH_BOX, self.find_live(reference).await?.info.id),
        };
        let prompt = format!("git push origin {branch}");
        let git = Git::script(script, &[&branch], prompt, request.folder);
        let run = self.run_git(reference, git).await?;
        // git tells of a push on standard error.
        let output = run.error.trim().to_owned();
        run.succeeded("push")?;
        Ok(GitBranch { branch, output })
    }

    /// Runs git with the caller's arguments.
    pub(crate) async fn git_exec(
        &self,
        reference: &str,
        request: GitExecRequest,
    ) -> Result<GitExecResponse, BoxError> {
        if request.args.is_empty() {
            return Err(BoxError::InvalidArgument("args: it is empty".to_owned()));
        }
        let arguments: Vec<&str> = request.args.iter().map(String::as_str).collect();
        let run = self
            .run_git(reference, Git::new(&arguments, request.folder))
            .await?;
        Ok(GitExecResponse {
            output: run.output,
            exit_code: run.code,
            error: Some(run.error),
        })
    }
}

/// Keeps a branch from being read as an option or as a rule for several.
pub(super) fn check_branch(member: &str, branch: &str) -> Result<(), BoxError> {
    rules::one_line(member, branch, 250)?;
    let is_odd =
        |c: char| c.is_whitespace() || matches!(c, ':' | '~' | '^' | '?' | '*' | '[' | '\\');
    if branch.starts_with('-') || branch.contains("..") || branch.contains(is_odd) {
        return Err(BoxError::InvalidArgument(format!(
            "{member}: {branch:?} can't be the name of a branch"
        )));
    }
    Ok(())
}
