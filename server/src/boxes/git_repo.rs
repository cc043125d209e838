//! What a repository's address means: what git is given, where the clone goes, who gets a token.
//!
//! Text only; git itself runs in the box.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::error::BoxError;
use super::{paths, rules};

/// Whose token a box's own `github_token` is.
const GITHUB: &str = "https://github.com/";

/// An address that git understands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Repo {
    pub(super) address: String,
}

impl Repo {
    /// Reads what the caller gave; without a scheme it is https.
    pub(super) fn parse(text: &str) -> Result<Self, BoxError> {
        let invalid = |what: &str| Err(BoxError::InvalidArgument(format!("repo: {what}")));
        rules::one_line("repo", text, 2000)?;
        if text.starts_with('-') {
            return invalid("it can't begin with a dash");
        }
        if text.chars().any(char::is_whitespace) {
            return invalid("it contains a space");
        }
        let address = match text.split_once("://") {
            Some(("https" | "http" | "git" | "ssh", rest)) if !rest.is_empty() => text.to_owned(),
            Some(("file", _)) => text.to_owned(),
            Some((scheme, _)) => return invalid(&format!("{scheme}:// is no address of git")),
            None if text.starts_with('/') => text.to_owned(),
            // git@github.com:owner/repo
            None if is_scp_like(text) => text.to_owned(),
            None => format!("https://{text}"),
        };
        Ok(Self { address })
    }

    /// The directory that git itself would make.
    pub(super) fn directory_name(&self) -> Result<&str, BoxError> {
        let trimmed = self.address.trim_end_matches('/').trim_end_matches(".git");
        let name = trimmed.rsplit(['/', ':']).next().unwrap_or_default();
        if name.is_empty() || name == "." || name == ".." {
            return Err(BoxError::InvalidArgument(
                "repo: it has no name to clone into; give folder".to_owned(),
            ));
        }
        Ok(name)
    }

    /// Absolute path of the clone.
    pub(super) fn destination(&self, folder: Option<&str>) -> Result<String, BoxError> {
        match folder {
            Some(folder) if !folder.is_empty() => paths::absolute("folder", folder),
            _ => paths::absolute("folder", self.directory_name()?),
        }
    }

    /// Environment that lets git use a token: neither argument nor file ever holds it.
    ///
    /// `given` came with the clone and goes to the repository's own host; `kept` is the box's and
    /// goes to GitHub alone. Neither is sent in clear.
    pub(super) fn credentials(
        &self,
        given: Option<&str>,
        kept: Option<&str>,
    ) -> Result<Vec<(&'static str, String)>, BoxError> {
        // Callers send a variable of their environment that may be empty.
        let [given, kept] = [given, kept].map(|token| token.filter(|token| !token.is_empty()));
        let is_https = self.address.starts_with("https://");
        if given.is_some() && !is_https {
            return Err(BoxError::InvalidArgument(
                "github_token: a token is only sent over https".to_owned(),
            ));
        }
        let kept = kept.filter(|_| self.address.starts_with(GITHUB));
        let (Some(token), Some(origin)) = (given.or(kept), self.origin()) else {
            return Ok(Vec::new());
        };
        rules::one_line("github_token", token, 1000)?;
        let basic = basic(token);
        Ok(vec![
            ("GIT_CONFIG_COUNT", "1".to_owned()),
            ("GIT_CONFIG_KEY_0", format!("http.{origin}/.extraHeader")),
            (
                "GIT_CONFIG_VALUE_0",
                format!("Authorization: Basic {basic}"),
            ),
        ])
    }

    /// Scheme and host, as git compares them.
    fn origin(&self) -> Option<&str> {
        let start = self.address.find("://")? + 3;
        let end = self
            .address
            .get(start..)?
            .find('/')
            .map_or(self.address.len(), |at| start + at);
        self.address.get(..end)
    }
}

/// What lets git use the token of a box, at GitHub alone.
pub(super) fn kept_credentials(
    token: Option<&str>,
) -> Result<Vec<(&'static str, String)>, BoxError> {
    let github = Repo {
        address: GITHUB.to_owned(),
    };
    github.credentials(None, token)
}

/// `text` without any of the secrets, in either of the forms in which git may print them.
pub(super) fn without_secrets(text: &str, secrets: &[Option<&str>]) -> String {
    let mut clean = text.to_owned();
    for secret in secrets.iter().flatten().filter(|secret| !secret.is_empty()) {
        clean = clean.replace(&basic(secret), "***").replace(secret, "***");
    }
    clean
}

fn basic(token: &str) -> String {
    STANDARD.encode(format!("x-access-token:{token}"))
}

/// `user@host:path`: a colon before the first slash, and something like a user.
fn is_scp_like(text: &str) -> bool {
    let host = text.split('/').next().unwrap_or_default();
    host.contains('@') && host.contains(':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_their_directories() {
        for (given, address, name) in [
            (
                "github.com/my-org/my-repo",
                "https://github.com/my-org/my-repo",
                "my-repo",
            ),
            (
                "https://example.com/a/b.git",
                "https://example.com/a/b.git",
                "b",
            ),
            (
                "http://127.0.0.1:80/b.git/",
                "http://127.0.0.1:80/b.git/",
                "b",
            ),
            ("git@github.com:o/r.git", "git@github.com:o/r.git", "r"),
            ("localhost:3000/r", "https://localhost:3000/r", "r"),
        ] {
            let repo = Repo::parse(given).unwrap();
            assert_eq!(repo.address, address);
            assert_eq!(repo.directory_name().unwrap(), name);
        }
        for bad in [
            "",
            "-u/x",
            "ext::sh -c id",
            "ext://x",
            "https://",
            "a b",
            "a\nb",
        ] {
            assert!(Repo::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_token_goes_to_its_own_host_by_environment() {
        let repo = Repo::parse("example.com/o/r").unwrap();
        let variables = repo.credentials(Some("secret"), None).unwrap();
        assert_eq!(variables[1].1, "http.https://example.com/.extraHeader");
        assert!(variables[2].1.starts_with("Authorization: Basic "));
        assert!(
            repo.credentials(None, Some("boxes-own"))
                .unwrap()
                .is_empty()
        );
        let github = Repo::parse("github.com/o/r").unwrap();
        assert_eq!(
            github.credentials(None, Some("boxes-own")).unwrap().len(),
            3
        );
        let lookalike = Repo::parse("github.com.example.org/o/r").unwrap();
        assert!(
            lookalike
                .credentials(None, Some("boxes-own"))
                .unwrap()
                .is_empty()
        );
        let plain = Repo::parse("http://example.com/r").unwrap();
        assert!(plain.credentials(Some("secret"), None).is_err());
    }

    #[test]
    fn secrets_are_scrubbed_in_both_forms() {
        let text = format!("fatal: secret and {}", basic("secret"));
        assert_eq!(
            without_secrets(&text, &[Some("secret"), None]),
            "fatal: *** and ***"
        );
    }
}
