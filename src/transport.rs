//! What the client needs of the world: to send a request, to wait, to draw a number, to warn.
//!
//! The only way out. `fetch` does it in JavaScript's runtimes; `scripted` plays a part for tests.

use crate::error::Error;
use crate::requests::Request;
use crate::value::Value;

#[cfg(target_arch = "wasm32")]
pub mod fetch;
#[cfg(not(target_arch = "wasm32"))]
pub mod scripted;

/// The world as one client sees it.
pub trait Transport {
    /// One call of the user's, with its deadline and its signal.
    type Call;
    /// Text or bytes that only JavaScript holds.
    type Payload;
    /// A body that is read bit by bit.
    type Stream;

    /// Sends one request, once.
    fn send(
        &self,
        call: &Self::Call,
        request: &Request,
        payload: Option<&Self::Payload>,
    ) -> impl Future<Output = Result<Response<Self::Payload, Self::Stream>, Error>>;

    /// Waits, unless the call ends first.
    fn sleep(&self, call: &Self::Call, ms: u32) -> impl Future<Output = Result<(), Error>>;

    /// A number from 0 to 1.
    fn chance(&self) -> f64;

    /// Tells the developer, once for each text.
    fn warn(&self, text: &str);
}

/// What a server answered.
#[derive(Debug)]
pub struct Response<P, S> {
    /// The HTTP status.
    pub status: u16,
    /// The header `X-Request-Id`.
    pub request_id: Option<String>,
    /// The header `Retry-After`.
    pub retry_after: Option<String>,
    /// The body.
    pub body: Body<P, S>,
}

/// The body of an answer, as far as it is read.
#[derive(Debug)]
pub enum Body<P, S> {
    /// JSON. A body that is not JSON is text, an empty one is null.
    Json(Value),
    /// The one member that was asked for, when the status says that it worked.
    Payload(P),
    /// A stream, when one was asked for and the status says that it worked.
    Stream(S),
}
