//! `Idempotency-Key`: a call that carries one may be sent again without making the thing twice.

use std::future::Future;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::body::JsonObject;
use super::error::ApiError;
use crate::boxes::{Boxes, CallId};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const MAX_KEY_BYTES: usize = 255;

/// The call's key, if it has one. Keys are apart for each path.
#[derive(Debug)]
pub(super) struct Idempotency(Option<CallId>);

impl<S: Send + Sync> FromRequestParts<S> for Idempotency {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let Some(key) = parts.headers.get(KEY) else {
            return Ok(Self(None));
        };
        let key = key.to_str().ok().filter(|key| {
            (1..=MAX_KEY_BYTES).contains(&key.len())
                && key.bytes().all(|byte| byte.is_ascii_graphic())
        });
        let key = key.ok_or_else(|| {
            ApiError::invalid(format!(
                "Idempotency-Key: it must be 1 to {MAX_KEY_BYTES} visible ASCII characters"
            ))
        })?;
        Ok(Self(Some(CallId {
            route: parts.uri.path().to_owned(),
            key: key.to_owned(),
        })))
    }
}

impl Idempotency {
    /// Whether the call has a key.
    pub(super) const fn is_asked_for(&self) -> bool {
        self.0.is_some()
    }

    /// Does `work` and answers with what it returns, or with what the same call got before.
    pub(super) async fn answer<T: Serialize>(
        self,
        boxes: &Boxes,
        body: JsonObject,
        work: impl Future<Output = Result<T, ApiError>> + Send + 'static,
    ) -> Result<Response, ApiError> {
        let Some(call) = self.0 else {
            return Ok(Json(work.await?).into_response());
        };
        let boxes = boxes.clone();
        // A caller that hangs up and asks again must find the first answer.
        let task = tokio::spawn(async move {
            let work = async { serde_json::to_string(&work.await?).map_err(ApiError::internal) };
            boxes.once(call, body.bytes(), work).await
        });
        let answer = task
            .await
            .unwrap_or_else(|error| Err(ApiError::internal(error)))?;
        Ok(([(CONTENT_TYPE, "application/json")], answer).into_response())
    }
}
