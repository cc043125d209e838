//! A transport that plays a part: it answers with what it was given, and remembers what it was asked.
//!
//! For tests of the client. It never waits and has no clock: sleeping is written down.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::{Ready, ready};
use std::time::Duration;

use super::{Response, Transport};
use crate::api_types::ErrorCode;
use crate::error::Error;
use crate::json::Json;
use crate::json::value::Value;
use crate::requests::Request;

/// What the scripted server does when it is asked.
pub type Turn<J = Value> = Result<Response<J>, Error>;

/// Answers, and what was asked.
#[derive(Debug)]
pub struct Scripted<J = Value> {
    turns: RefCell<VecDeque<Turn<J>>>,
    /// The requests that were sent.
    pub sent: RefCell<Vec<Request<J>>>,
    /// How long was waited, each time.
    pub slept: RefCell<Vec<u32>>,
    /// What the developer was told.
    pub warnings: RefCell<Vec<String>>,
}

/// One call, which ends with this failure after so many sleeps.
#[derive(Clone, Debug, Default)]
pub struct ScriptedCall {
    /// How many, and how; `None` for a call that is left alone.
    pub ends: Option<(usize, Error)>,
}

impl<J> Scripted<J> {
    /// A server that does this, in this order.
    pub fn new(turns: impl IntoIterator<Item = Turn<J>>) -> Self {
        Self {
            turns: RefCell::new(turns.into_iter().collect()),
            sent: RefCell::default(),
            slept: RefCell::default(),
            warnings: RefCell::default(),
        }
    }

    /// An answer.
    pub const fn answer(status: u16, body: J) -> Turn<J> {
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
impl<J: Json> Transport for &Scripted<J> {
    type Call = ScriptedCall;
    type Json = J;

    fn begin(&self, _limit: Option<Duration>) -> ScriptedCall {
        ScriptedCall::default()
    }

    fn send(&self, _call: &ScriptedCall, request: &Request<J>) -> Ready<Turn<J>> {
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
