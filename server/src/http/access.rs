//! Who may ask: the host that was asked for, the page that asks, and the key or token.
//!
//! The host check keeps a foreign name that was made to point here (DNS rebinding) from reaching
//! the server; the origin check keeps other pages of the user's browser out.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;
use thiserror::Error;
use tower_http::cors::{AllowOrigin, CorsLayer};
use upstash_box_wasm::api_types::{ErrorCode, TokenInfo};

use super::call_limits::CallRate;
use super::error::ApiError;
use super::{request_id, server_timing, token_rules};
use crate::boxes::Boxes;

/// Travels with a request that a token opened.
#[derive(Clone, Debug)]
pub(super) struct ByToken(pub(super) TokenInfo);

pub(super) const KEY: HeaderName = HeaderName::from_static("x-box-api-key");
/// The WebSocket protocol of sessions.
pub(super) const SESSION_PROTOCOL: &str = "box-session-v1";
/// A browser can give a WebSocket no headers but the protocols it offers, so the key may come as one
/// of them, in base64url: an address would end up in logs.
pub(super) const KEY_PROTOCOL: &str = "box-key.";
/// How long a browser may remember that a page is welcome.
const PREFLIGHT_AGE: Duration = Duration::from_secs(600);

/// What the checks compare with.
pub(crate) struct Access {
    key: String,
    listen: SocketAddr,
    origins: Vec<HeaderValue>,
    rate: CallRate,
}

impl std::fmt::Debug for Access {
    /// Leaves the key out.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Access")
            .field("listen", &self.listen)
            .field("origins", &self.origins)
            .finish_non_exhaustive()
    }
}

/// An origin that no browser would send.
#[derive(Debug, Error)]
#[error("{0:?} is no origin: it must look like https://example.com, with no path")]
pub struct OriginError(String);

impl Access {
    /// `listen` is the address that the server really has, `origins` the pages it welcomes.
    pub(crate) fn new(
        key: String,
        listen: SocketAddr,
        origins: &[String],
        calls_per_second: Option<NonZeroU32>,
    ) -> Result<Self, OriginError> {
        let origins = origins
            .iter()
            .map(|origin| parse_origin(origin))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            key,
            listen,
            origins,
            rate: CallRate::new(calls_per_second),
        })
    }

    /// Lets the welcome pages read answers.
    pub(super) fn cors(&self) -> CorsLayer {
        CorsLayer::new()
            .allow_origin(AllowOrigin::list(self.origins.iter().cloned()))
            .allow_methods([
                Method::GET,
                Method::POST,
                Method::PUT,
                Method::PATCH,
                Method::DELETE,
            ])
            .allow_headers([
                KEY,
                header::AUTHORIZATION,
                header::CONTENT_TYPE,
                HeaderName::from_static("idempotency-key"),
                HeaderName::from_static("upstash-telemetry-sdk"),
                HeaderName::from_static("upstash-telemetry-runtime"),
                HeaderName::from_static("upstash-telemetry-platform"),
            ])
            .expose_headers([
                request_id::HEADER,
                server_timing::HEADER,
                header::RETRY_AFTER,
            ])
            .allow_private_network(true)
            .max_age(PREFLIGHT_AGE)
    }

    fn is_our_host(&self, host: &str) -> bool {
        let name = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_ascii_lowercase();
        match name.parse::<IpAddr>() {
            // A name is what an attacker can point elsewhere; an address is only itself.
            Ok(address) => {
                address.is_loopback()
                    || address == self.listen.ip()
                    || self.listen.ip().is_unspecified()
            }
            Err(_) => name == "localhost" || name.ends_with(".localhost"),
        }
    }

    fn is_welcome(&self, origin: &HeaderValue, authority: &Authority) -> bool {
        let is_own = origin.to_str().is_ok_and(|origin| {
            let host = origin
                .strip_prefix("http://")
                .or_else(|| origin.strip_prefix("https://"));
            host.is_some_and(|host| host.eq_ignore_ascii_case(authority.as_str()))
        });
        is_own || self.origins.contains(origin)
    }

    pub(super) fn is_key(&self, given: &[u8]) -> bool {
        bool::from(given.ct_eq(self.key.as_bytes()))
    }
}

/// Refuses requests for other hosts and from other pages.
pub(super) async fn check_host_and_origin(
    State(access): State<Arc<Access>>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let forbidden = |sentence: &str| Err(ApiError::new(ErrorCode::Forbidden, sentence));
    let Some(authority) = authority(&request) else {
        return forbidden("the request names no host, or more than one");
    };
    if !access.is_our_host(authority.host()) {
        return forbidden("the host is not this server's: use localhost or the server's address");
    }
    let mut origins = request.headers().get_all(header::ORIGIN).iter();
    if !origins.all(|origin| access.is_welcome(origin, &authority)) {
        return forbidden(
            "this page may not use the server: start box-server with --allow-origin and its origin",
        );
    }
    Ok(next.run(request).await)
}

/// Refuses API requests without the key, or a token that may make the call.
pub(super) async fn check_key(
    State((access, boxes)): State<(Arc<Access>, Boxes)>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let path = request.uri().path();
    let is_api = path == "/v2" || path.starts_with("/v2/");
    if is_api {
        let given = given_key(request.headers()).map(Cow::into_owned);
        let given = given.unwrap_or_default();
        if access.is_key(&given) {
            access.rate.count("key", Instant::now())?;
        } else {
            let token = boxes.token(&given).await?;
            // Those who show nothing that is valid share one allowance, which leaves others theirs.
            let caller = token.as_ref().map_or("nobody", |token| &token.id);
            access.rate.count(caller, Instant::now())?;
            let Some(token) = token else {
                return Err(ApiError::new(
                    ErrorCode::Unauthorized,
                    "the API key is missing or wrong, or the token has ended: \
                     send one that is valid as X-Box-Api-Key (the SDKs take it as their option \
                     for the key, or from UPSTASH_BOX_API_KEY)",
                ));
            };
            if let Some(refusal) = token_rules::refusal(&token, request.method(), path) {
                return Err(ApiError::new(ErrorCode::Forbidden, refusal));
            }
            request.extensions_mut().insert(ByToken(token));
        }
    }
    Ok(next.run(request).await)
}

fn given_key(headers: &HeaderMap) -> Option<Cow<'_, [u8]>> {
    if let Some(key) = headers.get(KEY) {
        return Some(key.as_bytes().into());
    }
    if let Some(given) = headers.get(header::AUTHORIZATION) {
        let (scheme, key) = given.as_bytes().split_at_checked("Bearer ".len())?;
        return scheme
            .eq_ignore_ascii_case(b"Bearer ")
            .then_some(key.into());
    }
    let offered = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter();
    let mut offered = offered
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let key = offered.find_map(|one| one.trim().strip_prefix(KEY_PROTOCOL))?;
    Some(URL_SAFE_NO_PAD.decode(key).ok()?.into())
}

pub(super) fn authority(request: &Request) -> Option<Authority> {
    if let Some(authority) = request.uri().authority() {
        return Some(authority.clone());
    }
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let host = hosts.next()?;
    // Of two, who stands in front may have gone by the other.
    if hosts.next().is_some() {
        return None;
    }
    host.to_str().ok()?.parse().ok()
}

/// Whether a page can have this origin.
pub(crate) fn check_origin(text: &str) -> Result<(), OriginError> {
    parse_origin(text).map(drop)
}

fn parse_origin(text: &str) -> Result<HeaderValue, OriginError> {
    let invalid = || OriginError(text.to_owned());
    let origin = text.trim_end_matches('/').to_ascii_lowercase();
    let (scheme, host) = origin.split_once("://").ok_or_else(invalid)?;
    let is_scheme = scheme
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    if scheme.is_empty() || !is_scheme || host.parse::<Authority>().is_err() || host.contains('@') {
        return Err(invalid());
    }
    HeaderValue::from_str(&origin).map_err(|_| invalid())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(listen: &str, origins: &[&str]) -> Access {
        let origins: Vec<String> = origins.iter().map(ToString::to_string).collect();
        Access::new("key".to_owned(), listen.parse().unwrap(), &origins, None).unwrap()
    }

    #[test]
    fn hosts_that_are_ours() {
        let local = access("127.0.0.1:8787", &[]);
        for host in [
            "localhost",
            "LOCALHOST",
            "box.localhost",
            "127.0.0.1",
            "127.1.2.3",
            "[::1]",
        ] {
            assert!(local.is_our_host(host), "{host}");
        }
        for host in [
            "example.com",
            "localhost.example.com",
            "192.168.1.5",
            "notlocalhost",
            "",
        ] {
            assert!(!local.is_our_host(host), "{host}");
        }
        assert!(access("192.168.1.5:80", &[]).is_our_host("192.168.1.5"));
        assert!(access("0.0.0.0:80", &[]).is_our_host("192.168.1.5"));
        assert!(!access("0.0.0.0:80", &[]).is_our_host("rebound.example.com"));
    }

    #[test]
    fn origins_that_are_welcome() {
        let access = access("127.0.0.1:8787", &["https://app.example.com/"]);
        let authority: Authority = "localhost:8787".parse().unwrap();
        for (origin, expected) in [
            ("http://localhost:8787", true),
            ("https://app.example.com", true),
            ("http://localhost:9999", false),
            ("https://example.com", false),
            ("null", false),
        ] {
            let origin = HeaderValue::from_static(origin);
            assert_eq!(
                access.is_welcome(&origin, &authority),
                expected,
                "{origin:?}"
            );
        }
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for text in ["example.com", "https://", "https://a/b", "https://u@a", ""] {
            assert!(parse_origin(text).is_err(), "{text:?}");
        }
    }
}
