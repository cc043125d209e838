//! CONNECT: bytes carried both ways, unread, between a box and an address that was checked.

use hyper::Request;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::Policy;
use super::address::allowed;
use super::proxy::Refusal;

/// Connects to where the request points.
pub(super) async fn open(
    request: &Request<Incoming>,
    policy: Policy,
) -> Result<TcpStream, Refusal> {
    let authority = request.uri().authority();
    let target = authority.and_then(|authority| Some((authority.host(), authority.port_u16()?)));
    let Some((host, port)) = target else {
        return Err(Refusal::bad_request("CONNECT needs a host and a port"));
    };
    connect(host, port, policy).await
}

/// Connects to a host, at an address that the policy allows.
pub(super) async fn connect(host: &str, port: u16, policy: Policy) -> Result<TcpStream, Refusal> {
    let addresses = allowed(host, port, policy).await?;
    TcpStream::connect(addresses.as_slice())
        .await
        .map_err(|error| Refusal::unreachable(host, &error))
}

/// Carries bytes until one side is done.
pub(super) async fn carry(request: Request<Incoming>, mut upstream: TcpStream) {
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
