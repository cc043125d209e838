//! Passes requests of a box on and brings the answers back, both as streams.

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, Connection, SendRequest};
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::http::uri::Authority;
use hyper::{Method, Request, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use super::domain::plain;
use super::proxy::Body;

/// Headers that speak about one connection, not about the message.
pub(super) const HOP_BY_HOP: [HeaderName; 8] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Begins to speak HTTP to the other side.
pub(super) async fn begin<S>(
    stream: S,
) -> hyper::Result<(SendRequest<Incoming>, Connection<TokioIo<S>, Incoming>)>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    http1::Builder::new()
        .preserve_header_case(true)
        .handshake(TokioIo::new(stream))
        .await
}

/// What came back.
pub(super) struct Answered {
    pub(super) response: Response<Body>,
    /// Both halves of a connection that is no HTTP any more, like a WebSocket's.
    pub(super) upgraded: Option<(hyper::upgrade::OnUpgrade, hyper::upgrade::OnUpgrade)>,
}

/// Sends a request on, with `attached` in the place of what it says under these names.
pub(super) async fn pass_on(
    mut request: Request<Incoming>,
    sender: &mut SendRequest<Incoming>,
    attached: Option<&HeaderMap>,
) -> hyper::Result<Answered> {
    let upgrade = request.headers().get(header::UPGRADE).cloned();
    let ours = hyper::upgrade::on(&mut request);
    clean(request.headers_mut(), upgrade.as_ref());
    for (name, value) in attached.into_iter().flatten() {
        request.headers_mut().insert(name, value.clone());
    }
    sender.ready().await?;
    let mut response = sender.send_request(request).await?;
    let is_upgraded = response.status() == StatusCode::SWITCHING_PROTOCOLS;
    let upgraded = is_upgraded.then(|| (ours, hyper::upgrade::on(&mut response)));
    let upgrade = response.headers().get(header::UPGRADE).cloned();
    let upgrade = upgrade.filter(|_| is_upgraded);
    clean(response.headers_mut(), upgrade.as_ref());
    Ok(Answered {
        response: response.map(BodyExt::boxed),
        upgraded,
    })
}

/// Carries bytes both ways, unread, until one side is done.
pub(super) async fn pipe((ours, theirs): (hyper::upgrade::OnUpgrade, hyper::upgrade::OnUpgrade)) {
    let (Ok(ours), Ok(theirs)) = tokio::join!(ours, theirs) else {
        return;
    };
    let (mut ours, mut theirs) = (TokioIo::new(ours), TokioIo::new(theirs));
    if let Err(error) = tokio::io::copy_bidirectional(&mut ours, &mut theirs).await {
        tracing::debug!(%error, "an upgraded connection ended early");
    }
}

/// Whether a request is for `host` and no other, whatever the connection is that it came by: what
/// stands behind one address may serve several hosts. TRACE would bring what is sent back.
pub(super) fn is_for(request: &Request<Incoming>, host: &str) -> bool {
    let is_host =
        |named: &Authority| !named.as_str().contains('@') && plain(named.host()) == plain(host);
    let mut named = request.headers().get_all(header::HOST).iter();
    let (Some(only), None) = (named.next(), named.next()) else {
        return false;
    };
    request.method() != Method::TRACE
        && Authority::try_from(only.as_bytes()).is_ok_and(|named| is_host(&named))
        && request.uri().authority().is_none_or(is_host)
}

/// The address as a server itself is asked for it.
pub(super) fn path_only(uri: &Uri) -> Uri {
    uri.path_and_query()
        .cloned()
        .map_or_else(Uri::default, Uri::from)
}

/// Takes out what is about the connection, but for the wish to use it for something else.
fn clean(headers: &mut HeaderMap, upgrade: Option<&HeaderValue>) {
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
    if let Some(upgrade) = upgrade {
        headers.insert(header::UPGRADE, upgrade.clone());
        headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    }
}
