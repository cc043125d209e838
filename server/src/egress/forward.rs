//! Plain HTTP: a request with an absolute address, sent on as an ordinary one.

use hyper::body::Incoming;
use hyper::header::{self, HeaderValue};
use hyper::{Method, Request, Response};

use super::proxy::{Body, Refusal, Side};
use super::relay::{begin, pass_on, path_only, pipe};
use super::tunnel::connect;

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
    let unreachable = |error: hyper::Error| Refusal::unreachable(host, &error);
    let (mut sender, connection) = begin(upstream).await.map_err(unreachable)?;
    side.spawn_while_allowed(host, address, async move {
        if let Err(error) = connection.with_upgrades().await {
            tracing::debug!(%error, "a forwarded connection ended early");
        }
    });
    *request.uri_mut() = path_only(&uri);
    // Without the name of whoever stands before the host's.
    let named = authority.as_str().rsplit('@').next().unwrap_or_default();
    let host_header = HeaderValue::from_str(named)
        .map_err(|_| Refusal::bad_request("the address names no proper host"))?;
    request.headers_mut().insert(header::HOST, host_header);
    let terms = side.terms();
    // The answer to TRACE is what was asked.
    let is_told = request.method() != Method::TRACE;
    let attached = terms.attached.of(host).filter(|_| is_told);
    let answered = pass_on(request, &mut sender, attached)
        .await
        .map_err(unreachable)?;
    if let Some(upgraded) = answered.upgraded {
        side.spawn_while_allowed(host, address, pipe(upgraded));
    }
    Ok(answered.response)
}
