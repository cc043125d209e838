//! Requests that a box sends through a tunnel to a host for which headers are attached.
//!
//! TLS ends here and begins anew: the box sees a certificate of the server's own authority, and the
//! host's certificate is checked as this machine checks any. One connection of the box has one
//! connection to the host, and they end together.

use std::convert::Infallible;
use std::net::IpAddr;

use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio_rustls::client::TlsStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::proxy::{Body, Refusal, Side};
use super::relay::{begin, is_for, pass_on, path_only, pipe};

/// Where a tunnel leads.
#[derive(Debug)]
pub(super) struct Target {
    /// Without brackets.
    pub(super) host: String,
    pub(super) address: IpAddr,
    pub(super) side: Side,
}

/// The one connection to the host, if there is one.
struct Exchange {
    sender: Result<SendRequest<Incoming>, String>,
    is_upgraded: bool,
}

/// Speaks TLS with both sides.
pub(super) async fn tls<S>(box_side: S, upstream: TcpStream, target: &Target)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let config = match target.side.authority().server_for(&target.host) {
        Ok(config) => config,
        Err(error) => {
            tracing::warn!(host = target.host, %error, "no certificate for a box");
            return;
        }
    };
    let box_side = match TlsAcceptor::from(config).accept(box_side).await {
        Ok(box_side) => box_side,
        Err(error) => {
            // A program that does not know the authority says so itself.
            tracing::debug!(host = target.host, %error, "a box did not take the certificate");
            return;
        }
    };
    match verified(upstream, target).await {
        Ok(upstream) => serve(box_side, upstream, target).await,
        Err(error) => {
            let why = error.to_string();
            answer(
                box_side,
                target,
                &Mutex::new(Exchange::failed(why)),
                None::<NoEnd>,
            )
            .await;
        }
    }
}

/// Speaks HTTP in clear with both sides.
pub(super) async fn http<S>(box_side: S, upstream: TcpStream, target: &Target)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    serve(box_side, upstream, target).await;
}

type NoEnd = std::future::Pending<()>;

async fn verified(upstream: TcpStream, target: &Target) -> std::io::Result<TlsStream<TcpStream>> {
    let name = ServerName::try_from(target.host.clone()).map_err(std::io::Error::other)?;
    let connector = TlsConnector::from(target.side.authority().client());
    connector.connect(name, upstream).await
}

async fn serve<S, U>(box_side: S, upstream: U, target: &Target)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    U: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    match begin(upstream).await {
        Ok((sender, connection)) => {
            let exchange = Mutex::new(Exchange {
                sender: Ok(sender),
                is_upgraded: false,
            });
            let ended = async {
                // How it went is seen by who waits for an answer.
                let _ = connection.with_upgrades().await;
            };
            answer(box_side, target, &exchange, Some(ended)).await;
        }
        Err(error) => {
            let exchange = Mutex::new(Exchange::failed(error.to_string()));
            answer(box_side, target, &exchange, None::<NoEnd>).await;
        }
    }
}

/// Answers the box until it is done, or the host is.
async fn answer<S>(
    box_side: S,
    target: &Target,
    exchange: &Mutex<Exchange>,
    upstream_ended: Option<impl Future<Output = ()>>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(async |request: Request<Incoming>| {
        let answered = exchange.lock().await.send(request, target).await;
        Ok::<_, Infallible>(answered.unwrap_or_else(Refusal::into_response))
    });
    let serving = hyper::server::conn::http1::Builder::new()
        .preserve_header_case(true)
        .serve_connection(TokioIo::new(box_side), service)
        .with_upgrades();
    tokio::pin!(serving);
    let must_end = async {
        match upstream_ended {
            Some(ended) => ended.await,
            None => std::future::pending().await,
        }
        // Whoever waits for an answer gets it before.
        !exchange.lock().await.is_upgraded
    };
    let served = tokio::select! {
        served = &mut serving => served,
        must_end = must_end => {
            if must_end {
                serving.as_mut().graceful_shutdown();
            }
            serving.await
        }
    };
    if let Err(error) = served {
        tracing::debug!(%error, "a connection with attached headers ended early");
    }
}

impl Exchange {
    fn failed(why: String) -> Self {
        Self {
            sender: Err(why),
            is_upgraded: false,
        }
    }

    /// Sends one request with the headers as they are at this moment.
    async fn send(
        &mut self,
        mut request: Request<Incoming>,
        target: &Target,
    ) -> Result<Response<Body>, Refusal> {
        let host = target.host.as_str();
        let sender = match &mut self.sender {
            Ok(sender) => sender,
            Err(why) => return Err(Refusal::broken(host, why)),
        };
        let terms = target.side.terms();
        let is_for_host = is_for(&request, host);
        let attached = terms.attached.of(host).filter(|_| is_for_host);
        if is_for_host {
            *request.uri_mut() = path_only(request.uri());
        }
        let answered = pass_on(request, sender, attached)
            .await
            .map_err(|error| Refusal::unreachable(host, &error))?;
        if let Some(upgraded) = answered.upgraded {
            self.is_upgraded = true;
            let side = &target.side;
            side.spawn_while_allowed(host, target.address, pipe(upgraded));
        }
        Ok(answered.response)
    }
}
