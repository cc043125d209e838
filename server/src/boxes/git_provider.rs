//! Pull requests and issues, made through the REST API of GitHub or of what speaks like it.
//!
//! The box says which repository and branch; the token goes from the store to the provider and never
//! enters the box.

use serde_json::{Map, Value, json};
use upstash_box_wasm::api_types::{GitProposal, GitProposed};

use super::error::BoxError;
use super::git_changes::check_branch;
use super::git_run::Git;
use super::{Boxes, rules};
use crate::outbound::{Answer, Outbound};

/// Where GitHub's own API is.
pub(crate) const GITHUB_API: &str = "https://api.github.com";

const ATTACHMENTS: &str = "attach: the provider's API takes no files, so they were left out";
const WHERE_AND_WHAT: &str =
    "git remote get-url origin && git symbolic-ref --short -q HEAD; exit 0";

/// A repository at its provider, and who asks.
struct Provider<'call> {
    outbound: &'call Outbound,
    /// `…/repos/owner/name`
    address: String,
    owner: String,
    authorization: String,
}

impl Boxes {
    /// Opens a pull request for the branch that is checked out. It must have been pushed.
    pub(crate) async fn git_create_pr(
        &self,
        reference: &str,
        proposal: GitProposal,
    ) -> Result<GitProposed, BoxError> {
        check(&proposal)?;
        if let Some(base) = &proposal.base {
            check_branch("base", base)?;
        }
        let (provider, branch, box_branch) = self.provider(reference, &proposal).await?;
        let base = match proposal.base {
            Some(base) => base,
            None => provider.default_branch().await?,
        };
        // A push that names no branch goes to the box's own.
        let head = match branch {
            Some(branch) if branch != base => branch,
            _ => box_branch,
        };
        let body = json!({
            "title": proposal.title,
            "body": proposal.body.unwrap_or_default(),
            "head": head,
            "base": base,
        });
        let answer = provider.post("pulls", &body).await?;
        if answer.is_success() {
            let warning = (!proposal.attach.is_empty()).then(|| ATTACHMENTS.to_owned());
            return proposed(&answer.body, warning);
        }
        if answer.body.to_string().contains("already exists") {
            let open = provider.open_pull_request(&head).await?;
            return proposed(&open, Some("a pull request was already open".to_owned()));
        }
        Err(refused("the pull request", &answer))
    }

    /// Opens an issue.
    pub(crate) async fn git_create_issue(
        &self,
        reference: &str,
        proposal: GitProposal,
    ) -> Result<GitProposed, BoxError> {
        check(&proposal)?;
        let (provider, ..) = self.provider(reference, &proposal).await?;
        let body = json!({
            "title": proposal.title,
            "body": proposal.body.unwrap_or_default(),
        });
        let answer = provider.post("issues", &body).await?;
        if !answer.is_success() {
            return Err(refused("the issue", &answer));
        }
        let warning = (!proposal.attach.is_empty()).then(|| ATTACHMENTS.to_owned());
        proposed(&answer.body, warning)
    }

    /// Whom to ask; also the branch that is checked out, and the box's own.
    async fn provider(
        &self,
        reference: &str,
        proposal: &GitProposal,
    ) -> Result<(Provider<'_>, Option<String>, String), BoxError> {
        let folder = proposal.folder.clone();
        let prompt = "git remote get-url origin".to_owned();
        let git = Git::script(WHERE_AND_WHAT, &[], prompt, folder);
        let run = self.run_git(reference, git).await?;
        let mut lines = run.output.lines();
        let Some(remote) = lines.next() else {
            return Err(BoxError::InvalidArgument(format!(
                "folder: there is no repository with a remote named origin: {}",
                run.error.trim()
            )));
        };
        let branch = lines.next().map(str::to_owned);
        let api = self.inner.parts.git_api.trim_end_matches('/');
        let (host, owner, name) = parse_remote(remote)?;
        if api == GITHUB_API && host != "github.com" {
            return Err(BoxError::Unsupported(format!(
                "the repository is at {host}; start box-server with --git-api-url and the address \
                 of its API"
            )));
        }
        let (box_id, token) = {
            let entered = self.enter(reference).await?;
            (
                entered.id().to_owned(),
                self.secrets_of(&entered)?.github_token,
            )
        };
        let Some(token) = token else {
            return Err(BoxError::InvalidArgument(
                "this box has no github_token; create it with one".to_owned(),
            ));
        };
        let provider = Provider {
            outbound: &self.inner.parts.outbound,
            address: format!("{api}/repos/{owner}/{name}"),
            owner,
            authorization: format!("Bearer {token}"),
        };
        Ok((provider, branch, box_id))
    }
}

impl Provider<'_> {
    fn headers(&self) -> [(&str, &str); 2] {
        [
            ("authorization", &self.authorization),
            ("accept", "application/vnd.github+json"),
        ]
    }

    async fn post(&self, what: &str, body: &Value) -> Result<Answer, BoxError> {
        let address = format!("{}/{what}", self.address);
        Ok(self.outbound.post(&address, &self.headers(), body).await?)
    }

    async fn get(&self, what: &str) -> Result<Value, BoxError> {
        let address = format!("{}{what}", self.address);
        let answer = self.outbound.get(&address, &self.headers()).await?;
        if answer.is_success() {
            return Ok(answer.body);
        }
        Err(refused("the repository", &answer))
    }

    async fn default_branch(&self) -> Result<String, BoxError> {
        let repository = self.get("").await?;
        let branch = repository.get("default_branch").and_then(Value::as_str);
        Ok(branch.unwrap_or("main").to_owned())
    }

    async fn open_pull_request(&self, head: &str) -> Result<Value, BoxError> {
        let found = self
            .get(&format!("/pulls?state=open&head={}:{head}", self.owner))
            .await?;
        found.get(0).cloned().ok_or_else(|| {
            BoxError::Conflict(format!("a pull request of {head} exists, but is not open"))
        })
    }
}

fn check(proposal: &GitProposal) -> Result<(), BoxError> {
    rules::one_line("title", &proposal.title, 1000)
}

/// Host, owner and name of a repository from its address.
fn parse_remote(remote: &str) -> Result<(String, String, String), BoxError> {
    let rest = remote.split_once("://").map_or(remote, |(_, rest)| rest);
    let rest = rest.trim_end_matches('/').trim_end_matches(".git");
    let mut parts = rest.rsplit(['/', ':']);
    let (name, owner) = (parts.next(), parts.next());
    let host = rest.split('/').next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    let is_word = |text: &&str| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        !text.is_empty() && !text.starts_with('.') && text.chars().all(allowed)
    };
    match (owner.filter(is_word), name.filter(is_word)) {
        (Some(owner), Some(name)) if owner != host => {
            Ok((host.to_owned(), owner.to_owned(), name.to_owned()))
        }
        _ => Err(BoxError::InvalidArgument(
            "folder: the remote named origin is no address of the form host/owner/repository"
                .to_owned(),
        )),
    }
}

fn proposed(answer: &Value, warning: Option<String>) -> Result<GitProposed, BoxError> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let number = answer.get("number").and_then(Value::as_u64);
    let (Some(url), Some(number)) = (text(answer.get("html_url")), number) else {
        return Err(BoxError::Provider(
            "the provider's answer names no address".to_owned(),
        ));
    };
    Ok(GitProposed {
        url,
        number,
        title: text(answer.get("title")).unwrap_or_default(),
        base: text(answer.pointer("/base/ref")),
        warning,
    })
}

fn refused(what: &str, answer: &Answer) -> BoxError {
    let empty = Map::new();
    let body = answer.body.as_object().unwrap_or(&empty);
    let mut said = vec![format!("status {}", answer.status)];
    said.extend(
        body.get("message")
            .and_then(Value::as_str)
            .map(str::to_owned),
    );
    let errors = body.get("errors").and_then(Value::as_array);
    let errors = errors.into_iter().flatten();
    said.extend(errors.filter_map(|error| {
        let text = error.get("message").or(Some(error));
        text.and_then(Value::as_str).map(str::to_owned)
    }));
    BoxError::InvalidArgument(format!("the provider refused {what}: {}", said.join(": ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remotes_are_read_in_every_spelling() {
        for remote in [
            "https://github.com/o/r.git",
            "https://github.com/o/r/",
            "https://user:pw@github.com/o/r",
            "ssh://git@github.com:22/o/r.git",
            "git@github.com:o/r.git",
        ] {
            let (host, owner, name) = parse_remote(remote).unwrap();
            assert_eq!(
                (&*host, &*owner, &*name),
                ("github.com", "o", "r"),
                "{remote}"
            );
        }
        for remote in ["", "/", "https://github.com/r", "https://h/../x", "a b/c d"] {
            assert!(parse_remote(remote).is_err(), "{remote}");
        }
    }
}
