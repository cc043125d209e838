//! The one place that sends: it tries again where that is safe, and waits for what the server is still
//! making.
//!
//! [`Exchange`] decides, without doing anything; [`Client::call`] does what it decides, through a
//! [`Transport`].
//!
//! ```text
//!          ┌────────── a passing failure: sleep ──────────┐
//!          ▼                                              │
//!        send ── answered ── not ready yet: sleep, look ──┤
//!          │         │                                    │
//!          │         └── ready, or nothing to wait for: done
//!          └── any other failure: failed
//! ```

use crate::error::Error;
use crate::json::Json;
use crate::requests::{Answer, Method, Request, Route, build, route, unexpected, unknown_options};
use crate::retry;
use crate::sentence::sentence;
use crate::transport::{Opened, Response, Streaming, Transport};
use crate::waiting::next_delay_ms;

/// Calls of one account at one service.
#[derive(Debug)]
pub struct Client<T> {
    transport: T,
}

impl<T: Transport> Client<T> {
    /// A client that speaks through this transport.
    pub const fn new(transport: T) -> Self {
        Self { transport }
    }

    /// What it speaks through.
    pub const fn transport(&self) -> &T {
        &self.transport
    }

    /// Does one call: the row of this name, with these arguments.
    ///
    /// # Errors
    ///
    /// Each row of [`crate::api_types::ErrorCode`] but the one about loading WebAssembly.
    pub async fn call(
        &self,
        call: &T::Call,
        name: &str,
        arguments: &T::Json,
    ) -> Result<T::Json, Error> {
        let (route, request) = self.request(call, name, arguments)?;
        let mut outcome = self.transport.send(call, &request).await;
        let mut exchange = Exchange::new(route, request, arguments.get("id"));
        loop {
            match exchange.next(outcome, &|| self.transport.chance())? {
                Step::Done(answer) => return Ok(answer),
                Step::Again(ms) => {
                    let slept = self.transport.sleep(call, ms).await;
                    slept.map_err(|ended| exchange.failed(ended))?;
                }
            }
            outcome = self.transport.send(call, &exchange.request).await;
        }
    }

    /// Begins a call that answers with a stream. The name and the arguments are those of [`Self::call`].
    ///
    /// # Errors
    ///
    /// As [`Self::call`].
    pub async fn open(
        &self,
        call: &T::Call,
        name: &str,
        arguments: &T::Json,
    ) -> Result<T::Body, Error>
    where
        T: Streaming,
    {
        let (route, request) = self.request(call, name, arguments)?;
        let mut exchange = Exchange::new(route, request, T::Json::null());
        loop {
            let outcome = match self.transport.open(call, &exchange.request).await {
                Ok(Opened::Stream(body)) => return Ok(body),
                Ok(Opened::Refused(response)) => Ok(response),
                Err(failure) => Err(failure),
            };
            match exchange.next(outcome, &|| self.transport.chance())? {
                Step::Done(_) => return Err(unexpected(name)),
                Step::Again(ms) => self.transport.sleep(call, ms).await?,
            }
        }
    }

    /// The row of this name, and the request that it makes of these arguments.
    fn request(
        &self,
        call: &T::Call,
        name: &str,
        arguments: &T::Json,
    ) -> Result<(&'static Route, Request<T::Json>), Error> {
        let route = find(name)?;
        for option in unknown_options(route, arguments) {
            let text = [
                name,
                ": there is no option `",
                &option,
                "`; it was ignored.",
            ];
            self.transport.warn(call, &sentence(&text));
        }
        Ok((route, build(route, arguments)?))
    }
}

/// The answer in a body that needs nothing more: it is as promised, and there is nothing to wait for.
#[cfg(all(feature = "npm", target_arch = "wasm32"))]
pub(crate) fn settled<J: Json>(route: &Route, body: J) -> Option<J> {
    let answer = route.answer.find(body)?;
    let is_over = |wait: &crate::waiting::Wait| wait.is_over(&answer, "") == Ok(true);
    route.wait.is_none_or(is_over).then_some(answer)
}

/// One call in progress: what to send next, and what an outcome means.
#[derive(Debug)]
pub(crate) struct Exchange<J> {
    route: &'static Route,
    pub(crate) request: Request<J>,
    /// Id of the box that the call is about, if it is about one.
    box_id: J,
    /// How often this request was sent.
    tried: u32,
    /// Id of what was made and is waited for.
    made: Option<String>,
    /// How long the last wait for it was.
    waited_ms: u32,
}

/// What to do after an outcome.
#[derive(Debug)]
pub(crate) enum Step<J> {
    /// It is over.
    Done(J),
    /// Sleep, then send the request.
    Again(u32),
}

impl<J: Json> Exchange<J> {
    /// A request that was sent, about the box of this id.
    pub(crate) const fn new(route: &'static Route, request: Request<J>, box_id: J) -> Self {
        Self {
            route,
            request,
            box_id,
            tried: 0,
            made: None,
            waited_ms: 0,
        }
    }

    pub(crate) fn next(
        &mut self,
        outcome: Result<Response<J>, Error>,
        chance: &dyn Fn() -> f64,
    ) -> Result<Step<J>, Error> {
        self.tried += 1;
        let response = match outcome {
            Ok(response) if (200..300).contains(&response.status) => response,
            Ok(response) => return self.refused(refusal(&response, self.request.name), chance),
            Err(failure) => return self.refused(failure, chance),
        };
        let name = self.request.name;
        let Some(answer) = self.request.answer.find(response.body) else {
            let mut failure = unexpected(name);
            failure.status = Some(response.status);
            failure.request_id = response.request_id;
            return Err(self.failed(failure));
        };
        let Some(wait) = self.route.wait else {
            return Ok(Step::Done(answer));
        };
        let id = match &self.made {
            Some(id) => id.clone(),
            None => answer.get("id").text().unwrap_or_default(),
        };
        let answer = wait.find(&answer, &id);
        if wait.is_over(&answer, &id)? {
            return Ok(Step::Done(answer));
        }
        let mut looked_at = J::object();
        looked_at.set(
            "id",
            &if wait.by_own_id {
                J::from_text(&id)
            } else {
                self.box_id.clone()
            },
        );
        self.made = Some(id);
        self.request = build(find(wait.look)?, &looked_at)?;
        self.tried = 0;
        self.waited_ms = next_delay_ms(self.waited_ms);
        Ok(Step::Again(self.waited_ms))
    }

    /// After a failure: another try, or the end.
    fn refused(&self, failure: Error, chance: &dyn Fn() -> f64) -> Result<Step<J>, Error> {
        let request = &self.request;
        // An earlier try may have removed it before its answer was lost.
        if self.tried > 1
            && failure.status == Some(404)
            && request.method == Method::Delete
            && request.answer == Answer::Nothing
        {
            return Ok(Step::Done(J::null()));
        }
        match retry::delay_ms(request.repeatable, self.tried, &failure, chance) {
            Some(ms) => Ok(Step::Again(ms)),
            None => Err(self.failed(failure)),
        }
    }

    /// The failure, with what it leaves behind.
    fn failed(&self, failure: Error) -> Error {
        match &self.made {
            Some(id) => failure.leaving(id),
            None => failure,
        }
    }
}

fn find(name: &str) -> Result<&'static Route, Error> {
    route(name).ok_or_else(|| Error::invalid(&["There is no call `", name, "`."]))
}

/// The failure in an answer that does not say it worked.
fn refusal<J: Json>(response: &Response<J>, name: &str) -> Error {
    let mut error = Error::from_answer(response.status, &response.body, name);
    error.request_id.clone_from(&response.request_id);
    error.retry_after_ms = response
        .retry_after
        .as_deref()
        .and_then(retry::retry_after_ms);
    error
}
