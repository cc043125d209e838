//! Boxes for programs in Rust: typed answers over any [`Transport`].
//!
//! `Service::connect` is there with the feature `native`, over HTTP and TLS, and on wasm32 with the feature
//! `typed`, over the `fetch` of a worker or a page.
//!
//! ```
//! use serde_json::json;
//! use upstash_box_wasm::service::Service;
//! # use upstash_box_wasm::transport::scripted::Scripted;
//! # let answer = Scripted::answer;
//! # let script = Scripted::new([
//! #     answer(201, json!({ "id": "calm-otter-1", "status": "idle" })),
//! #     answer(200, json!({ "exit_code": 0, "output": "42\n" })),
//! #     answer(201, json!({ "id": "snap_1", "name": "tested", "box_id": "calm-otter-1", "size_bytes": 9, "status": "ready", "created_at": 1 })),
//! #     answer(201, json!({ "id": "brave-lynx-2", "status": "idle" })),
//! # ]);
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//!
//! // A program says `Service::connect("http://127.0.0.1:8787", &key)?`.
//! let service = Service::new(&script);
//! let made = service.create(json!({ "runtime": "node" })).await?;
//! let run = made.exec("node -p '6 * 7'").await?;
//! assert_eq!((run.exit_code, run.output.as_str()), (0, "42\n"));
//!
//! let snapshot = made.snapshot(json!({ "name": "tested" })).await?;
//! let copy = service.from_snapshot(&snapshot.id, json!({})).await?;
//! assert_eq!(copy.id(), "brave-lynx-2");
//! # Ok::<(), upstash_box_wasm::error::Error>(())
//! # }).unwrap();
//! ```
//!
//! What has no method of its own is one [`Service::ask`] or [`Service::open`] away: every call that JavaScript
//! has and that takes JSON, by its name and with its options.
//!
//! A future that is dropped ends its request. What was made before stays.

mod agent;
mod commands;
mod connect;
mod forks;
mod handle;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::api_types::{BoxInfo, ErrorCode, SnapshotInfo};
use crate::client::Client;
use crate::error::Error;
use crate::requests::{Answer, Place, route, unexpected};
use crate::sentence::sentence;
use crate::transport::{Streaming, Transport};

pub use agent::{AgentEvent, AgentStream};
pub use commands::{CommandChunk, CommandStream};
pub use forks::Forks;
pub use handle::BoxHandle;

/// How long a call that waits until what it makes is ready may take, when nobody says.
const DEFAULT_WAIT: Duration = Duration::from_secs(300);

/// One account at one service. Clones share the connection.
pub struct Service<T> {
    client: Arc<Client<T>>,
    limit: Option<Duration>,
}

impl<T: fmt::Debug> fmt::Debug for Service<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Service")
            .field("client", &self.client)
            .field("limit", &self.limit)
            .finish()
    }
}

impl<T> Clone for Service<T> {
    fn clone(&self) -> Self {
        Self {
            client: Arc::clone(&self.client),
            limit: self.limit,
        }
    }
}

impl<T: Transport<Json = Value>> Service<T> {
    /// Speaks through this transport.
    pub fn new(transport: T) -> Self {
        Self {
            client: Arc::new(Client::new(transport)),
            limit: None,
        }
    }

    /// The same service, each of whose calls ends after this time, done or not, with the code `timeout`.
    ///
    /// Without it, calls that wait until what they make is ready end after five minutes, and others when
    /// the connection is given up. A stream is limited only by what is said here.
    ///
    /// ```
    /// # #[cfg(feature = "native")] {
    /// use std::time::Duration;
    /// use upstash_box_wasm::service::Service;
    ///
    /// let service = Service::connect("http://127.0.0.1:8787", "box_key")?;
    /// let hurried = service.with_limit(Duration::from_secs(5));
    /// # }
    /// # Ok::<(), upstash_box_wasm::error::Error>(())
    /// ```
    #[must_use]
    pub fn with_limit(&self, limit: Duration) -> Self {
        Self {
            client: Arc::clone(&self.client),
            limit: Some(limit),
        }
    }

    /// Does the call of this name, with these arguments and options, all under the names that JavaScript
    /// has for them. A call about a box takes its `id`. A misspelt option is ignored with a warning.
    ///
    /// ```
    /// # use serde_json::json;
    /// # use upstash_box_wasm::service::Service;
    /// # use upstash_box_wasm::transport::scripted::Scripted;
    /// # let script = Scripted::new([Scripted::answer(200, json!({ "labels": ["nightly"] }))]);
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// # let service = Service::new(&script);
    /// let labels: Vec<String> = service
    ///     .ask("box.labels.add", json!({ "id": "calm-otter-1", "label": "nightly" }))
    ///     .await?;
    /// assert_eq!(labels, ["nightly"]);
    /// # Ok::<(), upstash_box_wasm::error::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// With the code that says why; `invalid_response` when the answer is not what the type promises.
    pub async fn ask<A: DeserializeOwned>(
        &self,
        name: &str,
        arguments: impl Serialize,
    ) -> Result<A, Error> {
        let arguments = object(arguments)?;
        let row = route(name);
        if row.is_some_and(|row| row.answer == Answer::Stream) {
            let message = [name, ": it answers with a stream; use `open`."];
            return Err(Error::invalid(&message));
        }
        takes_json(name)?;
        let waits = row.is_some_and(|row| row.wait.is_some());
        let call = self.begin(if waits { Some(DEFAULT_WAIT) } else { None });
        let answer = self.client.call(&call, name, &arguments).await?;
        decode(name, answer)
    }

    /// Begins a call that answers with a stream, such as `box.files.stream`, and gives its bytes as they come.
    ///
    /// # Errors
    ///
    /// Those of [`Service::ask`].
    pub async fn open(&self, name: &str, arguments: impl Serialize) -> Result<T::Body, Error>
    where
        T: Streaming,
    {
        let arguments = object(arguments)?;
        if route(name).is_some_and(|row| row.answer != Answer::Stream) {
            let message = [name, ": it answers with no stream; use `ask`."];
            return Err(Error::invalid(&message));
        }
        takes_json(name)?;
        self.client.open(&self.begin(None), name, &arguments).await
    }

    fn begin(&self, unless_said: Option<Duration>) -> T::Call {
        self.client.transport().begin(self.limit.or(unless_said))
    }

    /// Makes a box and waits until it can be used.
    ///
    /// # Errors
    ///
    /// When it can't be made; the error's `left_behind` has the id of a box that was made all the same.
    pub async fn create(&self, options: impl Serialize) -> Result<BoxHandle<T>, Error> {
        self.made("Box.create", object(options)?).await
    }

    /// Makes a box with the disk of a snapshot and waits until it can be used.
    ///
    /// # Errors
    ///
    /// As [`Service::create`], and `snapshot_not_found`.
    pub async fn from_snapshot(
        &self,
        snapshot_id: &str,
        options: impl Serialize,
    ) -> Result<BoxHandle<T>, Error> {
        let arguments = with_member(options, "snapshotId", snapshot_id.into())?;
        self.made("Box.fromSnapshot", arguments).await
    }

    /// A handle on a box that is there, by its id or its name.
    ///
    /// # Errors
    ///
    /// `box_not_found` when there is none.
    pub async fn get(&self, id: &str) -> Result<BoxHandle<T>, Error> {
        self.made("Box.get", json!({ "id": id })).await
    }

    /// All boxes.
    ///
    /// # Errors
    ///
    /// When the service can't be asked.
    pub async fn list(&self) -> Result<Vec<BoxInfo>, Error> {
        self.ask("Box.list", json!({})).await
    }

    /// One snapshot of any box.
    ///
    /// # Errors
    ///
    /// `snapshot_not_found` when there is none.
    pub async fn snapshot(&self, id: &str) -> Result<SnapshotInfo, Error> {
        self.ask("Box.getSnapshot", json!({ "id": id })).await
    }

    async fn made(&self, name: &str, arguments: Value) -> Result<BoxHandle<T>, Error> {
        let answer: Value = self.ask(name, arguments).await?;
        self.handle_of(name, &answer)
    }

    /// The box that an answer is about.
    fn handle_of(&self, name: &str, answer: &Value) -> Result<BoxHandle<T>, Error> {
        match answer.get("id").and_then(Value::as_str) {
            Some(id) => Ok(BoxHandle::new(self.clone(), id.to_owned())),
            None => Err(unexpected(name)),
        }
    }
}

/// Refuses a call whose body is a form or an archive, which JavaScript alone can give.
fn takes_json(name: &str) -> Result<(), Error> {
    let fields = route(name).map_or(&[][..], |row| &row.fields);
    match fields.iter().find(|field| field.place == Place::Whole) {
        None => Ok(()),
        Some(field) => Err(Error::invalid(&[
            name,
            ": its `",
            field.js,
            "` is no JSON, which is all that can be sent from Rust.",
        ])),
    }
}

/// What a program gave as arguments: an object, or nothing, which is an empty one.
fn object(arguments: impl Serialize) -> Result<Value, Error> {
    let refused = |why: &str| Error::invalid(&["The arguments must be a JSON object", why, "."]);
    match serde_json::to_value(arguments) {
        Ok(Value::Null) => Ok(json!({})),
        Ok(given @ Value::Object(_)) => Ok(given),
        Ok(_) => Err(refused("")),
        Err(error) => Err(refused(&sentence(&[": ", &error.to_string()]))),
    }
}

/// Arguments with one more.
fn with_member(arguments: impl Serialize, name: &str, value: Value) -> Result<Value, Error> {
    let mut arguments = object(arguments)?;
    if let Value::Object(members) = &mut arguments {
        members.insert(name.to_owned(), value);
    }
    Ok(arguments)
}

fn decode<A: DeserializeOwned>(name: &str, answer: Value) -> Result<A, Error> {
    serde_json::from_value(answer).map_err(|error| {
        let message = [
            name,
            ": the server's answer is not what was expected: ",
            &error.to_string(),
        ];
        Error::new(ErrorCode::InvalidResponse, sentence(&message))
    })
}
