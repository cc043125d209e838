//! The server's own certificate authority, by which boxes know the proxy where it adds headers.
//!
//! Its key lies in the data directory, for the server's user alone; boxes get the certificate. The
//! certificates of hosts are made when one is first asked for, and live in memory.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, SerialNumber,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ClientConfig, ServerConfig};
use rustls_platform_verifier::BuilderVerifierExt;
use thiserror::Error;
use time::OffsetDateTime;

use crate::private_file;

/// As long as nobody wants to renew it.
const YEARS: i64 = 20;
/// A host's certificate holds for that long, and is made anew well before.
const HOST_DAYS: i64 = 30;
const RENEW_AFTER: Duration = Duration::from_secs(7 * 24 * 3600);
/// Clocks of boxes are the host's, but certificates may be looked at by others.
const EARLIER: time::Duration = time::Duration::days(2);
/// More hosts than any box speaks to at a time.
const MOST_HOSTS: usize = 256;

/// Why there is no authority.
#[derive(Debug, Error)]
pub enum AuthorityError {
    /// Its file can't be read or written.
    #[error("the certificate authority {path} can't be used: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// Its file holds something else.
    #[error("{path} holds no key and certificate: {why}; remove it, and another is made")]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A certificate can't be made.
    #[error("no certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// TLS can't be set up.
    #[error("no TLS: {0}")]
    Tls(#[from] rustls::Error),
    /// No random numbers.
    #[error("no random numbers: {0}")]
    Random(#[from] getrandom::Error),
}

/// The authority of one data directory.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
    pem: String,
    /// Of every host; made anew with each server.
    host_key: KeyPair,
    hosts: Mutex<HashMap<String, (Instant, Arc<ServerConfig>)>>,
    client: Arc<ClientConfig>,
}

impl fmt::Debug for Authority {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Authority(hidden)")
    }
}

impl Authority {
    /// Reads key and certificate from `path`, or makes them there.
    pub(crate) fn load_or_make(path: &Path) -> Result<Self, AuthorityError> {
        let failed = |source| AuthorityError::File {
            path: path.to_owned(),
            source,
        };
        let kept = match private_file::read(path).map_err(failed)? {
            Some(kept) => String::from_utf8_lossy(&kept).into_owned(),
            None => {
                let made = make()?;
                private_file::write(path, made.as_bytes()).map_err(failed)?;
                made
            }
        };
        let wrong = |why: String| AuthorityError::Content {
            path: path.to_owned(),
            why,
        };
        let key = KeyPair::from_pem(&kept).map_err(|error| wrong(error.to_string()))?;
        let certificate = CertificateDer::from_pem_slice(kept.as_bytes())
            .map_err(|error| wrong(format!("{error:?}")))?;
        // The certificate comes after the key in the file.
        let pem = kept.find("-----BEGIN CERTIFICATE").unwrap_or_default();
        Ok(Self {
            issuer: Issuer::new(params(), key),
            certificate,
            pem: kept.get(pem..).unwrap_or_default().to_owned(),
            host_key: KeyPair::generate()?,
            hosts: Mutex::default(),
            client: Arc::new(client()?),
        })
    }

    /// What boxes trust.
    pub(crate) fn pem(&self) -> &str {
        &self.pem
    }

    /// How to speak TLS to whoever really is the host.
    pub(super) fn client(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.client)
    }

    /// How to speak TLS in the place of `host`.
    pub(super) fn server_for(&self, host: &str) -> Result<Arc<ServerConfig>, AuthorityError> {
        let hosts = || self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((made, config)) = hosts().get(host)
            && made.elapsed() < RENEW_AFTER
        {
            return Ok(Arc::clone(config));
        }
        let config = Arc::new(self.make_for(host)?);
        let mut hosts = hosts();
        if hosts.len() >= MOST_HOSTS {
            hosts.clear();
        }
        hosts.insert(host.to_owned(), (Instant::now(), Arc::clone(&config)));
        Ok(config)
    }

    fn make_for(&self, host: &str) -> Result<ServerConfig, AuthorityError> {
        let mut params = CertificateParams::new(vec![host.to_owned()])?;
        params.distinguished_name = named("box-server");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        let now = OffsetDateTime::now_utc();
        params.not_before = now - EARLIER;
        params.not_after = now + time::Duration::days(HOST_DAYS);
        // All have one key, from which it would be made otherwise; no two may be the same.
        let mut serial = [0; 16];
        getrandom::fill(&mut serial)?;
        params.serial_number = Some(SerialNumber::from_slice(&serial));
        let made = params.signed_by(&self.host_key, &self.issuer)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.host_key.serialize_der()));
        let chain = vec![made.der().clone(), self.certificate.clone()];
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }
}

/// A key and its certificate, as text.
fn make() -> Result<String, AuthorityError> {
    let key = KeyPair::generate()?;
    let certificate = params().self_signed(&key)?;
    Ok(format!("{}{}", key.serialize_pem(), certificate.pem()))
}

fn params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = named("box-server: this machine's boxes");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let now = OffsetDateTime::now_utc();
    params.not_before = now - EARLIER;
    params.not_after = now + time::Duration::days(365 * YEARS);
    params
}

fn named(name: &str) -> DistinguishedName {
    let mut named = DistinguishedName::new();
    named.push(DnType::CommonName, name);
    named
}

/// Trusts whom this machine trusts.
fn client() -> Result<ClientConfig, AuthorityError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn an_authority_is_made_once_and_kept_for_the_server_s_user_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("authority");
        let first = Authority::load_or_make(&path).unwrap();
        let again = Authority::load_or_make(&path).unwrap();
        assert_eq!(first.pem(), again.pem());
        assert!(first.pem().starts_with("-----BEGIN CERTIFICATE"));
        assert!(!first.pem().contains("PRIVATE"));
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let (one, two) = (
            first.server_for("a.com").unwrap(),
            first.server_for("a.com").unwrap(),
        );
        assert!(Arc::ptr_eq(&one, &two));
        assert!(first.server_for("127.0.0.1").is_ok());
    }

    #[test]
    fn a_file_that_holds_no_authority_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("authority");
        std::fs::write(&path, "something else").unwrap();
        let error = Authority::load_or_make(&path).unwrap_err().to_string();
        assert!(
            error.contains("authority") && error.contains("remove it"),
            "{error}"
        );
    }
}
