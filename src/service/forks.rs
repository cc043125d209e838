//! Many boxes from one snapshot, each given out as soon as it is ready.

use serde::Serialize;
use serde_json::{Value, json};

use super::commands::cut_off;
use super::{BoxHandle, Service, with_member};
use crate::api_types::ErrorCode;
use crate::error::Error;
use crate::requests::unexpected;
use crate::transport::{Body, Streaming};

const FORK: &str = "Box.fork";

/// Boxes as they become ready.
#[derive(Debug)]
pub struct Forks<T: Streaming> {
    service: Service<T>,
    body: T::Body,
    /// What has arrived and was not given out yet.
    rest: Vec<u8>,
}

impl<T: Streaming<Json = Value>> Service<T> {
    /// Makes so many boxes with the disk of a snapshot. The options are those of [`Service::create`], for
    /// each of them.
    ///
    /// # Errors
    ///
    /// `unsupported` by a service that has no forks, `snapshot_not_found` when there is no such snapshot.
    pub async fn fork(
        &self,
        snapshot_id: &str,
        count: u32,
        options: impl Serialize,
    ) -> Result<Forks<T>, Error> {
        // A service that does not know the count would make one box and say nothing.
        if !self.offers("fork").await? {
            let message =
                "Box.fork: this service does not offer `fork`; a box-server does.".to_owned();
            return Err(Error::new(ErrorCode::Unsupported, message));
        }
        let arguments = with_member(options, "snapshotId", snapshot_id.into())?;
        let arguments = with_member(arguments, "count", count.into())?;
        Ok(Forks {
            service: self.clone(),
            body: self.open(FORK, arguments).await?,
            rest: Vec::new(),
        })
    }

    async fn offers(&self, feature: &str) -> Result<bool, Error> {
        match self.ask::<Value>("capabilities", json!({})).await {
            Ok(told) => {
                let features = told.get("features").and_then(Value::as_array);
                Ok(features.is_some_and(|features| features.iter().any(|one| one == feature)))
            }
            // The hosted service tells of none.
            Err(failure) if failure.status == Some(404) => Ok(false),
            Err(failure) => Err(failure),
        }
    }
}

impl<T: Streaming<Json = Value>> Forks<T> {
    /// The next box that is ready; `None` after the last one. One that fails does not stop the others: ask on.
    ///
    /// # Errors
    ///
    /// Why a box could not be made, `stream_truncated` or `network` when the rest will not come.
    pub async fn next(&mut self) -> Result<Option<BoxHandle<T>>, Error> {
        loop {
            if let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
                let rest = self.rest.split_off(end + 1);
                let line = std::mem::replace(&mut self.rest, rest);
                return self.made(&line).map(Some);
            }
            match self.body.chunk().await? {
                Some(chunk) => self.rest.extend(chunk),
                None if self.rest.is_empty() => return Ok(None),
                None => {
                    self.rest.clear();
                    return Err(cut_off());
                }
            }
        }
    }

    /// What one line says: a box, or why there is none.
    fn made(&self, line: &[u8]) -> Result<BoxHandle<T>, Error> {
        let said: Value = serde_json::from_slice(line).map_err(|_| unexpected(FORK))?;
        if let Some(made) = said.get("box") {
            return self.service.handle_of(FORK, made);
        }
        let failed = said.get("error").unwrap_or(&Value::Null);
        let word = |name| failed.get(name).and_then(Value::as_str);
        let message = word("error").ok_or_else(|| unexpected(FORK))?;
        let code = word("code").and_then(ErrorCode::from_code);
        Err(Error::new(
            code.unwrap_or(ErrorCode::Internal),
            message.to_owned(),
        ))
    }
}
