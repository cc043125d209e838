//! CONNECT: bytes carried both ways between a box and an address that was checked.
//!
//! They are carried unread, but where headers are attached for the host: there HTTP is looked for, in
//! clear or in TLS, and what is found goes to `intercept`.

use std::io::Cursor;
use std::net::IpAddr;

use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::net::TcpStream;

use super::address::{allowed, bare};
use super::domain::plain;
use super::intercept::{self, Target};
use super::opening::{self, Opening};
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
    if side.terms().attached.of(&host).is_none() {
        // Once there are headers for it, nothing may go on without them.
        side.spawn_while_unread(&host, address, async move {
            match hyper::upgrade::on(request).await {
                Ok(upgraded) => carry(TokioIo::new(upgraded), upstream).await,
                Err(error) => tracing::debug!(%error, "a tunnel was not opened"),
            }
        });
        return Ok(Response::new(empty()));
    }
    let target = Target {
        host: bare(&host).to_owned(),
        address,
        side: side.clone(),
    };
    side.spawn_while_allowed(&host, address, async move {
        match hyper::upgrade::on(request).await {
            Ok(upgraded) => look(TokioIo::new(upgraded), upstream, target).await,
            Err(error) => tracing::debug!(%error, "a tunnel was not opened"),
        }
    });
    Ok(Response::new(empty()))
}

/// Connects to a host, at an address that the rules allow.
pub(super) async fn connect(
    host: &str,
    port: u16,
    side: &Side,
) -> Result<(TcpStream, IpAddr), Refusal> {
    let addresses = allowed(host, port, &side.terms().rules).await?;
    let unreachable = |error: std::io::Error| Refusal::unreachable(host, &error);
    let upstream = TcpStream::connect(addresses.as_slice())
        .await
        .map_err(unreachable)?;
    let address = upstream.peer_addr().map_err(unreachable)?;
    Ok((upstream, address.ip()))
}

/// Finds out what the box has to say, and lets those carry it who can.
async fn look<S>(mut box_side: S, upstream: TcpStream, target: Target)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut said = Vec::with_capacity(2048);
    let opening = loop {
        let opening = opening::read(&said);
        if opening != Opening::Unfinished {
            break opening;
        }
        tokio::select! {
            read = box_side.read_buf(&mut said) => match read {
                Ok(count) if count > 0 => {}
                _ => break Opening::Other,
            },
            // In neither HTTP nor TLS the other side speaks first.
            _ = upstream.readable(), if said.is_empty() => break Opening::Other,
        }
    };
    let (reader, writer) = tokio::io::split(box_side);
    let box_side = tokio::io::join(Cursor::new(said).chain(reader), writer);
    match opening {
        // A name of another host is for that one, and its certificate is the box's to check.
        Opening::Tls { name, may_be_http }
            if may_be_http
                && name
                    .as_ref()
                    .is_none_or(|name| plain(name) == plain(&target.host)) =>
        {
            intercept::tls(box_side, upstream, &target).await;
        }
        Opening::Http => intercept::http(box_side, upstream, &target).await,
        Opening::Tls { .. } | Opening::Other | Opening::Unfinished => {
            carry(box_side, upstream).await;
        }
    }
}

/// Carries bytes until one side is done.
async fn carry(mut box_side: impl AsyncRead + AsyncWrite + Unpin, mut upstream: TcpStream) {
    let carried = tokio::io::copy_bidirectional(&mut box_side, &mut upstream).await;
    if let Err(error) = carried {
        tracing::debug!(%error, "a tunnel ended early");
    }
}
