//! The one place that sends: it joins base URL, key and request, tries again where that is safe, and
//! waits for what the server is still making.
//!
//! It does no I/O itself: a [`Transport`] does.

use crate::error::Error;
use crate::requests::{Answer, Request, Route, build, route, unknown_options};
use crate::retry;
use crate::transport::{Body, Response, Transport};
use crate::value::Value;
use crate::waiting::{Verdict, Wait, next_delay_ms};

/// Calls of one account at one service.
#[derive(Debug)]
pub struct Client<T> {
    transport: T,
}

/// What a call gives back.
type Given<T> = Body<<T as Transport>::Payload, <T as Transport>::Stream>;

impl<T: Transport> Client<T> {
    /// A client that speaks through this transport.
    pub const fn new(transport: T) -> Self {
        Self { transport }
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
        arguments: &Value,
        payload: Option<&T::Payload>,
    ) -> Result<Given<T>, Error> {
        let route =
            route(name).ok_or_else(|| Error::invalid(format!("There is no call `{name}`.")))?;
        for option in unknown_options(route, arguments) {
            self.transport.warn(&format!(
                "{name}: there is no option `{option}`; it was ignored."
            ));
        }
        let answer = self.ask(call, route, arguments, payload).await?;
        match (route.wait, answer) {
            (Some(wait), Body::Json(answer)) => self
                .wait(call, wait, answer, arguments)
                .await
                .map(Body::Json),
            (_, answer) => Ok(answer),
        }
    }

    /// Sends the request of one row and reads its answer.
    async fn ask(
        &self,
        call: &T::Call,
        route: &Route,
        arguments: &Value,
        payload: Option<&T::Payload>,
    ) -> Result<Given<T>, Error> {
        let request = build(route, arguments)?;
        let (body, request_id) = self.send(call, &request, payload).await?;
        match (request.answer, body) {
            (Answer::Payload(_) | Answer::Stream, Body::Json(_)) => {
                Err(crate::requests::unexpected(route.name))
            }
            (answer, Body::Json(body)) => answer.read(body, route.name).map(Body::Json),
            (_, body) => Ok(body),
        }
        .map_err(|error| Error {
            request_id,
            ..error
        })
    }

    /// Sends one request until it works, can't work, or is not worth another try.
    async fn send(
        &self,
        call: &T::Call,
        request: &Request,
        payload: Option<&T::Payload>,
    ) -> Result<(Given<T>, Option<String>), Error> {
        let mut tried = 0;
        loop {
            let outcome = match self.transport.send(call, request, payload).await {
                Ok(response) => opened(response, request.name),
                Err(failure) => Err(failure),
            };
            tried += 1;
            let failure = match outcome {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            // An earlier try may have removed it before its answer was lost.
            if tried > 1
                && request.answer == Answer::Nothing
                && failure.status == Some(404)
                && request.repeatable
            {
                return Ok((Body::Json(Value::Null), failure.request_id));
            }
            match retry::delay_ms(request.repeatable, tried, &failure, self.transport.chance()) {
                Some(ms) => self.transport.sleep(call, ms).await?,
                None => return Err(failure),
            }
        }
    }

    /// Looks at what was made until it can be used.
    async fn wait(
        &self,
        call: &T::Call,
        wait: &Wait,
        made: Value,
        arguments: &Value,
    ) -> Result<Value, Error> {
        let id = made.text("id").unwrap_or_default().to_owned();
        let box_id = if wait.noun == "box" {
            Some(id.as_str())
        } else {
            arguments.text("id")
        };
        let look = Value::object([("id", box_id.map_or(Value::Null, Value::from))]);
        let mut answer = made;
        let mut delay = None;
        while wait.judge(&answer)? == Verdict::Pending {
            let ms = next_delay_ms(delay);
            delay = Some(ms);
            answer = match self.look(call, wait, &look, ms).await {
                Ok(looked) => wait.find(looked, &id),
                Err(failure) => return Err(failure.leaving(&id)),
            };
        }
        Ok(answer)
    }

    /// Waits a little and looks once.
    async fn look(
        &self,
        call: &T::Call,
        wait: &Wait,
        look: &Value,
        ms: u32,
    ) -> Result<Value, Error> {
        self.transport.sleep(call, ms).await?;
        let route = route(wait.look).ok_or_else(|| Error::invalid(wait.look))?;
        match self.ask(call, route, look, None).await? {
            Body::Json(answer) => Ok(answer),
            Body::Payload(_) | Body::Stream(_) => Err(crate::requests::unexpected(wait.look)),
        }
    }
}

/// The body of an answer that says it worked, with the request's id.
fn opened<P, S>(
    response: Response<P, S>,
    name: &str,
) -> Result<(Body<P, S>, Option<String>), Error> {
    if (200..300).contains(&response.status) {
        return Ok((response.body, response.request_id));
    }
    let body = match response.body {
        Body::Json(body) => body,
        Body::Payload(_) | Body::Stream(_) => Value::Null,
    };
    let mut error = Error::from_answer(response.status, &body, name);
    error.request_id = response.request_id;
    error.retry_after_ms = response
        .retry_after
        .as_deref()
        .and_then(retry::retry_after_ms);
    Err(error)
}
