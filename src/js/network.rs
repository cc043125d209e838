//! Requests and answers as the runtime's `fetch` has them. The sending itself is JavaScript's.
//!
//! gloo-net holds headers and response. Its `send` and `text` are not used: they panic when what was
//! thrown is not an `Error`. Whatever JavaScript throws here becomes an error with that as its cause.

use gloo_net::http::{Headers, Response as GlooResponse};
use js_sys::JSON;
use wasm_bindgen::prelude::*;
use web_sys::RequestInit;

use super::call::JsCall;
use crate::account::Account;
use crate::api_types::ErrorCode;
use crate::error::Error;
use crate::requests::Request;
use crate::sentence::sentence;
use crate::transport::Response;

/// The network, for one account.
#[derive(Debug)]
pub(super) struct Network {
    account: Account,
    /// The headers of nearly every request, made once.
    with_body: web_sys::Headers,
    without_body: web_sys::Headers,
}

impl Network {
    /// Sends as this account.
    pub(super) fn new(account: Account) -> Self {
        let with_body = headers(account.common_headers(true));
        let without_body = headers(account.common_headers(false));
        Self {
            account,
            with_body,
            without_body,
        }
    }

    pub(super) const fn account(&self) -> &Account {
        &self.account
    }

    /// Puts a request into what `fetch` takes, and gives its address.
    pub(super) fn fill(
        &self,
        init: &RequestInit,
        request: &Request<JsValue>,
    ) -> Result<JsValue, JsValue> {
        init.set_method(request.method.as_str());
        match (
            request.headers.is_empty(),
            request.body.is_some() && !request.is_raw,
        ) {
            (true, true) => init.set_headers(&self.with_body),
            (true, false) => init.set_headers(&self.without_body),
            _ => init.set_headers(&headers(self.account.headers(request))),
        }
        match &request.body {
            Some(body) if request.is_raw => init.set_body(body),
            Some(body) => init.set_body(&JSON::stringify(body)?.into()),
            None => {}
        }
        Ok(self.account.url(request).into())
    }

    /// What a call was answered with, given its body.
    pub(super) fn received(call: &JsCall, body: JsValue) -> Result<Response<JsValue>, JsValue> {
        let response = GlooResponse::from(call.response());
        let mut received = Response {
            status: response.status(),
            request_id: None,
            retry_after: None,
            body,
        };
        if !response.ok() {
            let headers = web_sys::Response::from(response).headers();
            received.request_id = headers.get("x-request-id")?;
            received.retry_after = headers.get("retry-after")?;
        }
        Ok(received)
    }

    /// The same, with words for what was thrown.
    pub(super) fn told(
        &self,
        call: &JsCall,
        request: &Request<JsValue>,
        outcome: Result<Response<JsValue>, JsValue>,
    ) -> Result<Response<JsValue>, Error> {
        outcome.map_err(|thrown| {
            let words = call.caught(&thrown);
            ended(call).unwrap_or_else(|| {
                let message = [
                    request.name,
                    ": ",
                    self.account.base_url(),
                    " could not be reached: ",
                    &words,
                ];
                Error::new(ErrorCode::Network, sentence(&message))
            })
        })
    }
}

/// Headers as JavaScript has them. [`Account`] has made sure that none is refused.
fn headers<'a>(pairs: impl Iterator<Item = (&'static str, &'a str)>) -> web_sys::Headers {
    let headers = Headers::new();
    for (name, value) in pairs {
        headers.set(name, value);
    }
    headers.into_raw()
}

/// The failure of a call that its deadline or its signal ended.
fn ended(call: &JsCall) -> Option<Error> {
    let (code, message) = match call.ended() {
        0 => return None,
        1 => (
            ErrorCode::Timeout,
            "The time for this call ran out (`timeoutMs`).",
        ),
        _ => (ErrorCode::Aborted, "The call was ended by its `signal`."),
    };
    Some(Error::new(code, message.to_owned()))
}
