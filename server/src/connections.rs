//! Accepts connections and serves each by HTTP/1.1, so that nobody who is slow or idle keeps others out.
//!
//! A connection *waits* when no call goes on in it: before its first head is whole, and between calls.
//! One that waits too long is closed, and where there are as many as there may be, the one that has
//! waited longest gives its place to the next.

mod request_body;
mod waiting;

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use request_body::RequestBody;
use waiting::{Connection, Places};

/// How long accepting rests when the machine has no descriptor left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How long, at the end, answers that were just given may take to leave. After it a connection that waits
/// is closed, even if half a head has come.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// How many connections there may be, and how long one may wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ConnectionLimits {
    pub(crate) most: usize,
    pub(crate) head_timeout: Duration,
}

/// Serves until `stop`: from then on it takes no connection, and returns when each has answered the
/// call that goes on in it. Dropping this cuts them.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ConnectionLimits,
    stop: CancellationToken,
) {
    let places = Arc::new(Places::new(limits.most));
    let tasks = TaskTracker::new();
    let cut = CancellationToken::new();
    let _cut_when_dropped = cut.clone().drop_guard();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                if !is_of_one_connection(&error) {
                    tracing::warn!(%error, "no connection can be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
                continue;
            }
        };
        let Some(connection) = places.take() else {
            tracing::warn!("a connection was refused: as many as may be are at work");
            continue;
        };
        let serving = serve_one(stream, connection, router.clone(), limits, stop.clone());
        let cut = cut.clone();
        tasks.spawn(async move {
            cut.run_until_cancelled(serving).await;
        });
    }
    drop(listener);
    tasks.close();
    tokio::select! {
        () = tasks.wait() => return,
        () = tokio::time::sleep(LAST_WORDS) => {}
    }
    places.give_away_all_that_wait();
    tasks.wait().await;
}

async fn serve_one(
    stream: TcpStream,
    connection: Connection,
    router: Router,
    limits: ConnectionLimits,
    stop: CancellationToken,
) {
    // Small answers must not wait for more to fill a packet.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps its delay");
    }
    let connection = Arc::new(connection);
    let service = {
        let connection = Arc::clone(&connection);
        service_fn(move |request: Request<Incoming>| {
            let (router, connection) = (router.clone(), Arc::clone(&connection));
            async move { answer(router, &connection, request).await }
        })
    };
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_timeout)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::pin!(served);
    let mut is_stopping = false;
    loop {
        tokio::select! {
            ended = served.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection ended early");
                }
                return;
            }
            () = connection.given_away() => return,
            () = stop.cancelled(), if !is_stopping => {
                is_stopping = true;
                served.as_mut().graceful_shutdown();
            }
        }
    }
}

/// Fails, before anything of the call is done, when the connection's place was given away.
async fn answer(
    router: Router,
    connection: &Arc<Connection>,
    request: Request<Incoming>,
) -> Result<Response, io::Error> {
    let Some(at_work) = connection.begin() else {
        return Err(io::ErrorKind::ConnectionAborted.into());
    };
    let answered = router
        .oneshot(RequestBody::of(request).map(Body::new))
        .await;
    let response = answered.unwrap_or_else(|never: Infallible| match never {});
    Ok(response.map(|body| {
        Body::new(AtWork {
            body,
            _until_sent: at_work,
        })
    }))
}

/// An answer's body: its connection is at work until this is sent, or given up.
struct AtWork {
    body: Body,
    _until_sent: waiting::Call,
}

impl HttpBody for AtWork {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Whether accepting failed for the other side's sake, so that the next may well succeed.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}
