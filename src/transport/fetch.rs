//! Sends through the runtime's own `fetch`.
//!
//! gloo-net holds headers and response. Its `send`, `text` and `build` are not used: the first two panic
//! when what was thrown is not an `Error`, the last makes three objects of each address. Whatever
//! JavaScript throws here becomes an error with that as its cause.

use gloo_net::http::{Headers, Response as GlooResponse};
use js_sys::{JSON, JsString, Math};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::RequestInit;

use super::{Response, Transport};
use crate::account::Account;
use crate::api_types::ErrorCode;
use crate::error::Error;
use crate::js::call::JsCall;
use crate::js::json::parse;
use crate::requests::{Answer, Request};
use crate::sentence::sentence;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch)]
    fn fetch(url: &str, init: &RequestInit) -> Result<js_sys::Promise, JsValue>;
}

/// How much of a page that is no JSON is read for its words.
const LONGEST_PAGE: u32 = 4000;

/// The network, for one account.
#[derive(Debug)]
pub struct Fetch {
    account: Account,
    /// The headers of nearly every request, made once.
    with_body: web_sys::Headers,
    without_body: web_sys::Headers,
}

impl Fetch {
    /// Sends as this account.
    pub fn new(account: Account) -> Self {
        let with_body = headers(account.common_headers(true));
        let without_body = headers(account.common_headers(false));
        Self {
            account,
            with_body,
            without_body,
        }
    }

    fn start(&self, call: &JsCall, request: &Request<JsValue>) -> Result<js_sys::Promise, JsValue> {
        let init = RequestInit::new();
        init.set_method(request.method.as_str());
        match (
            request.headers.is_empty(),
            request.body.is_some() && !request.is_raw,
        ) {
            (true, true) => init.set_headers(&self.with_body),
            (true, false) => init.set_headers(&self.without_body),
            _ => init.set_headers(&headers(self.account.headers(request))),
        }
        if let Some(signal) = call.signal() {
            init.set_signal(Some(&signal));
        }
        match &request.body {
            Some(body) if request.is_raw => {
                init.set_body(body);
                // Runtimes want it said when a body is a stream.
                js_sys::Reflect::set(&init, &"duplex".into(), &"half".into())?;
            }
            Some(body) => init.set_body(&JSON::stringify(body)?.into()),
            None => {}
        }
        fetch(&self.account.url(request), &init)
    }

    async fn exchange(
        &self,
        call: &JsCall,
        request: &Request<JsValue>,
    ) -> Result<Response<JsValue>, JsValue> {
        let answered = JsFuture::from(self.start(call, request)?).await?;
        if !answered.is_object() {
            return Err(JsValue::from_str("fetch gave no response"));
        }
        let response = GlooResponse::from(answered.unchecked_into::<web_sys::Response>());
        let (status, ok) = (response.status(), response.ok());
        let (mut request_id, mut retry_after) = (None, None);
        if ok && request.answer == Answer::Stream {
            let body = response.body().into();
            return Ok(Response {
                status,
                request_id,
                retry_after,
                body,
            });
        }
        let raw = web_sys::Response::from(response);
        if !ok {
            let headers = raw.headers();
            request_id = headers.get("x-request-id")?;
            retry_after = headers.get("retry-after")?;
        }
        let text: JsString = JsFuture::from(raw.text()?).await?.unchecked_into();
        let body = match text.length() {
            0 => JsValue::NULL,
            _ => parse(&text).unwrap_or_else(|_| text.slice(0, LONGEST_PAGE).into()),
        };
        Ok(Response {
            status,
            request_id,
            retry_after,
            body,
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

impl Transport for Fetch {
    type Call = JsCall;
    type Json = JsValue;

    async fn send(
        &self,
        call: &JsCall,
        request: &Request<JsValue>,
    ) -> Result<Response<JsValue>, Error> {
        let sent = self.exchange(call, request).await;
        sent.map_err(|thrown| {
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

    async fn sleep(&self, call: &JsCall, ms: u32) -> Result<(), Error> {
        // How it settles does not matter: the call knows whether it has ended.
        let _ = JsFuture::from(call.sleep(ms)).await;
        ended(call).map_or(Ok(()), Err)
    }

    fn chance(&self) -> f64 {
        Math::random()
    }

    fn warn(&self, call: &JsCall, text: &str) {
        call.warn(text);
    }
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
