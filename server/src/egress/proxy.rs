//! Answers on the listener of one box.

use std::convert::Infallible;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use http_body_util::{BodyExt, Full, combinators::BoxBody};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::address::{AddressError, bare};
use super::attached::Attached;
use super::authority::Authority;
use super::rules::Rules;
use super::{forward, tunnel};

/// What the proxy answers with.
pub(super) type Body = BoxBody<Bytes, hyper::Error>;

/// How many connections of one box are served at a time; the next ones wait. Each takes descriptors of
/// the server, which all boxes share.
const MOST_CONNECTIONS: usize = 256;

/// The proxy of one sandbox. Dropping it ends it and each of its connections.
#[derive(Debug)]
pub(crate) struct Proxy {
    tasks: TaskTracker,
    end: CancellationToken,
    terms: watch::Sender<Terms>,
}

/// What holds for a box's connections, as it was last said.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    pub(crate) rules: Rules,
    pub(crate) attached: Arc<Attached>,
}

/// What one connection of the box goes by, and what it started on the side.
#[derive(Clone, Debug)]
pub(super) struct Side {
    tasks: TaskTracker,
    end: CancellationToken,
    terms: watch::Receiver<Terms>,
    authority: Arc<Authority>,
    /// Held by all that serves one connection, until the last of it ends.
    place: Option<Arc<OwnedSemaphorePermit>>,
}

impl Proxy {
    /// Serves a listener that lies in the box's network.
    pub(crate) fn start(
        listener: std::net::TcpListener,
        terms: Terms,
        authority: Arc<Authority>,
    ) -> io::Result<Self> {
        let listener = TcpListener::from_std(listener)?;
        let proxy = Self {
            tasks: TaskTracker::new(),
            end: CancellationToken::new(),
            terms: watch::Sender::new(terms),
        };
        let side = Side {
            tasks: proxy.tasks.clone(),
            end: proxy.end.clone(),
            terms: proxy.terms.subscribe(),
            authority,
            place: None,
        };
        side.clone().spawn(async move {
            let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
            // The places are never closed.
            while let Ok(place) = Arc::clone(&places).acquire_owned().await {
                match listener.accept().await {
                    Ok((stream, _)) => {
                        let side = Side {
                            place: Some(Arc::new(place)),
                            ..side.clone()
                        };
                        side.spawn(serve(stream, side.clone()));
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

    /// Goes by other rules from now on; connections that they do not allow are cut.
    pub(crate) fn set_rules(&self, rules: Rules) {
        self.terms.send_modify(|terms| terms.rules = rules);
    }

    /// Attaches other headers from the next request on.
    pub(crate) fn set_attached(&self, attached: Arc<Attached>) {
        self.terms.send_modify(|terms| terms.attached = attached);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.end.cancel();
    }
}

impl Side {
    /// Runs `work` until the proxy ends.
    pub(super) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let end = self.end.clone();
        self.tasks.spawn(async move {
            end.run_until_cancelled(work).await;
        });
    }

    /// The terms as they are now.
    pub(super) fn terms(&self) -> Terms {
        self.terms.borrow().clone()
    }

    pub(super) fn authority(&self) -> &Authority {
        &self.authority
    }

    /// The same, for as long as the box may speak to `host` at `address`.
    pub(super) fn spawn_while_allowed(
        &self,
        host: &str,
        address: IpAddr,
        work: impl Future<Output = ()> + Send + 'static,
    ) {
        self.spawn_while(host, move |terms, host| allows(terms, host, address), work);
    }

    /// The same, for as long as nothing is attached to what it asks of `host`, too.
    pub(super) fn spawn_while_unread(
        &self,
        host: &str,
        address: IpAddr,
        work: impl Future<Output = ()> + Send + 'static,
    ) {
        let holds = move |terms: &Terms, host: &str| {
            allows(terms, host, address) && terms.attached.of(host).is_none()
        };
        self.spawn_while(host, holds, work);
    }

    fn spawn_while(
        &self,
        host: &str,
        holds: impl Fn(&Terms, &str) -> bool + Send + Sync + 'static,
        work: impl Future<Output = ()> + Send + 'static,
    ) {
        let (mut terms, host) = (self.terms.clone(), bare(host).to_owned());
        let place = self.place.clone();
        self.spawn(async move {
            let _held_until_it_ends = place;
            // The sender goes with the proxy, and the proxy's end ends this.
            let broken = terms.wait_for(|terms| !holds(terms, &host));
            tokio::select! {
                () = work => {}
                _ = broken => tracing::debug!("a connection was cut by new terms"),
            }
        });
    }
}

fn allows(terms: &Terms, host: &str, address: IpAddr) -> bool {
    terms.rules.check(host, address).is_ok()
}

async fn serve(stream: TcpStream, side: Side) {
    let service = service_fn(move |request: Request<Incoming>| {
        let side = side.clone();
        async move { Ok::<_, Infallible>(answer(request, &side).await) }
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

async fn answer(request: Request<Incoming>, side: &Side) -> Response<Body> {
    let answered = if request.method() == Method::CONNECT {
        tunnel::open(request, side).await
    } else {
        forward::send(request, side).await
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
        Self::broken(host, &error.to_string())
    }

    pub(super) fn broken(host: &str, why: &str) -> Self {
        Self {
            status: StatusCode::BAD_GATEWAY,
            sentence: format!("{host} can't be reached: {why}"),
        }
    }

    pub(super) fn into_response(self) -> Response<Body> {
        let sentence = Bytes::from(format!("box-server: {}\n", self.sentence));
        let mut response = Response::new(full(sentence));
        *response.status_mut() = self.status;
        response
    }
}

impl From<AddressError> for Refusal {
    fn from(error: AddressError) -> Self {
        let status = match error {
            AddressError::Private { .. } | AddressError::Denied { .. } => StatusCode::FORBIDDEN,
            AddressError::Unresolved { .. } => StatusCode::BAD_GATEWAY,
        };
        Self {
            status,
            sentence: error.to_string(),
        }
    }
}

pub(super) fn empty() -> Body {
    full(Bytes::new())
}

fn full(bytes: Bytes) -> Body {
    Full::new(bytes).map_err(|never| match never {}).boxed()
}
