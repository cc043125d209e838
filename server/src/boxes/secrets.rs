//! What a box was trusted with, sealed before it reaches the database.
//!
//! The key lies in a file of mode 0600 beside the database, so a copy of the database alone tells
//! nothing. Each sealed value names what it belongs to and opens for nothing else.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::egress::HeadersByHost;
use crate::private_file;
use crate::snapshots::trust;

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;

/// Secrets of one box or snapshot, in clear: never logged, never returned.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Secrets {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) env_vars: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) agent_api_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) github_token: Option<String>,
    /// Headers that the proxy adds, by host.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) attach_headers: HeadersByHost,
    /// Headers of MCP servers, by the server's name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) mcp_headers: BTreeMap<String, BTreeMap<String, String>>,
    /// Headers of a schedule's webhook.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) webhook_headers: BTreeMap<String, String>,
}

impl Secrets {
    /// The variables of everything that runs in the box.
    ///
    /// Where headers are attached, hosts are known by certificates of the server's own authority,
    /// so programs with a list of authorities of their own are told of it.
    pub(super) fn environment(&self) -> BTreeMap<String, String> {
        let mut variables = BTreeMap::new();
        if !self.attach_headers.is_empty() {
            let told = |(name, path): (&str, &str)| (name.to_owned(), path.to_owned());
            variables.extend(trust::VARIABLES.map(told));
        }
        variables.extend(self.env_vars.clone());
        variables
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secrets(hidden)")
    }
}

/// Why secrets could not be sealed or opened. Never says what they are.
#[derive(Debug, Error)]
pub enum SecretsError {
    /// The key file can't be read or made.
    #[error("the secret key {path} can't be used: {source}")]
    KeyFile {
        /// The key file.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// The key does not fit what was sealed.
    #[error(
        "the secrets of {0} can't be opened: the data directory's secret-key is not the one they were sealed with"
    )]
    WrongKey(String),
    /// Sealing failed.
    #[error("the secrets of {0} can't be sealed")]
    Seal(String),
    /// No random numbers for a key or nonce.
    #[error("no random numbers: {0}")]
    Random(#[from] getrandom::Error),
}

/// The key of one data directory.
pub(crate) struct SecretKey {
    cipher: XChaCha20Poly1305,
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretKey(hidden)")
    }
}

impl SecretKey {
    /// Reads the key at `path`, or makes one there.
    pub(crate) fn load_or_make(path: &Path) -> Result<Self, SecretsError> {
        let failed = |source| SecretsError::KeyFile {
            path: path.to_owned(),
            source,
        };
        let key = match private_file::read(path).map_err(failed)? {
            Some(key) => key,
            None => {
                let mut key = vec![0; KEY_BYTES];
                getrandom::fill(&mut key)?;
                private_file::write(path, &key).map_err(failed)?;
                key
            }
        };
        let cipher = XChaCha20Poly1305::new_from_slice(&key).map_err(|_| {
            failed(io::Error::new(
                io::ErrorKind::InvalidData,
                "it is not 32 bytes long",
            ))
        })?;
        Ok(Self { cipher })
    }

    /// Seals for `owner`, the id of a box or snapshot; nothing when there is nothing to hide.
    pub(super) fn seal(
        &self,
        owner: &str,
        secrets: &Secrets,
    ) -> Result<Option<Vec<u8>>, SecretsError> {
        if *secrets == Secrets::default() {
            return Ok(None);
        }
        let failed = || SecretsError::Seal(owner.to_owned());
        let clear = serde_json::to_vec(secrets).map_err(|_| failed())?;
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce)?;
        let payload = Payload {
            msg: &clear,
            aad: owner.as_bytes(),
        };
        let sealed = self
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| failed())?;
        Ok(Some([nonce.as_slice(), &sealed].concat()))
    }

    /// Opens what was sealed for `owner`.
    pub(super) fn open(&self, owner: &str, sealed: Option<&[u8]>) -> Result<Secrets, SecretsError> {
        let Some(sealed) = sealed else {
            return Ok(Secrets::default());
        };
        let failed = || SecretsError::WrongKey(owner.to_owned());
        let (nonce, sealed) = sealed
            .split_first_chunk::<NONCE_BYTES>()
            .ok_or_else(failed)?;
        let payload = Payload {
            msg: sealed,
            aad: owner.as_bytes(),
        };
        let clear = self
            .cipher
            .decrypt(&XNonce::from(*nonce), payload)
            .map_err(|_| failed())?;
        serde_json::from_slice(&clear).map_err(|_| failed())
    }

    /// A short value that fits these bytes of `owner` and no others, and tells nothing of them.
    pub(super) fn tag(&self, owner: &str, bytes: &[u8]) -> Result<Vec<u8>, SecretsError> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce)?;
        let payload = Payload {
            msg: &[],
            aad: &tagged(owner, bytes),
        };
        let tag = self
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| SecretsError::Seal(owner.to_owned()))?;
        Ok([nonce.as_slice(), &tag].concat())
    }

    /// Whether `tag` was made from these bytes.
    pub(super) fn is_tag(&self, owner: &str, bytes: &[u8], tag: &[u8]) -> bool {
        let Some((nonce, tag)) = tag.split_first_chunk::<NONCE_BYTES>() else {
            return false;
        };
        let payload = Payload {
            msg: tag,
            aad: &tagged(owner, bytes),
        };
        self.cipher.decrypt(&XNonce::from(*nonce), payload).is_ok()
    }
}

/// No id of a box or snapshot contains a line end, so a tag never passes for a sealed value.
fn tagged(owner: &str, bytes: &[u8]) -> Vec<u8> {
    [owner.as_bytes(), b"\n", bytes].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets {
        Secrets {
            agent_api_key: Some("sk-hidden".to_owned()),
            ..Secrets::default()
        }
    }

    #[test]
    fn what_is_sealed_opens_for_its_owner_only_and_shows_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let key = SecretKey::load_or_make(&directory.path().join("key")).unwrap();
        let sealed = key.seal("calm-owl-00001", &secrets()).unwrap().unwrap();
        assert!(!sealed.windows(6).any(|window| window == b"hidden"));
        assert_eq!(
            key.open("calm-owl-00001", Some(&sealed)).unwrap(),
            secrets()
        );
        assert!(matches!(
            key.open("calm-owl-00002", Some(&sealed)),
            Err(SecretsError::WrongKey(_))
        ));
    }

    #[test]
    fn the_key_is_kept_and_no_one_else_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        let sealed = SecretKey::load_or_make(&path)
            .unwrap()
            .seal("a", &secrets())
            .unwrap();
        let again = SecretKey::load_or_make(&path).unwrap();
        assert_eq!(again.open("a", sealed.as_deref()).unwrap(), secrets());
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }

    #[test]
    fn a_tag_fits_its_bytes_only() {
        let directory = tempfile::tempdir().unwrap();
        let key = SecretKey::load_or_make(&directory.path().join("key")).unwrap();
        let tag = key.tag("owner", b"bytes").unwrap();
        assert!(key.is_tag("owner", b"bytes", &tag));
        assert!(!key.is_tag("owner", b"byteS", &tag));
        assert!(!key.is_tag("other", b"bytes", &tag));
        assert!(!key.is_tag("owner", b"bytes", &tag[1..]));
        assert!(!key.is_tag("owner", b"bytes", b""));
    }

    #[test]
    fn nothing_to_hide_is_stored_as_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let key = SecretKey::load_or_make(&directory.path().join("key")).unwrap();
        assert_eq!(key.seal("a", &Secrets::default()).unwrap(), None);
        assert_eq!(key.open("a", None).unwrap(), Secrets::default());
    }
}
