//! The one place where failures become answers: `{status, {"error", "code"}}`.
//!
//! What the caller can act on is told in full. What is the server's own fault is logged with the
//! request's id, and the caller gets that id and a general sentence.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use upstash_box_wasm::api_types::{ErrorBody, ErrorCode};

use crate::box_files::FileError;
use crate::boxes::BoxError;
use crate::outbound::OutboundError;
use crate::sandbox::SandboxError;
use crate::snapshots::ArchiveError;

/// An answer that is not 2xx.
#[derive(Debug)]
pub(super) struct ApiError {
    code: ErrorCode,
    sentence: String,
    cause: Option<Cause>,
}

/// Travels with a response to where the request's id is known, and is logged there.
#[derive(Clone, Debug)]
pub(super) struct Cause(pub(super) String);

impl ApiError {
    pub(super) fn new(code: ErrorCode, sentence: impl Into<String>) -> Self {
        Self {
            code,
            sentence: sentence.into(),
            cause: None,
        }
    }

    pub(super) fn invalid(sentence: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidArgument, sentence)
    }

    pub(super) fn internal(cause: impl ToString) -> Self {
        Self {
            code: ErrorCode::Internal,
            sentence: "the server failed; its log has the cause under this request's id".to_owned(),
            cause: Some(Cause(cause.to_string())),
        }
    }

    pub(super) const fn code(&self) -> ErrorCode {
        self.code
    }

    /// What the caller may read.
    pub(super) fn sentence(&self) -> &str {
        &self.sentence
    }

    /// What only the log may say.
    pub(super) fn cause(&self) -> Option<&str> {
        self.cause.as_ref().map(|cause| cause.0.as_str())
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self
            .code
            .status()
            .and_then(|status| StatusCode::from_u16(status).ok());
        let body = ErrorBody {
            error: self.sentence,
            code: Some(self.code.as_str().to_owned()),
        };
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(body)).into_response();
        if matches!(self.code, ErrorCode::Unavailable | ErrorCode::RateLimited) {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if let Some(cause) = self.cause {
            response.extensions_mut().insert(cause);
        }
        response
    }
}

impl From<BoxError> for ApiError {
    fn from(error: BoxError) -> Self {
        let sentence = error.to_string();
        let code = match error {
            BoxError::InvalidArgument(_) => ErrorCode::InvalidArgument,
            BoxError::BoxNotFound(_) => ErrorCode::BoxNotFound,
            BoxError::SnapshotNotFound(_) => ErrorCode::SnapshotNotFound,
            BoxError::RunNotFound(_) => ErrorCode::RunNotFound,
            BoxError::ScheduleNotFound(_) => ErrorCode::ScheduleNotFound,
            BoxError::TokenNotFound(_) => ErrorCode::NotFound,
            BoxError::Conflict(_) => ErrorCode::Conflict,
            BoxError::TooLarge(_) => ErrorCode::TooLarge,
            BoxError::TooManyTransfers { .. } => ErrorCode::RateLimited,
            BoxError::Unsupported(_) => ErrorCode::Unsupported,
            BoxError::Stopping => ErrorCode::Unavailable,
            BoxError::Outbound(OutboundError::Address(_)) => ErrorCode::InvalidArgument,
            BoxError::Outbound(OutboundError::Call { .. }) | BoxError::Provider(_) => {
                ErrorCode::Unavailable
            }
            BoxError::File(error) => return error.into(),
            BoxError::Sandbox(error) => return error.into(),
            BoxError::Archive(error) => return error.into(),
            BoxError::Registry(_) => ErrorCode::RegistryFailed,
            BoxError::Layer(error) if error.is_storage_full() => return storage_full(),
            BoxError::Store(error) if error.is_storage_full() => return storage_full(),
            BoxError::Layer(error) if error.is_too_deep() => return too_deep(),
            BoxError::Layer(_)
            | BoxError::Store(_)
            | BoxError::Outbound(_)
            | BoxError::Secrets(_)
            | BoxError::Output(_)
            | BoxError::Random(_)
            | BoxError::Interrupted(_) => return Self::internal(sentence),
        };
        Self::new(code, sentence)
    }
}

impl From<ArchiveError> for ApiError {
    fn from(error: ArchiveError) -> Self {
        let sentence = error.to_string();
        let code = match error {
            ArchiveError::Refused(_) => ErrorCode::InvalidArchive,
            ArchiveError::TooLarge(_) => ErrorCode::TooLarge,
            ArchiveError::NoForm(_) => ErrorCode::Conflict,
            ArchiveError::Layer(error) if error.is_storage_full() => return storage_full(),
            ArchiveError::Cancelled | ArchiveError::Stream(_) | ArchiveError::Layer(_) => {
                return Self::internal(sentence);
            }
        };
        Self::new(code, sentence)
    }
}

impl From<SandboxError> for ApiError {
    fn from(error: SandboxError) -> Self {
        let sentence = error.to_string();
        match error {
            SandboxError::NoSuchDirectory(_) => {
                Self::new(ErrorCode::PathNotFound, format!("folder: {sentence}"))
            }
            SandboxError::CommandTooLong(_) => Self::invalid(sentence),
            SandboxError::Ended => Self::new(
                ErrorCode::Conflict,
                "the box was paused, deleted or stopped while this went on",
            ),
            error if error.is_storage_full() => storage_full(),
            _ => Self::internal(sentence),
        }
    }
}

impl From<FileError> for ApiError {
    fn from(error: FileError) -> Self {
        let sentence = error.to_string();
        let code = match error {
            FileError::NotFound(_) => ErrorCode::PathNotFound,
            FileError::NotADirectory(_)
            | FileError::IsADirectory(_)
            | FileError::NotAFile(_)
            | FileError::InvalidPath { .. } => ErrorCode::InvalidArgument,
            FileError::Exists(_)
            | FileError::NotEmpty(_)
            | FileError::Busy(_)
            | FileError::OtherFilesystem(_) => ErrorCode::Conflict,
            FileError::Denied(_) => ErrorCode::Forbidden,
            FileError::TooManyEntries { .. } => ErrorCode::TooLarge,
            FileError::StorageFull(_) => return storage_full(),
            FileError::Io { .. } => return Self::internal(sentence),
            FileError::Sandbox(error) => return error.into(),
        };
        Self::new(code, sentence)
    }
}

/// A box that stands like this can still be worked in and deleted.
fn too_deep() -> ApiError {
    ApiError::new(
        ErrorCode::Conflict,
        "directories of the box are nested deeper than a path is long (4,095 bytes); remove those first",
    )
}

fn storage_full() -> ApiError {
    ApiError::new(
        ErrorCode::StorageFull,
        "the disk is full; delete boxes or snapshots",
    )
}
