//! Sends through the runtime's own `fetch`.
//!
//! gloo-net holds headers and response. Its `send`, `text` and `build` are not used: the first two panic
//! when what was thrown is not an `Error`, the last makes three objects of each address. Whatever
//! JavaScript throws here becomes an error with that as its cause.

use std::cell::RefCell;

use gloo_net::http::{Headers, Response as GlooResponse};
use js_sys::{JSON, JsString, Math, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStream, RequestInit};

use super::{Body, Response, Transport};
use crate::account::Account;
use crate::api_types::ErrorCode;
use crate::error::Error;
use crate::js::call::JsCall;
use crate::js::convert::{from_js, parse_json, to_js};
use crate::requests::{Answer, Request};
use crate::value::Value;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch)]
    fn fetch(url: &str, init: &RequestInit) -> Result<js_sys::Promise, JsValue>;
}

/// How much of a page that is no JSON is read for its words.
const LONGEST_PAGE: u32 = 4000;

thread_local! {
    /// What the developer was told, so that it is said once.
    static WARNED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// The network, for one account.
#[derive(Debug)]
pub struct Fetch {
    account: Account,
}

impl Fetch {
    /// Sends as this account.
    pub const fn new(account: Account) -> Self {
        Self { account }
    }

    fn init(
        &self,
        call: &JsCall,
        request: &Request,
        payload: Option<&JsValue>,
    ) -> Result<RequestInit, JsValue> {
        let init = RequestInit::new();
        init.set_method(request.method.as_str());
        let headers = Headers::new();
        for (name, value) in self.account.headers(request) {
            headers.set(name, value);
        }
        init.set_headers(&headers.into_raw());
        init.set_signal(Some(&call.signal()));
        if let Some(body) = &request.body {
            let body = to_js(body);
            if let (Some(member), Some(payload)) = (request.payload, payload) {
                Reflect::set(&body, &member.into(), payload)?;
            }
            init.set_body(&JSON::stringify(&body)?.into());
        }
        Ok(init)
    }

    async fn exchange(
        &self,
        call: &JsCall,
        request: &Request,
        payload: Option<&JsValue>,
    ) -> Result<Response<JsValue, ReadableStream>, JsValue> {
        let init = self.init(call, request, payload)?;
        let answered = JsFuture::from(fetch(&self.account.url(request), &init)?).await?;
        if !answered.is_object() {
            return Err(JsValue::from_str("fetch gave no response"));
        }
        let raw: web_sys::Response = answered.unchecked_into();
        let headers = raw.headers();
        let request_id = headers.get("x-request-id")?;
        let retry_after = headers.get("retry-after")?;
        let response = GlooResponse::from(raw);
        let status = response.status();
        let ok = response.ok();
        let body = match (request.answer, response.body()) {
            (Answer::Stream, Some(stream)) if ok => Body::Stream(stream),
            (answer, _) => read(
                answer,
                ok,
                JsFuture::from(web_sys::Response::from(response).text()?).await?,
            ),
        };
        Ok(Response {
            status,
            request_id,
            retry_after,
            body,
        })
    }
}

impl Transport for Fetch {
    type Call = JsCall;
    type Payload = JsValue;
    type Stream = ReadableStream;

    async fn send(
        &self,
        call: &JsCall,
        request: &Request,
        payload: Option<&JsValue>,
    ) -> Result<Response<JsValue, ReadableStream>, Error> {
        let sent = self.exchange(call, request, payload).await;
        sent.map_err(|thrown| {
            let words = call.caught(&thrown);
            ended(call).unwrap_or_else(|| {
                let host = self.account.base_url();
                Error::new(
                    ErrorCode::Network,
                    format!("{}: {host} could not be reached: {words}", request.name),
                )
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

    fn warn(&self, text: &str) {
        WARNED.with_borrow_mut(|warned| {
            if !warned.iter().any(|said| said == text) {
                warned.push(text.to_owned());
                web_sys::console::warn_1(&text.into());
            }
        });
    }
}

/// The failure of a call that its deadline or its signal ended.
fn ended(call: &JsCall) -> Option<Error> {
    match call.ended()?.as_str() {
        "timeout" => Some(Error::new(
            ErrorCode::Timeout,
            "The time for this call ran out (`timeoutMs`).",
        )),
        _ => Some(Error::new(
            ErrorCode::Aborted,
            "The call was ended by its `signal`.",
        )),
    }
}

/// What the text of an answer holds.
fn read(answer: Answer, ok: bool, text: JsValue) -> Body<JsValue, ReadableStream> {
    let text: JsString = text.unchecked_into();
    if text.length() == 0 {
        return Body::Json(Value::Null);
    }
    let Ok(json) = parse_json(&text) else {
        return Body::Json(Value::Text(text.slice(0, LONGEST_PAGE).into()));
    };
    if let (Answer::Payload(member), true) = (answer, ok) {
        return match Reflect::get(&json, &member.into()) {
            Ok(content) if content.is_string() => Body::Payload(content),
            _ => Body::Json(Value::Null),
        };
    }
    Body::Json(from_js(&json).unwrap_or_default())
}
