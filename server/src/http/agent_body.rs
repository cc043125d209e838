//! A prompt as it comes: a JSON object, or a form whose files are parts of their own.

use axum::extract::multipart::{Multipart, MultipartError, MultipartRejection};
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use upstash_box_wasm::api_types::ErrorCode;

use super::body::JsonObject;
use super::error::ApiError;

/// Ten files of 10 MiB as base64, and room for the rest.
const LIMIT: usize = 144 * 1024 * 1024;
/// Of all parts of a form.
const FORM_LIMIT: usize = 104 * 1024 * 1024;
/// Members that are JSON in a form, too; the others are text.
const JSON_MEMBERS: [&str; 3] = ["json_schema", "agent_options", "webhook"];

/// The members of a prompt.
#[derive(Debug)]
pub(super) struct AgentBody(pub(super) JsonObject<LIMIT>);

impl<S: Send + Sync> FromRequest<S> for AgentBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let content_type = request.headers().get(header::CONTENT_TYPE);
        let is_form =
            content_type.is_some_and(|value| value.as_bytes().starts_with(b"multipart/form-data"));
        if !is_form {
            return JsonObject::from_request(request, state).await.map(Self);
        }
        let form = Multipart::from_request(request, state).await;
        let members = read(form.map_err(|rejection: MultipartRejection| {
            ApiError::invalid(format!("the form is broken: {}", rejection.body_text()))
        })?);
        Ok(Self(JsonObject::of(&Value::Object(members.await?))))
    }
}

async fn read(mut form: Multipart) -> Result<Map<String, Value>, ApiError> {
    let (mut members, mut files, mut total) = (Map::new(), Vec::new(), 0);
    while let Some(mut field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        let filename = field.file_name().map(str::to_owned);
        let media_type = field.content_type().unwrap_or("application/octet-stream");
        let media_type = media_type.to_owned();
        let mut bytes = Vec::new();
        while let Some(more) = field.chunk().await.map_err(broken)? {
            total += more.len();
            if total > FORM_LIMIT {
                return Err(ApiError::new(
                    ErrorCode::TooLarge,
                    "the form is larger than ten files of 10 MiB; write them into the box",
                ));
            }
            bytes.extend_from_slice(&more);
        }
        if name == "files" {
            let data = STANDARD.encode(&bytes);
            files.push(json!({ "data": data, "media_type": media_type, "filename": filename }));
            continue;
        }
        let text = String::from_utf8(bytes)
            .map_err(|_| ApiError::invalid(format!("{name}: it is not text")))?;
        let value = match JSON_MEMBERS.contains(&name.as_str()) {
            true => serde_json::from_str(&text)
                .map_err(|error| ApiError::invalid(format!("{name}: it is not JSON: {error}")))?,
            false => Value::String(text),
        };
        members.insert(name, value);
    }
    if !files.is_empty() {
        members.insert("files".to_owned(), Value::Array(files));
    }
    Ok(members)
}

fn broken(error: MultipartError) -> ApiError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return ApiError::new(
            ErrorCode::TooLarge,
            "the form is larger than this server takes",
        );
    }
    ApiError::invalid(format!("the form is broken: {}", error.body_text()))
}
