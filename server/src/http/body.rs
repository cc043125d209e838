//! Reads JSON bodies, and says which member is wrong when one is.

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use http_body_util::LengthLimitError;
use serde::de::DeserializeOwned;
use upstash_box_wasm::api_types::ErrorCode;

use super::error::ApiError;
use super::serde_words;

/// Enough for every request that carries no file.
const USUAL_LIMIT: usize = 2 * 1024 * 1024;
/// 64 MiB of file as base64, and room for JSON's escapes in text.
pub(super) const FILE_LIMIT: usize = 96 * 1024 * 1024;

/// The bytes of a JSON object. An absent body, or `null`, is an object without members.
#[derive(Debug)]
pub(super) struct JsonObject<const LIMIT: usize = USUAL_LIMIT>(Bytes);

impl<S: Send + Sync, const LIMIT: usize> FromRequest<S> for JsonObject<LIMIT> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let bytes = to_bytes(request.into_body(), LIMIT)
            .await
            .map_err(|error| {
                let mut source = std::error::Error::source(&error);
                while let Some(inner) = source {
                    if inner.is::<LengthLimitError>() {
                        let sentence = format!("the body is larger than {LIMIT} bytes");
                        return ApiError::new(ErrorCode::TooLarge, sentence);
                    }
                    source = inner.source();
                }
                ApiError::invalid("the body did not arrive whole")
            })?;
        Ok(Self(bytes))
    }
}

impl<const LIMIT: usize> JsonObject<LIMIT> {
    /// A body that came in another form.
    pub(super) fn of(value: &serde_json::Value) -> Self {
        Self(value.to_string().into())
    }

    /// The body as it came.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The members that `T` knows; others are passed over.
    pub(super) fn parse<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        let bytes = match self.0.trim_ascii() {
            b"" | b"null" => b"{}",
            bytes => bytes,
        };
        // serde would take a list for a struct.
        if !bytes.starts_with(b"{") {
            return Err(ApiError::invalid("the body must be a JSON object"));
        }
        let mut deserializer = serde_json::Deserializer::from_slice(bytes);
        let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
            let path = error.path().to_string();
            let error = error.into_inner();
            if !error.is_data() {
                return ApiError::invalid(format!("the body is not valid JSON: {error}"));
            }
            ApiError::invalid(serde_words::sentence(&path, &error.to_string()))
        })?;
        let end = deserializer.end();
        end.map_err(|error| ApiError::invalid(format!("the body is not valid JSON: {error}")))?;
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use upstash_box_wasm::api_types::{CreateBoxRequest, ExecRequest};

    use super::*;

    fn error<T: DeserializeOwned>(text: &'static str) -> String {
        let body = JsonObject::<100>(Bytes::from_static(text.as_bytes()));
        body.parse::<T>()
            .map(|_| ())
            .unwrap_err()
            .sentence()
            .to_owned()
    }

    #[test]
    fn an_error_names_the_member() {
        assert!(error::<ExecRequest>("{}").starts_with("command: "));
        assert!(error::<ExecRequest>(r#"{"command":[1]}"#).starts_with("command[0]: "));
        assert!(error::<CreateBoxRequest>(r#"{"size":"huge"}"#).starts_with("size: "));
        assert!(error::<CreateBoxRequest>(r#"{"env_vars":{"A":1}}"#).starts_with("env_vars.A: "));
        for text in ["[]", "3", "{", "{} x", "\"a\""] {
            assert!(error::<CreateBoxRequest>(text).contains("JSON"), "{text}");
        }
    }

    #[test]
    fn absent_and_null_are_empty() {
        for text in [
            "",
            " ",
            "null",
            "{}",
            r#"{"name":null,"labels":null,"size":null}"#,
        ] {
            let body = JsonObject::<100>(Bytes::from_static(text.as_bytes()));
            assert!(body.parse::<CreateBoxRequest>().unwrap() == CreateBoxRequest::default());
        }
    }

    #[tokio::test]
    async fn a_body_beyond_the_limit_is_refused() {
        let request = Request::new(Body::from(vec![b' '; 101]));
        let refused = JsonObject::<100>::from_request(request, &())
            .await
            .unwrap_err();
        assert_eq!(refused.code(), ErrorCode::TooLarge);
    }
}
