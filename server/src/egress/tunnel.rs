//! CONNECT: bytes carried both ways, unread, between a box and an address that was checked.

use std::net::IpAddr;

use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::address::allowed;
use super::proxy::{Body, Refusal, Side, empty};

/// Connects to where the request points, and carries what follows.
pub(super) async fn open(
    request: Request<Incoming>,
    side: &Side,
) -> Result<Response<Body>, Refusal> {
    let authority = request.uri().authority();
    let target = authority.and_then(|authority| Some((authority.host(), authority.port_u16()?)));
    let Some((host, port)) = target else {
        return Err(Refusal::bad_request("CONNECT needs a host and a port"));
    };
    let host = host.to_owned();
    let (upstream, address) = connect(&host, port, side).await?;
    side.spawn_while_allowed(&host, address, carry(request, upstream));
    Ok(Response::new(empty()))
}

/// Connects to a host, at an address that the rules allow.
pub(super) async fn connect(
    host: &str,
    port: u16,
    side: &Side,
) -> Result<(TcpStream, IpAddr), Refusal> {
    let addresses = allowed(host, port, &side.rules()).await?;
    let unreachable = |error: std::io::Error| Refusal::unreachable(host, &error);
    let upstream = TcpStream::connect(addresses.as_slice())
        .await
        .map_err(unreachable)?;
    let address = upstream.peer_addr().map_err(unreachable)?;
    Ok((upstream, address.ip()))
}

/// Carries bytes until one side is done.
async fn carry(request: Request<Incoming>, mut upstream: TcpStream) {
    match hyper::upgrade::on(request).await {
        Ok(upgraded) => {
            let mut downstream = TokioIo::new(upgraded);
            let carried = tokio::io::copy_bidirectional(&mut downstream, &mut upstream).await;
            if let Err(error) = carried {
                tracing::debug!(%error, "a tunnel ended early");
            }
        }
        Err(error) => tracing::debug!(%error, "a tunnel was not opened"),
    }
}
