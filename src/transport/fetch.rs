//! Sends by the `fetch` of the runtime, for programs in Rust that are compiled for wasm32: workers, pages.
//!
//! Its futures belong to the thread that made them, as all that is JavaScript's does.

use std::time::Duration;

use gloo_net::http::Headers;
use js_sys::{Function, Math, Promise, Reflect, Uint8Array};
use serde_json::Value;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, RequestInit, RequestRedirect, Response as FetchResponse};

use super::body::{json, lost, out_of_time};
use super::{Body, Opened, Response, Streaming, Transport};
use crate::account::Account;
use crate::error::Error;
use crate::requests::Request;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = fetch)]
    fn js_fetch(url: &str, init: &RequestInit) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(done: &Function, ms: u32) -> JsValue;
    #[wasm_bindgen(js_namespace = console, js_name = warn)]
    fn console_warn(text: &str);

    #[derive(Debug)]
    type Reader;
    #[wasm_bindgen(method, catch)]
    fn read(this: &Reader) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn cancel(this: &Reader) -> Result<Promise, JsValue>;
}

/// The network, for one account.
#[derive(Clone, Debug)]
pub struct Fetch {
    account: Account,
}

/// What ends a call, done or not; `None` for one that may take as long as it wants.
pub type Deadline = Option<AbortSignal>;

impl Fetch {
    /// Speaks as this account.
    pub const fn new(account: Account) -> Self {
        Self { account }
    }

    /// Sends a request and gives its answer, whose body is still to come.
    async fn answer(
        &self,
        deadline: &Deadline,
        request: &Request<Value>,
    ) -> Result<FetchBody, Error> {
        let failed = |thrown| self.failed(deadline, request.name, thrown);
        let init = RequestInit::new();
        init.set_method(request.method.as_str());
        let headers = Headers::new();
        for (name, value) in self.account.headers(request) {
            headers.set(name, value);
        }
        init.set_headers(&headers.into_raw());
        // A redirect would take the key to whoever it names.
        init.set_redirect(RequestRedirect::Manual);
        init.set_signal(deadline.as_ref());
        if let Some(body) = &request.body {
            init.set_body(&body.to_string().into());
        }
        let sent = js_fetch(&self.account.url(request), &init).map_err(failed)?;
        let answer = JsFuture::from(sent).await.map_err(failed)?;
        let answer: FetchResponse = answer.dyn_into().map_err(failed)?;
        let reader = answer
            .body()
            .map(|stream| stream.get_reader().unchecked_into());
        Ok(FetchBody {
            answer,
            reader,
            deadline: deadline.clone(),
            name: request.name,
            network: self.clone(),
        })
    }

    /// What was thrown, in words.
    fn failed(&self, deadline: &Deadline, name: &str, thrown: JsValue) -> Error {
        if is_over(deadline) {
            return out_of_time();
        }
        let message = Reflect::get(&thrown, &"message".into()).ok();
        let words = message.and_then(|message| message.as_string());
        let words = words.or_else(|| thrown.as_string()).unwrap_or_default();
        let failure = lost(name, self.account.base_url(), &words);
        self.account.without_key(failure)
    }
}

impl Transport for Fetch {
    type Call = Deadline;
    type Json = Value;

    fn begin(&self, limit: Option<Duration>) -> Deadline {
        // A time beyond what timers count is no limit.
        let ms = limit?.as_millis().try_into().ok()?;
        Some(AbortSignal::timeout_with_u32(ms))
    }

    async fn send(
        &self,
        deadline: &Deadline,
        request: &Request<Value>,
    ) -> Result<Response<Value>, Error> {
        self.answer(deadline, request).await?.response().await
    }

    async fn sleep(&self, deadline: &Deadline, ms: u32) -> Result<(), Error> {
        let slept = Promise::new(&mut |done, _| {
            set_timeout(&done, ms);
            if let Some(signal) = deadline {
                // It can't fail: the signal is one of our own.
                let _ = signal.add_event_listener_with_callback("abort", &done);
            }
        });
        // It is never rejected.
        let _ = JsFuture::from(slept).await;
        match is_over(deadline) {
            true => Err(out_of_time()),
            false => Ok(()),
        }
    }

    fn chance(&self) -> f64 {
        Math::random()
    }

    fn warn(&self, _deadline: &Deadline, text: &str) {
        console_warn(text);
    }
}

impl Streaming for Fetch {
    type Body = FetchBody;

    async fn open(
        &self,
        deadline: &Deadline,
        request: &Request<Value>,
    ) -> Result<Opened<FetchBody, Value>, Error> {
        let body = self.answer(deadline, request).await?;
        Ok(match body.answer.ok() {
            true => Opened::Stream(body),
            false => Opened::Refused(body.response().await?),
        })
    }
}

/// The body of an answer, as it comes.
#[derive(Debug)]
pub struct FetchBody {
    answer: FetchResponse,
    /// `None` for an answer without a body, and behind the end of one.
    reader: Option<Reader>,
    deadline: Deadline,
    name: &'static str,
    network: Fetch,
}

impl FetchBody {
    async fn response(mut self) -> Result<Response<Value>, Error> {
        let headers = self.answer.headers();
        Ok(Response {
            status: self.answer.status(),
            request_id: headers.get("x-request-id").ok().flatten(),
            retry_after: headers.get("retry-after").ok().flatten(),
            body: json(self.name, &mut self).await?,
        })
    }

    async fn next(&self, reader: &Reader) -> Result<Option<Vec<u8>>, JsValue> {
        let read = JsFuture::from(reader.read()?).await?;
        if Reflect::get(&read, &"done".into())?.is_truthy() {
            return Ok(None);
        }
        let value: Uint8Array = Reflect::get(&read, &"value".into())?.dyn_into()?;
        Ok(Some(value.to_vec()))
    }
}

impl Body for FetchBody {
    async fn chunk(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let Some(reader) = &self.reader else {
            return Ok(None);
        };
        let read = self.next(reader).await;
        if !matches!(read, Ok(Some(_))) {
            self.reader = None;
        }
        read.map_err(|thrown| self.network.failed(&self.deadline, self.name, thrown))
    }
}

impl Drop for FetchBody {
    /// Ends the request of a stream that is not read to its end.
    fn drop(&mut self) {
        if let Some(Ok(cancelled)) = self.reader.as_ref().map(Reader::cancel) {
            // How it ended is nobody's business any more, and no runtime shall report it as unhandled.
            wasm_bindgen_futures::spawn_local(async {
                let _ = JsFuture::from(cancelled).await;
            });
        }
    }
}

fn is_over(deadline: &Deadline) -> bool {
    deadline.as_ref().is_some_and(AbortSignal::aborted)
}
