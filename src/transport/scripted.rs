//! A transport that plays a part: it answers with what it was given, and remembers what it was asked.
//!
//! For tests of the client. It never waits and has no clock: sleeping is written down.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::{Ready, ready};

use super::{Response, Transport};
use crate::api_types::ErrorCode;
use crate::error::Error;
use crate::json::value::Value;
use crate::requests::Request;

/// What the scripted server does when it is asked.
pub type Turn = Result<Response<Value>, Error>;

/// Answers, and what was asked.
#[derive(Debug, Default)]
pub struct Scripted {
    turns: RefCell<VecDeque<Turn>>,
    /// The requests that were sent.
    pub sent: RefCell<Vec<Request<Value>>>,
    /// How long was waited, each time.
    pub slept: RefCell<Vec<u32>>,
    /// What the developer was told.
    pub warnings: RefCell<Vec<String>>,
}

/// One call, which ends with this failure after so many sleeps.
#[derive(Debug, Default)]
pub struct ScriptedCall {
    /// How many, and how; `None` for a call that is left alone.
    pub ends: Option<(usize, Error)>,
}

impl Scripted {
    /// A server that does this, in this order.
    pub fn new(turns: impl IntoIterator<Item = Turn>) -> Self {
        Self {
            turns: RefCell::new(turns.into_iter().collect()),
            ..Self::default()
        }
    }

    /// An answer.
    pub const fn answer(status: u16, body: Value) -> Turn {
        Ok(Response {
            status,
            request_id: None,
            retry_after: None,
            body,
        })
    }
}

#[allow(
    refining_impl_trait,
    reason = "the answers are ready: nothing waits here"
)]
impl Transport for &Scripted {
    type Call = ScriptedCall;
    type Json = Value;

    fn send(&self, _call: &ScriptedCall, request: &Request<Value>) -> Ready<Turn> {
        self.sent.borrow_mut().push(request.clone());
        let silence = || {
            Error::new(
                ErrorCode::Internal,
                "The script has no further answer.".to_owned(),
            )
        };
        ready(
            self.turns
                .borrow_mut()
                .pop_front()
                .unwrap_or_else(|| Err(silence())),
        )
    }

    fn sleep(&self, call: &ScriptedCall, ms: u32) -> Ready<Result<(), Error>> {
        self.slept.borrow_mut().push(ms);
        let slept = self.slept.borrow().len();
        ready(match &call.ends {
            Some((sleeps, failure)) if slept > *sleeps => Err(failure.clone()),
            _ => Ok(()),
        })
    }

    fn chance(&self) -> f64 {
        1.0
    }

    fn warn(&self, _call: &ScriptedCall, text: &str) {
        self.warnings.borrow_mut().push(text.to_owned());
    }
}
