//! Sends over HTTP and TLS, for programs in Rust outside the browser.
//!
//! `reqwest` does the work. Its futures want tokio's runtime.

use std::time::Duration;

use reqwest::{Method as HttpMethod, RequestBuilder, redirect};
use serde_json::Value;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::body::{json, lost, out_of_time};
use super::{Body, Opened, Response, Streaming, Transport};
use crate::account::Account;
use crate::api_types::ErrorCode;
use crate::error::Error;
use crate::requests::{Method, Request};

const CONNECT_LIMIT: Duration = Duration::from_secs(30);

/// The network, for one account.
#[derive(Clone, Debug)]
pub struct Native {
    account: Account,
    http: reqwest::Client,
}

/// When a call ends, done or not; `None` for one that may take as long as it wants.
pub type Deadline = Option<Instant>;

impl Native {
    /// Speaks as this account.
    ///
    /// # Errors
    ///
    /// `internal` when TLS can't be set up.
    pub fn new(account: Account) -> Result<Self, Error> {
        // Another part of the program may have chosen it before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // A redirect would take the key to whoever it names.
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_LIMIT)
            .redirect(redirect::Policy::none())
            .build()
            .map_err(|error| Error::new(ErrorCode::Internal, why(&error)))?;
        Ok(Self { account, http })
    }

    fn request(&self, request: &Request<Value>) -> RequestBuilder {
        let method = match request.method {
            Method::Get => HttpMethod::GET,
            Method::Post => HttpMethod::POST,
            Method::Put => HttpMethod::PUT,
            Method::Patch => HttpMethod::PATCH,
            Method::Delete => HttpMethod::DELETE,
        };
        let mut builder = self.http.request(method, self.account.url(request));
        for (name, value) in self.account.headers(request) {
            builder = builder.header(name, value);
        }
        match &request.body {
            Some(body) => builder.body(body.to_string()),
            None => builder,
        }
    }

    /// Sends a request and gives its answer, whose body is still to come.
    async fn answer(
        &self,
        deadline: Deadline,
        request: &Request<Value>,
    ) -> Result<NativeBody, Error> {
        let base_url = self.account.base_url();
        let sent = within(deadline, self.request(request).send()).await?;
        let answer = sent.map_err(|error| {
            let failure = lost(request.name, base_url, &why(&error));
            self.account.without_key(failure)
        })?;
        Ok(NativeBody {
            answer,
            deadline,
            name: request.name,
            base_url: base_url.to_owned(),
        })
    }
}

impl Transport for Native {
    type Call = Deadline;
    type Json = Value;

    fn begin(&self, limit: Option<Duration>) -> Deadline {
        // A time beyond what clocks count is no limit.
        Instant::now().checked_add(limit?)
    }

    async fn send(
        &self,
        deadline: &Deadline,
        request: &Request<Value>,
    ) -> Result<Response<Value>, Error> {
        self.answer(*deadline, request).await?.response().await
    }

    async fn sleep(&self, deadline: &Deadline, ms: u32) -> Result<(), Error> {
        let until = Instant::now() + Duration::from_millis(ms.into());
        within(*deadline, sleep_until(until)).await
    }

    /// Only spreads retries: the clock's last digits are chance enough.
    fn chance(&self) -> f64 {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let nanoseconds = now.map_or(0, |now| now.subsec_nanos());
        f64::from(nanoseconds % 1000) / 1000.0
    }

    fn warn(&self, _deadline: &Deadline, text: &str) {
        eprintln!("{text}");
    }
}

impl Streaming for Native {
    type Body = NativeBody;

    async fn open(
        &self,
        deadline: &Deadline,
        request: &Request<Value>,
    ) -> Result<Opened<NativeBody, Value>, Error> {
        let body = self.answer(*deadline, request).await?;
        Ok(match body.answer.status().is_success() {
            true => Opened::Stream(body),
            false => Opened::Refused(body.response().await?),
        })
    }
}

/// The body of an answer, as it comes.
#[derive(Debug)]
pub struct NativeBody {
    answer: reqwest::Response,
    deadline: Deadline,
    name: &'static str,
    base_url: String,
}

impl NativeBody {
    async fn response(mut self) -> Result<Response<Value>, Error> {
        let header = |name| {
            let value = self.answer.headers().get(name)?.to_str().ok()?;
            Some(value.to_owned())
        };
        Ok(Response {
            status: self.answer.status().as_u16(),
            request_id: header("x-request-id"),
            retry_after: header("retry-after"),
            body: json(self.name, &mut self).await?,
        })
    }
}

impl Body for NativeBody {
    async fn chunk(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let chunk = within(self.deadline, self.answer.chunk()).await?;
        let chunk = chunk.map_err(|error| lost(self.name, &self.base_url, &why(&error)))?;
        Ok(chunk.map(|bytes| bytes.to_vec()))
    }
}

/// Waits until this is done or its time is over.
async fn within<F: Future>(deadline: Deadline, work: F) -> Result<F::Output, Error> {
    match deadline {
        None => Ok(work.await),
        Some(ends_at) => timeout_at(ends_at, work).await.map_err(|_| out_of_time()),
    }
}

/// What went wrong, down to its first cause. Not the address, whose query is nobody's business.
fn why(error: &reqwest::Error) -> String {
    let mut words = match error.is_timeout() {
        true => "it did not answer in time".to_owned(),
        false => String::new(),
    };
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        if !words.is_empty() {
            words.push_str(": ");
        }
        words.push_str(&inner.to_string());
        cause = inner.source();
    }
    if words.is_empty() {
        words = error.to_string();
    }
    words
}
