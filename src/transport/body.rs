//! Reads the body of an answer to its end.

use serde_json::Value;

use super::Body;
use crate::api_types::ErrorCode;
use crate::error::Error;
use crate::sentence::sentence;

/// More than this of an answer is not read: one without an end would fill the memory.
const LONGEST_ANSWER: usize = 256 << 20;
/// How much of a page that is no JSON is read for its words.
const LONGEST_PAGE: usize = 4000;

/// The JSON of a body: null when it is empty, the start of its text when it is not JSON.
pub(super) async fn json(name: &str, body: &mut impl Body) -> Result<Value, Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = body.chunk().await? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LONGEST_ANSWER {
            let message = [name, ": the answer has more than 256 MiB."];
            return Err(Error::new(ErrorCode::InvalidResponse, sentence(&message)));
        }
    }
    Ok(match serde_json::from_slice(&bytes) {
        Ok(body) => body,
        Err(_) if bytes.is_empty() => Value::Null,
        Err(_) => {
            let start = bytes.get(..LONGEST_PAGE).unwrap_or(&bytes);
            String::from_utf8_lossy(start).into_owned().into()
        }
    })
}

/// The failure of a call whose time is over.
pub(super) fn out_of_time() -> Error {
    let message = "The time for this call ran out.".to_owned();
    Error::new(ErrorCode::Timeout, message)
}

/// The failure of a call that could not be sent, or whose answer broke off.
pub(super) fn lost(name: &str, base_url: &str, why: &str) -> Error {
    let message = [name, ": ", base_url, " could not be reached: ", why];
    Error::new(ErrorCode::Network, sentence(&message))
}
