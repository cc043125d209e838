//! Talking to a registry.
//!
//! Who holds the server's key is its user, and names the registry: any host may be one, in private
//! networks too. Plain HTTP is spoken with this machine's loopback, and elsewhere only when the call
//! says so. Passwords live as long as the call.

use std::net::IpAddr;
use std::sync::Once;
use std::time::Duration;

use oci_client::client::{ClientConfig, ClientProtocol};
use oci_client::errors::{OciDistributionError, OciErrorCode};
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference, RegistryOperation};

use upstash_box_wasm::api_types::RegistryImage;

use crate::boxes::BoxError;

const CONNECT_LIMIT: Duration = Duration::from_secs(15);
/// Of one read, not of a whole blob.
const READ_LIMIT: Duration = Duration::from_secs(60);

/// An image in a registry that has let us in.
pub(super) struct Registry {
    pub(super) client: Client,
    pub(super) image: Reference,
    pub(super) access: RegistryAuth,
}

impl Registry {
    /// Finds out whether the registry lets us do `what`.
    pub(super) async fn enter(
        wanted: RegistryImage,
        what: RegistryOperation,
    ) -> Result<Self, BoxError> {
        let reference = &wanted.reference;
        let image: Reference = reference.parse().map_err(|error| {
            BoxError::InvalidArgument(format!(
                "reference: {reference:?} is none, like registry.example.com/team/boxes:tag: {error}"
            ))
        })?;
        let access = match (wanted.username, wanted.password) {
            (Some(username), password) => {
                RegistryAuth::Basic(username, password.unwrap_or_default())
            }
            (None, Some(_)) => {
                return Err(BoxError::InvalidArgument(
                    "username: a password was given without one".to_owned(),
                ));
            }
            (None, None) => RegistryAuth::Anonymous,
        };
        let is_plain = wanted.insecure || is_loopback(image.resolve_registry());
        let client = client(is_plain, what)?;
        client
            .auth(&image, &access, what)
            .await
            .map_err(|error| failed(&image, error))?;
        client
            .store_auth_if_needed(image.resolve_registry(), &access)
            .await;
        Ok(Self {
            client,
            image,
            access,
        })
    }

    pub(super) fn failed(&self, error: OciDistributionError) -> BoxError {
        failed(&self.image, error)
    }
}

fn client(is_plain: bool, what: RegistryOperation) -> Result<Client, BoxError> {
    static CRYPTOGRAPHY: Once = Once::new();
    CRYPTOGRAPHY.call_once(|| {
        // Fails when there is one already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    let config = ClientConfig {
        protocol: match is_plain {
            true => ClientProtocol::Http,
            false => ClientProtocol::Https,
        },
        connect_timeout: Some(CONNECT_LIMIT),
        // Would also count the time in which a blob is sent, which may be long.
        read_timeout: matches!(what, RegistryOperation::Pull).then_some(READ_LIMIT),
        use_monolithic_push: true,
        user_agent: concat!("box-server/", env!("CARGO_PKG_VERSION")),
        ..ClientConfig::default()
    };
    Client::try_from(config)
        .map_err(|error| BoxError::Registry(format!("no client for registries: {error}")))
}

/// Whether a registry's name, perhaps with a port, is this machine for sure.
fn is_loopback(registry: &str) -> bool {
    let host = match registry.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => registry,
    };
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn failed(image: &Reference, error: OciDistributionError) -> BoxError {
    let registry = image.resolve_registry();
    match meaning(&error) {
        Meaning::KeepsOut => BoxError::InvalidArgument(format!(
            "username: {registry} does not let this user do that with {}",
            image.repository()
        )),
        Meaning::HasNone => {
            BoxError::InvalidArgument(format!("reference: {registry} has no {image}"))
        }
        Meaning::Fails => {
            BoxError::Registry(format!("the registry {registry} failed: {}", chain(&error)))
        }
    }
}

/// What a caller can do about a failure.
enum Meaning {
    KeepsOut,
    HasNone,
    Fails,
}

fn meaning(error: &OciDistributionError) -> Meaning {
    let of_status = |status: Option<u16>| match status {
        Some(401 | 403) => Meaning::KeepsOut,
        Some(404) => Meaning::HasNone,
        _ => Meaning::Fails,
    };
    match error {
        OciDistributionError::AuthenticationFailure(_)
        | OciDistributionError::UnauthorizedError { .. } => Meaning::KeepsOut,
        OciDistributionError::ImageManifestNotFoundError(_) => Meaning::HasNone,
        OciDistributionError::RequestError(error) => {
            of_status(error.status().map(|status| status.as_u16()))
        }
        OciDistributionError::ServerError { code, .. } => of_status(Some(*code)),
        OciDistributionError::RegistryError { envelope, .. } => {
            match envelope.errors.first().map(|error| &error.code) {
                Some(OciErrorCode::Unauthorized | OciErrorCode::Denied) => Meaning::KeepsOut,
                Some(
                    OciErrorCode::ManifestUnknown
                    | OciErrorCode::NameUnknown
                    | OciErrorCode::NotFound
                    | OciErrorCode::BlobUnknown,
                ) => Meaning::HasNone,
                _ => Meaning::Fails,
            }
        }
        _ => Meaning::Fails,
    }
}

/// What went wrong, down to its cause: the outermost words are often only "error sending request".
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_loopback() {
        for name in [
            "localhost",
            "localhost:5000",
            "127.0.0.1:5000",
            "127.1.2.3",
            "[::1]:5000",
        ] {
            assert!(is_loopback(name), "{name}");
        }
        for name in [
            "localhost.example.com",
            "10.0.0.1:5000",
            "docker.io",
            "127.0.0.1.example.com",
        ] {
            assert!(!is_loopback(name), "{name}");
        }
    }
}
