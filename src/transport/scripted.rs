//! A transport that plays a part: it answers with what it was given, and remembers what it was asked.
//!
//! For tests of the client. It never waits and has no clock: sleeping is written down.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::{Ready, ready};

use super::{Body, Response, Transport};
use crate::error::Error;
use crate::requests::Request;
use crate::value::Value;

/// What the scripted server does when it is asked.
pub type Turn = Result<Response<String, Vec<u8>>, Error>;

/// Answers, and what was asked.
#[derive(Debug, Default)]
pub struct Scripted {
    turns: RefCell<VecDeque<Turn>>,
    /// The requests that were sent, with what was handed over aside.
    pub sent: RefCell<Vec<(Request, Option<String>)>>,
    /// How long was waited, each time.
    pub slept: RefCell<Vec<u32>>,
    /// What the developer was told.
    pub warnings: RefCell<Vec<String>>,
}

/// One call, which the test may end beforehand.
#[derive(Debug, Default)]
pub struct ScriptedCall {
    /// The failure of every wait after this many.
    pub ends_after_sleeps: Option<(usize, Error)>,
}

impl Scripted {
    /// A server that does this, in this order.
    pub fn new(turns: impl IntoIterator<Item = Turn>) -> Self {
        Self {
            turns: RefCell::new(turns.into_iter().collect()),
            ..Self::default()
        }
    }

    /// An answer with a JSON body.
    pub const fn json(status: u16, body: Value) -> Turn {
        Ok(Response {
            status,
            request_id: None,
            retry_after: None,
            body: Body::Json(body),
        })
    }
}

#[allow(
    refining_impl_trait,
    reason = "the answers are ready: nothing waits here"
)]
impl Transport for &Scripted {
    type Call = ScriptedCall;
    type Payload = String;
    type Stream = Vec<u8>;

    fn send(
        &self,
        _call: &ScriptedCall,
        request: &Request,
        payload: Option<&String>,
    ) -> Ready<Turn> {
        self.sent
            .borrow_mut()
            .push((request.clone(), payload.cloned()));
        let silence = Error::new(
            crate::api_types::ErrorCode::Internal,
            "The script has no further answer.",
        );
        ready(self.turns.borrow_mut().pop_front().unwrap_or(Err(silence)))
    }

    fn sleep(&self, call: &ScriptedCall, ms: u32) -> Ready<Result<(), Error>> {
        self.slept.borrow_mut().push(ms);
        let slept = self.slept.borrow().len();
        ready(match &call.ends_after_sleeps {
            Some((sleeps, failure)) if slept > *sleeps => Err(failure.clone()),
            _ => Ok(()),
        })
    }

    fn chance(&self) -> f64 {
        1.0
    }

    fn warn(&self, text: &str) {
        self.warnings.borrow_mut().push(text.to_owned());
    }
}
