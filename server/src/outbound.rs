//! The server's own calls to other services: JSON over HTTP, with TLS.
//!
//! Boxes do not go this way; theirs is `egress`. Redirects are not followed, so that what is sent to
//! one service reaches no other.

use std::time::Duration;

use serde_json::Value;
use thiserror::Error;

/// The longest that connecting may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// The longest that a call may take.
const LIMIT: Duration = Duration::from_secs(30);
/// More than this of an answer is not read.
const MAX_ANSWER_BYTES: usize = 4 * 1024 * 1024;

/// Why a call brought no answer. Names neither headers nor body.
#[derive(Debug, Error)]
pub enum OutboundError {
    /// The address is none.
    #[error("{0:?} is no http or https address")]
    Address(String),
    /// The service could not be reached or did not answer.
    #[error("{address} did not answer: {why}")]
    Call {
        /// Whom it was sent to.
        address: String,
        /// What went wrong.
        why: String,
    },
    /// The client can't be made.
    #[error("no client for outgoing calls: {0}")]
    Client(String),
}

/// What a service answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// `null` for a body that is no JSON.
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Makes calls.
#[derive(Clone, Debug)]
pub(crate) struct Outbound {
    client: reqwest::Client,
}

impl Outbound {
    /// # Errors
    /// When TLS can't be set up.
    pub(crate) fn new() -> Result<Self, OutboundError> {
        // Another part of the program may have chosen it before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECT_LIMIT)
            .timeout(LIMIT)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("box-server/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| OutboundError::Client(error.to_string()))?;
        Ok(Self { client })
    }

    pub(crate) async fn get(
        &self,
        address: &str,
        headers: &[(&str, &str)],
    ) -> Result<Answer, OutboundError> {
        self.call(self.client.get(check(address)?), address, headers)
            .await
    }

    pub(crate) async fn post(
        &self,
        address: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Result<Answer, OutboundError> {
        let request = self
            .client
            .post(check(address)?)
            .header("content-type", "application/json")
            .body(body.to_string());
        self.call(request, address, headers).await
    }

    async fn call(
        &self,
        mut request: reqwest::RequestBuilder,
        address: &str,
        headers: &[(&str, &str)],
    ) -> Result<Answer, OutboundError> {
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let failed = |error: reqwest::Error| OutboundError::Call {
            address: origin(address),
            why: why(&error.without_url()),
        };
        let mut response = request.send().await.map_err(failed)?;
        let status = response.status().as_u16();
        let mut body = Vec::new();
        while let Some(bytes) = response.chunk().await.map_err(failed)? {
            if body.len() + bytes.len() > MAX_ANSWER_BYTES {
                break;
            }
            body.extend_from_slice(&bytes);
        }
        let body = serde_json::from_slice(&body).unwrap_or_default();
        Ok(Answer { status, body })
    }
}

/// Refuses what is no address of a web service.
pub(crate) fn check(address: &str) -> Result<reqwest::Url, OutboundError> {
    let invalid = || OutboundError::Address(address.to_owned());
    let url: reqwest::Url = address.parse().map_err(|_| invalid())?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
    is_web.then_some(url).ok_or_else(invalid)
}

/// The part of an address that holds no secret.
fn origin(address: &str) -> String {
    check(address).map_or_else(|_| String::new(), |url| url.origin().ascii_serialization())
}

/// The innermost cause says most.
fn why(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
