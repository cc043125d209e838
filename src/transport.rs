//! What the client needs of the world: to send a request, to wait, to draw a number, to warn.
//!
//! `native` and `fetch` do it for programs in Rust; `scripted` plays a part for tests. In the npm package the
//! sending is JavaScript's (`js/network.rs`), and only what to send next is asked of `client`.

use std::time::Duration;

use crate::error::Error;
use crate::json::Json;
use crate::requests::Request;

#[cfg(feature = "typed")]
mod body;
#[cfg(all(feature = "typed", target_arch = "wasm32"))]
pub mod fetch;
#[cfg(all(feature = "native", not(target_arch = "wasm32")))]
pub mod native;
#[cfg(not(target_arch = "wasm32"))]
pub mod scripted;

/// The world as one client sees it.
pub trait Transport {
    /// One call of the user's, with its deadline and its signal.
    type Call;
    /// JSON as it lives there.
    type Json: Json;

    /// A call that begins now and ends after this time, done or not; `None` is no limit.
    fn begin(&self, limit: Option<Duration>) -> Self::Call;

    /// Sends one request, once.
    fn send(
        &self,
        call: &Self::Call,
        request: &Request<Self::Json>,
    ) -> impl Future<Output = Result<Response<Self::Json>, Error>>;

    /// Waits, unless the call ends first.
    fn sleep(&self, call: &Self::Call, ms: u32) -> impl Future<Output = Result<(), Error>>;

    /// A number from 0 to 1.
    fn chance(&self) -> f64;

    /// Tells the developer, once for each text.
    fn warn(&self, call: &Self::Call, text: &str);
}

/// A transport whose answers can be read as they come.
pub trait Streaming: Transport {
    /// What is read.
    type Body: Body;

    /// Sends one request, once, whose answer is a stream.
    fn open(
        &self,
        call: &Self::Call,
        request: &Request<Self::Json>,
    ) -> impl Future<Output = Result<Opened<Self::Body, Self::Json>, Error>>;
}

/// Bytes as they come. Whoever drops it ends the request.
pub trait Body {
    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    ///
    /// `network` when the connection is lost, `timeout` when the call's time runs out.
    fn chunk(&mut self) -> impl Future<Output = Result<Option<Vec<u8>>, Error>>;
}

/// What became of a request for a stream.
#[derive(Debug)]
pub enum Opened<B, J> {
    /// It comes.
    Stream(B),
    /// The server's answer, which says why not.
    Refused(Response<J>),
}

/// What a server answered.
#[derive(Clone, Debug)]
pub struct Response<J> {
    /// The HTTP status.
    pub status: u16,
    /// The header `X-Request-Id`.
    pub request_id: Option<String>,
    /// The header `Retry-After`.
    pub retry_after: Option<String>,
    /// The JSON of the body: null when it is empty, its text when it is not JSON, and in JavaScript the
    /// stream itself when one was asked for and the status says that it worked.
    pub body: J,
}
