//! Answers on the listener of one box.

use std::convert::Infallible;
use std::io;

use http_body_util::{BodyExt, Full, combinators::BoxBody};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::address::AddressError;
use super::{Policy, forward, tunnel};

/// What the proxy answers with.
pub(super) type Body = BoxBody<Bytes, hyper::Error>;

/// The proxy of one sandbox. Dropping it ends it and each of its connections.
#[derive(Debug)]
pub(crate) struct Proxy {
    tasks: TaskTracker,
    end: CancellationToken,
}

impl Proxy {
    /// Serves a listener that lies in the box's network.
    pub(crate) fn start(listener: std::net::TcpListener, policy: Policy) -> io::Result<Self> {
        let listener = TcpListener::from_std(listener)?;
        let proxy = Self {
            tasks: TaskTracker::new(),
            end: CancellationToken::new(),
        };
        let (tasks, end) = (proxy.tasks.clone(), proxy.end.clone());
        proxy.spawn(async move {
            loop {
                match listener.accept().await {
                    Ok((stream, _)) => {
                        let connection = serve(stream, policy, tasks.clone(), end.clone());
                        spawn(&tasks, &end, connection);
                    }
                    // The box can exhaust only its own connections; give it time to close some.
                    Err(error) => {
                        tracing::debug!(%error, "a proxy connection was not accepted");
                        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                    }
                }
            }
        });
        Ok(proxy)
    }

    /// Ends every connection; none is left when this returns.
    pub(crate) async fn stop(self) {
        self.end.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        spawn(&self.tasks, &self.end, work);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.end.cancel();
    }
}

/// Runs `work` until the proxy ends.
fn spawn(
    tasks: &TaskTracker,
    end: &CancellationToken,
    work: impl Future<Output = ()> + Send + 'static,
) {
    let end = end.clone();
    tasks.spawn(async move {
        end.run_until_cancelled(work).await;
    });
}

async fn serve(stream: TcpStream, policy: Policy, tasks: TaskTracker, end: CancellationToken) {
    let service = service_fn(move |request: Request<Incoming>| {
        let (tasks, end) = (tasks.clone(), end.clone());
        async move { Ok::<_, Infallible>(answer(request, policy, &tasks, &end).await) }
    });
    let served = hyper::server::conn::http1::Builder::new()
        .preserve_header_case(true)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades()
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a proxy connection ended early");
    }
}

async fn answer(
    request: Request<Incoming>,
    policy: Policy,
    tasks: &TaskTracker,
    end: &CancellationToken,
) -> Response<Body> {
    let answered = if request.method() == Method::CONNECT {
        match tunnel::open(&request, policy).await {
            Ok(upstream) => {
                spawn(tasks, end, tunnel::carry(request, upstream));
                Ok(Response::new(empty()))
            }
            Err(refusal) => Err(refusal),
        }
    } else {
        forward::send(request, policy, |work| spawn(tasks, end, work)).await
    };
    answered.unwrap_or_else(Refusal::into_response)
}

/// Why the proxy did not do what it was asked, as the box sees it.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    sentence: String,
}

impl Refusal {
    pub(super) fn bad_request(sentence: &str) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            sentence: sentence.to_owned(),
        }
    }

    pub(super) fn unreachable(host: &str, error: &dyn std::error::Error) -> Self {
        Self {
            status: StatusCode::BAD_GATEWAY,
            sentence: format!("{host} can't be reached: {error}"),
        }
    }

    fn into_response(self) -> Response<Body> {
        let sentence = Bytes::from(format!("box-server: {}\n", self.sentence));
        let mut response = Response::new(full(sentence));
        *response.status_mut() = self.status;
        response
    }
}

impl From<AddressError> for Refusal {
    fn from(error: AddressError) -> Self {
        let status = match error {
            AddressError::Private { .. } => StatusCode::FORBIDDEN,
            AddressError::Unresolved { .. } => StatusCode::BAD_GATEWAY,
        };
        Self {
            status,
            sentence: error.to_string(),
        }
    }
}

fn empty() -> Body {
    full(Bytes::new())
}

fn full(bytes: Bytes) -> Body {
    Full::new(bytes).map_err(|never| match never {}).boxed()
}
