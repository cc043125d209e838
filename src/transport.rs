//! What the client needs of the world: to send a request, to wait, to draw a number, to warn.
//!
//! The only way out. `fetch` does it in JavaScript's runtimes; `scripted` plays a part for tests.

use crate::error::Error;
use crate::json::Json;
use crate::requests::Request;

#[cfg(not(target_arch = "wasm32"))]
pub mod scripted;

/// The world as one client sees it.
pub trait Transport {
    /// One call of the user's, with its deadline and its signal.
    type Call;
    /// JSON as it lives there.
    type Json: Json;

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

/// What a server answered.
#[derive(Clone, Debug)]
pub struct Response<J> {
    /// The HTTP status.
    pub status: u16,
    /// The header `X-Request-Id`.
    pub request_id: Option<String>,
    /// The header `Retry-After`.
    pub retry_after: Option<String>,
    /// The JSON of the body: null when it is empty, its text when it is not JSON, and the stream itself
    /// when one was asked for and the status says that it worked.
    pub body: J,
}
