//! A path in a request: text, or base64 where a name of the box is no text.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::error::ApiError;

/// The path that `member` gives; `member` with `_base64` after it stands for any bytes.
pub(super) fn path(
    member: &str,
    text: Option<String>,
    base64: Option<String>,
) -> Result<OsString, ApiError> {
    optional_path(member, text, base64)?
        .ok_or_else(|| ApiError::invalid(format!("{member}: it is required")))
}

/// The same where it may be left out, or be empty.
pub(super) fn optional_path(
    member: &str,
    text: Option<String>,
    base64: Option<String>,
) -> Result<Option<OsString>, ApiError> {
    let text = text.filter(|text| !text.is_empty());
    match (text, base64) {
        (Some(_), Some(_)) => Err(ApiError::invalid(format!(
            "{member}: give it or {member}_base64, not both"
        ))),
        (text, None) => Ok(text.map(OsString::from)),
        (None, Some(base64)) => STANDARD
            .decode(base64)
            .map(|bytes| Some(OsString::from_vec(bytes)))
            .map_err(|error| ApiError::invalid(format!("{member}_base64: {error}"))),
    }
}
