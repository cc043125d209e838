//! The one table of errors, shared by the server and the SDK.

use serde::{Deserialize, Serialize};

/// Body of every answer that is not 2xx.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorBody {
    /// A sentence: what happened, to what, what to do.
    pub error: String,
    /// A row of [`ErrorCode`]; absent from services that send none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

macro_rules! error_codes {
    ($($(#[doc = $doc:literal])* $variant:ident = $text:literal, $status:expr, $retryable:expr;)*) => {
        /// Why a call failed. Rows with a status are the server's; rows without are the SDK's own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ErrorCode { $($(#[doc = $doc])* $variant,)* }

        impl ErrorCode {
            /// Every row, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The code as it travels and as JavaScript sees it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The HTTP status it travels with; `None` for failures on the client's side.
            pub const fn status(self) -> Option<u16> {
                match self { $(Self::$variant => $status,)* }
            }

            /// Whether the same call may succeed later with nothing changed.
            pub const fn retryable(self) -> bool {
                match self { $(Self::$variant => $retryable,)* }
            }
        }
    };
}

error_codes! {
    /// A member of the request is missing, has the wrong type or breaks a rule.
    InvalidArgument = "invalid_argument", Some(400), false;
    /// The archive is broken, hostile, or of a kind that can't be read.
    InvalidArchive = "invalid_archive", Some(400), false;
    /// The key is missing or wrong.
    Unauthorized = "unauthorized", Some(401), false;
    /// The key, page or host may not do this.
    Forbidden = "forbidden", Some(403), false;
    /// There is no such route.
    NotFound = "not_found", Some(404), false;
    /// There is no such box, or it was deleted.
    BoxNotFound = "box_not_found", Some(404), false;
    /// There is no such snapshot, or it was deleted.
    SnapshotNotFound = "snapshot_not_found", Some(404), false;
    /// The box has no such run, or it is so long ago that it was forgotten.
    RunNotFound = "run_not_found", Some(404), false;
    /// The box has no such schedule, or it was deleted.
    ScheduleNotFound = "schedule_not_found", Some(404), false;
    /// There is no such file or directory in the box.
    PathNotFound = "path_not_found", Some(404), false;
    /// The route exists, but not with this method.
    MethodNotAllowed = "method_not_allowed", Some(405), false;
    /// The name is taken, or the box is in a state that forbids this.
    Conflict = "conflict", Some(409), false;
    /// The body is larger than this route takes.
    TooLarge = "too_large", Some(413), false;
    /// Too many calls; `Retry-After` says when to come back.
    RateLimited = "rate_limited", Some(429), true;
    /// The service failed; its log has the cause under the request id.
    Internal = "internal", Some(500), true;
    /// This server can't do that.
    Unsupported = "unsupported", Some(501), false;
    /// The registry is out of reach, refused, or broke off.
    RegistryFailed = "registry_failed", Some(502), true;
    /// The service is starting, stopping or out of reach behind a proxy.
    Unavailable = "unavailable", Some(503), true;
    /// The disk or the box's quota is full.
    StorageFull = "storage_full", Some(507), false;
    /// The server could not be reached.
    Network = "network", None, true;
    /// The time given for the call ran out.
    Timeout = "timeout", None, true;
    /// The caller's signal ended the call.
    Aborted = "aborted", None, false;
    /// The server's answer is not what the API promises.
    InvalidResponse = "invalid_response", None, false;
    /// A stream ended before its last event.
    StreamTruncated = "stream_truncated", None, false;
    /// The box could not be made; the error names its id.
    BoxFailed = "box_failed", None, false;
    /// The snapshot could not be taken; the error names its id.
    SnapshotFailed = "snapshot_failed", None, false;
    /// The agent ended with an error.
    RunFailed = "run_failed", None, false;
    /// WebAssembly can't be loaded here, for example because of a page's security policy.
    WasmUnavailable = "wasm_unavailable", None, false;
}

impl ErrorCode {
    /// The row with this text.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|row| row.as_str() == code)
    }

    /// What a status means when the body names no code.
    pub const fn from_status(status: u16) -> Self {
        match status {
            401 => Self::Unauthorized,
            403 => Self::Forbidden,
            404 | 410 => Self::NotFound,
            405 => Self::MethodNotAllowed,
            409 => Self::Conflict,
            413 => Self::TooLarge,
            429 => Self::RateLimited,
            501 => Self::Unsupported,
            502..=504 => Self::Unavailable,
            507 => Self::StorageFull,
            500.. => Self::Internal,
            ..=399 => Self::InvalidResponse, // a redirect that leads nowhere, or no HTTP
            _ => Self::InvalidArgument,
        }
    }
}
