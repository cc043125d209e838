//! The body of a request. What a call leaves unread of it is read and dropped, within bounds: a client
//! that still sends when its connection is closed gets an error of the network in place of the answer.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::HttpBody;
use axum::extract::Request;
use axum::http::header;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::runtime::Handle;

/// How much is read of what nobody wants, and for how long.
const MOST_UNWANTED: u64 = 64 * 1024 * 1024;
const UNWANTED_WITHIN: Duration = Duration::from_secs(5);

/// A body as it comes.
pub(super) struct RequestBody {
    /// `None` once it has ended.
    incoming: Option<Incoming>,
    /// Whether the client sends it before it is asked to.
    is_on_its_way: bool,
}

impl RequestBody {
    pub(super) fn of(request: Request<Incoming>) -> Request<Self> {
        let is_on_its_way = !request.headers().contains_key(header::EXPECT);
        request.map(|incoming| Self {
            incoming: Some(incoming),
            is_on_its_way,
        })
    }
}

impl HttpBody for RequestBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        self.is_on_its_way = true;
        let Some(incoming) = &mut self.incoming else {
            return Poll::Ready(None);
        };
        let polled = Pin::new(incoming).poll_frame(context);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            self.incoming = None;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let hint = self.incoming.as_ref().map(Body::size_hint);
        hint.unwrap_or_else(|| SizeHint::with_exact(0))
    }
}

impl Drop for RequestBody {
    fn drop(&mut self) {
        if self.is_end_stream() || !self.is_on_its_way {
            return;
        }
        if let (Some(incoming), Ok(runtime)) = (self.incoming.take(), Handle::try_current()) {
            runtime.spawn(tokio::time::timeout(UNWANTED_WITHIN, read_away(incoming)));
        }
    }
}

/// Ends with the body, with its connection, or when it was too much.
async fn read_away(mut incoming: Incoming) {
    let mut read = 0;
    while let Some(Ok(frame)) = incoming.frame().await {
        read += frame.data_ref().map_or(0, |data| data.len() as u64);
        if read > MOST_UNWANTED {
            return;
        }
    }
}
