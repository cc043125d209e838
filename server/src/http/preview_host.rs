//! Answers for the hosts `<box>-<port>.localhost`: whatever a program of the box says there.
//!
//! Such a host never reaches the API, and nothing that opens the API is passed on to a box: the two
//! are different origins to a browser, and stay so here.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper_util::rt::TokioIo;
use upstash_box_wasm::api_types::ErrorCode;

use super::access::{Access, KEY, KEY_PROTOCOL, authority};
use super::error::ApiError;
use crate::boxes::{Boxes, PortConnection, Shown};

const DOMAIN: &str = ".localhost";
const USER: &str = "user";

/// Meant for the next hop alone.
const HOP_BY_HOP: [HeaderName; 7] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
];

/// What serves such hosts.
#[derive(Clone)]
pub(super) struct PreviewHosts {
    pub(super) boxes: Boxes,
    pub(super) access: Arc<Access>,
}

/// The URL of a port, on the port of this server that the caller used.
pub(super) fn address(box_id: &str, port: u16, headers: &HeaderMap) -> String {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let authority: Option<Authority> = host.and_then(|host| host.parse().ok());
    let own_port = authority.and_then(|authority| authority.port_u16());
    let own_port = own_port.map(|port| format!(":{port}")).unwrap_or_default();
    format!("http://{box_id}-{port}{DOMAIN}{own_port}")
}

/// Box and port of a host that belongs to a box.
fn parse(host: &str) -> Option<(String, u16)> {
    let host = host.to_ascii_lowercase();
    let name = host.trim_end_matches('.').strip_suffix(DOMAIN)?;
    let (box_id, port) = name.rsplit_once('-')?;
    let is_port = port.bytes().all(|byte| byte.is_ascii_digit());
    // What looks like one is never the API's, even if no box is called so.
    (is_port && !box_id.is_empty()).then(|| (box_id.to_owned(), port.parse().unwrap_or(0)))
}

/// Serves requests to the hosts of boxes and lets all others pass.
pub(super) async fn divert(
    State(hosts): State<PreviewHosts>,
    request: Request,
    next: Next,
) -> Response {
    let place = authority(&request).and_then(|authority| parse(authority.host()));
    let Some((box_id, port)) = place else {
        return next.run(request).await;
    };
    match hosts.serve(&box_id, port, request).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    }
}

impl PreviewHosts {
    async fn serve(&self, box_id: &str, port: u16, request: Request) -> Result<Response, ApiError> {
        let Some(preview) = self.boxes.find_preview(box_id, port).await? else {
            let sentence = "no port of a box is open under this name";
            return Err(ApiError::new(ErrorCode::NotFound, sentence));
        };
        let is_guarded = preview.token.is_some() || preview.password.is_some();
        let given = request.headers().get(header::AUTHORIZATION);
        let given = given.map(HeaderValue::as_bytes).unwrap_or_default();
        let password = password(given);
        let shown = Shown {
            token: credentials(given, "Bearer "),
            password: password.as_deref(),
        };
        if !preview.is_opened_by(shown) {
            return Ok(unauthorized(preview.password.is_some()));
        }
        let connection = match self.boxes.connect(box_id, port).await {
            Ok(Some(connection)) => connection,
            Ok(None) => return Ok(nothing_listens(port)),
            Err(crate::boxes::BoxError::Conflict(sentence)) => return Ok(not_yet(sentence)),
            Err(error) => return Err(error.into()),
        };
        let request = self.without_secrets(request, is_guarded).await?;
        forward(request, connection).await
    }

    /// What opens the API or this URL is no business of the box.
    async fn without_secrets(
        &self,
        mut request: Request,
        is_guarded: bool,
    ) -> Result<Request, ApiError> {
        let headers = request.headers_mut();
        headers.remove(KEY);
        let given = headers.get(header::AUTHORIZATION);
        let key = given.and_then(|given| credentials(given.as_bytes(), "Bearer "));
        let opens_api = match key {
            Some(key) => self.access.is_key(key) || self.boxes.token(key).await?.is_some(),
            None => false,
        };
        if is_guarded || opens_api {
            headers.remove(header::AUTHORIZATION);
        }
        let mut offered = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter();
        let holds_key = |value: &HeaderValue| {
            let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
            text.contains(KEY_PROTOCOL)
        };
        if offered.any(holds_key) {
            headers.remove(header::SEC_WEBSOCKET_PROTOCOL);
        }
        Ok(request)
    }
}

/// Passes a request on and its answer back; an upgraded connection becomes a pipe.
async fn forward(mut request: Request, connection: PortConnection) -> Result<Response, ApiError> {
    let PortConnection { stream, work } = connection;
    // The box is at work for as long as either half of the exchange goes on.
    let work = Arc::new(work);
    let of_exchange = Arc::clone(&work);
    let broken = |error: hyper::Error| {
        ApiError::new(
            ErrorCode::Unavailable,
            format!("the program in the box broke off: {error}"),
        )
    };
    let (mut sender, exchange) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(broken)?;
    tokio::spawn(async move {
        // How it went is seen by who waits for the answer.
        let _ = exchange.with_upgrades().await;
        drop(of_exchange);
    });
    let upgrade = request.headers().get(header::UPGRADE).cloned();
    let ours = hyper::upgrade::on(&mut request);
    if let Ok(origin_form) = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str())
        .parse()
    {
        *request.uri_mut() = origin_form;
    }
    clean(request.headers_mut(), upgrade.as_ref());
    let mut response = sender.send_request(request).await.map_err(broken)?;
    let is_upgraded = response.status() == StatusCode::SWITCHING_PROTOCOLS;
    if is_upgraded {
        let theirs = hyper::upgrade::on(&mut response);
        tokio::spawn(async move {
            let (Ok(ours), Ok(theirs)) = tokio::join!(ours, theirs) else {
                return;
            };
            let (mut ours, mut theirs) = (TokioIo::new(ours), TokioIo::new(theirs));
            // Either side may hang up at any time.
            let _ = tokio::io::copy_bidirectional(&mut ours, &mut theirs).await;
            drop(work);
        });
    }
    let upgrade = response.headers().get(header::UPGRADE).cloned();
    clean(
        response.headers_mut(),
        upgrade.filter(|_| is_upgraded).as_ref(),
    );
    keep_cookies_here(response.headers_mut());
    Ok(response.map(Body::new).into_response())
}

fn clean(headers: &mut HeaderMap, upgrade: Option<&HeaderValue>) {
    for name in &HOP_BY_HOP {
        headers.remove(name);
    }
    headers.remove(header::UPGRADE);
    if let Some(upgrade) = upgrade {
        headers.insert(header::UPGRADE, upgrade.clone());
        headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    }
}

/// A cookie of one box is for no other host.
fn keep_cookies_here(headers: &mut HeaderMap) {
    let cookies: Vec<HeaderValue> = headers
        .get_all(header::SET_COOKIE)
        .iter()
        .filter_map(|cookie| {
            let text = cookie.to_str().ok()?;
            // The first part is the cookie itself, whatever its name.
            let (cookie, attributes) = text.split_once(';').unwrap_or((text, ""));
            let kept = attributes.split(';').filter(|attribute| {
                let name = attribute.split('=').next().unwrap_or_default();
                !name.trim().is_empty() && !name.trim().eq_ignore_ascii_case("domain")
            });
            let parts: Vec<&str> = std::iter::once(cookie).chain(kept).collect();
            HeaderValue::from_str(&parts.join(";")).ok()
        })
        .collect();
    headers.remove(header::SET_COOKIE);
    for cookie in cookies {
        headers.append(header::SET_COOKIE, cookie);
    }
}

/// What follows the scheme in an `Authorization`.
fn credentials<'header>(given: &'header [u8], scheme: &str) -> Option<&'header [u8]> {
    let (found, rest) = given.split_at_checked(scheme.len())?;
    found
        .eq_ignore_ascii_case(scheme.as_bytes())
        .then_some(rest)
}

fn password(given: &[u8]) -> Option<Vec<u8>> {
    let decoded = STANDARD.decode(credentials(given, "Basic ")?).ok()?;
    let password = decoded.strip_prefix(USER.as_bytes())?.strip_prefix(b":")?;
    Some(password.to_vec())
}

fn unauthorized(by_password: bool) -> Response {
    let sentence = "this public URL is guarded: send its token or its password";
    let mut response = ApiError::new(ErrorCode::Unauthorized, sentence).into_response();
    let scheme = if by_password {
        "Basic realm=\"box\""
    } else {
        "Bearer"
    };
    let headers = response.headers_mut();
    headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(scheme));
    response
}

fn nothing_listens(port: u16) -> Response {
    let sentence = format!("nothing in the box listens on port {port}; start a server there");
    let mut response = ApiError::new(ErrorCode::Unavailable, sentence).into_response();
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response.headers_mut().remove(header::RETRY_AFTER);
    response
}

fn not_yet(sentence: String) -> Response {
    let mut response = ApiError::new(ErrorCode::Unavailable, sentence).into_response();
    let headers = response.headers_mut();
    headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_boxes_are_told_from_the_api() {
        let place = |box_id: &str, port| Some((box_id.to_owned(), port));
        for (host, expected) in [
            (
                "calm-otter-12345-3000.localhost",
                place("calm-otter-12345", 3000),
            ),
            (
                "Calm-Otter-12345-3000.LOCALHOST.",
                place("calm-otter-12345", 3000),
            ),
            ("x-99999.localhost", place("x", 0)),
            ("localhost", None),
            ("app.localhost", None),
            ("-3000.localhost", None),
            ("x-3000.localhost.example.com", None),
        ] {
            assert_eq!(parse(host), expected, "{host}");
        }
    }

    #[test]
    fn a_cookie_loses_its_domain_and_nothing_else() {
        let mut headers = HeaderMap::new();
        for cookie in ["a=1; Domain=localhost; Path=/", "domain=2; HttpOnly"] {
            headers.append(header::SET_COOKIE, HeaderValue::from_static(cookie));
        }
        keep_cookies_here(&mut headers);
        let left: Vec<_> = headers.get_all(header::SET_COOKIE).iter().collect();
        assert_eq!(left, ["a=1; Path=/", "domain=2; HttpOnly"]);
    }
}
