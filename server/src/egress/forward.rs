//! Plain HTTP: a request with an absolute address, sent on as an ordinary one.

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Request, Response, Uri};
use hyper_util::rt::TokioIo;

use super::proxy::{Body, Refusal, Side};
use super::tunnel::connect;

/// Headers that speak about one connection, not about the message.
const HOP_BY_HOP: [HeaderName; 8] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Sends a request on over a connection of its own.
pub(super) async fn send(
    mut request: Request<Incoming>,
    side: &Side,
) -> Result<Response<Body>, Refusal> {
    let uri = request.uri().clone();
    let (Some("http"), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(Refusal::bad_request(
            "this is the box's proxy: it takes CONNECT and requests for http:// addresses",
        ));
    };
    let host = authority.host();
    let port = authority.port_u16().unwrap_or(80);
    let (upstream, address) = connect(host, port, side).await?;
    let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
        .preserve_header_case(true)
        .handshake(TokioIo::new(upstream))
        .await
        .map_err(|error| Refusal::unreachable(host, &error))?;
    side.spawn_while_allowed(host, address, async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a forwarded connection ended early");
        }
    });
    *request.uri_mut() = path_only(&uri);
    strip(request.headers_mut());
    // Without the name of whoever stands before the host's.
    let named = authority.as_str().rsplit('@').next().unwrap_or_default();
    let host_header = HeaderValue::from_str(named)
        .map_err(|_| Refusal::bad_request("the address names no proper host"))?;
    request.headers_mut().insert(header::HOST, host_header);
    let mut response = sender
        .send_request(request)
        .await
        .map_err(|error| Refusal::unreachable(host, &error))?;
    strip(response.headers_mut());
    Ok(response.map(BodyExt::boxed))
}

fn path_only(uri: &Uri) -> Uri {
    uri.path_and_query()
        .cloned()
        .map_or_else(Uri::default, Uri::from)
}

fn strip(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named.iter().chain(&HOP_BY_HOP) {
        headers.remove(name);
    }
}
